//! JSON as nft writes it: keys in the order in which they were put in, a space behind `:` and `,`.

use std::fmt::Write as _;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(u128),
    Signed(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Json {
        Json::Text(text.into())
    }

    /// An object of one key.
    pub(super) fn of(key: &str, value: Json) -> Json {
        Json::Object(vec![(key.to_owned(), value)])
    }

    /// An object.
    pub(super) fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
        Json::Object(
            fields
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    /// Puts a key behind the others of an object.
    pub(super) fn put(&mut self, key: &str, value: Json) {
        if let Json::Object(fields) = self {
            fields.push((key.to_owned(), value));
        }
    }

    /// One value as it is, several as a list.
    pub(super) fn one_or_list(mut values: Vec<Json>) -> Json {
        match (values.pop(), values.is_empty()) {
            (Some(one), true) => one,
            (last, _) => {
                values.extend(last);
                Json::List(values)
            }
        }
    }

    /// Its text.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => {
                let _ = write!(out, "{value}");
            }
            Json::Number(number) => {
                let _ = write!(out, "{number}");
            }
            Json::Signed(number) => {
                let _ = write!(out, "{number}");
            }
            Json::Text(text) => quote(text, out),
            Json::List(values) => {
                out.push('[');
                for (at, value) in values.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { ", " });
                    value.write(out);
                }
                out.push(']');
            }
            Json::Object(fields) => {
                out.push('{');
                for (at, (key, value)) in fields.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { ", " });
                    quote(key, out);
                    out.push_str(": ");
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
