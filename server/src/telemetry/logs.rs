//! Structured logs on standard output: JSON, or a form for people when that is a terminal.

use std::io::{self, IsTerminal as _};
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::ParseError, fmt, layer::SubscriberExt as _, registry,
    util::SubscriberInitExt as _,
};

use super::traces::{self, Traces};
use crate::config::LogFormat;

/// Whether a filter can be read.
///
/// # Errors
/// Why not.
pub fn check(filter: &str) -> Result<(), ParseError> {
    filter.parse::<EnvFilter>().map(drop)
}

/// Starts logging, and handing spans to `traces`. Has no effect if something else was started before (tests).
///
/// # Errors
/// When the filter cannot be read.
pub fn start(format: LogFormat, filter: &str, traces: Option<&Traces>) -> Result<(), ParseError> {
    let filter = filter
        .parse::<EnvFilter>()?
        .add_directive(format!("{}=off", traces::TARGET).parse()?);
    let json = match format {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Auto => !io::stdout().is_terminal(),
    };
    let lines = fmt::layer().with_writer(io::stdout);
    let lines = if json {
        lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed()
    } else {
        lines
            .with_ansi(io::stdout().is_terminal())
            .with_target(false)
            .boxed()
    };
    // The only error is "something was started before".
    let _ = registry()
        .with(lines.with_filter(filter))
        .with(traces.map(Traces::layer))
        .try_init();
    Ok(())
}
