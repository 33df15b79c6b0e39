//! A private PostgreSQL of Debian's: on a socket of its own, stopped and removed when this process ends, however it ends.
#![allow(dead_code, reason = "the run on SQLite needs none")]

use sqlx::{Connection as _, Executor as _, PgConnection};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use super::minded::{Minded, free_port};

/// Serves until its standard input ends, which it does with this process.
const SCRIPT: &str = r#"
set -eu
trap '' INT
bin=$1 home=$2 port=$3
"$bin/initdb" -D "$home/data" -A trust -U duet -E UTF8 --no-locale --no-sync >"$home/log" 2>&1
options="-c listen_addresses= -c unix_socket_directories=$home"
if [ -n "$port" ]; then
  # An authority of its own, and a certificate of the server's.
  key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
  openssl req -x509 $key -days 2 -subj "/CN=an authority of tests" -keyout ca.key -out ca.crt 2>>"$home/log"
  openssl req $key -subj /CN=localhost -keyout server.key -out server.csr 2>>"$home/log"
  printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' >server.ext
  openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext \
    -out server.crt 2>>"$home/log"
  options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c ssl=on \
    -c ssl_cert_file=$home/server.crt -c ssl_key_file=$home/server.key"
fi
serve() {
  "$bin/pg_ctl" -D "$home/data" -l "$home/log" -w start -o "$options \
    -c max_connections=300 -c shared_buffers=16MB -c fsync=off -c full_page_writes=off" >>"$home/log"
}
serve
echo ready
while read -r word; do
  case $word in
    stop) "$bin/pg_ctl" -D "$home/data" -m immediate -w stop >>"$home/log" 2>&1 ;;
    start) serve ;;
  esac
  echo "$word"
done
"$bin/pg_ctl" -D "$home/data" -m immediate -w stop >>"$home/log" 2>&1 || :
rm -rf "$home"
"#;

pub(crate) struct Postgres {
    server: Minded,
    port: Option<u16>,
    schemas: AtomicU32,
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub(crate) fn start() -> Self {
        Self::start_at(None)
    }

    /// One that is reached over TCP, with TLS if one asks for it.
    pub(crate) fn start_with_tls() -> Self {
        Self::start_at(Some(free_port()))
    }

    fn start_at(port: Option<u16>) -> Self {
        let home = Minded::folder("duet-pg-");
        // It refuses to run as root.
        let mut command = if rustix::process::getuid().is_root() {
            let given = Command::new("chown").arg("nobody").arg(&home).status();
            assert!(given.unwrap().success());
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command
            .args(["-c", SCRIPT, "sh"])
            .arg(programs())
            .arg(&home)
            .arg(port.map_or_else(String::new, |port| port.to_string()))
            .current_dir(&home);
        Self {
            server: Minded::start(command, &home),
            port,
            schemas: AtomicU32::new(0),
        }
    }

    /// Stops at once, as if the machine had lost its power, or starts again; returns when it is done.
    pub(crate) fn tell(&mut self, word: &str) {
        self.server.tell(word);
    }

    /// The certificate of the authority that vouches for it.
    pub(crate) fn authority(&self) -> PathBuf {
        self.server.home.join("ca.crt")
    }

    /// The address of a database that nobody has used: a schema of its own.
    pub(crate) async fn fresh(&self) -> String {
        let number = self.schemas.fetch_add(1, Ordering::Relaxed);
        let address = |schema: &str| {
            let at = match self.port {
                Some(port) => format!("localhost:{port}/postgres?"),
                None => format!("localhost/postgres?host={}&", self.server.home.display()),
            };
            format!("postgres://duet@{at}options[search_path]={schema}")
        };
        let mut connection = PgConnection::connect(&address("public")).await.unwrap();
        let schema = format!("test{number}");
        connection
            .execute(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
            .await
            .unwrap();
        connection.close().await.unwrap();
        address(&schema)
    }
}

/// The one that all tests of this process share.
pub(crate) fn shared() -> &'static Postgres {
    static SHARED: OnceLock<Postgres> = OnceLock::new();
    SHARED.get_or_init(Postgres::start)
}

/// The folder of Debian's newest version.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is missing: sh infra/setup/tests.sh installs it");
    versions
        .map(|version| version.unwrap().path().join("bin"))
        .filter(|bin: &PathBuf| Path::new(bin).join("initdb").exists())
        .max()
        .expect("PostgreSQL has no initdb")
}
