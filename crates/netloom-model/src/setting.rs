//! Settings of a namespace: their names and what they say.
//!
//! A host has some thousand different texts of them and tells each a thousand times, so whoever has one
//! shares it.

mod tuning;

use core::borrow::Borrow;
use core::fmt;
use core::ops::Deref;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

pub use tuning::{only_tunes, retain_deciding};

/// Settings by their dotted name: `net.ipv4.ip_forward`.
pub type Settings = BTreeMap<Word, Word>;

/// The name of a setting, or what it says.
///
/// ```
/// use netloom_model::setting::{Settings, Word};
///
/// let mut settings = Settings::new();
/// settings.insert("net.ipv4.ip_forward".into(), Word::shared("1"));
/// assert!(settings.get("net.ipv4.ip_forward").is_some_and(|value| value == "1"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(Arc<String>);

/// How many texts a thread remembers, to share them.
const MANY: usize = 1 << 16;

thread_local! {
    static KNOWN: RefCell<HashSet<Word>> = RefCell::default();
}

/// What a device is called in the dotted name of a setting: a dot of its own is a slash there (sysctl(8)).
///
/// ```
/// use netloom_model::setting::{dotted, undotted};
///
/// let name = format!("net.ipv4.conf.{}.rp_filter", dotted("eth0.100"));
/// assert_eq!(name, "net.ipv4.conf.eth0/100.rp_filter");
/// assert_eq!(undotted("eth0/100"), "eth0.100");
/// ```
#[must_use]
pub fn dotted(dev: &str) -> String {
    dev.replace('.', "/")
}

/// The device that is called so in the dotted name of a setting.
#[must_use]
pub fn undotted(name: &str) -> String {
    name.replace('/', ".")
}

impl Word {
    /// The same text for all of a thread who ask for it.
    #[must_use]
    pub fn shared(text: &str) -> Word {
        KNOWN.with_borrow_mut(|known| {
            if let Some(word) = known.get(text) {
                return word.clone();
            }
            if known.len() >= MANY {
                known.clear();
            }
            let word = Word::from(text);
            known.insert(word.clone());
            word
        })
    }
}

impl From<String> for Word {
    fn from(text: String) -> Word {
        Word(Arc::new(text))
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Word {
        Word::from(text.to_owned())
    }
}

impl Deref for Word {
    type Target = String;

    fn deref(&self) -> &String {
        &self.0
    }
}

impl Borrow<str> for Word {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Borrow<String> for Word {
    fn borrow(&self) -> &String {
        &self.0
    }
}

impl PartialEq<str> for Word {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Word {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Word, E> {
                Ok(Word::shared(text))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_reads_the_same_text_shares_it() {
        use serde::de::IntoDeserializer;
        use serde::de::value::{Error, StrDeserializer};
        let read = |text: &'static str| {
            let text: StrDeserializer<'_, Error> = text.into_deserializer();
            Word::deserialize(text).unwrap()
        };
        let (one, other) = (read("net.ipv4.ip_forward"), read("net.ipv4.ip_forward"));
        assert!(Arc::ptr_eq(&one.0, &other.0));
        assert_eq!(one, "net.ipv4.ip_forward");
        assert_ne!(one, read("1"));
    }

    #[test]
    fn a_thread_remembers_no_more_texts_than_many() {
        for n in 0..=MANY {
            let word = Word::shared(&n.to_string());
            assert_eq!(*word, n.to_string());
        }
        KNOWN.with_borrow(|known| assert!(known.len() <= MANY));
    }
}
