//! Every address of the relay, with the limit that its requests fall under: one table, from which the router and the labels
//! of logs and metrics are made.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Method,
    response::{IntoResponse as _, Response},
    routing::{delete, get, post, put},
};
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    about,
    app::App,
    auth::{devices, session},
    error::{ApiError, ErrorCode},
    identity::{self, invitations, reach},
    limits::Limited,
    relay,
};

/// Largest body of any request: the largest real one has a few hundred bytes.
const BODY_MAX: usize = 16 * 1024;

struct Route {
    method: &'static str,
    path: &'static str,
    limited: Limited,
}

macro_rules! routes {
    ($($method:ident $path:literal $handler:path, $limited:ident;)+) => {
        const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            limited: Limited::$limited,
        }),+];

        fn table() -> Router<App> {
            Router::new()$(.route($path, $method($handler)))+
        }
    };
}

routes! {
    get "/api/config" about::config, Request;
    post "/api/auth/register" session::register, Register;
    post "/api/auth/login" session::login, Login;
    post "/api/auth/refresh" session::refresh, Request;
    post "/api/auth/logout" session::logout, Request;
    post "/api/auth/revoke" session::revoke, Request;
    get "/api/auth/sessions" devices::list, Request;
    delete "/api/auth/sessions" devices::end_all, Request;
    delete "/api/auth/sessions/{id}" devices::end, Request;
    // These check a login secret.
    put "/api/auth/password" devices::change_password, Login;
    delete "/api/auth/account" devices::delete, Login;
    get "/api/chat/me" identity::me, Request;
    get "/api/chat/users" identity::search, Request;
    get "/api/identity/users/{id}/key" identity::key, Request;
    get "/api/identity/users/{id}/history" identity::history, Request;
    get "/api/identity/users/{id}/fingerprint" identity::fingerprint, Request;
    // It may check a login secret.
    put "/api/identity/key" identity::set_key, Login;
    get "/api/reach" reach::settings, Request;
    put "/api/reach" reach::set_policy, Request;
    post "/api/reach/known" reach::know, Request;
    put "/api/reach/{list}/{id}" reach::list, Request;
    delete "/api/reach/{list}/{id}" reach::unlist, Request;
    post "/api/invitations" invitations::invite, Request;
    post "/api/invitations/redeem" invitations::redeem, Request;
    get "/ws" relay::upgrade::upgrade, Handshake;
    get "/healthz" about::healthz, Exempt;
    get "/readyz" about::readyz, Exempt;
}

/// All handlers, without what every request passes through before.
pub fn router() -> Router<App> {
    table()
        .fallback(about::site)
        .method_not_allowed_fallback(|| async { ApiError::from(ErrorCode::MethodNotAllowed) })
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(CatchPanicLayer::custom(panicked))
}

/// The pattern and the limit of a request, by the pattern that the router found. `None` is the site.
#[must_use]
pub fn of(method: &Method, matched: Option<&str>) -> (&'static str, Limited) {
    let Some(path) = matched else {
        return ("site", Limited::Request);
    };
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let mut label = "other";
    for route in ROUTES.iter().filter(|route| route.path == path) {
        label = route.path;
        if method.as_str().eq_ignore_ascii_case(route.method) {
            return (label, route.limited);
        }
    }
    (label, Limited::Request)
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::internal("a handler panicked").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_falls_under_the_limit_of_its_line() {
        assert_eq!(
            of(&Method::HEAD, Some("/readyz")),
            ("/readyz", Limited::Exempt)
        );
        let key = Some("/api/identity/key");
        assert_eq!(of(&Method::PUT, key), ("/api/identity/key", Limited::Login));
        assert_eq!(
            of(&Method::POST, key),
            ("/api/identity/key", Limited::Request)
        );
        assert_eq!(of(&Method::GET, Some("/x")), ("other", Limited::Request));
        assert_eq!(of(&Method::GET, None), ("site", Limited::Request));
    }
}
