//! The recorded corpus of the client (`test-vectors/client/corpus.json`): scripts of what people do, what a relay does with
//! their frames, and what every client answers.
//!
//! It is no vector of the protocol. Another implementation may have other intervals, and say the same in another order; the
//! package's client is this one.

mod scripts;
mod stage;
mod world;

use serde_json::{Value, json};

use crate::case::{Failure, Input};
use stage::Stage;

/// The file's name in `test-vectors/`.
pub const CORPUS: &str = "client/corpus.json";

/// What stands in the file.
///
/// # Errors
/// A script that does not come to what it is about.
pub fn corpus() -> Result<String, Failure> {
    let scripts = scripts::all()?;
    let head = json!({
        "protocol": "PAIR/1",
        "description": "what clients are given and what they answer: README.md, The client",
        "number_of_scripts": scripts.len(),
    });
    let mut out = serde_json::to_string_pretty(&head).map_err(invalid)?;
    out.truncate(out.trim_end_matches(['\n', '}']).len());
    out.push_str(",\n  \"scripts\": [");
    for (index, script) in scripts.iter().enumerate() {
        out.push_str(if index == 0 { "\n    {" } else { ",\n    {" });
        for key in ["name", "comment", "settings"] {
            out.push_str(&format!("\n      \"{key}\": {},", script[key]));
        }
        out.push_str("\n      \"steps\": [");
        let steps = script["steps"].as_array().map_or(&[][..], Vec::as_slice);
        for (index, step) in steps.iter().enumerate() {
            out.push_str(if index == 0 {
                "\n        "
            } else {
                ",\n        "
            });
            out.push_str(&step.to_string());
        }
        out.push_str("\n      ]\n    }");
    }
    out.push_str("\n  ]\n}\n");
    Ok(out)
}

/// Runs a script of the file: every client must answer as it says.
///
/// # Errors
/// The first step with another answer.
pub fn replay(script: &Value) -> Result<(), Failure> {
    let input = Input::new(script);
    let name = input.text("name")?;
    let mut stage = Stage::new(name, input.value("settings")?)?;
    for (number, step) in input.list("steps")?.enumerate() {
        let outcome = stage.step(step.raw())?;
        for key in ["gives", "error", "out", "wake"] {
            let (found, given) = (step.raw().get(key), outcome.written.get(key));
            if found != given {
                return Err(Failure::case(format!(
                    "{name}, step {number}: {key} is {found:?}, the core gives {given:?}"
                )));
            }
        }
    }
    Ok(())
}

fn invalid(error: serde_json::Error) -> Failure {
    Failure::case(error.to_string())
}
