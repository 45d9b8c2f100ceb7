//! JSON read (libnftables-json(5)): each command and statement is turned into the words that it stands
//! for, which are then read as any others are. So what a word means is said in one place.

use super::read_expr::{comma, expr, list, text, word};
use serde_json::Value;

/// Why a document is refused.
pub(super) type Read = Result<String, String>;

/// The commands of a document in nft's language.
pub(in crate::nft) fn commands(document: &str) -> Read {
    let root: Value = serde_json::from_str(document).map_err(|_| "syntax error".to_owned())?;
    let Some(Value::Array(all)) = root.get("nftables") else {
        return Err("Invalid JSON root, expected 'nftables' array".to_owned());
    };
    let mut found = String::new();
    for one in all {
        if let Some(command) = command(one)? {
            found += &command;
            found.push('\n');
        }
    }
    Ok(found)
}

/// The one key of an object, and what it has.
pub(super) fn only(value: &Value) -> Result<(&str, &Value), String> {
    let object = value.as_object().ok_or("Expected an object")?;
    let mut fields = object.iter();
    match (fields.next(), fields.next()) {
        (Some((key, value)), None) => Ok((key, value)),
        _ => Err("Expected an object of one key".to_owned()),
    }
}

fn command(value: &Value) -> Result<Option<String>, String> {
    let (verb, object) = only(value)?;
    Ok(Some(match verb {
        "metainfo" => return Ok(None),
        "add" | "create" => {
            let (kind, body) = only(object)?;
            add(verb, kind, body)?
        }
        "insert" | "replace" => {
            let (kind, body) = only(object)?;
            if kind != "rule" {
                return Err(format!("Unknown object '{kind}' to {verb}"));
            }
            rule(verb, body)?
        }
        "delete" => {
            let (kind, body) = only(object)?;
            match kind {
                "rule" => format!("{} handle {}", place(verb, body, "chain")?, handle(body)?),
                "element" => format!("{} {{ {} }}", place(verb, body, "name")?, elements(body)?),
                kind => name(verb, kind, body)?,
            }
        }
        "flush" | "list" | "reset" => {
            let (kind, body) = only(object)?;
            match (kind, body) {
                (kind, Value::Null) => format!("{verb} {kind}"),
                ("ruleset", body) => format!("{verb} ruleset {}", word(body, "family")),
                (kind, body) if body.get("name").is_some() => name(verb, kind, body)?,
                (kind, body) => format!("{verb} {kind} {}", word(body, "family")),
            }
        }
        "rename" => {
            let (_, body) = only(object)?;
            let new = text(body, "newname")?;
            format!("{} {new}", name(verb, "chain", body)?)
        }
        // An object by itself is added.
        kind => add("add", kind, object)?,
    }))
}

/// `VERB KIND FAMILY [TABLE] NAME`.
fn name(verb: &str, kind: &str, body: &Value) -> Read {
    let family = text(body, "family")?;
    let name = text(body, "name")?;
    Ok(match kind {
        "table" => format!("{verb} table {family} {name}"),
        kind => format!("{verb} {kind} {family} {} {name}", text(body, "table")?),
    })
}

/// `VERB rule|element FAMILY TABLE NAME`.
fn place(verb: &str, body: &Value, of: &str) -> Read {
    let kind = if of == "chain" { "rule" } else { "element" };
    let (family, table) = (text(body, "family")?, text(body, "table")?);
    Ok(format!(
        "{verb} {kind} {family} {table} {}",
        text(body, of)?
    ))
}

fn handle(body: &Value) -> Result<u64, String> {
    let handle = body.get("handle").and_then(Value::as_u64);
    handle.ok_or_else(|| "A handle is required".to_owned())
}

fn add(verb: &str, kind: &str, body: &Value) -> Read {
    match kind {
        "table" => Ok(match body.get("flags") {
            Some(flags) => format!("{} {{ flags {}; }}", name(verb, kind, body)?, comma(flags)?),
            None => name(verb, kind, body)?,
        }),
        "chain" => chain(verb, body),
        "rule" => rule(verb, body),
        "set" | "map" => set(verb, kind, body),
        "element" => Ok(format!(
            "{} {{ {} }}",
            place(verb, body, "name")?,
            elements(body)?
        )),
        "flowtable" => flowtable(verb, body),
        kind => object(verb, kind, body),
    }
}

fn chain(verb: &str, body: &Value) -> Read {
    let head = name(verb, "chain", body)?;
    if body.get("hook").is_none() {
        return Ok(head);
    }
    let device = match body.get("dev") {
        Some(Value::Array(all)) => format!(" devices = {{ {} }}", list(all, ", ")?),
        Some(one) => format!(" device {}", expr(one)?),
        None => String::new(),
    };
    let priority = body.get("prio").and_then(Value::as_i64).unwrap_or(0);
    let policy = match body.get("policy") {
        Some(_) => format!("policy {};", text(body, "policy")?),
        None => String::new(),
    };
    Ok(format!(
        "{head} {{ type {} hook {}{device} priority {priority}; {policy} }}",
        text(body, "type")?,
        text(body, "hook")?
    ))
}

fn rule(verb: &str, body: &Value) -> Read {
    let mut words = place(verb, body, "chain")?;
    if verb == "replace" {
        words += &format!(" handle {}", handle(body)?);
    } else if let Some(index) = body.get("index").and_then(Value::as_u64) {
        words += &format!(" index {index}");
    }
    let Some(Value::Array(all)) = body.get("expr") else {
        return Err("A rule needs an array 'expr'".to_owned());
    };
    for one in all {
        words += " ";
        words += &super::read_statement::statement(one)?;
    }
    if body.get("comment").is_some() {
        words += &format!(" comment \"{}\"", text(body, "comment")?);
    }
    Ok(words)
}

fn set(verb: &str, kind: &str, body: &Value) -> Read {
    let types = |value: &Value| match value {
        Value::Array(all) => {
            let names: Option<Vec<&str>> = all.iter().map(Value::as_str).collect();
            names.map(|names| names.join(" . "))
        }
        one => one.as_str().map(str::to_owned),
    };
    let of = |key: &str| body.get(key).and_then(types);
    let mut words = format!("{} {{ type ", name(verb, kind, body)?);
    words += &of("type").ok_or("A set needs a type")?;
    if let Some(data) = of("map") {
        words += &format!(" : {data}");
    }
    words += ";";
    if let Some(flags) = body.get("flags") {
        words += &format!(" flags {};", comma(flags)?);
    }
    for (key, unit) in [("timeout", "s"), ("gc-interval", "s"), ("size", "")] {
        if let Some(number) = body.get(key).and_then(Value::as_u64) {
            words += &format!(" {key} {number}{unit};");
        }
    }
    if body.get("policy").is_some() {
        words += &format!(" policy {};", text(body, "policy")?);
    }
    if body.get("comment").is_some() {
        words += &format!(" comment \"{}\";", text(body, "comment")?);
    }
    if let Some(Value::Array(all)) = body.get("stmt") {
        for one in all {
            words += &format!(" {};", super::read_statement::statement(one)?);
        }
    }
    if let Some(Value::Array(all)) = body.get("elem") {
        words += &format!(" elements = {{ {} }};", super::read_expr::elements(all)?);
    }
    Ok(words + " }")
}

fn elements(body: &Value) -> Read {
    match body.get("elem") {
        Some(Value::Array(all)) => super::read_expr::elements(all),
        Some(one) => super::read_expr::elements(core::slice::from_ref(one)),
        None => Err("Elements are required".to_owned()),
    }
}

fn flowtable(verb: &str, body: &Value) -> Read {
    let priority = body.get("prio").and_then(Value::as_i64).unwrap_or(0);
    let devices = match body.get("dev") {
        Some(Value::Array(all)) => list(all, ", ")?,
        Some(one) => expr(one)?,
        None => String::new(),
    };
    Ok(format!(
        "{} {{ hook ingress priority {priority}; devices = {{ {devices} }}; }}",
        name(verb, "flowtable", body)?
    ))
}

fn object(verb: &str, kind: &str, body: &Value) -> Read {
    let head = name(verb, kind, body)?;
    let number = |key: &str| body.get(key).and_then(Value::as_u64).unwrap_or(0);
    let mut words = match kind {
        "counter" => format!("packets {} bytes {} ", number("packets"), number("bytes")),
        "quota" => {
            let over = body.get("inv") == Some(&Value::Bool(true));
            let over = if over { "over " } else { "" };
            let (bytes, used) = (number("bytes"), number("used"));
            format!("{over}{bytes} bytes used {used} bytes ")
        }
        "limit" => super::read_statement::limit(body)?,
        "ct helper" => format!(
            "type \"{}\" protocol {}; ",
            text(body, "type")?,
            text(body, "protocol")?
        ),
        "ct timeout" => {
            let policy = body.get("policy").and_then(Value::as_object);
            let times = policy.into_iter().flatten();
            let times: Vec<String> = times
                .map(|(key, value)| format!("{key} : {value}"))
                .collect();
            format!(
                "protocol {}; policy = {{ {} }}; ",
                text(body, "protocol")?,
                times.join(", ")
            )
        }
        "ct expectation" => format!(
            "protocol {}; dport {}; timeout {}ms; size {}; ",
            text(body, "protocol")?,
            number("dport"),
            number("timeout"),
            number("size")
        ),
        "synproxy" => {
            let flags = match body.get("flags") {
                Some(Value::Array(all)) => list(all, " ")?.replace('"', ""),
                _ => String::new(),
            };
            format!(
                "mss {} wscale {} {flags}; ",
                number("mss"),
                number("wscale")
            )
        }
        "secmark" => format!("\"{}\"; ", text(body, "context")?),
        other => return Err(format!("Unknown object '{other}'")),
    };
    if body.get("l3proto").is_some() {
        words += &format!("l3proto {}; ", text(body, "l3proto")?);
    }
    if body.get("comment").is_some() {
        words += &format!("; comment \"{}\"; ", text(body, "comment")?);
    }
    Ok(format!("{head} {{ {words}}}"))
}
