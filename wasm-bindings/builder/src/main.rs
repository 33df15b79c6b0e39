//! Compiles `duet-wasm` to WebAssembly and turns it into the files that `@duet-chat/crypto` is made of.
//!
//! `cargo run -p duet-wasm-builder` does everything: it finds a toolchain that can compile for
//! `wasm32-unknown-unknown` ([`toolchain`]), compiles each variant of the module ([`compile`]), generates the glue
//! and optimises ([`module`]), and writes `wasm-bindings/pkg/wasm/` ([`emit`]). It is incremental: cargo decides
//! what to compile, and the later steps run only if the compiled bytes or this program changed ([`stamp`]).
//!
//! `DUET_WASM_TOOLCHAIN=rustup|debian` insists on one toolchain; by default the first one that works is taken.

mod compile;
mod emit;
mod layout;
mod module;
mod stamp;
mod toolchain;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::layout::Layout;
use crate::module::Variant;
use crate::toolchain::Toolchain;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    if let Some(argument) = std::env::args().nth(1) {
        bail!("unknown argument {argument:?}: this program takes none");
    }
    let layout = Layout::find()?;
    let toolchain = Toolchain::find(&layout)?;

    let mut compiled = Vec::new();
    for variant in Variant::ALL {
        let bytes = compile::compile(&toolchain, &layout, variant)
            .with_context(|| format!("compiling the {} module", variant.name()))?;
        compiled.push((variant, bytes));
    }

    let stamp = stamp::of(&compiled, &layout)?;
    if emit::is_current(&layout, &stamp)? {
        say("wasm: up to date");
        return Ok(());
    }
    let modules = compiled
        .into_iter()
        .map(|(variant, bytes)| module::finish(variant, bytes, &layout))
        .collect::<Result<Vec<_>>>()?;
    for line in emit::write(&layout, &modules, &stamp)? {
        say(&line);
    }
    Ok(())
}

/// One line for the person who builds. Goes to standard error: standard output stays free for a caller.
fn say(line: &str) {
    // A build whose terminal is gone goes on.
    let _ = writeln!(std::io::stderr(), "{line}");
}
