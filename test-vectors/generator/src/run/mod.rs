//! How a case of each file goes through the core: inputs in, outputs or a refusal out.

mod identity;
mod password;
mod primitives;
mod relay;

use crate::case::{Failure, Input, Outputs};

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
        "password.json" => password::password(case),
        "relay.json" => relay::relay(case),
        _ => Err(Failure::case(format!("no file {name} is known"))),
    }
}

fn unknown(what: &str) -> Failure {
    Failure::case(format!("{what} is not known"))
}
