//! Writes the seeds into `corpus/`, each under a name that follows from what it is.
#![allow(clippy::unwrap_used)]

use std::path::Path;

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (target, bytes) in duet_crypto_fuzz::seeds::all() {
        let folder = corpus.join(target);
        std::fs::create_dir_all(&folder).unwrap();
        let digest = duet_crypto::primitives::hash::sha256(&[&bytes]);
        let name: String = digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
