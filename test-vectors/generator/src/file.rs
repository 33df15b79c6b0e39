//! One file of vectors: how it is put together, written and compared.

use duet_crypto::error::Code;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use crate::case::{Failure, Input};
use crate::run::run;

/// The folder of the files: `test-vectors/`.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A file in the making: an envelope in Wycheproof's manner around cases.
pub struct VectorFile {
    name: &'static str,
    description: &'static str,
    /// Flag and what it stands for, in the order of writing.
    notes: &'static [(&'static str, &'static str)],
    /// Handshakes that many cases start from, each by a name.
    handshakes: Map<String, Value>,
    tests: Vec<Value>,
    used: BTreeSet<&'static str>,
}

/// The keys under which a case has a handshake, or the name of one that stands at the head of its file.
const HANDSHAKE_KEYS: [&str; 2] = ["base", "handshake"];

impl VectorFile {
    pub(crate) fn new(
        name: &'static str,
        description: &'static str,
        notes: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            name,
            description,
            notes,
            handshakes: Map::new(),
            tests: Vec::new(),
            used: BTreeSet::new(),
        }
    }

    /// The file's name in `test-vectors/`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Writes a handshake once, at the head of the file: cases that start from it name it.
    pub(crate) fn handshake(&mut self, name: &str, inputs: Value) {
        self.handshakes.insert(name.into(), inputs);
    }

    /// Adds a case that must succeed; the core gives its outputs.
    pub(crate) fn valid(
        &mut self,
        comment: &str,
        flags: &[&'static str],
        inputs: Value,
    ) -> Result<(), Failure> {
        let outputs = run(self.name, Input::new(&inputs))
            .map_err(|failure| self.context(comment, &failure))?;
        let mut case = self.head(comment, flags, &[("result", json!("valid"))]);
        self.extend(&mut case, inputs);
        case.extend(outputs);
        self.tests.push(Value::Object(case));
        Ok(())
    }

    /// Adds a case that must be refused with `code`.
    pub(crate) fn invalid(
        &mut self,
        comment: &str,
        flags: &[&'static str],
        code: Code,
        inputs: Value,
    ) -> Result<(), Failure> {
        match run(self.name, Input::new(&inputs)) {
            Err(Failure::Refused(given)) if given == code => {}
            Err(failure) => return Err(self.context(comment, &failure)),
            Ok(_) => return Err(self.context(comment, &Failure::case("accepted"))),
        }
        let mut case = self.head(
            comment,
            flags,
            &[("result", json!("invalid")), ("error", json!(code.name()))],
        );
        self.extend(&mut case, inputs);
        self.tests.push(Value::Object(case));
        Ok(())
    }

    /// Names a flag that a case uses further inside.
    pub(crate) fn uses(&mut self, flags: &[&'static str]) {
        self.used.extend(flags);
    }

    fn head(
        &mut self,
        comment: &str,
        flags: &[&'static str],
        more: &[(&str, Value)],
    ) -> Map<String, Value> {
        self.used.extend(flags);
        let mut case = Map::new();
        case.insert("id".into(), json!(self.tests.len() + 1));
        case.insert("comment".into(), json!(comment));
        case.insert("flags".into(), json!(flags));
        case.extend(
            more.iter()
                .map(|(key, value)| ((*key).into(), value.clone())),
        );
        case
    }

    fn extend(&self, case: &mut Map<String, Value>, inputs: Value) {
        let Value::Object(mut inputs) = inputs else {
            return;
        };
        for key in HANDSHAKE_KEYS {
            if let Some(value) = inputs.get_mut(key)
                && let Some((name, _)) = self.handshakes.iter().find(|(_, shared)| *shared == value)
            {
                *value = json!(name);
            }
        }
        case.extend(inputs);
    }

    fn context(&self, comment: &str, failure: &Failure) -> Failure {
        Failure::case(format!(
            "{}, case {} ({comment}): {failure}",
            self.name,
            self.tests.len() + 1
        ))
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// A flag without a note, or a note that no case uses.
    pub fn render(&self) -> Result<String, Failure> {
        let known: BTreeSet<&str> = self.notes.iter().map(|(flag, _)| *flag).collect();
        if let Some(flag) = known.symmetric_difference(&self.used).next() {
            return Err(Failure::case(format!(
                "{}: flag {flag} needs both a note and a case",
                self.name
            )));
        }
        let notes: Map<String, Value> = self
            .notes
            .iter()
            .map(|(flag, note)| ((*flag).into(), json!(note)))
            .collect();
        let mut file = json!({
            "schema": format!("schemas/{}.schema.json", self.name.trim_end_matches(".json")),
            "protocol": "PAIR/1",
            "description": self.description,
            "notes": notes,
        });
        if !self.handshakes.is_empty() {
            file["handshakes"] = json!(self.handshakes);
        }
        file["number_of_tests"] = json!(self.tests.len());
        file["tests"] = json!(self.tests);
        let mut text = serde_json::to_string_pretty(&file)
            .map_err(|error| Failure::case(error.to_string()))?;
        text.push('\n');
        Ok(text)
    }
}

/// A case as [`run`] takes it: with its handshake in the place of the handshake's name.
#[must_use]
pub fn resolved(file: &Value, case: &Value) -> Value {
    let mut out = case.clone();
    for key in HANDSHAKE_KEYS {
        if let Some(handshake) = case
            .get(key)
            .and_then(Value::as_str)
            .and_then(|name| file["handshakes"].get(name))
        {
            out[key] = handshake.clone();
        }
    }
    out
}

/// A file whose bytes are not what the core gives.
#[derive(Debug, PartialEq, Eq)]
pub enum Difference {
    /// There is no such file.
    Missing,
    /// Line of the first difference, from 1.
    Line(usize),
}

impl Difference {
    /// Compares a file of the folder with what it must be.
    ///
    /// # Errors
    /// Those of reading, other than that the file is missing.
    pub fn of(name: &str, expected: &str) -> io::Result<Option<Self>> {
        let found = match fs::read_to_string(folder().join(name)) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Some(Self::Missing));
            }
            Err(error) => return Err(error),
        };
        if found == expected {
            return Ok(None);
        }
        let same = found
            .lines()
            .zip(expected.lines())
            .take_while(|(a, b)| a == b)
            .count();
        Ok(Some(Self::Line(same + 1)))
    }
}
