//! What lies on a disk: records of sessions, and envelopes under secrets and passphrases.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{TestRng, identity_record, sessions};
use criterion::{Criterion, criterion_group, criterion_main};
use duet_crypto::password::VaultSecret;
use duet_crypto::session::record::RecordKey;
use duet_crypto::session::{Content, Lifetime, Session};
use duet_crypto::vault::{Kdf, Passphrase, Protection, Secret, open_identity, seal_identity};

fn records(c: &mut Criterion) {
    let rng = &mut TestRng::new(1);
    let key = RecordKey::from_bytes(&[1; 32]);
    let lifetime = Lifetime::new(0);
    for skipped in [0, 256] {
        let (mut a, mut b) = sessions(rng);
        for _ in 0..skipped {
            a.send(&Content::Receipt, rng).unwrap();
        }
        let frame = a.send(&Content::Receipt, rng).unwrap().frame;
        b.receive(&frame, 0).unwrap();
        let record = b.save(&key, &lifetime, rng);
        let mut group = c.benchmark_group(format!("session with {skipped} skipped keys"));
        group.bench_function("save", |bencher| {
            bencher.iter(|| b.save(&key, &lifetime, rng));
        });
        group.bench_function("restore", |bencher| {
            bencher.iter(|| Session::restore(&record, &key, 0).unwrap());
        });
        group.finish();
    }
}

fn vault(c: &mut Criterion) {
    let rng = &mut TestRng::new(2);
    let record = identity_record();
    let secret = VaultSecret::from_bytes(&[2; 32]);
    let passphrase = Passphrase::generate(rng);
    let mut group = c.benchmark_group("identity");
    group.sample_size(10);
    for (name, protection, secret) in [
        (
            "vault secret",
            Protection::VaultSecret(&secret),
            Secret::VaultSecret(&secret),
        ),
        (
            "Argon2id, 64 MiB",
            Protection::Passphrase(&passphrase, Kdf::default()),
            Secret::Passphrase(&passphrase),
        ),
        (
            "PBKDF2, 600,000",
            Protection::Passphrase(&passphrase, Kdf::pbkdf2(600_000).unwrap()),
            Secret::Passphrase(&passphrase),
        ),
    ] {
        let sealed = seal_identity(&record, protection, rng).unwrap();
        group.bench_function(format!("open under {name}"), |b| {
            b.iter(|| open_identity(&sealed, secret).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, records, vault);
criterion_main!(benches);
