//! No file of the relay leads back to itself: what a file uses can be read without having read the file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Every file with its module's path.
fn modules(directory: &Path, prefix: &str, all: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let module = match (prefix, name) {
            ("", name) => name.to_owned(),
            (prefix, "mod") => prefix.to_owned(),
            (prefix, name) => format!("{prefix}::{name}"),
        };
        if path.is_dir() {
            modules(&path, &module, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.insert(module, fs::read_to_string(&path).unwrap());
        }
    }
}

/// The paths that a tree of `use` stands for.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let (mut depth, mut start) = (0, 0);
    for (at, sign) in tree.char_indices().chain([(tree.len(), ',')]) {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = &tree[start..at];
                match part.split_once('{') {
                    // After the last comma.
                    None if part.is_empty() => {}
                    Some((head, rest)) => expand(
                        &format!("{prefix}{head}"),
                        rest.strip_suffix('}').unwrap(),
                        paths,
                    ),
                    None => paths.push(format!("{prefix}{part}")),
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// What a file uses of the crate, without its tests.
fn used(module: &str, text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let text: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap())
        .collect::<Vec<_>>()
        .join("\n");
    let mut paths = Vec::new();
    for statement in text.split("use ").skip(1) {
        let tree: String = statement
            .split(';')
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        if tree.starts_with("crate::") || tree.starts_with("super::") {
            expand("", &tree, &mut paths);
        }
    }
    paths.extend(text.split("crate::").skip(1).map(|rest| {
        let is_path = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | ':');
        let end = rest.find(|sign| !is_path(sign)).unwrap_or(rest.len());
        format!("crate::{}", &rest[..end])
    }));
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    paths
        .into_iter()
        .map(|path| match path.strip_prefix("super::") {
            Some(rest) if parent.is_empty() => rest.to_owned(),
            Some(rest) => format!("{parent}::{rest}"),
            None => path.trim_start_matches("crate::").to_owned(),
        })
        .collect()
}

#[test]
fn no_file_leads_back_to_itself() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = BTreeMap::new();
    modules(&source, "", &mut texts);
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (module, text) in &texts {
        let found = uses.entry(module).or_default();
        for path in used(module, text) {
            // The longest part of the path that is a file.
            let mut path = &path[..];
            while !texts.contains_key(path)
                && let Some((shorter, _)) = path.rsplit_once("::")
            {
                path = shorter;
            }
            if let Some((file, _)) = texts.get_key_value(path)
                && file != module
            {
                found.insert(file);
            }
        }
    }
    assert!(uses["relay::serve"].contains("hub::connection"), "{uses:?}");
    // Take away what uses nothing that is left, until nothing changes: what stays goes round.
    while let Some(leaf) = uses
        .iter()
        .find(|(_, uses)| uses.is_empty())
        .map(|(leaf, _)| *leaf)
    {
        uses.remove(leaf);
        for others in uses.values_mut() {
            others.remove(leaf);
        }
    }
    assert!(uses.is_empty(), "these go round: {uses:#?}");
}
