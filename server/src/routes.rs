//! Every address of the relay, with the limit that its requests fall under: one table, from which the router and the labels
//! of logs and metrics are made.

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::{Method, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post, put},
};
use std::{any::Any, sync::LazyLock};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;

use crate::{
    about,
    api::{
        AccountIdText, ChangePasswordRequest, DeleteAccountRequest, FingerprintRecord,
        InvitationRecord, InvitedBy, KeyHistory, KeyRecord, KnownPeopleRequest, LoginRequest,
        ReachList, ReachSettings, RedeemRequest, RegisterRequest, Registered, ServerConfig,
        Session, SessionIdText, SessionList, SetKeyRequest, SetReachRequest, User, UserList,
        passkeys::{
            AddPasskeyRequest, PasskeyAdded, PasskeyIdText, PasskeySetup, RenamePasskeyRequest,
        },
        second_factor::{
            ConfirmTotpRequest, LoginAnswer, PasswordProof, RecoveryCodes, SecondFactorRequest,
            SecondFactorSettings, TotpSetup,
        },
    },
    app::App,
    auth::{
        devices,
        second_factor::{login, passkey_settings as passkeys, settings as second_factor},
        session,
    },
    error::{ApiError, ErrorCode},
    identity::{self, invitations, reach},
    limits::Limited,
    openapi::{self, Described, says},
    relay,
};

/// Largest body of any request: the largest real one, the registration of a passkey, has 1 to 4 kB.
const BODY_MAX: usize = 16 * 1024;

struct Route {
    method: &'static str,
    path: &'static str,
    limited: Limited,
}

/// The HTTP API, with what each route takes and answers.
macro_rules! routes {
    ($($method:ident $path:literal $handler:path, $limited:ident, $description:expr;)+) => {
        const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            limited: Limited::$limited,
        }),+];

        fn table() -> Router<App> {
            Router::new()$(.route($path, $method($handler)))+
        }

        /// The API for other programs.
        #[must_use]
        pub fn openapi() -> OpenApi {
            use ErrorCode::*;
            openapi::document([$(Described {
                method: stringify!($method),
                path: $path,
                limited: Limited::$limited,
                description: $description,
            }),+].into_iter())
        }
    };
}

/// What is no part of it.
macro_rules! unlisted {
    ($($method:ident $path:literal $handler:path, $limited:ident;)+) => {
        const UNLISTED: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            limited: Limited::$limited,
        }),+];

        fn unlisted() -> Router<App> {
            Router::new()$(.route($path, $method($handler)))+
        }
    };
}

routes! {
    get "/api/config" about::config, Request,
        says("What a client must know before it can log in").answers::<ServerConfig>();
    get "/api/openapi.json" description, Request, says("This document").answers_any();
    post "/api/auth/register" session::register, Register,
        says("Make an account and log in")
            .takes::<RegisterRequest>()
            .answers_with::<Registered>(StatusCode::CREATED)
            .refuses(&[InvalidUsername, InvalidIdentityKey, UsernameTaken, RegistrationClosed]);
    post "/api/auth/login" session::login, Login,
        says("Log in; the refresh token is set as a cookie")
            .takes::<LoginRequest>()
            .answers::<LoginAnswer>()
            .refuses(&[InvalidUsername, InvalidCredentials, LockedOut, AccountLocked]);
    post "/api/auth/refresh" session::refresh, Request,
        says("A new access token for the refresh cookie")
            .answers::<Session>()
            .refuses(&[SessionExpired, SessionReused, AccountLocked]);
    post "/api/auth/logout" session::logout, Request,
        says("End the session of the cookie and of the access token, as far as they are given")
            .refuses(&[Unauthenticated, TokenExpired]);
    post "/api/auth/revoke" session::revoke, Request,
        says("End the access token, and the socket that it opened").for_owner();
    get "/api/auth/sessions" devices::list, Request,
        says("Where one is logged in, the one used last first").for_owner().answers::<SessionList>();
    delete "/api/auth/sessions" devices::end_all, Request,
        says("End all sessions, or with keepThis all but the one that asks").for_owner().may_ask::<bool>("keepThis");
    delete "/api/auth/sessions/{id}" devices::end, Request,
        says("End one session, and its socket").for_owner().part::<SessionIdText>("id").refuses(&[NotFound]);
    // These check a login secret.
    put "/api/auth/password" devices::change_password, Login,
        says("Change the password; every other session ends")
            .for_owner()
            .takes::<ChangePasswordRequest>()
            .answers::<Session>()
            .refuses(&[InvalidCredentials, LockedOut]);
    delete "/api/auth/account" devices::delete, Login,
        says("Delete the account; nobody can register its name again")
            .for_owner()
            .takes::<DeleteAccountRequest>()
            .refuses(&[InvalidCredentials, LockedOut]);
    post "/api/auth/password/check" devices::check_password, Login,
        says("Whether it is the account's password")
            .for_owner()
            .takes::<PasswordProof>()
            .refuses(&[InvalidCredentials, LockedOut]);
    post "/api/auth/second-factor/totp" second_factor::start_totp, Login,
        says("A secret for an app that makes codes; nothing is on before one of them was shown")
            .for_owner()
            .takes::<PasswordProof>()
            .answers::<TotpSetup>()
            .refuses(&[InvalidCredentials, LockedOut, FactorConflict]);
    delete "/api/auth/second-factor/totp" second_factor::remove_totp, Login,
        says("Turn codes of an app off")
            .for_owner()
            .takes::<PasswordProof>()
            .refuses(&[InvalidCredentials, LockedOut, NotFound]);
    post "/api/auth/second-factor/passkeys" passkeys::start, Login,
        says("What a browser needs to make a passkey; nothing is on before it was shown")
            .for_owner()
            .takes::<PasswordProof>()
            .answers::<PasskeySetup>()
            .refuses(&[InvalidCredentials, LockedOut, PasskeyLimit]);
    delete "/api/auth/second-factor/passkeys/{id}" passkeys::remove, Login,
        says("Remove a passkey")
            .for_owner()
            .part::<PasskeyIdText>("id")
            .takes::<PasswordProof>()
            .refuses(&[InvalidCredentials, LockedOut, NotFound]);
    post "/api/auth/second-factor/recovery-codes" second_factor::renew_codes, Login,
        says("New recovery codes; those of before are void")
            .for_owner()
            .takes::<PasswordProof>()
            .answers::<RecoveryCodes>()
            .refuses(&[InvalidCredentials, LockedOut, FactorConflict]);
    // These check what was begun with one.
    post "/api/auth/login/second-factor" login::finish, Login,
        says("The second step of a login")
            .takes::<SecondFactorRequest>()
            .answers::<Session>()
            .refuses(&[SecondFactorWrong, TicketOver, LockedOut, AccountLocked]);
    put "/api/auth/second-factor/totp" second_factor::finish_totp, Login,
        says("Turn codes of an app on with one of them")
            .for_owner()
            .takes::<ConfirmTotpRequest>()
            .answers::<RecoveryCodes>()
            .refuses(&[SecondFactorWrong, TicketOver, FactorConflict]);
    put "/api/auth/second-factor/passkeys" passkeys::finish, Login,
        says("Add the passkey that a browser has made")
            .for_owner()
            .takes::<AddPasskeyRequest>()
            .answers::<PasskeyAdded>()
            .refuses(&[SecondFactorWrong, TicketOver, FactorConflict]);
    put "/api/auth/second-factor/passkeys/{id}" passkeys::rename, Request,
        says("Call a passkey by another name")
            .for_owner()
            .part::<PasskeyIdText>("id")
            .takes::<RenamePasskeyRequest>()
            .refuses(&[NotFound]);
    get "/api/auth/second-factor" second_factor::state, Request,
        says("What is asked for after the password").for_owner().answers::<SecondFactorSettings>();
    get "/api/chat/me" identity::me, Request,
        says("The account that asks").for_owner().answers::<User>();
    get "/api/chat/users" identity::search, Request,
        says("Accounts whose name begins so, in alphabetical order, at most 20")
            .for_owner()
            .asks::<String>("username")
            .answers::<UserList>()
            .refuses(&[InvalidUsername]);
    get "/api/identity/users/{id}/key" identity::key, Request,
        says("The identity key of an account")
            .for_owner()
            .part::<AccountIdText>("id")
            .answers::<KeyRecord>()
            .refuses(&[NotReachable, UserNotFound, KeyNotFound]);
    get "/api/identity/users/{id}/history" identity::history, Request,
        says("Every identity key that the account had, the newest first")
            .for_owner()
            .part::<AccountIdText>("id")
            .answers::<KeyHistory>()
            .refuses(&[NotReachable, UserNotFound, KeyNotFound]);
    get "/api/identity/users/{id}/fingerprint" identity::fingerprint, Request,
        says("The fingerprint of its identity key")
            .for_owner()
            .part::<AccountIdText>("id")
            .answers::<FingerprintRecord>()
            .refuses(&[NotReachable, UserNotFound, KeyNotFound]);
    // It may check a login secret.
    put "/api/identity/key" identity::set_key, Login,
        says("Store the identity key, or replace it")
            .for_owner()
            .takes::<SetKeyRequest>()
            .answers::<KeyRecord>()
            .refuses(&[InvalidIdentityKey, ProofRequired, InvalidProof, InvalidCredentials, LockedOut]);
    get "/api/reach" reach::settings, Request,
        says("Who may reach the account that asks").for_owner().answers::<ReachSettings>();
    put "/api/reach" reach::set_policy, Request,
        says("Choose who may").for_owner().takes::<SetReachRequest>().answers::<ReachSettings>();
    post "/api/reach/known" reach::know, Request,
        says("People whom its owner knows, in addition to those said before")
            .for_owner()
            .takes::<KnownPeopleRequest>()
            .answers::<ReachSettings>();
    put "/api/reach/{list}/{id}" reach::list, Request,
        says("Put somebody on a list")
            .for_owner()
            .part::<ReachList>("list")
            .part::<AccountIdText>("id")
            .answers::<ReachSettings>();
    delete "/api/reach/{list}/{id}" reach::unlist, Request,
        says("Take somebody off a list")
            .for_owner()
            .part::<ReachList>("list")
            .part::<AccountIdText>("id")
            .answers::<ReachSettings>();
    post "/api/invitations" invitations::invite, Request,
        says("Make an invitation; of an account the latest 20 are good").for_owner().answers::<InvitationRecord>();
    post "/api/invitations/redeem" invitations::redeem, Request,
        says("Whose invitation it is; from now on one may reach them")
            .for_owner()
            .takes::<RedeemRequest>()
            .answers::<InvitedBy>()
            .refuses(&[InvitationOver]);
}

unlisted! {
    get "/ws" relay::upgrade::upgrade, Handshake;
    get "/healthz" about::healthz, Exempt;
    get "/readyz" about::readyz, Exempt;
}

/// All handlers, without what every request passes through before.
pub fn router() -> Router<App> {
    table()
        .merge(unlisted())
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
    for route in ROUTES
        .iter()
        .chain(UNLISTED)
        .filter(|route| route.path == path)
    {
        label = route.path;
        if method.as_str().eq_ignore_ascii_case(route.method) {
            return (label, route.limited);
        }
    }
    (label, Limited::Request)
}

/// `GET /api/openapi.json`.
async fn description() -> Json<&'static OpenApi> {
    static DESCRIPTION: LazyLock<OpenApi> = LazyLock::new(openapi);
    Json(&DESCRIPTION)
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
