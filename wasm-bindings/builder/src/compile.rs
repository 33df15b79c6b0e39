//! Runs cargo for one variant of a module.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::layout::Layout;
use crate::module::{Artefact, Variant};
use crate::toolchain::{TARGET, Toolchain};

/// The profile of the workspace's `Cargo.toml` that is made for the modules.
const PROFILE: &str = "wasm";

/// Crates with no inner loop that counts: compiled for size. The loops of AES-GCM and of the hashes, which every message passes
/// through, are in `duet-primitives`, which stays at the profile's level; so does `duet-subtle-modern`, into which Keccak's are inlined.
const FOR_SIZE: &[(&str, &str)] = &[
    ("base64ct", "z"),
    // Argon2id hashes its input and its result with it; what takes the time between them is in `argon2`.
    ("blake2", "z"),
    ("duet-crypto", "z"),
    // Its loops are the hashes' and the kernel's, in other crates; AES of 128 and 192 bits is as fast this way.
    ("duet-subtle", "s"),
    ("duet-wasm", "z"),
    // Around the arithmetic, which is in another crate.
    ("ed25519-dalek", "z"),
    ("js-sys", "z"),
    ("serde-wasm-bindgen", "z"),
    ("serde_core", "z"),
    ("wasm-bindgen", "z"),
    ("web-sys", "z"),
];

/// Compiles one variant and returns the linked, not yet bound module.
pub(crate) fn compile(
    toolchain: &Toolchain,
    layout: &Layout,
    artefact: Artefact,
    variant: Variant,
) -> Result<Vec<u8>> {
    let target = layout.target.join(toolchain.label()).join(variant.name());
    let status = toolchain
        .cargo_build()
        .current_dir(&layout.root)
        .args([
            "--quiet",
            "--locked",
            "--package",
            artefact.package(),
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
    let name = format!("{}.wasm", artefact.library());
    let file = target.join(TARGET).join(PROFILE).join(name);
    std::fs::read(&file).with_context(|| format!("reading {}", file.display()))
}

/// Settings of the profile, on the command line because they say what this program wants of it.
fn optimisation() -> Vec<String> {
    let setting = |(name, level)| format!("profile.{PROFILE}.package.{name}.opt-level=\"{level}\"");
    FOR_SIZE
        .iter()
        .flat_map(|&one| ["--config".to_owned(), setting(one)])
        .collect()
}

fn flags(toolchain: &Toolchain, layout: &Layout, variant: Variant) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    if let Some(features) = variant.target_features() {
        flags.push(format!("-Ctarget-feature={features}"));
    }
    // Nobody can read where a panic was ([`crate::panics`]): one location for all. 2 % of the core's module, with what LLVM merges
    // once calls do not differ.
    flags.push("-Zlocation-detail=none".to_owned());
    // Messages name source files: the same bytes on every machine, and no machine's folders in them. Of several prefixes
    // that match, rustc takes the last one.
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
