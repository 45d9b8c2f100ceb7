//! What `ip` prints, as text or as JSON, said once: each field has a key and a value for JSON, and
//! its text (the layout of iproute2's JSON writer, plain and pretty).

use std::fmt::{Display, Write};

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// `null`: the field's presence says all.
    Null,
    /// A number.
    Number(i64),
    /// A number written as it is (`0.00`).
    Raw(String),
    /// `true` or `false`.
    Bool(bool),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object, its members in the order they were added.
    Object(Vec<(String, Value)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(on: bool) -> Value {
        Value::Bool(on)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Number(number.cast_signed())
    }
}

macro_rules! numbers {
    ($($number:ty)*) => { $(impl From<$number> for Value {
        fn from(number: $number) -> Value {
            Value::Number(i64::from(number))
        }
    })* };
}

numbers!(u8 u16 u32 i32);

/// One printed thing: its line of text and its JSON object, side by side.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The text.
    pub(crate) text: String,
    /// The members of the object.
    pub(crate) members: Vec<(String, Value)>,
    /// Objects and lists that are open, each with its key.
    open: Vec<(String, Value)>,
}

impl Record {
    /// Adds a field to both forms.
    pub(crate) fn field(&mut self, key: &str, value: impl Into<Value>, text: impl Display) {
        self.json(key, value);
        self.text(text);
    }

    /// Adds a field to the JSON alone.
    pub(crate) fn json(&mut self, key: &str, value: impl Into<Value>) {
        let member = (key.to_owned(), value.into());
        match self.open.last_mut() {
            Some((_, Value::Object(members))) => members.push(member),
            Some((_, Value::List(values))) => values.push(member.1),
            _ => self.members.push(member),
        }
    }

    /// Begins an object under `key`; in a list the key says nothing.
    pub(crate) fn open_object(&mut self, key: &str) {
        self.open.push((key.to_owned(), Value::Object(Vec::new())));
    }

    /// Begins a list under `key`.
    pub(crate) fn open_list(&mut self, key: &str) {
        self.open.push((key.to_owned(), Value::List(Vec::new())));
    }

    /// Ends what was begun last.
    pub(crate) fn close(&mut self) {
        if let Some((key, value)) = self.open.pop() {
            self.json(&key, value);
        }
    }

    /// Adds to the text alone.
    pub(crate) fn text(&mut self, text: impl Display) {
        let _ = write!(self.text, "{text}");
    }
}

/// The text of `records`, a line each; with `oneline`, lines within one are joined by `\`.
pub(crate) fn text(records: &[Record], oneline: bool) -> String {
    let mut out = String::new();
    for record in records {
        if oneline {
            out.push_str(&record.text.replace('\n', "\\"));
        } else {
            out.push_str(&record.text);
        }
        out.push('\n');
    }
    out
}

/// The JSON of `records`, one list.
pub(crate) fn json(records: Vec<Record>, pretty: bool) -> String {
    let objects = records.into_iter().map(|r| Value::Object(r.members));
    let mut out = String::new();
    write_value(&mut out, &Value::List(objects.collect()), pretty, 0);
    out.push('\n');
    out
}

fn write_value(out: &mut String, value: &Value, pretty: bool, depth: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Number(n) => {
            let _ = write!(out, "{n}");
        }
        Value::Raw(text) => out.push_str(text),
        Value::Bool(on) => {
            let _ = write!(out, "{on}");
        }
        Value::Text(text) => write_text(out, text),
        Value::List(values) => {
            out.push_str(if pretty { "[ " } else { "[" });
            for (i, value) in values.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_value(out, value, pretty, depth + 1);
            }
            out.push_str(if pretty && !values.is_empty() {
                " ]"
            } else {
                "]"
            });
        }
        Value::Object(members) => {
            out.push('{');
            for (i, (key, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                new_line(out, pretty, depth + 1);
                write_text(out, key);
                out.push_str(if pretty { ": " } else { ":" });
                write_value(out, value, pretty, depth + 1);
            }
            if !members.is_empty() {
                new_line(out, pretty, depth);
            }
            out.push('}');
        }
    }
}

fn new_line(out: &mut String, pretty: bool, depth: usize) {
    if pretty {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let mut record = Record::default();
        record.field("dst", "default", "default ");
        record.json("flags", Value::List(vec![]));
        record
    }

    #[test]
    fn json_is_laid_out_as_iproute2_does() {
        assert_eq!(
            json(vec![record()], false),
            "[{\"dst\":\"default\",\"flags\":[]}]\n"
        );
        let pretty = "[ {\n        \"dst\": \"default\",\n        \"flags\": [ ]\n    },{\n        \
                      \"dst\": \"default\",\n        \"flags\": [ ]\n    } ]\n";
        assert_eq!(json(vec![record(), record()], true), pretty);
        assert_eq!(json(vec![], false), "[]\n");
        assert_eq!(json(vec![], true), "[ ]\n");
    }
}
