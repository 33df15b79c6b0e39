//! The messenger out of this program, on this machine alone, over a relay elsewhere: whoever runs it need not trust the
//! program that the relay delivers to browsers. The API and the WebSocket are passed on as they are.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::any,
};
use axum_server::Handle;
use hyper_util::rt::TokioIo;
use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use super::link::Link;
use crate::{
    error::{ApiError, ErrorCode},
    http::{headers, heads, origin, request_id},
    site::Site,
};

/// How long what is open may go on when the program is told to stop.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(2);

/// Headers that are about one connection, not about the request (RFC 9110, section 7.6.1), and those that this program writes anew.
static NOT_PASSED_ON: [HeaderName; 8] = [
    header::CONNECTION,
    header::HOST,
    header::ORIGIN,
    header::REFERER,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

struct Parts {
    link: Link,
    site: Site,
    /// What a browser on this machine may call it: other names are those of pages elsewhere. ⚔ DNS rebinding
    names: [String; 2],
}

/// The messenger of this program, ready to serve.
pub struct LocalClient {
    parts: Arc<Parts>,
    listener: TcpListener,
}

impl LocalClient {
    /// Takes a port of 127.0.0.1; 0 is any free one.
    ///
    /// # Errors
    /// When the port is taken, or the program has no site inside.
    pub fn bind(link: Link, site: Site, port: u16) -> io::Result<Self> {
        if !site.is_built() {
            return Err(io::Error::other("this program was built without the site"));
        }
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok(Self {
            parts: Arc::new(Parts {
                link,
                site,
                names: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            }),
            listener,
        })
    }

    /// Where it serves.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `shutdown` is ready.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let handle = Handle::new();
        let stopping = handle.clone();
        tokio::spawn(async move {
            shutdown.await;
            stopping.graceful_shutdown(Some(SHUTDOWN_PATIENCE));
        });
        let router = Router::new()
            .route("/ws", any(pass_on))
            .route("/api/{*path}", any(pass_on))
            .fallback(own_site)
            .layer(axum::middleware::from_fn_with_state(
                Arc::clone(&self.parts),
                admit,
            ))
            .with_state(self.parts);
        let mut server = axum_server::from_tcp(self.listener)?.handle(handle);
        heads::bound(server.http_builder());
        server.serve(router.into_make_service()).await
    }
}

/// Lets in what a page of this program's asks for, and nothing of other pages; gives every answer its headers.
async fn admit(
    State(parts): State<Arc<Parts>>,
    request: Request,
    next: axum::middleware::Next,
) -> Response {
    let id = request_id::of(request.headers());
    let own = origin::own_origin(request.headers(), false).filter(|own| {
        parts
            .names
            .iter()
            .any(|name| own.as_str() == format!("http://{name}"))
    });
    let viewer = headers::is_viewer(request.uri().path());
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let crosses = request.headers().contains_key(header::ORIGIN) || !safe;
    let refused = own.is_none()
        || (crosses && !viewer && origin::accepted(request.headers(), false, &[]).is_none());
    request_id::scope(id.clone(), async move {
        if refused {
            let mut answer = origin::refused_origin().into_response();
            headers::apply(&mut answer, &id, false);
            return answer;
        }
        let mut answer = next.run(request).await;
        headers::apply(&mut answer, &id, viewer);
        answer
    })
    .await
}

async fn own_site(State(parts): State<Arc<Parts>>, request: Request) -> Response {
    parts
        .site
        .answer(request.method(), request.uri(), request.headers())
}

async fn pass_on(State(parts): State<Arc<Parts>>, mut request: Request) -> Response {
    let waiting = hyper::upgrade::on(&mut request);
    match parts.link.send(outgoing(&parts.link, request)).await {
        Ok(mut answer) => {
            if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
                let other = hyper::upgrade::on(&mut answer);
                tokio::spawn(async move {
                    if let (Ok(near), Ok(far)) = tokio::join!(waiting, other) {
                        let (mut near, mut far) = (TokioIo::new(near), TokioIo::new(far));
                        // However it ends, the messenger and the relay both notice.
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    }
                });
                return answer.map(|_| Body::empty());
            }
            let mut answer = answer.map(Body::new);
            remove_connection_headers(answer.headers_mut());
            answer
        }
        Err(error) => {
            tracing::warn!(category = "lifecycle", %error, "the relay");
            ApiError::from(ErrorCode::Unavailable).into_response()
        }
    }
}

/// The same request, as this relay's own page would have made it.
fn outgoing(link: &Link, request: Request) -> Request {
    let (mut head, body) = request.into_parts();
    let upgrade = head.headers.get(header::UPGRADE).cloned();
    let crosses = head.headers.contains_key(header::ORIGIN);
    for name in &NOT_PASSED_ON {
        head.headers.remove(name);
    }
    head.headers
        .insert(header::HOST, link.address.authority.clone());
    if crosses && let Ok(origin) = HeaderValue::from_str(link.address.origin.as_str()) {
        head.headers.insert(header::ORIGIN, origin);
    }
    // One id from the browser to the relay's log.
    if let Ok(id) = HeaderValue::from_str(&request_id::current()) {
        head.headers.insert(request_id::HEADER, id);
    }
    if let Some(upgrade) = upgrade {
        head.headers.insert(header::UPGRADE, upgrade);
        head.headers
            .insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
    Request::from_parts(head, body)
}

fn remove_connection_headers(headers: &mut HeaderMap) {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING] {
        headers.remove(name);
    }
}
