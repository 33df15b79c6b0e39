//! Structured logs on standard output: JSON, or a form for people when that is a terminal.

use std::io::{self, IsTerminal as _};
use tracing_subscriber::{EnvFilter, filter::ParseError};

use crate::config::LogFormat;

/// Whether a filter can be read.
///
/// # Errors
/// Why not.
pub fn check(filter: &str) -> Result<(), ParseError> {
    filter.parse::<EnvFilter>().map(drop)
}

/// Starts logging. Has no effect if something else was started before (tests).
///
/// # Errors
/// When the filter cannot be read.
pub fn start(format: LogFormat, filter: &str) -> Result<(), ParseError> {
    let filter: EnvFilter = filter.parse()?;
    let json = match format {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Auto => !io::stdout().is_terminal(),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stdout);
    let started = if json {
        builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .try_init()
    } else {
        builder
            .with_ansi(io::stdout().is_terminal())
            .with_target(false)
            .try_init()
    };
    // The only error is "something was started before".
    let _ = started;
    Ok(())
}
