//! What the fuzzers have found, as ordinary tests: every file of every corpus runs through its target.
// The helpers of a test may fail it.
#![allow(clippy::panic, clippy::unwrap_used)]

extern crate std;

#[allow(dead_code, unused_imports)]
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
use std::path::Path;

#[test]
fn corpora_replay() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in fuzz::TARGETS {
        let folder = corpora.join(name);
        let mut files: Vec<_> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has a corpus");
        for file in files {
            // A panic names the file: libtest shows what was printed by a test that fails.
            println!("{}", file.display());
            target(&fs::read(&file).unwrap());
        }
    }
}

/// Every seed is in its corpus: what is honest stays accepted.
#[test]
fn seeds_run() {
    for (name, bytes) in fuzz::seeds::all() {
        let (_, target) = fuzz::TARGETS
            .iter()
            .find(|(target, _)| *target == name)
            .unwrap();
        target(&bytes);
    }
}
