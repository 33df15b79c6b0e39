//! The public API as a listing, `crypto-core/api.txt`, so that a change of it is seen in review. `make api` writes it anew.
//!
//! Made from the sources, so that it does not depend on a compiler's version: every item that is `pub`, without bodies,
//! private fields and documentation. The lint `unreachable_pub` sees to it that what is `pub` can be reached.
// The helpers of a test may fail it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Attribute, Fields, GenericArgument, ImplItem, Item, ItemImpl, ItemMod, PathArguments,
    PathSegment, ReturnType, Signature, Type, TypeParamBound, Visibility,
};

const LISTING: &str = include_str!("../api.txt");

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Attributes that a caller notices.
fn keep(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| {
        ["derive", "must_use", "non_exhaustive", "cfg", "repr"]
            .iter()
            .any(|name| attribute.path().is_ident(name))
    });
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

fn strip_fields(fields: &mut Fields) {
    match fields {
        Fields::Named(named) => {
            named.named = std::mem::take(&mut named.named)
                .into_iter()
                .filter(|field| is_public(&field.vis))
                .map(|mut field| {
                    keep(&mut field.attrs);
                    field
                })
                .collect();
        }
        Fields::Unnamed(unnamed) => {
            for field in &mut unnamed.unnamed {
                keep(&mut field.attrs);
                if !is_public(&field.vis) {
                    field.ty = syn::parse_quote!(_);
                }
            }
        }
        Fields::Unit => {}
    }
}

/// Whether a type is a tuple, or holds one. What an iterator gives is a pair by custom.
fn holds_tuple(ty: &Type) -> bool {
    match ty {
        Type::Tuple(tuple) => !tuple.elems.is_empty(),
        Type::Reference(reference) => holds_tuple(&reference.elem),
        Type::Path(path) => path.path.segments.iter().any(argument_holds_tuple),
        Type::ImplTrait(opaque) => opaque.bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => bound
                .path
                .segments
                .iter()
                .any(|segment| segment.ident != "Iterator" && argument_holds_tuple(segment)),
            _ => false,
        }),
        _ => false,
    }
}

fn argument_holds_tuple(segment: &PathSegment) -> bool {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return false;
    };
    arguments.args.iter().any(|argument| match argument {
        GenericArgument::Type(ty) => holds_tuple(ty),
        GenericArgument::AssocType(bound) => holds_tuple(&bound.ty),
        _ => false,
    })
}

/// What a public function gives has names: a caller who takes two things apart by their order can take them the wrong
/// way round.
fn check_result(signature: &Signature) {
    if let ReturnType::Type(_, ty) = &signature.output {
        let name = &signature.ident;
        assert!(!holds_tuple(ty), "`{name}` gives a tuple: name its parts");
    }
}

#[test]
fn a_tuple_is_found_wherever_it_is() {
    for (ty, is_one) in [
        ("(u8, u8)", true),
        ("Result<(Vec<u8>, Session), Error>", true),
        ("impl Future<Output = Result<(A, [u8; 32]), Error>>", true),
        ("Option<&(u8, u8)>", true),
        ("Result<(), Error>", false),
        ("impl Future<Output = Result<Vec<u8>, Error>>", false),
        ("impl Iterator<Item = (&AccountId, &Pin)>", false),
        ("[u8; 4]", false),
    ] {
        assert_eq!(holds_tuple(&syn::parse_str(ty).unwrap()), is_one, "{ty}");
    }
}

/// The implementation without bodies; `None` if nothing of it is public.
fn strip_impl(mut implementation: ItemImpl) -> Option<ItemImpl> {
    keep(&mut implementation.attrs);
    let of_trait = implementation.trait_.is_some();
    implementation.items = std::mem::take(&mut implementation.items)
        .into_iter()
        .filter_map(|item| match item {
            ImplItem::Fn(mut function) if !of_trait && is_public(&function.vis) => {
                keep(&mut function.attrs);
                check_result(&function.sig);
                function.block = syn::parse_quote!({});
                Some(ImplItem::Fn(function))
            }
            ImplItem::Const(mut constant) if !of_trait && is_public(&constant.vis) => {
                keep(&mut constant.attrs);
                Some(ImplItem::Const(constant))
            }
            ImplItem::Type(mut ty) if of_trait => {
                keep(&mut ty.attrs);
                Some(ImplItem::Type(ty))
            }
            _ => None,
        })
        .collect();
    (of_trait || !implementation.items.is_empty()).then_some(implementation)
}

/// The item as a caller sees it; `None` if a caller does not.
fn strip(item: Item) -> Option<Item> {
    match item {
        Item::Struct(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            strip_fields(&mut item.fields);
            Some(Item::Struct(item))
        }
        Item::Enum(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            for variant in &mut item.variants {
                keep(&mut variant.attrs);
                for field in &mut variant.fields {
                    keep(&mut field.attrs);
                }
            }
            Some(Item::Enum(item))
        }
        Item::Fn(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            check_result(&item.sig);
            item.block = syn::parse_quote!({});
            Some(Item::Fn(item))
        }
        Item::Trait(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            for member in &mut item.items {
                if let syn::TraitItem::Fn(function) = member {
                    keep(&mut function.attrs);
                    check_result(&function.sig);
                    function.default = function.default.take().map(|_| syn::parse_quote!({}));
                } else if let syn::TraitItem::Type(ty) = member {
                    keep(&mut ty.attrs);
                }
            }
            Some(Item::Trait(item))
        }
        Item::Const(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            Some(Item::Const(item))
        }
        Item::Static(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            item.expr = syn::parse_quote!(_);
            Some(Item::Static(item))
        }
        Item::Type(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            Some(Item::Type(item))
        }
        Item::Use(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            Some(Item::Use(item))
        }
        Item::Impl(item) => strip_impl(item).map(Item::Impl),
        _ => None,
    }
}

/// The invocation of one of the crate's macros that make items, without documentation: a line per entry.
fn invocation(name: &str, tokens: TokenStream, depth: usize, out: &mut String) {
    fn write(tokens: TokenStream, depth: usize, out: &mut String) {
        let mut tokens = tokens.into_iter().peekable();
        let mut line = String::new();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' => {
                    tokens.next();
                }
                TokenTree::Punct(mark) if matches!(mark.as_char(), ',' | ';') => {
                    writeln!(out, "{}{}", "    ".repeat(depth), line.trim()).unwrap();
                    line.clear();
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    writeln!(out, "{}{} {{", "    ".repeat(depth), line.trim()).unwrap();
                    line.clear();
                    write(group.stream(), depth + 1, out);
                    writeln!(out, "{}}}", "    ".repeat(depth)).unwrap();
                }
                TokenTree::Punct(mark) => {
                    if mark.as_char() == '=' {
                        line.push(' ');
                    }
                    line.push(mark.as_char());
                }
                token => {
                    if line.ends_with(|c: char| c.is_alphanumeric() || c == '>' || c == '=') {
                        line.push(' ');
                    }
                    write!(line, "{token}").unwrap();
                }
            }
        }
        if !line.trim().is_empty() {
            writeln!(out, "{}{}", "    ".repeat(depth), line.trim()).unwrap();
        }
    }
    writeln!(out, "{name}! {{").unwrap();
    write(tokens, depth, out);
    writeln!(out, "}}").unwrap();
}

fn module(file: &Path, folder: &Path, path: &str, visible: bool, out: &mut String) {
    let source =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let source = syn::parse_file(&source).unwrap();
    let mut listing = String::new();
    let mut items = Vec::new();
    let mut children: Vec<ItemMod> = Vec::new();
    for item in source.items {
        match item {
            Item::Mod(item) if !is_test(&item.attrs) && item.content.is_none() => {
                children.push(item)
            }
            Item::Macro(item) if item.ident.is_none() => {
                let name = item.mac.path.segments.last().unwrap().ident.to_string();
                invocation(&name, item.mac.tokens, 1, &mut listing);
            }
            item => items.extend(strip(item)),
        }
    }
    let stripped = prettyplease::unparse(&syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items,
    });
    if !(stripped.is_empty() && listing.is_empty()) {
        let note = if visible {
            ""
        } else {
            " (private: what is re-exported)"
        };
        writeln!(out, "// {path}{note}\n{stripped}{listing}").unwrap();
    }
    children.sort_by_key(|child| child.ident.to_string());
    for child in children {
        let name = child.ident.to_string();
        let flat = folder.join(format!("{name}.rs"));
        let inner = folder.join(&name);
        let file = if flat.exists() {
            flat
        } else {
            inner.join("mod.rs")
        };
        let visible = visible && is_public(&child.vis);
        module(&file, &inner, &format!("{path}::{name}"), visible, out);
    }
}

fn listing() -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut out = String::from(
        "// The public API of duet-crypto and duet-primitives: `make api` writes this file, `make test` fails where it differs from the sources.\n\n",
    );
    for (name, sources) in [
        ("duet_crypto", folder.join("src")),
        ("duet_primitives", folder.join("primitives/src")),
    ] {
        module(&sources.join("lib.rs"), &sources, name, true, &mut out);
    }
    out
}

#[test]
fn listing_is_current() {
    let made = listing();
    assert!(
        made.contains("pub fn send(") && made.contains("errors! {"),
        "the listing is whole"
    );
    if std::env::var_os("UPDATE_API").is_some() {
        fs::write(
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("api.txt"),
            &made,
        )
        .unwrap();
        return;
    }
    if made != LISTING {
        let line = made
            .lines()
            .zip(LISTING.lines())
            .position(|(made, listed)| made != listed)
            .unwrap_or_else(|| made.lines().count().min(LISTING.lines().count()));
        panic!(
            "crypto-core/api.txt is not current from line {}: run `make api` and look at the difference\n  now:    {}\n  listed: {}",
            line + 1,
            made.lines().nth(line).unwrap_or("(end)"),
            LISTING.lines().nth(line).unwrap_or("(end)"),
        );
    }
}
