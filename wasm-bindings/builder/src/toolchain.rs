//! Finds a Rust compiler that can compile for `wasm32-unknown-unknown`.
//!
//! Two kinds of machine are supported. With rustup's target (or any compiler that has the target's `core`) plain
//! `cargo` does it. Without it, Debian's `rustc-web`, `cargo-web` and `rust-web-src` do: the standard library is
//! compiled from its sources (`-Zbuild-std`), which their stable compiler allows under `RUSTC_BOOTSTRAP=1`, and
//! linked by Debian's `wasm-ld`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::layout::Layout;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Debian installs here, whatever `PATH` says: rustup's proxies usually come first in it.
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// How to compile.
pub(crate) enum Toolchain {
    /// The compiler has the target's standard library.
    Prebuilt { cargo: PathBuf, sysroot: PathBuf },
    /// The standard library is compiled from source.
    FromSource {
        cargo: PathBuf,
        rustc: PathBuf,
        sysroot: PathBuf,
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Takes the first toolchain that works, or the one that `DUET_WASM_TOOLCHAIN` names.
    pub(crate) fn find(layout: &Layout) -> Result<Self> {
        let wanted = std::env::var("DUET_WASM_TOOLCHAIN").ok();
        match wanted.as_deref() {
            Some("rustup") => {
                Self::prebuilt(layout)?.context("this compiler has no wasm32-unknown-unknown")
            }
            Some("debian") => Self::from_source()?
                .context("Debian's rustc-web, cargo-web, rust-web-src and lld are not all here"),
            Some(other) => {
                bail!("DUET_WASM_TOOLCHAIN is {other:?}; known are \"rustup\" and \"debian\"")
            }
            None => {
                if let Some(found) = Self::prebuilt(layout)? {
                    return Ok(found);
                }
                Self::from_source()?.context(
                    "no compiler for wasm32-unknown-unknown: run `rustup target add wasm32-unknown-unknown`, \
                     or install Debian's rustc-web, cargo-web, rust-web-src and lld-19",
                )
            }
        }
    }

    fn prebuilt(layout: &Layout) -> Result<Option<Self>> {
        // Set by the cargo that runs this program; the same one compiles the module.
        let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
        let rustc = std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
        let libraries = Command::new(&rustc)
            .current_dir(&layout.root)
            .args(["--print", "target-libdir", "--target", TARGET])
            .output()
            .with_context(|| format!("running {}", rustc.display()))?;
        if !libraries.status.success() {
            return Ok(None);
        }
        let folder = PathBuf::from(String::from_utf8(libraries.stdout)?.trim());
        if !holds_core(&folder) {
            return Ok(None);
        }
        let sysroot = sysroot(&rustc)?;
        Ok(Some(Self::Prebuilt { cargo, sysroot }))
    }

    fn from_source() -> Result<Option<Self>> {
        let (cargo, rustc) = (PathBuf::from(DEBIAN_CARGO), PathBuf::from(DEBIAN_RUSTC));
        if !cargo.exists() || !rustc.exists() {
            return Ok(None);
        }
        let sysroot = sysroot(&rustc)?;
        if !sysroot
            .join("lib/rustlib/src/rust/library/core/Cargo.toml")
            .exists()
        {
            return Ok(None);
        }
        Ok(linker().map(|linker| Self::FromSource {
            cargo,
            rustc,
            sysroot,
            linker,
        }))
    }

    /// `cargo build` for the target, with what this toolchain needs; the caller adds the package and the flags.
    pub(crate) fn cargo_build(&self) -> Command {
        let (Self::Prebuilt { cargo, .. } | Self::FromSource { cargo, .. }) = self;
        let mut command = Command::new(cargo);
        // Some flags have names that are not promised to stay; that the same compiler makes the same code of them is all that is needed.
        command
            .args(["build", "--target", TARGET])
            .env("RUSTC_BOOTSTRAP", "1");
        // What the outer cargo set for its own build says nothing about this one.
        for name in [
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTFLAGS",
            "RUSTC",
            "CARGO_BUILD_TARGET",
        ] {
            command.env_remove(name);
        }
        if let Self::FromSource { rustc, linker, .. } = self {
            // RUSTUP_TOOLCHAIN would be read by a proxy in PATH that a build script calls.
            command
                .env_remove("RUSTUP_TOOLCHAIN")
                .env("RUSTC", rustc)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                .arg("-Zbuild-std=std,panic_abort");
        }
        command
    }

    /// The compiler's own folder, which must not show in the module.
    pub(crate) fn sysroot(&self) -> &Path {
        let (Self::Prebuilt { sysroot, .. } | Self::FromSource { sysroot, .. }) = self;
        sysroot
    }

    /// Names the compiler: two compilers must not share a target folder.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::Prebuilt { .. } => "prebuilt",
            Self::FromSource { .. } => "from-source",
        }
    }
}

fn holds_core(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}

fn sysroot(rustc: &Path) -> Result<PathBuf> {
    let output = Command::new(rustc)
        .args(["--print", "sysroot"])
        .output()
        .with_context(|| format!("running {}", rustc.display()))?;
    if !output.status.success() {
        bail!("{} --print sysroot failed", rustc.display());
    }
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}

/// `wasm-ld`, or Debian's newest versioned one (`wasm-ld-19`).
fn linker() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut best: Option<(u32, PathBuf)> = None;
    for folder in std::env::split_paths(&path) {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(version) = name.to_str().and_then(linker_version) else {
                continue;
            };
            if best.as_ref().is_none_or(|(known, _)| version > *known) {
                best = Some((version, entry.path()));
            }
        }
    }
    best.map(|(_, path)| path)
}

/// 0 for the unversioned name, the version for `wasm-ld-<version>`, nothing for other files.
fn linker_version(name: &str) -> Option<u32> {
    let rest = name.strip_prefix("wasm-ld")?;
    if rest.is_empty() {
        return Some(0);
    }
    rest.strip_prefix('-')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::linker_version;

    #[test]
    fn only_the_linker_counts_as_a_linker() {
        assert_eq!(linker_version("wasm-ld"), Some(0));
        assert_eq!(linker_version("wasm-ld-19"), Some(19));
        assert_eq!(linker_version("wasm-ld-19.old"), None);
        assert_eq!(linker_version("ld"), None);
    }
}
