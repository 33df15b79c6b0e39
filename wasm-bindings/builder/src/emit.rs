//! Writes `pkg/wasm/`: for each crate the glue, each module as a file, and each module as a JavaScript string.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::layout::Layout;
use crate::module::{Artefact, Module};

const STAMP: &str = "stamp.txt";

/// True if the outputs were made from what `stamp` stands for.
pub(crate) fn is_current(layout: &Layout, stamp: &str) -> Result<bool> {
    match fs::read_to_string(layout.output.join(STAMP)) {
        Ok(known) => Ok(known == stamp),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).context("reading the stamp"),
    }
}

/// Writes everything and returns a line per module for the person who builds. The stamp comes last: an
/// interrupted run is not taken for a finished one.
pub(crate) fn write(layout: &Layout, modules: &[Module], stamp: &str) -> Result<Vec<String>> {
    let output = &layout.output;
    if output.exists() {
        fs::remove_dir_all(output).context("clearing pkg/wasm")?;
    }
    fs::create_dir_all(output)?;

    let mut lines = Vec::new();
    for artefact in Artefact::ALL {
        let of_it = modules.iter().filter(|module| module.artefact == artefact);
        lines.extend(write_artefact(
            &output.join(artefact.folder()),
            of_it.collect(),
        )?);
    }
    fs::write(output.join(STAMP), stamp)?;
    Ok(lines)
}

fn write_artefact(output: &Path, modules: Vec<&Module>) -> Result<Vec<String>> {
    fs::create_dir_all(output)?;
    let Some(first) = modules.first() else {
        bail!("no module to write");
    };
    if modules.iter().any(|module| module.glue != first.glue) {
        bail!("the variants need different glue: they were not compiled from one source");
    }
    fs::write(output.join("glue.js"), &first.glue)?;
    fs::write(output.join("glue.d.ts"), &first.declarations)?;

    let mut lines = Vec::new();
    for module in modules {
        let name = module.variant.name();
        let deflated = deflate(&module.wasm)?;
        fs::write(output.join(format!("{name}.wasm")), &module.wasm)?;
        fs::write(
            output.join(format!("{name}.js")),
            embedded(&module.wasm, &deflated),
        )?;
        fs::write(output.join(format!("{name}.d.ts")), EMBEDDED_TYPES)?;
        lines.push(format!(
            "wasm: {} {name}: {} bytes, {} deflated",
            module.artefact.package(),
            module.wasm.len(),
            deflated.len()
        ));
    }
    Ok(lines)
}

/// A module as text: no asset whose address a bundler could break, fetched only by whoever imports it.
fn embedded(wasm: &[u8], deflated: &[u8]) -> String {
    let (length, text) = (wasm.len(), STANDARD.encode(deflated));
    format!("export const length = {length};\nexport const deflated =\n  '{text}';\n")
}

const EMBEDDED_TYPES: &str = "\
/** Bytes of the module when inflated. */
export declare const length: number;
/** The module: zlib (RFC 1950) in base64. */
export declare const deflated: string;
";

fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
