//! Errors of the HTTP API: one stable code each, with its status. The generated TypeScript has the same list.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::time::Duration;
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{store::StoreError, validate::InvalidUsername};

macro_rules! error_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $status:ident;)+) => {
        /// Every code that the HTTP API can answer with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode { $($(#[doc = $doc])+ $name,)+ }

        impl ErrorCode {
            /// All codes, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code as it stands in an answer.
            #[must_use]
            pub fn text(self) -> String {
                serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
            }

            /// The HTTP status that goes with the code.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }
        }
    };
}

error_codes! {
    /// The body, a parameter or a header is missing, malformed or of the wrong size.
    InvalidRequest = BAD_REQUEST;
    /// The name is not 3 to 32 of `a-z 0-9 _ - .`, starting with a letter.
    InvalidUsername = BAD_REQUEST;
    /// The identity key is not an acceptable Ed25519 public key (protocol.md, Appendix B).
    InvalidIdentityKey = BAD_REQUEST;
    /// Name or login secret is wrong; which of the two is not told.
    InvalidCredentials = UNAUTHORIZED;
    /// The code is not right, or was used before.
    SecondFactorWrong = UNAUTHORIZED;
    /// The access token is missing, malformed, of another deployment or revoked.
    Unauthenticated = UNAUTHORIZED;
    /// The access token has expired: refresh it.
    TokenExpired = UNAUTHORIZED;
    /// The refresh cookie is missing, unknown, expired or revoked: log in again.
    SessionExpired = UNAUTHORIZED;
    /// The refresh token was used before; every token of that login is revoked.
    SessionReused = UNAUTHORIZED;
    /// The Origin header is missing or names another site.
    OriginRefused = FORBIDDEN;
    /// Replacing a key needs `loginSecret`, and `signature` or `lost`.
    ProofRequired = FORBIDDEN;
    /// The signature by the old key does not verify.
    InvalidProof = FORBIDDEN;
    /// Whoever runs the relay has closed the account. Told to nobody but its owner.
    AccountLocked = FORBIDDEN;
    /// Whoever runs the relay lets nobody register.
    RegistrationClosed = FORBIDDEN;
    /// Whoever asks may not reach this person.
    NotReachable = FORBIDDEN;
    /// There is nothing at this address.
    NotFound = NOT_FOUND;
    /// There is no such account.
    UserNotFound = NOT_FOUND;
    /// The account has no identity key.
    KeyNotFound = NOT_FOUND;
    /// There is no such invitation, or its day is over.
    InvitationOver = GONE;
    /// The ticket was used, or its five minutes are over: begin again with the password.
    TicketOver = GONE;
    /// The address exists, but not for this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED;
    /// The request did not arrive in time.
    RequestTimeout = REQUEST_TIMEOUT;
    /// The name is taken.
    UsernameTaken = CONFLICT;
    /// The second factor is on already, or there is none.
    FactorConflict = CONFLICT;
    /// The account has ten passkeys: one has to go before another comes.
    PasskeyLimit = CONFLICT;
    /// The body is larger than any request of this API.
    PayloadTooLarge = PAYLOAD_TOO_LARGE;
    /// The body is not `application/json`.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE;
    /// This address is for WebSockets only.
    UpgradeRequired = UPGRADE_REQUIRED;
    /// Too many requests from this address.
    RateLimited = TOO_MANY_REQUESTS;
    /// Too many failed logins for this name.
    LockedOut = TOO_MANY_REQUESTS;
    /// Something inside the relay failed; the logs have the request id.
    Internal = INTERNAL_SERVER_ERROR;
    /// The relay is busy, or shutting down: try again.
    Unavailable = SERVICE_UNAVAILABLE;
}

/// Every error of the HTTP API has this body.
#[derive(Serialize, ToSchema, TS)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong, for programs (`code`) and for developers (`message`).
#[derive(Serialize, ToSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// Stable code.
    pub code: ErrorCode,
    /// English, for developers; not meant to be shown to people.
    pub message: String,
    /// The request's id, as in the `X-Request-ID` header and in the logs.
    pub request_id: String,
    /// When a retry makes sense, in milliseconds from now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_after_ms: Option<u64>,
}

/// An error on its way to the client. The message is for developers and never holds what the client sent.
#[derive(Debug, thiserror::Error)]
#[error("{code:?}: {message}")]
pub struct ApiError {
    code: ErrorCode,
    message: String,
    retry_after: Option<Duration>,
}

impl ApiError {
    /// An error with a message for developers.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    /// Says when a retry makes sense.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// A failure of our own: logged here with its cause, told to the client without it.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(category = "internal", error = %cause, "request failed");
        Self::new(
            ErrorCode::Internal,
            "the relay could not do this; its log has the request id",
        )
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        let message = match code {
            ErrorCode::InvalidUsername => "3 to 32 of a-z 0-9 _ - . starting with a letter",
            ErrorCode::InvalidIdentityKey => "not an acceptable Ed25519 public key",
            ErrorCode::InvalidCredentials => "wrong name or password",
            ErrorCode::SecondFactorWrong => "not the second factor, or used before",
            ErrorCode::TicketOver => "begin again with the password",
            ErrorCode::FactorConflict => "on already, or not on",
            ErrorCode::PasskeyLimit => "the account has ten passkeys, as many as it may",
            ErrorCode::Unauthenticated => "a valid access token is needed",
            ErrorCode::TokenExpired => "the access token has expired",
            ErrorCode::SessionExpired => "no live session: log in again",
            ErrorCode::SessionReused => {
                "this refresh token was used before: the session is revoked"
            }
            ErrorCode::ProofRequired => "replacing a key needs loginSecret, and signature or lost",
            ErrorCode::InvalidProof => "the signature by the old key does not verify",
            ErrorCode::InvitationOver => "there is no such invitation, or its day is over",
            ErrorCode::AccountLocked => "whoever runs this relay has closed the account",
            ErrorCode::RegistrationClosed => "whoever runs this relay lets nobody register",
            ErrorCode::NotReachable => "you may not reach this person",
            ErrorCode::NotFound => "there is nothing at this address",
            ErrorCode::UserNotFound => "no such account",
            ErrorCode::KeyNotFound => "the account has no identity key",
            ErrorCode::MethodNotAllowed => "this address does not take that method",
            ErrorCode::UsernameTaken => "the name is taken",
            ErrorCode::PayloadTooLarge => "the body is too large",
            ErrorCode::UnsupportedMediaType => "the body must be application/json",
            ErrorCode::UpgradeRequired => "this address is for WebSockets (version 13) only",
            ErrorCode::RateLimited => "too many requests from this address",
            ErrorCode::LockedOut => "too many failed logins",
            ErrorCode::RequestTimeout => "the request took too long to arrive",
            ErrorCode::Unavailable => "the relay is busy: try again",
            ErrorCode::InvalidRequest | ErrorCode::OriginRefused | ErrorCode::Internal => "refused",
        };
        Self::new(code, message)
    }
}

impl From<InvalidUsername> for ApiError {
    fn from(_: InvalidUsername) -> Self {
        ErrorCode::InvalidUsername.into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error.retry_after() {
            Some(wait) => {
                tracing::error!(category = "store", %error, "request failed");
                Self::from(ErrorCode::Unavailable).retry_after(wait)
            }
            None => Self::internal(error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let retry_after_ms = self
            .retry_after
            .map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        let body = ErrorBody {
            error: ErrorDetail {
                code: self.code,
                message: self.message,
                request_id: crate::http::request_id::current(),
                retry_after_ms,
            },
        };
        let mut response = (self.code.status(), Json(body)).into_response();
        if let Some(wait) = self.retry_after {
            // Whole seconds, rounded up: never earlier than the promise in the body.
            let seconds = wait.as_millis().div_ceil(1000);
            response.headers_mut().insert(
                RETRY_AFTER,
                HeaderValue::from_str(&seconds.to_string())
                    .unwrap_or(HeaderValue::from_static("1")),
            );
        }
        response.extensions_mut().insert(self.code);
        response
    }
}
