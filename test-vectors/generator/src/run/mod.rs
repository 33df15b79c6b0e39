//! How a case of each file goes through the core: inputs in, outputs or a refusal out.

pub(crate) mod content;
pub(crate) mod files;
mod handshake;
mod identity;
pub(crate) mod limits;
pub(crate) mod messages;
mod object;
mod over;
mod password;
mod prekeys;
mod primitives;
pub(crate) mod record;
mod relay;
pub(crate) mod session;
pub(crate) mod vault;

pub(crate) use relay::TO_RELAY;

use serde_json::Value;

use crate::case::{Failure, Input, Outputs, unhex};

/// Runs one case of the file `name`.
///
/// # Errors
/// [`Failure::Refused`] with the core's code, or [`Failure::Case`] if the case itself makes no sense.
pub fn run(name: &str, case: Input<'_>) -> Result<Outputs, Failure> {
    match name {
        "primitives.json" => primitives::primitives(case),
        "bad_points.json" => primitives::bad_points(case),
        "identity.json" => identity::identity(case),
        "qr_reject.json" => identity::qr_reject(case),
        "handshake_interactive.json" => handshake::interactive(case),
        "handshake_prekey.json" => handshake::prekey(case),
        "prekey_reject.json" => prekeys::reject(case),
        "handshake_reject.json" => handshake::reject(case),
        "glare.json" => handshake::glare(case),
        "end.json" => handshake::end(case),
        "over.json" => over::over(case),
        "limits.json" => limits::limits(case),
        "padding.json" => limits::padding(case),
        "ratchet.json" | "session_record.json" => session::ratchet(case),
        "file.json" => files::file(case),
        "file_reject.json" => files::reject(case),
        "wrap.json" => vault::wrap(case),
        "password.json" => password::password(case),
        "relay.json" => relay::relay(case),
        _ => Err(Failure::case(format!("no file {name} is known"))),
    }
}

/// The bytes that running `case` of the file `name` gives under `key`.
pub(crate) fn output(name: &str, case: &Value, key: &str) -> Result<Vec<u8>, Failure> {
    bytes_of(&run(name, Input::new(case))?, key)
}

/// The bytes of one output.
pub(crate) fn bytes_of(outputs: &Outputs, key: &str) -> Result<Vec<u8>, Failure> {
    let value = outputs.get(key).and_then(Value::as_str);
    unhex(value.ok_or_else(|| Failure::case(format!("no output {key}")))?)
}

pub(crate) fn unknown(what: &str) -> Failure {
    Failure::case(format!("{what} is not known"))
}
