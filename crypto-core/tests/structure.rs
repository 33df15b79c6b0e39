//! No circle in the house: neither the modules at the top of a crate nor its files use each other around a ring. Who reads
//! a line then knows which lines can stand below it.
//!
//! What a file uses is read from its paths (`crate::…`, `super::…`, `self::…`, and those that begin with a module of its
//! own). A name is followed through `pub use` to the file that defines it, so that a `mod.rs` may re-export what is below
//! it. Tests do not count.
// The helpers of a test may fail it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Item, Visibility};

type Names = Vec<String>;
/// What uses what.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// A module of a file.
#[derive(Default)]
struct Module {
    /// Paths that the file names, absolute.
    uses: Vec<Names>,
    /// What other names in this module stand for.
    exports: BTreeMap<String, Names>,
}

/// The modules of a crate by their paths; the crate itself is the empty one.
type Crate = BTreeMap<Names, Module>;

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

fn attributes(item: &mut Item) -> &mut Vec<Attribute> {
    match item {
        Item::Const(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::ExternCrate(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Macro(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        Item::Static(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::Type(item) => &mut item.attrs,
        Item::Use(item) => &mut item.attrs,
        _ => panic!("an item of a kind that this test does not know"),
    }
}

/// The paths that begin in `tokens`, whole: `a::{b, c::d}` is two. `start` says whether a first name begins one.
fn paths(tokens: TokenStream, start: &dyn Fn(&str) -> bool, out: &mut Vec<Names>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(name) if start(&name.to_string()) && !continues(&tokens[..at]) => {
                at = path(&tokens, at, Vec::new(), out);
            }
            // Who may see an item is not what it uses: `pub(in crate::client)`.
            TokenTree::Group(_) if is_visibility(&tokens[..at]) => at += 1,
            TokenTree::Group(group) => {
                paths(group.stream(), start, out);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// Whether what follows these tokens is not the first name of a path.
fn continues(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Punct(mark)] if matches!(mark.as_char(), ':' | '.'))
        && !matches!(before, [.., TokenTree::Ident(_), TokenTree::Punct(_)])
}

/// Whether the group that follows these tokens says how far a `pub` goes.
fn is_visibility(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Ident(name)] if *name == "pub")
}

/// Reads the path that begins at `at`; returns where it ends.
fn path(tokens: &[TokenTree], mut at: usize, mut names: Names, out: &mut Vec<Names>) -> usize {
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(name)) => names.push(name.to_string()),
            Some(TokenTree::Punct(mark)) if mark.as_char() == '*' => names.push("*".into()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                branches(group.stream(), &names, out);
                return at + 1;
            }
            _ => {
                out.push(names);
                return at;
            }
        }
        at += 1;
        let colons = tokens.get(at..at + 2).is_some_and(|two| {
            two.iter()
                .all(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':'))
        });
        if !colons {
            out.push(names);
            return at;
        }
        at += 2;
    }
}

/// The branches of a tree of `use`.
fn branches(tokens: TokenStream, names: &Names, out: &mut Vec<Names>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for branch in tokens
        .split(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ','))
        .filter(|branch| !branch.is_empty())
    {
        path(branch, 0, names.clone(), out);
    }
}

/// A path without `crate`, `super` and `self`, as seen from `module`.
fn absolute(names: &[String], module: &Names) -> Names {
    let mut base = module.clone();
    let mut rest = names;
    match names.first().map(String::as_str) {
        Some("crate") => {
            base.clear();
            rest = &names[1..];
        }
        Some("self") => rest = &names[1..],
        _ => {}
    }
    while let Some("super") = rest.first().map(String::as_str) {
        base.pop();
        rest = &rest[1..];
    }
    base.extend(rest.iter().filter(|name| *name != "self").cloned());
    base
}

/// Puts the re-exports of a tree of `use` under their names.
fn exports(tree: &syn::UseTree, names: &mut Names, at: &Names, module: &mut Module) {
    let here = |names: &Names| absolute(names, at);
    match tree {
        syn::UseTree::Path(path) => {
            names.push(path.ident.to_string());
            exports(&path.tree, names, at, module);
            names.pop();
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                exports(tree, names, at, module);
            }
        }
        syn::UseTree::Name(name) => {
            names.push(name.ident.to_string());
            module.exports.insert(name.ident.to_string(), here(names));
            names.pop();
        }
        syn::UseTree::Rename(rename) => {
            names.push(rename.ident.to_string());
            module
                .exports
                .insert(rename.rename.to_string(), here(names));
            names.pop();
        }
        syn::UseTree::Glob(_) => panic!("{at:?}: say which names are re-exported"),
    }
}

/// Reads one file, as the module `at`. `children` are the modules that it has.
fn read(source: &str, at: &Names, children: &BTreeSet<String>) -> Module {
    let mut file = syn::parse_file(source).expect("a source file parses");
    file.attrs.clear();
    file.items.retain_mut(|item| {
        let attributes = attributes(item);
        let keep = !is_test(attributes);
        attributes.clear();
        keep
    });
    let mut module = Module::default();
    // A re-export of what is below is no use: whoever uses the name is led on to where it comes from.
    file.items.retain(|item| match item {
        Item::Use(item) if !matches!(item.vis, Visibility::Inherited) => {
            exports(&item.tree, &mut Vec::new(), at, &mut module);
            false
        }
        Item::Mod(item) => item.content.is_some(),
        _ => true,
    });
    let elsewhere = module.exports.values().filter(|path| !path.starts_with(at));
    module.uses = elsewhere.cloned().collect();
    // In the table of a macro a name may be that of a variant: there only whole paths count.
    let (tables, code): (Vec<_>, Vec<_>) = file
        .items
        .drain(..)
        .partition(|item| matches!(item, Item::Macro(_)));
    let mut tokens = |items| -> TokenStream {
        file.items = items;
        prettyplease::unparse(&file).parse().unwrap()
    };
    let (tables, code) = (tokens(tables), tokens(code));
    let start = |name: &str| {
        matches!(name, "crate" | "super" | "self")
            || children.contains(name)
            || module.exports.contains_key(name)
    };
    let mut found = Vec::new();
    paths(tables, &start, &mut found);
    found.retain(|names| names.len() > 1);
    paths(code, &start, &mut found);
    let found = found
        .iter()
        .filter(|names| names.len() > 1 || module.exports.contains_key(&names[0]));
    let found: Vec<Names> = found.map(|names| absolute(names, at)).collect();
    module.uses.extend(found);
    module
}

/// The files of a crate below `folder`, with the paths of their modules.
fn files(folder: &Path, at: &Names, out: &mut BTreeMap<Names, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut below = at.clone();
        if path.is_dir() {
            below.push(name);
            files(&path, &below, out);
        } else {
            if !matches!(name.as_str(), "lib" | "mod") {
                below.push(name);
            }
            out.insert(below, fs::read_to_string(&path).unwrap());
        }
    }
}

fn parse(files: &BTreeMap<Names, String>) -> Crate {
    files
        .iter()
        .map(|(at, source)| {
            let children = files
                .keys()
                .filter(|other| other.len() == at.len() + 1 && other.starts_with(at))
                .map(|other| other[at.len()].clone())
                .collect();
            (at.clone(), read(source, at, &children))
        })
        .collect()
}

/// The file that defines what a path names: modules first, then re-exports.
fn defined_in(path: &[String], krate: &Crate) -> Option<Names> {
    let depth = (0..=path.len())
        .rev()
        .find(|&n| krate.contains_key(&path[..n]))?;
    let (at, rest) = path.split_at(depth);
    let module = &krate[at];
    if let Some(target) = rest.first().and_then(|name| module.exports.get(name)) {
        let target: Names = target.iter().chain(&rest[1..]).cloned().collect();
        // A macro is exported under its own name.
        if target != path {
            return defined_in(&target, krate);
        }
    }
    Some(at.to_vec())
}

/// Which file uses which, by the paths of their modules.
fn file_graph(krate: &Crate) -> Graph {
    let mut graph = Graph::new();
    for (at, module) in krate {
        let edges = graph.entry(at.join("::")).or_default();
        for path in &module.uses {
            if let Some(target) = defined_in(path, krate).filter(|target| target != at) {
                edges.insert(target.join("::"));
            }
        }
    }
    graph
}

/// Which module at the top uses which.
fn top_graph(files: &Graph) -> Graph {
    let top = |path: &str| path.split("::").next().unwrap_or_default().to_owned();
    let mut graph = Graph::new();
    for (file, targets) in files {
        let edges = graph.entry(top(file)).or_default();
        edges.extend(targets.iter().map(|target| top(target)));
        edges.remove(&top(file));
    }
    graph
}

/// A ring of the graph, if there is one: its names in order, the first one again at the end.
fn circle(graph: &Graph) -> Option<Vec<String>> {
    fn visit<'a>(
        node: &'a str,
        graph: &'a Graph,
        trail: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<Vec<String>> {
        if let Some(begin) = trail.iter().position(|&seen| seen == node) {
            let ring = trail[begin..].iter().chain([&node]);
            return Some(ring.map(|&name| name.to_owned()).collect());
        }
        if done.contains(node) {
            return None;
        }
        trail.push(node);
        for target in graph.get(node).into_iter().flatten() {
            let found = visit(target, graph, trail, done);
            if found.is_some() {
                return found;
            }
        }
        trail.pop();
        done.insert(node);
        None
    }
    let mut done = BTreeSet::new();
    graph
        .keys()
        .find_map(|node| visit(node, graph, &mut Vec::new(), &mut done))
}

fn graphs_of(files: &BTreeMap<Names, String>) -> (Graph, Graph) {
    let files = file_graph(&parse(files));
    let top = top_graph(&files);
    (top, files)
}

#[test]
fn no_circle() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for sources in ["src", "primitives/src"] {
        let mut sources_of = BTreeMap::new();
        files(&folder.join(sources), &Vec::new(), &mut sources_of);
        let (top, files) = graphs_of(&sources_of);
        assert!(
            files.values().map(BTreeSet::len).sum::<usize>() > 5,
            "uses are found"
        );
        assert_eq!(circle(&top), None, "modules of {sources}");
        assert_eq!(circle(&files), None, "files of {sources}");
    }
}

fn made_up(files: &[(&str, &str)]) -> (Graph, Graph) {
    let files = files
        .iter()
        .map(|(path, source)| {
            let names = path.split("::").filter(|name| !name.is_empty());
            (names.map(str::to_owned).collect(), (*source).to_owned())
        })
        .collect();
    graphs_of(&files)
}

fn ring(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|&name| name.to_owned()).collect())
}

#[test]
fn a_made_up_circle_is_found() {
    // Through a group, a path within a function, and a type of the parent.
    let (top, files) = made_up(&[
        ("", "mod a; mod b; mod c;"),
        ("a", "use crate::{b::{B, other}, b};"),
        ("b", "pub struct B; fn f() -> u8 { crate::c::g() }"),
        ("c", "pub mod inner; pub fn g() -> u8 { inner::h() }"),
        ("c::inner", "use super::super::a; pub fn h() -> u8 { 0 }"),
    ]);
    assert_eq!(circle(&top), ring(&["a", "b", "c", "a"]));
    assert_eq!(circle(&files), ring(&["a", "b", "c", "c::inner", "a"]));
}

#[test]
fn a_circle_of_files_within_a_module_is_found() {
    // By the path of the child, and by the name that the parent re-exports.
    for parent in [
        "mod x; pub struct Y; fn f(x: x::X) {}",
        "mod x; pub use x::X; pub struct Y; fn f(x: X) {}",
    ] {
        let (top, files) = made_up(&[
            ("", "pub mod a;"),
            ("a", parent),
            ("a::x", "pub struct X(super::Y);"),
        ]);
        assert_eq!(circle(&top), None);
        assert_eq!(circle(&files), ring(&["a", "a::x", "a"]), "{parent}");
    }
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    let (top, _) = made_up(&[
        ("", "mod a; mod b;"),
        ("a", "pub struct A; pub use crate::b::B;"),
        ("b", "pub struct B(crate::a::A);"),
    ]);
    assert_eq!(circle(&top), ring(&["a", "b", "a"]));
}

#[test]
fn a_name_is_followed_to_where_it_is_defined() {
    // `a` re-exports what is below it, and what is below uses `a`'s own type: no circle. Tests may use what they like.
    let (top, files) = made_up(&[
        ("", "pub mod a; pub mod b;"),
        (
            "a",
            "mod x; pub use x::{X, Z as W}; pub use crate::b::B; pub struct Y;",
        ),
        (
            "a::x",
            "use super::{Y, B}; pub struct X(Y, B); pub struct Z;",
        ),
        (
            "b",
            "pub struct B; #[cfg(test)] mod tests { use crate::a::X; }",
        ),
    ]);
    assert_eq!(circle(&top), None);
    assert_eq!(circle(&files), None);
    assert_eq!(files["a::x"].iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(files["a"].iter().collect::<Vec<_>>(), ["b"]);
}

/// How far an item can be seen is no use of what stands there.
#[test]
fn a_visibility_is_no_use() {
    let (_, files) = made_up(&[
        ("", "mod a;"),
        ("a", "mod x; fn f() { x::g() }"),
        ("a::x", "pub(in crate::a) fn g() {}"),
    ]);
    assert_eq!(circle(&files), None);
}
