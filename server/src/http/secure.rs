//! What a request gets that came without TLS to a relay that speaks it: the same address with https, or a word.

use axum::{
    extract::Request,
    http::{Method, header},
    response::{IntoResponse as _, Redirect, Response},
};

use super::origin;
use crate::error::{ApiError, ErrorCode};

/// Only what a person may have typed is led on; whoever sends something must hear that it went in the clear.
pub(super) fn instead(request: &Request) -> Response {
    // What a program asks for may come with a token.
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD)
        && !request.uri().path().starts_with("/api/")
        && !request.headers().contains_key(header::UPGRADE);
    let secure = origin::own_origin(request.headers(), true);
    match secure.filter(|_| is_page) {
        Some(origin) => {
            let path = request
                .uri()
                .path_and_query()
                .map_or("/", |path| path.as_str());
            // Not for ever: a relay may lose its certificate again.
            Redirect::temporary(&format!("{}{path}", origin.as_str())).into_response()
        }
        None => ApiError::new(
            ErrorCode::InvalidRequest,
            "this port speaks https: ask again with https:// (or wss://)",
        )
        .into_response(),
    }
}
