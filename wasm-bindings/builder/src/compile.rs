//! Runs cargo for one variant of the module.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::layout::Layout;
use crate::module::Variant;
use crate::toolchain::{TARGET, Toolchain};

/// The profile of the workspace's `Cargo.toml` that is made for the module.
const PROFILE: &str = "wasm";

/// Crates whose inner loops are what a person waits for. Everything else is compiled for size: it is half of the
/// module, and none of it shows in a measurement.
const FOR_SPEED: &[&str] = &[
    "aes",
    "aes-gcm",
    "argon2",
    "blake2",
    "cipher",
    "ctr",
    "curve25519-dalek",
    "ed25519-dalek",
    "ghash",
    "hmac",
    "keccak",
    "ml-kem",
    "module-lattice",
    "pbkdf2",
    "polyval",
    "sha2",
    "sha3",
    "x25519-dalek",
];

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
    let mut arguments = vec![
        "--config".to_owned(),
        format!("profile.{PROFILE}.opt-level=\"s\""),
    ];
    for name in FOR_SPEED {
        arguments.push("--config".to_owned());
        arguments.push(format!("profile.{PROFILE}.package.{name}.opt-level=3"));
    }
    arguments
}

fn flags(toolchain: &Toolchain, layout: &Layout, variant: Variant) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    if let Some(features) = variant.target_features() {
        flags.push(format!("-Ctarget-feature={features}"));
    }
    // Panic locations name source files: the same bytes on every machine, and no machine's folders in them. Of
    // several prefixes that match, rustc takes the last one.
    for (folder, name) in [
        (cargo_home(), "/cargo"),
        (Some(toolchain.sysroot().to_path_buf()), "/rust"),
        (Some(layout.root.clone()), "/duet"),
    ] {
        if let Some(folder) = folder {
            flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
        }
    }
    flags
}

fn cargo_home() -> Option<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Some(PathBuf::from(home));
    }
    std::env::home_dir().map(|home| home.join(".cargo"))
}
