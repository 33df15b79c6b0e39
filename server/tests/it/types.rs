//! The generated TypeScript in the repository is what this code would write.

use duet_relay::types;
use std::path::Path;

#[test]
fn the_generated_typescript_is_up_to_date() {
    for folder in [
        "web/src/engine/protocol/generated",
        "wasm-bindings/ts/generated",
    ] {
        let generated = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(folder);
        assert!(types::is_current(&generated).unwrap(), "run `make types`");
    }
}

#[test]
fn a_change_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    types::write(directory.path()).unwrap();
    assert!(types::is_current(directory.path()).unwrap());
    let file = directory.path().join(types::FILE_NAME);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("identityKey", "identitykey")).unwrap();
    assert!(!types::is_current(directory.path()).unwrap());
}
