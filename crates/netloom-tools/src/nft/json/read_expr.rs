//! Expressions of JSON in nft's words.

use super::read::{Read, only};
use serde_json::Value;

/// A text that must be there.
pub(super) fn text<'a>(body: &'a Value, key: &str) -> Result<&'a str, String> {
    let found = body.get(key).and_then(Value::as_str);
    found
        .filter(|text| !text.contains(['"', '\n']))
        .ok_or_else(|| format!("Expected a string '{key}'"))
}

/// A text that may be missing.
pub(super) fn word<'a>(body: &'a Value, key: &str) -> &'a str {
    text(body, key).unwrap_or_default()
}

/// Words with commas between them.
pub(super) fn comma(value: &Value) -> Read {
    match value {
        Value::Array(all) => Ok(list(all, ",")?.replace('"', "")),
        one => Ok(expr(one)?.replace('"', "")),
    }
}

/// Several expressions.
pub(super) fn list(all: &[Value], between: &str) -> Read {
    let words: Result<Vec<String>, String> = all.iter().map(expr).collect();
    Ok(words?.join(between))
}

/// The elements of a set or map.
pub(super) fn elements(all: &[Value]) -> Read {
    let words: Result<Vec<String>, String> = all.iter().map(element).collect();
    Ok(words?.join(", "))
}

fn element(value: &Value) -> Read {
    match value {
        Value::Array(pair) => match &pair[..] {
            [key, data] => Ok(format!("{} : {}", expr(key)?, data_of(data)?)),
            _ => Err("An element of a map is a pair".to_owned()),
        },
        one => expr(one),
    }
}

/// What a map has for a key: a verdict is one of its statements.
fn data_of(value: &Value) -> Read {
    if let Ok((word, body)) = only(value) {
        match word {
            "accept" | "drop" | "continue" | "return" => return Ok(word.to_owned()),
            "jump" | "goto" => return Ok(format!("{word} {}", text(body, "target")?)),
            _ => {}
        }
    }
    expr(value)
}

/// A set in its place, or the name of one.
pub(super) fn set(value: &Value) -> Read {
    match value {
        Value::Array(all) => Ok(format!("{{ {} }}", elements(all)?)),
        other => expr(other),
    }
}

/// An expression.
pub(super) fn expr(value: &Value) -> Read {
    match value {
        Value::String(text) if text.contains(['"', '\n']) => Err("Invalid string".to_owned()),
        Value::String(text) if text.starts_with('@') || text == "*" => Ok(text.clone()),
        Value::String(text) => Ok(format!("\"{text}\"")),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(true) => Ok("exists".to_owned()),
        Value::Bool(false) => Ok("missing".to_owned()),
        // Flags.
        Value::Array(all) => list(all, ","),
        Value::Object(_) => {
            let (word, body) = only(value)?;
            object(word, body)
        }
        Value::Null => Err("Unexpected null".to_owned()),
    }
}

fn array(body: &Value) -> Result<&[Value], String> {
    let all = body.as_array().ok_or("Expected an array")?;
    Ok(all)
}

fn number(body: &Value, key: &str) -> u64 {
    body.get(key).and_then(Value::as_u64).unwrap_or(0)
}

fn object(kind: &str, body: &Value) -> Read {
    Ok(match kind {
        "payload" => match body.get("base") {
            Some(_) => format!(
                "@{},{},{}",
                text(body, "base")?,
                number(body, "offset"),
                number(body, "len")
            ),
            None => format!("{} {}", text(body, "protocol")?, text(body, "field")?),
        },
        "exthdr" => match body.get("field") {
            Some(_) => format!("{} {}", text(body, "name")?, text(body, "field")?),
            None => format!("exthdr {}", text(body, "name")?),
        },
        "tcp option" | "ip option" | "sctp chunk" => match body.get("base") {
            Some(base) => format!("{kind} {base}"),
            None => format!("{kind} {} {}", text(body, "name")?, word(body, "field")),
        },
        "meta" => format!("meta {}", text(body, "key")?),
        "ct" => format!("ct {} {}", word(body, "dir"), text(body, "key")?),
        "rt" => format!("rt {} {}", word(body, "family"), text(body, "key")?),
        "socket" => format!("socket {}", text(body, "key")?),
        "fib" => {
            let flags = match body.get("flags") {
                Some(Value::Array(all)) => list(all, " . ")?.replace('"', ""),
                _ => word(body, "flags").to_owned(),
            };
            format!("fib {flags} {}", text(body, "result")?)
        }
        "osf" => match body.get("ttl") {
            Some(_) => format!("osf ttl {} {}", text(body, "ttl")?, text(body, "key")?),
            None => format!("osf {}", text(body, "key")?),
        },
        "ipsec" => format!(
            "ipsec {} spnum {} {} {}",
            text(body, "dir")?,
            number(body, "spnum"),
            word(body, "family"),
            text(body, "key")?
        ),
        "numgen" => format!(
            "numgen {} mod {} offset {}",
            text(body, "mode")?,
            number(body, "mod"),
            number(body, "offset")
        ),
        "jhash" | "symhash" => hash(kind, body)?,
        "concat" => list(array(body)?, " . ")?,
        "set" => set(body)?,
        "map" => {
            let (key, data) = (&body["key"], &body["data"]);
            format!("{} map {}", expr(key)?, set(data)?)
        }
        "prefix" => format!("{}/{}", expr(&body["addr"])?, number(body, "len")),
        "range" => list(array(body)?, "-")?,
        "|" | "&" | "^" | "<<" | ">>" => bits(kind, array(body)?)?,
        "elem" => with_words(body)?,
        other => return Err(format!("Unknown expression type '{other}'")),
    })
}

fn hash(kind: &str, body: &Value) -> Read {
    let mut words = kind.to_owned();
    if let Some(of) = body.get("expr") {
        words += &format!(" {}", expr(of)?);
    }
    words += &format!(" mod {}", number(body, "mod"));
    if body.get("seed").is_some() {
        words += &format!(" seed {}", number(body, "seed"));
    }
    Ok(format!("{words} offset {}", number(body, "offset")))
}

fn bits(sign: &str, sides: &[Value]) -> Read {
    let mut words: Vec<String> = Vec::new();
    for side in sides {
        words.push(match side {
            // Flags on one side are one constant.
            Value::Array(flags) => format!("({})", list(flags, " | ")?),
            side => expr(side)?,
        });
    }
    if sign == "<<" || sign == ">>" {
        words[0] = format!("({})", words[0]);
    }
    Ok(words.join(&format!(" {sign} ")))
}

/// An element with what is said of it.
fn with_words(body: &Value) -> Read {
    let mut words = expr(&body["val"])?;
    for (key, value) in body.as_object().into_iter().flatten() {
        words += &match key.as_str() {
            "val" => continue,
            "timeout" | "expires" => format!(" {key} {value}s"),
            "comment" => format!(" comment \"{}\"", text(body, "comment")?),
            _ => {
                let one = serde_json::json!({ key: value });
                format!(" {}", super::read_statement::statement(&one)?)
            }
        };
    }
    Ok(words)
}
