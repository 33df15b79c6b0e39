//! The program as an operator starts it.

use serde_json::Value;
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use super::eventually;

/// A running program with its log. Killed when the test ends.
pub(crate) struct Program {
    child: Child,
    pub(crate) log: PathBuf,
    pub(crate) address: SocketAddr,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// Starts it in `directory`, on a free port, with an empty environment; waits until it serves.
    pub(crate) async fn start(directory: &Path, arguments: &[&str]) -> Self {
        Self::start_after("", directory, arguments).await
    }

    /// The same from a shell that has run something else before.
    pub(crate) async fn start_after(before: &str, directory: &Path, arguments: &[&str]) -> Self {
        let log = directory.join("log");
        // A file that may not grow is an error to be handled, as on a full disk, not a signal that kills.
        let child = Command::new("/bin/sh")
            .args(["-c", &format!("trap '' XFSZ; {before} exec \"$@\""), "sh"])
            .arg(env!("CARGO_BIN_EXE_duet-relay"))
            .args(["--listen", "127.0.0.1:0", "--metrics-listen", "off"])
            .args(["--realm", "duet.test", "--rate-register", "100"])
            .args(arguments)
            .current_dir(directory)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::from(fs::File::create(&log).unwrap()))
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut program = Self {
            child,
            log,
            address: SocketAddr::from(([0; 4], 0)),
        };
        eventually("the program serves", async || {
            program.served_address().is_some()
        })
        .await;
        program.address = program.served_address().unwrap();
        program
    }

    /// Where the program says that it serves: it chose a free port by itself.
    fn served_address(&self) -> Option<SocketAddr> {
        self.entries()
            .into_iter()
            .find_map(|entry| entry["address"].as_str()?.parse().ok())
    }

    /// The lines of its log that are complete: the last one may be half written.
    pub(crate) fn entries(&self) -> Vec<Value> {
        fs::read_to_string(&self.log)
            .unwrap()
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, as a service manager sends it; a clean exit is expected.
    pub(crate) fn terminate(&mut self) {
        self.signal("TERM");
        assert!(self.child.wait().unwrap().success(), "a clean exit");
    }

    /// A signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// SIGKILL: what is on disk now must be enough.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub(crate) fn healthcheck(address: SocketAddr) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duet-relay"))
        .args(["--listen", &address.to_string(), "healthcheck"])
        .env_clear()
        .output()
        .unwrap()
}
