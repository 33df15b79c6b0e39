//! Where things are in the repository.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The folders that the builder reads and writes.
pub(crate) struct Layout {
    /// The workspace's root.
    pub(crate) root: PathBuf,
    /// Target folder of the WebAssembly builds, apart from the host's: another compiler may fill it.
    pub(crate) target: PathBuf,
    /// What the npm package is built from: `wasm-bindings/pkg/wasm`. Not committed.
    pub(crate) output: PathBuf,
    /// binaryen's `wasm-opt`, from the npm package's development dependencies.
    pub(crate) wasm_opt: PathBuf,
}

impl Layout {
    pub(crate) fn find() -> Result<Self> {
        // builder/ -> wasm-bindings/ -> the root
        let package = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the builder's folder has no parent")?;
        let root = package.parent().context("wasm-bindings/ has no parent")?;
        Ok(Self {
            root: root.to_path_buf(),
            target: root.join(".build/wasm-target"),
            output: package.join("pkg/wasm"),
            wasm_opt: package.join("node_modules/binaryen/bin/wasm-opt"),
        })
    }
}
