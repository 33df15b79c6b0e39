//! password.json

use duet_crypto::error::Code;
use serde_json::json;

use crate::case::Failure;
use crate::file::VectorFile;
use crate::scene::people::REALM;

pub(super) fn password() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "password.json",
        "The password split (section 8.3): Argon2id with 64 MiB, 3 passes and one lane, then the login secret that the relay \
         gets and the vault secret that it never does.",
        &[
            (
                "Normalization",
                "Two ways to type one password are one password.",
            ),
            ("NoTruncation", "The end of a long password counts."),
            (
                "Length",
                "Too short, or so long that the work must be bounded.",
            ),
        ],
    );
    let case =
        |name: &str, password: &str| json!({"realm": REALM, "name": name, "password": password});
    file.valid(
        "a password",
        &[],
        case("alice", "correct horse battery staple"),
    )?;
    file.valid(
        "the same password of another account",
        &[],
        case("bob", "correct horse battery staple"),
    )?;
    file.valid(
        "composed",
        &["Normalization"],
        case("alice", "p\u{e4}ssw\u{f6}rter"),
    )?;
    file.valid(
        "decomposed: the same secrets",
        &["Normalization"],
        case("alice", "pa\u{308}sswo\u{308}rter"),
    )?;
    let long = "пароль ".repeat(20);
    file.valid(
        "140 Cyrillic characters",
        &["NoTruncation"],
        case("alice", &long),
    )?;
    for (comment, password) in [
        ("empty", String::new()),
        ("seven characters", "1234567".into()),
        (
            "seven characters after normalization",
            "123456a\u{308}".into(),
        ),
        ("1,025 bytes", "a".repeat(1_025)),
    ] {
        file.invalid(
            comment,
            &["Length"],
            Code::PasswordLength,
            case("alice", &password),
        )?;
    }
    Ok(file)
}
