//! What `ip` and `bridge` print for people (ip(8), bridge(8) without `-j`), as the JSON that they print of
//! the same: so there is one reader of what it means, and this is only how it is written.
//!
//! A word that is not known is not passed over where it could change what a line means (routes, rules):
//! the text is refused then, and what it would have told is missing.

mod link;
mod neighbour;
mod route;
mod rule;
mod vlan;

use super::gather::Part;
use super::{group, socket};
use netloom_model::Family;
use serde_json::{Map, Value};

/// An object as it is put together.
type Object = Map<String, Value>;

/// What a text tells of a part, as JSON.
///
/// # Errors
/// Which line cannot be read, and the word at which it is not understood.
pub(super) fn json(part: Part, text: &str) -> Result<Value, String> {
    match part {
        Part::Links | Part::Addresses => link::links(text),
        Part::Routes(_) => route::routes(text),
        Part::Rules(_) => lines(text, rule::rule),
        Part::Nexthops => lines(text, route::nexthop),
        Part::Neighbours | Part::Proxies => lines(text, neighbour::neighbour),
        Part::Fdb => lines(text, neighbour::fdb),
        Part::Nsids => lines(text, nsid),
        Part::Vlans => vlan::vlans(text),
        Part::Groups => group::json(text),
        Part::Sysctls
        | Part::Mdb
        | Part::Sockets
        | Part::Counters
        | Part::Ipsets
        | Part::Saved(_)
        | Part::Nft
        | Part::NftText
        | Part::Connections => Err("it is no list of ip or bridge".to_owned()),
    }
}

/// What a text is, by its first line.
pub(super) fn part(name: &str, text: &str) -> Option<Part> {
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    let mut words = first.split_whitespace();
    let (word, second) = (words.next()?, words.next().unwrap_or_default());
    let has = |wanted: &str| first.split_whitespace().any(|word| word == wanted);
    let number = word.strip_suffix(':').is_some_and(is_number);
    if number && first.contains(": <") {
        let links = has("mode") && !text.lines().any(|line| line.starts_with("    inet"));
        return Some(if links { Part::Links } else { Part::Addresses });
    }
    if number && matches!(second, "from" | "not") {
        let v6 = text.contains("::") || name.contains('6') && !text.contains("lookup default");
        return Some(Part::Rules(if v6 { Family::V6 } else { Family::V4 }));
    }
    if socket::begins(first) {
        return Some(Part::Sockets);
    }
    // `1:`, a tabulator, `lo`.
    if number && first.split_whitespace().count() == 2 {
        return Some(Part::Groups);
    }
    if word == "port" && second.starts_with("vlan") {
        return Some(Part::Vlans);
    }
    if word == "id" && is_number(second) {
        return Some(Part::Nexthops);
    }
    if is_mac(word) && has("dev") {
        return Some(Part::Fdb);
    }
    let is_address = word.parse::<std::net::IpAddr>().is_ok();
    let state = first.split_whitespace().any(neighbour::is_state) || has("lladdr") || has("proxy");
    if is_address && second == "dev" && state {
        return Some(Part::Neighbours);
    }
    route::begins(first).then_some(Part::Routes(None))
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_mac(word: &str) -> bool {
    word.parse::<netloom_model::MacAddr>().is_ok()
}

/// A text that has a line for each object.
fn lines(text: &str, one: fn(&str) -> Result<Object, String>) -> Result<Value, String> {
    let mut list = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let object = one(line).map_err(|why| format!("line {number}: {why}"))?;
        list.push(Value::Object(object));
    }
    Ok(Value::Array(list))
}

/// `blue (id: 3)`, of `ip netns`; one without a number is told of nobody.
fn nsid(line: &str) -> Result<Object, String> {
    let mut object = Object::new();
    let (name, rest) = line.split_once(" (id: ").unwrap_or((line, ""));
    object.insert("name".into(), name.trim().into());
    if let Ok(id) = rest.trim_end().trim_end_matches(')').parse::<i64>() {
        object.insert("nsid".into(), id.into());
    }
    Ok(object)
}

/// The words of a line, one by one.
struct Words<'a> {
    words: std::iter::Peekable<std::str::SplitWhitespace<'a>>,
}

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Words<'a> {
        Words {
            words: line.split_whitespace().peekable(),
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        self.words.next()
    }

    fn peek(&mut self) -> Option<&'a str> {
        self.words.peek().copied()
    }

    /// Whether a word comes next; it is taken then.
    fn take(&mut self, word: &str) -> bool {
        let next = self.peek() == Some(word);
        if next {
            self.next();
        }
        next
    }

    /// What stands behind a word.
    fn value(&mut self, word: &str) -> Result<&'a str, String> {
        self.next()
            .ok_or_else(|| format!("nothing stands behind \"{word}\""))
    }

    /// A number behind a word.
    fn number(&mut self, word: &str) -> Result<Value, String> {
        let value = self.value(word)?;
        let number = value.parse::<u64>().map(Value::from);
        number.map_err(|_| format!("\"{value}\" behind \"{word}\" is no number"))
    }
}

/// What is said of a word that is not known.
fn unknown(word: &str) -> String {
    format!("\"{word}\" is not understood here")
}

/// A value as JSON has it: a number, whether it is on, or a text.
fn value(word: &str) -> Value {
    match word {
        "on" => Value::Bool(true),
        "off" => Value::Bool(false),
        _ => match (word.parse::<u64>(), word.parse::<f64>()) {
            (Ok(number), _) => number.into(),
            (_, Ok(number)) if word.contains('.') => number.into(),
            _ => word.into(),
        },
    }
}

#[cfg(test)]
mod tests;
