//! A private Redis of Debian's on a free port, stopped and removed when this process ends, however it ends; and a line to it that
//! can be cut.
#![allow(dead_code, reason = "not every run of the tests needs all of it")]

use std::{net::SocketAddr, process::Command, sync::Arc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
};

use super::minded::{Minded, free_port};

/// Serves until its standard input ends, which it does with this process.
const SCRIPT: &str = r#"
set -eu
trap '' INT
home=$1 port=$2
serve() {
  redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$home" >>"$home/log" 2>&1 &
  server=$!
  until redis-cli -p "$port" ping >/dev/null 2>&1; do sleep 0.02; done
}
serve
echo ready
while read -r word; do
  case $word in
    kill) kill -KILL "$server"; wait "$server" || : ;;
    start) serve ;;
  esac
  echo "$word"
done
kill -KILL "$server" 2>/dev/null || :
rm -rf "$home"
"#;

pub(crate) struct Redis {
    server: Minded,
    pub(crate) address: SocketAddr,
}

impl Redis {
    pub(crate) fn start() -> Self {
        assert!(
            Command::new("redis-server")
                .arg("--version")
                .output()
                .is_ok(),
            "Redis is missing: sh infra/setup/tests.sh installs it"
        );
        let home = Minded::folder("duet-redis-");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let mut shell = Command::new("sh");
        shell
            .args(["-c", SCRIPT, "sh"])
            .arg(&home)
            .arg(address.port().to_string());
        let server = Minded::start(shell, &home);
        Self { server, address }
    }

    /// `kill` (at once, and what it knew is lost) or `start`; returns when it is done.
    pub(crate) fn tell(&mut self, word: &str) {
        self.server.tell(word);
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }
}

/// What a line does with what it is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// Passes it on.
    Whole,
    /// Takes it, and passes nothing on: no end sees that anything is wrong.
    Silent,
    /// Is closed, and takes nobody in.
    Cut,
}

/// A line to a Redis. Ends with the test's runtime.
pub(crate) struct Link {
    pub(crate) address: SocketAddr,
    line: Arc<watch::Sender<Line>>,
}

impl Link {
    pub(crate) async fn to(target: SocketAddr) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = Arc::new(watch::Sender::new(Line::Whole));
        let lines = Arc::clone(&line);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if *lines.borrow() == Line::Cut {
                    continue;
                }
                let Ok(far) = TcpStream::connect(target).await else {
                    continue;
                };
                let (near_reads, near_writes) = near.into_split();
                let (far_reads, far_writes) = far.into_split();
                tokio::spawn(pass_on(near_reads, far_writes, lines.subscribe()));
                tokio::spawn(pass_on(far_reads, near_writes, lines.subscribe()));
            }
        });
        Self { address, line }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }

    pub(crate) fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn pass_on(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
) {
    let mut buffer = vec![0; 64 * 1024];
    // A connection that a silence has eaten a part of must never speak again.
    let mut eaten = false;
    loop {
        let length = tokio::select! {
            read = from.read(&mut buffer) => match read {
                Ok(0) | Err(_) => return,
                Ok(length) => length,
            },
            cut = line.wait_for(|line| *line == Line::Cut) => {
                drop(cut);
                return;
            }
        };
        eaten |= *line.borrow() == Line::Silent;
        if !eaten && to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
