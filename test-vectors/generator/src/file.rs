//! One file of vectors: how it is put together, written and compared.

use duet_crypto::error::Code;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io;

use crate::case::{Failure, Input};
use crate::{folder, run};

/// A file in the making: an envelope in Wycheproof's manner around cases.
pub struct VectorFile {
    name: &'static str,
    description: &'static str,
    /// Flag and what it stands for, in the order of writing.
    notes: &'static [(&'static str, &'static str)],
    tests: Vec<Value>,
    used: BTreeSet<&'static str>,
}

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
            tests: Vec::new(),
            used: BTreeSet::new(),
        }
    }

    /// The file's name in `test-vectors/`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
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
        extend(&mut case, inputs);
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
        extend(&mut case, inputs);
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
        let file = json!({
            "schema": format!("schemas/{}.schema.json", self.name.trim_end_matches(".json")),
            "protocol": "PAIR/1",
            "description": self.description,
            "notes": notes,
            "number_of_tests": self.tests.len(),
            "tests": self.tests,
        });
        let mut text = serde_json::to_string_pretty(&file)
            .map_err(|error| Failure::case(error.to_string()))?;
        text.push('\n');
        Ok(text)
    }
}

fn extend(case: &mut Map<String, Value>, inputs: Value) {
    if let Value::Object(inputs) = inputs {
        case.extend(inputs);
    }
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
