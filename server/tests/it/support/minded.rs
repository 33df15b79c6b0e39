//! A server in a shell that minds it: it serves until this process ends, however it ends, and does what it is told meanwhile.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

pub(crate) struct Minded {
    /// The server's folder, with its `log`. The shell removes it.
    pub(crate) home: PathBuf,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _child: Child,
}

impl Minded {
    /// A folder for a server.
    pub(crate) fn folder(prefix: &str) -> PathBuf {
        tempfile::Builder::new()
            .prefix(prefix)
            .tempdir()
            .unwrap()
            .keep()
    }

    /// Runs a shell whose script says `ready` once the server serves, and ends with its standard input.
    pub(crate) fn start(mut shell: Command, home: &Path) -> Self {
        let mut child = shell
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut minded = Self {
            home: home.to_owned(),
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            _child: child,
        };
        minded.hear("ready");
        minded
    }

    /// Says a word of the script's; returns when it is done.
    pub(crate) fn tell(&mut self, word: &str) {
        writeln!(self.input, "{word}").unwrap();
        self.hear(word);
    }

    fn hear(&mut self, word: &str) {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let log = || fs::read_to_string(self.home.join("log")).unwrap_or_default();
        assert_eq!(line.trim(), word, "{}", log());
    }
}

/// A port that nobody listens on, and that this process gives to nobody else. It is below those that the kernel gives to whoever asks
/// for any: between the look and the use of it no other test can be given it.
pub(crate) fn free_port() -> u16 {
    const FIRST: u16 = 14_000;
    const COUNT: u16 = 18_000;
    static TRIED: AtomicU16 = AtomicU16::new(0);
    // Two runs on one machine begin elsewhere.
    let begin = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(COUNT)).unwrap();
    loop {
        let port = FIRST + (begin + TRIED.fetch_add(1, Ordering::Relaxed)) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
