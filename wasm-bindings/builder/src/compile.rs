//! Runs cargo for one variant of the module.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::layout::Layout;
use crate::module::Variant;
use crate::toolchain::{TARGET, Toolchain};

/// The profile of the workspace's `Cargo.toml` that is made for the module.
const PROFILE: &str = "wasm";

/// Crates with no inner loop: compiled for size, which saves a fifth of the module. The others stay at the profile's
/// level: even the generic code of the core contains the loops of AES-GCM.
const FOR_SIZE: &[&str] = &["base64ct", "duet-wasm", "js-sys", "wasm-bindgen", "web-sys"];

/// Compiles one variant and returns the linked, not yet bound module.
pub(crate) fn compile(toolchain: &Toolchain, layout: &Layout, variant: Variant) -> Result<Vec<u8>> {
    let target = layout.target.join(toolchain.label()).join(variant.name());
    let status = toolchain
        .cargo_build()
        .current_dir(&layout.root)
        .args([
            "--quiet",
            "--locked",
            "--package",
            "duet-wasm",
            "--lib",
            "--profile",
            PROFILE,
        ])
        .args(optimisation())
        .arg("--target-dir")
        .arg(&target)
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            flags(toolchain, layout, variant).join("\u{1f}"),
        )
        .status()
        .context("running cargo")?;
    if !status.success() {
        bail!("cargo failed ({status})");
    }
    let file = target.join(TARGET).join(PROFILE).join("duet_wasm.wasm");
    std::fs::read(&file).with_context(|| format!("reading {}", file.display()))
}

/// Settings of the profile, on the command line because they say what this program wants of it.
fn optimisation() -> Vec<String> {
    let setting = |name| format!("profile.{PROFILE}.package.{name}.opt-level=\"z\"");
    FOR_SIZE
        .iter()
        .flat_map(|name| ["--config".to_owned(), setting(name)])
        .collect()
}

fn flags(toolchain: &Toolchain, layout: &Layout, variant: Variant) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    if let Some(features) = variant.target_features() {
        flags.push(format!("-Ctarget-feature={features}"));
    }
    // Panic locations name source files: the same bytes on every machine, and no machine's folders in them. Of
    // several prefixes that match, rustc takes the last one.
    let mut folders = vec![
        (toolchain.sysroot().to_path_buf(), "/rust"),
        (layout.root.clone(), "/duet"),
    ];
    folders.extend(registries().into_iter().map(|folder| (folder, "/crates")));
    for (folder, name) in folders {
        flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
    }
    flags
}

/// Where cargo unpacks crates: a folder per registry, named after it.
fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let Some(entries) = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok())
    else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    // The flags are part of what cargo compares: their order must not depend on the file system's.
    folders.sort();
    folders
}
