//! Lists the built site (`web/dist`), so that the relay carries it inside. Without one the list is empty, the
//! relay still compiles, and its front page says how to build the site.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let site = manifest.join("../web/dist");
    // Cargo runs a build script again on every build while a path that it watches is missing; an empty folder
    // (ignored by git) can be watched.
    fs::create_dir_all(&site)?;
    println!("cargo::rerun-if-changed={}", site.display());

    let mut files = Vec::new();
    list(&site, &site, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for (name, path) in &files {
        code.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("embedded_site.rs"), code)
}

/// Collects `(path below the site, path on disk)` of all files.
fn list(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.push((
                name.to_string_lossy().replace('\\', "/"),
                fs::canonicalize(&path)?,
            ));
        }
    }
    Ok(())
}
