//! Compiles the package's crates to WebAssembly and turns them into the files that `@duet-chat/crypto` is made of.
//!
//! `cargo run -p duet-wasm-builder` does everything: it finds a toolchain that can compile for
//! `wasm32-unknown-unknown` ([`toolchain`]), compiles each variant of each module ([`compile`]), generates the glue
//! and optimises ([`module`], [`panics`]), and writes `wasm-bindings/pkg/wasm/` ([`emit`]). It is incremental: cargo decides
//! what to compile, and the later steps run only if the compiled bytes or this program changed ([`stamp`]).
//!
//! `DUET_WASM_TOOLCHAIN=rustup|debian` insists on one toolchain; by default the first one that works is taken.

mod compile;
mod emit;
mod layout;
mod module;
mod panics;
mod stamp;
mod toolchain;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::layout::Layout;
use crate::module::{Artefact, Variant};
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

    // The variants have folders of their own; the modules of a variant share what they have in common.
    let compiled: Vec<_> = side_by_side(Variant::ALL, |variant| {
        Artefact::ALL
            .into_iter()
            .filter(|artefact| artefact.variants().contains(&variant))
            .map(|artefact| {
                let bytes = compile::compile(&toolchain, &layout, artefact, variant).with_context(
                    || format!("compiling {} ({})", artefact.package(), variant.name()),
                )?;
                Ok((artefact, variant, bytes))
            })
            .collect::<Result<Vec<_>>>()
    })?
    .into_iter()
    .flatten()
    .collect();

    let stamp = stamp::of(&compiled, &layout)?;
    if emit::is_current(&layout, &stamp)? {
        say("wasm: up to date");
        return Ok(());
    }
    let modules = side_by_side(compiled, |(artefact, variant, bytes)| {
        module::finish(artefact, variant, bytes, &layout)
    })?;
    for line in emit::write(&layout, &modules, &stamp)? {
        say(&line);
    }
    Ok(())
}

/// Each on a thread of its own: the slow steps, linking and optimising, use one. Results keep their order.
fn side_by_side<T: Send, R: Send>(
    inputs: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = inputs
            .into_iter()
            .map(|input| scope.spawn(move || work(input)))
            .collect();
        threads
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

/// One line for the person who builds. Goes to standard error: standard output stays free for a caller.
fn say(line: &str) {
    // A build whose terminal is gone goes on.
    let _ = writeln!(std::io::stderr(), "{line}");
}
