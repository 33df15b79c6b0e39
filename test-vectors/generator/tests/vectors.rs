//! Every case of every file through the core, from the JSON; and the files' bytes against what the core writes.

use duet_vectors::{
    CORPUS, Difference, FILES, Failure, Input, corpus, emoji_table, folder, replay, resolved, run,
};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

type Outcome = Result<(), String>;

fn load(name: &str) -> Result<Value, String> {
    let text =
        fs::read_to_string(folder().join(name)).map_err(|error| format!("{name}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))
}

/// The names of the files that hold cases.
fn names() -> Result<BTreeSet<String>, String> {
    let entries = fs::read_dir(folder()).map_err(|error| error.to_string())?;
    Ok(entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".json"))
        .collect())
}

/// Runs a case and compares: every output of a valid one, the code of an invalid one.
fn check(name: &str, file: &Value, case: &Value) -> Outcome {
    let at = |what: String| format!("{name}, case {} ({}): {what}", case["id"], case["comment"]);
    let case = resolved(file, case);
    match (run(name, Input::new(&case)), case["result"].as_str()) {
        (Ok(outputs), Some("valid")) => {
            for (key, value) in &outputs {
                if case[key] != *value {
                    return Err(at(format!(
                        "{key} is {}, the core gives {value}",
                        case[key]
                    )));
                }
            }
            Ok(())
        }
        (Err(Failure::Refused(code)), Some("invalid")) if case["error"] == code.name() => Ok(()),
        (Err(failure), _) => Err(at(failure.to_string())),
        (Ok(_), _) => Err(at("accepted".into())),
    }
}

#[test]
fn the_core_gives_every_output_and_every_refusal() -> Outcome {
    let (mut valid, mut invalid) = (0, 0);
    for name in names()? {
        let file = load(&name)?;
        let cases = file["tests"]
            .as_array()
            .ok_or(format!("{name} has no tests"))?;
        assert_eq!(file["number_of_tests"], cases.len(), "{name}");
        for case in cases {
            check(&name, &file, case)?;
            if case["result"] == "valid" {
                valid += 1
            } else {
                invalid += 1
            }
        }
    }
    assert!(
        valid >= 300 && invalid >= 300,
        "{valid} valid and {invalid} invalid cases are few"
    );
    Ok(())
}

#[test]
fn every_client_answers_as_it_was_recorded() -> Outcome {
    let file = load(CORPUS)?;
    let scripts = file["scripts"].as_array().ok_or("no scripts")?;
    assert_eq!(file["number_of_scripts"], scripts.len());
    assert!(scripts.len() >= 20);
    for script in scripts {
        replay(script).map_err(|failure| failure.to_string())?;
        // One that passes whatever is recorded would be worth nothing.
        let mut wrong = script.clone();
        wrong["steps"][3]["out"] = Value::from("another value");
        assert!(replay(&wrong).is_err(), "{}", script["name"]);
    }
    Ok(())
}

/// A runner that passes whatever it is given would be worth nothing: the first output of the first valid case of each
/// file is changed, and its first invalid case is called valid.
#[test]
fn a_wrong_file_is_noticed() -> Outcome {
    for name in names()? {
        let file = load(&name)?;
        let cases = file["tests"]
            .as_array()
            .ok_or(format!("{name} has no tests"))?;
        let altered = cases.iter().find_map(|case| {
            let outputs = run(&name, Input::new(&resolved(&file, case))).ok()?;
            let (key, _) = outputs.iter().next()?;
            let mut wrong = case.clone();
            wrong[key] = Value::from("another value");
            Some(wrong)
        });
        if let Some(wrong) = altered {
            assert!(
                check(&name, &file, &wrong).is_err(),
                "{name}: an altered output goes unnoticed"
            );
        }
        if let Some(case) = cases.iter().find(|case| case["result"] == "invalid") {
            let mut wrong = case.clone();
            wrong["result"] = Value::from("valid");
            assert!(
                check(&name, &file, &wrong).is_err(),
                "{name}: a refusal called valid goes unnoticed"
            );
        }
    }
    Ok(())
}

#[test]
fn the_files_are_what_the_core_writes() -> Outcome {
    let mut written = BTreeSet::new();
    let difference = |name: &str, text: &str| {
        Difference::of(name, text).map_err(|error| format!("{name}: {error}"))
    };
    assert_eq!(
        difference("emoji256.txt", &emoji_table())?,
        None,
        "run `make vectors`"
    );
    let clients = corpus().map_err(|failure| failure.to_string())?;
    assert_eq!(difference(CORPUS, &clients)?, None, "run `make vectors`");
    for make in FILES {
        let file = make().map_err(|failure| failure.to_string())?;
        let text = file.render().map_err(|failure| failure.to_string())?;
        assert_eq!(
            difference(file.name(), &text)?,
            None,
            "{}: run `make vectors`",
            file.name()
        );
        written.insert(file.name().to_owned());
    }
    assert_eq!(
        written,
        names()?,
        "a file that nothing writes, or one that is missing"
    );
    Ok(())
}
