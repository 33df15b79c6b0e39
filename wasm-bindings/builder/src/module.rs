//! From the linker's module to the one that ships: JavaScript glue by wasm-bindgen, then binaryen's optimiser.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::layout::Layout;
use crate::panics;

/// A crate that becomes modules with glue of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Artefact {
    /// The core: everything but `./subtle`.
    Core,
    /// The algorithms of `./subtle`, which are a fifth of the core's module.
    Subtle,
    /// Those of a draft, which `./subtle` loads when they are used.
    Modern,
}

impl Artefact {
    pub(crate) const ALL: [Self; 3] = [Self::Core, Self::Subtle, Self::Modern];

    /// Name of the crate.
    pub(crate) fn package(self) -> &'static str {
        match self {
            Self::Core => "duet-wasm",
            Self::Subtle => "duet-subtle",
            Self::Modern => "duet-subtle-modern",
        }
    }

    /// Name of its file, without the ending.
    pub(crate) fn library(self) -> &'static str {
        match self {
            Self::Core => "duet_wasm",
            Self::Subtle => "duet_subtle",
            Self::Modern => "duet_subtle_modern",
        }
    }

    /// Folder in `pkg/wasm/` and in the package.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Core => "",
            Self::Subtle => "subtle",
            Self::Modern => "subtle/modern",
        }
    }

    /// How it is compiled. SIMD changes ML-KEM by 3 % and Keccak by nothing: one form does for both.
    pub(crate) fn variants(self) -> &'static [Variant] {
        match self {
            Self::Core | Self::Subtle => &Variant::ALL,
            Self::Modern => &[Variant::Baseline],
        }
    }
}

/// One compilation of the same source.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// What every engine with WebAssembly runs.
    Baseline,
    /// With 128-bit SIMD (Chrome 91, Firefox 89, Safari 16.4).
    Simd128,
}

impl Variant {
    pub(crate) const ALL: [Self; 2] = [Self::Baseline, Self::Simd128];

    /// File name in the package, and what `capabilities().wasm` says.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Simd128 => "simd128",
        }
    }

    pub(crate) fn target_features(self) -> Option<&'static str> {
        match self {
            Self::Baseline => None,
            Self::Simd128 => Some("+simd128"),
        }
    }
}

/// A finished module and its glue.
pub(crate) struct Module {
    pub(crate) artefact: Artefact,
    pub(crate) variant: Variant,
    pub(crate) wasm: Vec<u8>,
    pub(crate) glue: String,
    pub(crate) declarations: String,
}

/// Binds and optimises.
pub(crate) fn finish(
    artefact: Artefact,
    variant: Variant,
    linked: Vec<u8>,
    layout: &Layout,
) -> Result<Module> {
    let mut bindgen = Bindgen::new();
    let mut output = bindgen
        .input_bytes(artefact.library(), linked)
        .web(true)?
        .typescript(true)
        .ts_typed_array_buffers(true)
        // The loader of the package always says where the module comes from.
        .omit_default_module_path(true)
        // The optimiser sorts by them, and leaves them out.
        .remove_name_section(false)
        .remove_producers_section(true)
        .generate_output()
        .context("generating the glue")?;
    let inline = output
        .snippets()
        .iter()
        .filter(|(_, list)| !list.is_empty());
    if inline.count() != 0 || !output.local_modules().is_empty() {
        bail!("the bindings use inline JavaScript, which the package does not ship");
    }
    let bound = output.wasm_mut();
    let panicking = bound
        .funcs
        .iter_mut()
        .filter(|function| function.name.as_deref().is_some_and(panics::only_panics));
    let mut found = false;
    for function in panicking {
        let mut body = function.kind.unwrap_local_mut().builder_mut().func_body();
        body.instrs_mut().clear();
        body.unreachable();
        found = true;
    }
    if !found {
        bail!("nothing panics: the compiler has other names for it");
    }
    let bound = bound.emit_wasm();
    let glue = output.js().to_owned();
    let declarations = output.ts().context("no type declarations")?.to_owned();
    let wasm = optimise(artefact, variant, &bound, layout)?;
    Ok(Module {
        artefact,
        variant,
        wasm,
        glue,
        declarations,
    })
}

/// Inlining is rustc's, which knows what is hot and what is compiled for size: left to itself, binaryen undoes that. Measured on
/// the same module: 5 % smaller after gzip than with `-O3` alone, as fast.
const INLINING: [&str; 3] = [
    "--always-inline-max-function-size=5",
    "--flexible-inline-max-function-size=20",
    "--one-caller-inline-max-function-size=50",
];

/// `wasm-opt -O3`: `-Os` and `-Oz` cost 20 to 50 % of the speed.
fn optimise(
    artefact: Artefact,
    variant: Variant,
    bound: &[u8],
    layout: &Layout,
) -> Result<Vec<u8>> {
    if !layout.wasm_opt.exists() {
        bail!(
            "{} is missing: run `npm ci` in wasm-bindings/ first",
            layout.wasm_opt.display()
        );
    }
    let folder = layout.target.join("wasm-opt");
    std::fs::create_dir_all(&folder)?;
    let name = format!("{}.{}", artefact.library(), variant.name());
    let input = folder.join(format!("{name}.in.wasm"));
    let output = folder.join(format!("{name}.out.wasm"));
    std::fs::write(&input, bound)?;

    let mut command = Command::new("node");
    command.arg(&layout.wasm_opt).arg("-O3").args(INLINING);
    // What rustc's default target features mean in binaryen's words, and no more.
    for feature in [
        "bulk-memory",
        "multivalue",
        "mutable-globals",
        "nontrapping-float-to-int",
        "reference-types",
        "sign-ext",
    ] {
        command.arg(format!("--enable-{feature}"));
    }
    if variant == Variant::Simd128 {
        command.arg("--enable-simd");
    }
    // What a generic function became for one type stands beside what it became for another: 2.5 % less after gzip, the same code.
    let status = command
        .arg("--reorder-functions-by-name")
        .arg("--strip-debug")
        .arg("--strip-producers")
        .arg(&input)
        .arg("-o")
        .arg(&output)
        .status()
        .context("running wasm-opt (node must be in PATH)")?;
    if !status.success() {
        bail!("wasm-opt failed ({status})");
    }
    std::fs::read(&output).context("reading the optimised module")
}
