//! `duet-vectors write` writes the files of `test-vectors/`; `duet-vectors check` names those that differ.

use duet_vectors::{CORPUS, Difference, FILES, Failure, corpus, emoji_table, folder};
use std::fs;
use std::io;
use std::process::ExitCode;

enum Command {
    Write,
    Check,
}

fn main() -> ExitCode {
    let command = match std::env::args().nth(1).as_deref() {
        Some("write") => Command::Write,
        Some("check") => Command::Check,
        _ => {
            return report(
                io::stderr(),
                "usage: duet-vectors write|check",
                ExitCode::from(2),
            );
        }
    };
    match execute(&command) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => report(
            io::stderr(),
            "run `make vectors` and look at the difference before you commit it",
            ExitCode::FAILURE,
        ),
        Err(error) => report(io::stderr(), &error, ExitCode::FAILURE),
    }
}

/// Returns how many files differ.
fn execute(command: &Command) -> Result<usize, String> {
    let mut differing = 0;
    for (name, text) in files().map_err(|failure| failure.to_string())? {
        match command {
            Command::Write => {
                fs::write(folder().join(name), text).map_err(|error| format!("{name}: {error}"))?;
            }
            Command::Check => {
                let words = match Difference::of(name, &text)
                    .map_err(|error| format!("{name}: {error}"))?
                {
                    None => continue,
                    Some(Difference::Missing) => format!("{name} is missing"),
                    Some(Difference::Line(line)) => format!("{name} differs from line {line} on"),
                };
                differing += 1;
                report(io::stdout(), &words, ());
            }
        }
    }
    Ok(differing)
}

/// Every file with its bytes.
fn files() -> Result<Vec<(&'static str, String)>, Failure> {
    let mut out = vec![("emoji256.txt", emoji_table()), (CORPUS, corpus()?)];
    for make in FILES {
        let file = make()?;
        out.push((file.name(), file.render()?));
    }
    Ok(out)
}

/// Says `words` and returns `value`. A closed pipe is not worth a failure of its own.
fn report<T>(mut to: impl io::Write, words: &str, value: T) -> T {
    let _ = writeln!(to, "{words}");
    value
}
