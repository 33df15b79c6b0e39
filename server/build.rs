//! Lists the built site (`web/dist`) and the built documents (`docs/site/dist`, under `docs/`), so that the relay carries
//! them inside. Without them the list is empty, the relay still compiles, and its front page says how to build the site.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut files = Vec::new();
    for (folder, prefix) in [("../web/dist", ""), ("../docs/site/dist", "docs/")] {
        let root = manifest.join(folder);
        // Cargo runs a build script again on every build while a path that it watches is missing; an empty folder
        // (ignored by git) can be watched.
        fs::create_dir_all(&root)?;
        println!("cargo::rerun-if-changed={}", root.display());
        list(&root, &root, prefix, &mut files)?;
    }
    files.sort();
    let mut code = String::from("&[\n");
    for (name, path) in &files {
        code.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("embedded_site.rs"), code)
}

/// Collects `(path in the site, path on disk)` of all files.
fn list(
    root: &Path,
    folder: &Path,
    prefix: &str,
    files: &mut Vec<(String, PathBuf)>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, prefix, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.push((
                format!("{prefix}{}", name.to_string_lossy().replace('\\', "/")),
                fs::canonicalize(&path)?,
            ));
        }
    }
    Ok(())
}
