//! The formal models speak of the same protocol as the code: every label, and every field of the handshake's and the
//! ratchet's frames as docs/protocol.md lists them, has a line in docs/formal/terms.txt, and what the line names is in the
//! model. What `results/` keeps of ProVerif's answers is what `jobs.txt` expects.
// The helpers of a test may fail it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::{collections::BTreeSet, fs, path::Path};

use duet_crypto::primitives::labels;

const TERMS: &str = include_str!("../../docs/formal/terms.txt");
const JOBS: &str = include_str!("../../docs/formal/jobs.txt");
const PROTOCOL: &str = include_str!("../../docs/protocol.md");
const THEORY: &str = include_str!("../../docs/formal/theory.pvl");
const HANDSHAKE: &str = include_str!("../../docs/formal/handshake.pv");
const FIRST_FLIGHT: &str = include_str!("../../docs/formal/first-flight.pv");
const CALLERS: &str = include_str!("../../docs/formal/callers.pv");
const SAS: &str = include_str!("../../docs/formal/sas.pv");
const RATCHET_ACTIVE: &str = include_str!("../../docs/formal/ratchet-active.pv");
const RATCHET_PASSIVE: &str = include_str!("../../docs/formal/ratchet-passive.pv");

/// The lines of a kind, split at the bars.
fn lines(kind: &str) -> impl Iterator<Item = Vec<&'static str>> {
    TERMS.lines().filter_map(move |line| {
        let rest = line.strip_prefix(kind)?.strip_prefix(' ')?;
        Some(rest.split(" | ").collect())
    })
}

fn is_left_out(term: &str) -> bool {
    term.strip_prefix("-: ")
        .is_some_and(|reason| !reason.is_empty())
}

#[test]
fn every_label_is_in_the_models() {
    let known: Vec<_> = lines("label").map(|line| (line[0], line[1])).collect();
    for (name, _) in labels::ALL {
        assert!(
            known.iter().any(|(label, _)| label == name),
            "label {name:?} is not in docs/formal/terms.txt"
        );
    }
    for (label, term) in known {
        if is_left_out(term) {
            continue;
        }
        let uses = [
            HANDSHAKE,
            FIRST_FLIGHT,
            CALLERS,
            SAS,
            RATCHET_ACTIVE,
            RATCHET_PASSIVE,
        ];
        assert!(
            THEORY.contains(term) || CALLERS.contains(term),
            "{label}: {term} is no constant of theory.pvl or callers.pv"
        );
        assert!(
            uses.iter().any(|model| model.contains(term)),
            "{label}: no model uses {term}"
        );
    }
}

/// The names in the third column of the table under a heading.
fn fields(heading: &str) -> Vec<String> {
    let start = PROTOCOL
        .find(heading)
        .unwrap_or_else(|| panic!("no {heading}"));
    PROTOCOL[start..]
        .lines()
        .skip_while(|line| !line.starts_with("| off "))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|row| {
            let text = row
                .split('|')
                .nth(3)
                .unwrap()
                .trim()
                .trim_start_matches('`');
            let name: String = text
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            // PREKEY's signature and the contents of MSG have no name in the table.
            match name.as_str() {
                "Sign" => "sig".into(),
                "Seal" => "sealed".into(),
                _ => name,
            }
        })
        .collect()
}

#[test]
fn every_field_is_in_the_models() {
    let known: Vec<_> = lines("field").collect();
    let mut run = 0;
    for (frame, heading) in [
        ("OFFER", "### 4.1 OFFER"),
        ("ACCEPT", "### 4.2 ACCEPT"),
        ("CONFIRM", "### 4.3 CONFIRM"),
        ("PREKEY", "### 5.1 PREKEY"),
        ("INIT", "### 5.2 INIT"),
        ("MSG", "### 6.3 MSG"),
    ] {
        for field in fields(heading) {
            let name = format!("{frame} {field}");
            assert!(
                known.iter().any(|line| line[0] == name),
                "{name} is not in docs/formal/terms.txt"
            );
            run += 1;
        }
    }
    assert_eq!(
        run,
        known.len(),
        "a line of terms.txt is no field of the protocol"
    );
    for line in known {
        let [name, file, term] = line[..] else {
            panic!("three parts: {line:?}");
        };
        let model = match file {
            "handshake.pv" => HANDSHAKE,
            "first-flight.pv" => FIRST_FLIGHT,
            "ratchet-active.pv" => RATCHET_ACTIVE,
            _ => panic!("{name}: {file} is no model of frames"),
        };
        assert!(
            is_left_out(term) || model.contains(term),
            "{name}: {file} has no {term:?}"
        );
    }
}

/// One letter for each query that ProVerif answered. Lines in brackets explain the one above.
fn verdicts(log: &str) -> String {
    log.lines()
        .filter(|line| line.starts_with("RESULT ") && !line.starts_with("RESULT ("))
        .map(|line| match line.rsplit_once(" is ") {
            Some((_, "true.")) => 'T',
            Some((_, "false.")) => 'F',
            _ => '?',
        })
        .collect()
}

#[test]
fn every_recorded_answer_is_the_expected_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/formal/results");
    let mut recorded: BTreeSet<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for job in JOBS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let [name, _, expected, model, flags] =
            job.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("five parts: {job}");
        };
        let file = format!("{name}.txt");
        assert!(recorded.remove(&file), "{name} was never answered");
        let log = fs::read_to_string(folder.join(&file)).unwrap();
        let header = format!("{model} {flags}");
        assert_eq!(
            log.lines().next().unwrap().trim(),
            header.trim(),
            "{name}: the answer is of another job"
        );
        assert_eq!(verdicts(&log), expected, "{name}");
    }
    assert!(recorded.is_empty(), "answers to no job: {recorded:?}");
}
