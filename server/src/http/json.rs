//! Extractors whose refusals are errors of this API, not axum's plain texts.

use axum::{
    Json as AxumJson,
    extract::{
        FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request,
        rejection::JsonRejection,
    },
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ErrorCode};

/// A JSON body that matches `T` exactly.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match AxumJson::from_request(request, state).await {
            Ok(AxumJson(body)) => Ok(Self(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(ErrorCode::UnsupportedMediaType.into())
            }
            // The text names the field, the position and what was expected; our types never put the value into it,
            // serde's own do ("invalid type: string \"...\""), so it is not passed on.
            Err(JsonRejection::JsonDataError(_)) => Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "a field of the JSON body is missing, unknown or of the wrong type or size",
            )),
            Err(JsonRejection::JsonSyntaxError(_)) => Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "the body is not JSON",
            )),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(ErrorCode::PayloadTooLarge.into())
            }
            Err(_) => Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "the body did not arrive",
            )),
        }
    }
}

/// Query parameters that match `T` exactly.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match AxumQuery::from_request_parts(parts, state).await {
            Ok(AxumQuery(query)) => Ok(Self(query)),
            Err(_) => Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "a query parameter is missing or unknown",
            )),
        }
    }
}

/// Path parameters that match `T`.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match AxumPath::from_request_parts(parts, state).await {
            Ok(AxumPath(path)) => Ok(Self(path)),
            Err(_) => Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "an id is base64url without padding, of the right length",
            )),
        }
    }
}
