//! Values that are checked once, at the edge; further in, the type says that they are good.

/// The text is no login name, or cannot be the beginning of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidUsername;

/// The rule for login names, as a regular expression for clients; [`Username::parse`] is what counts.
pub const USERNAME_PATTERN: &str = r"^[a-z][a-z0-9_.-]{2,31}$";

/// A login name that follows [`USERNAME_PATTERN`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Checks the rule.
    ///
    /// # Errors
    /// [`InvalidUsername`].
    pub fn parse(text: String) -> Result<Self, InvalidUsername> {
        let good = (3..=32).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && is_name_text(&text);
        if good {
            Ok(Self(text))
        } else {
            Err(InvalidUsername)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it sounds like somebody who speaks for the deployment, however it is punctuated: nobody can register it.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        let letters: String = self
            .0
            .chars()
            .filter(|letter| !matches!(letter, '_' | '-' | '.'))
            .collect();
        RESERVED.contains(&letters.trim_end_matches(|digit: char| digit.is_ascii_digit()))
    }
}

/// Names of roles and machines, without punctuation.
const RESERVED: &[&str] = &[
    "abuse",
    "admin",
    "administrator",
    "admins",
    "anonymous",
    "api",
    "bot",
    "contact",
    "duet",
    "everyone",
    "help",
    "helpdesk",
    "hostmaster",
    "info",
    "mail",
    "me",
    "mod",
    "moderator",
    "mods",
    "nobody",
    "noreply",
    "notifications",
    "null",
    "official",
    "operator",
    "owner",
    "postmaster",
    "relay",
    "root",
    "security",
    "server",
    "service",
    "staff",
    "support",
    "sysadmin",
    "system",
    "team",
    "undefined",
    "webmaster",
    "www",
];

/// The beginning of a login name, as people type it into the search field.
pub struct UsernamePrefix(String);

impl UsernamePrefix {
    /// 1 to 32 characters that may stand in a login name.
    ///
    /// # Errors
    /// [`InvalidUsername`].
    pub fn parse(text: String) -> Result<Self, InvalidUsername> {
        if (1..=32).contains(&text.len()) && is_name_text(&text) {
            Ok(Self(text))
        } else {
            Err(InvalidUsername)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The half-open range of names that begin so, for an indexed range scan: `{` is the byte after `z`, the
    /// greatest that a name can hold.
    #[must_use]
    pub fn range(&self) -> (String, String) {
        (self.0.clone(), format!("{}{{", self.0))
    }
}

fn is_name_text(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_roles_are_reserved_however_they_are_punctuated() {
        let reserved = |name: &str| Username::parse(name.to_owned()).unwrap().is_reserved();
        for name in [
            "admin",
            "ad.min",
            "a-d_m.i.n",
            "admin-1",
            "support2026",
            "root",
            "duet",
        ] {
            assert!(reserved(name), "{name}");
        }
        for name in ["alice", "adminka", "rooty", "helper", "duetto", "mel2"] {
            assert!(!reserved(name), "{name}");
        }
    }
}
