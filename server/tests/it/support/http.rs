//! A small HTTP client: it sends exactly what a test says, malformed things too.

use serde_json::Value;
use std::{
    io,
    net::{IpAddr, SocketAddr},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_util::either::Either;

/// A request in the making. Comes with the relay's own Origin.
#[derive(Clone)]
pub(crate) struct Http {
    address: SocketAddr,
    from: Option<IpAddr>,
    trust: Option<TlsConnector>,
    headers: Vec<(String, String)>,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Http {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let headers = vec![
            ("Host".to_owned(), address.to_string()),
            ("Origin".to_owned(), format!("http://{address}")),
        ];
        Self {
            address,
            from: None,
            trust: None,
            headers,
        }
    }

    /// From this address of the machine instead of the usual one.
    pub(crate) fn from(mut self, from: Option<IpAddr>) -> Self {
        self.from = from;
        self
    }

    /// Over TLS, if there is something to believe the relay by.
    pub(crate) fn over(mut self, trust: Option<TlsConnector>) -> Self {
        self.trust = trust;
        self
    }

    /// Sets a header, replacing the one there is.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(there, _)| !there.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, b"").await
    }

    /// Sends JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.clone()
            .header("Content-Type", "application/json")
            .send("POST", path, body.to_string().as_bytes())
            .await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.clone()
            .header("Content-Type", "application/json")
            .send("PUT", path, body.to_string().as_bytes())
            .await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: &[u8]) -> Reply {
        self.try_send(method, path, body)
            .await
            .expect("an HTTP answer")
    }

    /// The answer, if one comes, all of it.
    pub(crate) async fn try_send(&self, method: &str, path: &str, body: &[u8]) -> Option<Reply> {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in &self.headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        let mut stream = connect_from(self.from, self.address, self.trust.as_ref())
            .await
            .ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        // A relay that refuses early may have closed already; its answer is what counts.
        let _ = stream.write_all(body).await;
        let _ = stream.flush().await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        Reply::parse(&bytes, method != "HEAD")
    }
}

/// A connection, with TLS or without.
pub(crate) type Line = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// Connects from an address of this machine, or from any.
pub(crate) async fn connect_from(
    from: Option<IpAddr>,
    to: SocketAddr,
    trust: Option<&TlsConnector>,
) -> io::Result<Line> {
    let stream = match from {
        None => TcpStream::connect(to).await?,
        Some(from) => {
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::new(from, 0))?;
            socket.connect(to).await?
        }
    };
    stream.set_nodelay(true)?;
    Ok(match trust {
        None => Either::Left(stream),
        Some(trust) => {
            let secured = trust.connect(to.ip().into(), stream).await?;
            Either::Right(Box::new(secured))
        }
    })
}

impl Reply {
    fn parse(bytes: &[u8], with_body: bool) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let reply = Self {
            status,
            headers,
            body: bytes[end + 4..].to_vec(),
        };
        let announced = reply
            .header("content-length")
            .filter(|_| with_body)
            .map_or(reply.body.len(), |length| length.parse().unwrap());
        (reply.body.len() == announced).then_some(reply)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(there, _)| there == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            self.text()
        );
        if self.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&self.body).unwrap()
        }
    }

    /// The code of an error; checks that its body and headers are complete.
    #[track_caller]
    pub(crate) fn error(&self) -> String {
        assert!(self.status >= 400, "{}: {}", self.status, self.text());
        let body: Value =
            serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()));
        assert_eq!(
            self.header("x-request-id"),
            body["error"]["requestId"].as_str()
        );
        assert!(!body["error"]["message"].as_str().unwrap().is_empty());
        body["error"]["code"].as_str().unwrap().to_owned()
    }

    /// `name=value` of the cookie that the reply sets.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.header("set-cookie")?.split(';').next()
    }
}
