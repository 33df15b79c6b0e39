//! What the outputs were made from, in one string: if it is the same, nothing needs to be made again.

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::layout::Layout;
use crate::module::{Artefact, Variant};

/// SHA-256 over this program, the optimiser's version and the compiled modules.
pub(crate) fn of(compiled: &[(Artefact, Variant, Vec<u8>)], layout: &Layout) -> Result<String> {
    let mut hash = Sha256::new();
    let program = std::env::current_exe().context("finding this program")?;
    update(
        &mut hash,
        &std::fs::read(program).context("reading this program")?,
    );
    // binaryen's package.json names its version; without the package there is nothing to compare with.
    let binaryen = layout.wasm_opt.with_file_name("../package.json");
    update(&mut hash, &std::fs::read(binaryen).unwrap_or_default());
    for (artefact, variant, bytes) in compiled {
        update(&mut hash, artefact.package().as_bytes());
        update(&mut hash, variant.name().as_bytes());
        update(&mut hash, bytes);
    }
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn update(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
