//! Statements of JSON in nft's words.

use super::read::{Read, only};
use super::read_expr::{comma, expr, set, text, word};
use serde_json::Value;

fn number(body: &Value, key: &str) -> u64 {
    body.get(key).and_then(Value::as_u64).unwrap_or(0)
}

fn over(body: &Value) -> &'static str {
    match body.get("inv") {
        Some(Value::Bool(true)) => "over ",
        _ => "",
    }
}

/// A statement.
pub(super) fn statement(value: &Value) -> Read {
    let (kind, body) = only(value)?;
    Ok(match kind {
        "accept" | "drop" | "continue" | "return" | "notrack" => kind.to_owned(),
        "jump" | "goto" => format!("{kind} {}", text(body, "target")?),
        "match" => {
            let left = expr(&body["left"])?;
            let right = expr(&body["right"])?;
            match word(body, "op") {
                // Flags of which one is asked for stand behind what has them.
                "==" if body["right"].is_boolean() => format!("{left} {right}"),
                "in" | "" => format!("{left} {right}"),
                op => format!("{left} {op} {right}"),
            }
        }
        "counter" | "quota" | "limit" | "synproxy" | "ct helper" | "ct timeout"
        | "ct expectation" => stateful(kind, body)?,
        "ct count" => format!("ct count {}{}", over(body), number(body, "val")),
        "mangle" => format!("{} set {}", expr(&body["key"])?, expr(&body["value"])?),
        "vmap" => format!("{} vmap {}", expr(&body["key"])?, set(&body["data"])?),
        "log" => log(body)?,
        "reject" => match word(body, "type") {
            "" => "reject".to_owned(),
            "tcp reset" => "reject with tcp reset".to_owned(),
            kind => format!("reject with {kind} {}", expr(&body["expr"])?),
        },
        "snat" | "dnat" | "masquerade" | "redirect" => nat(kind, body)?,
        "tproxy" => {
            let (address, port) = endpoint(body)?;
            format!("tproxy {} to {address}{port}", word(body, "family"))
        }
        "dup" => match body.get("dev") {
            Some(device) => format!("dup to {} device {}", expr(&body["addr"])?, expr(device)?),
            None => format!("dup to {}", expr(&body["addr"])?),
        },
        "fwd" => match body.get("addr") {
            Some(address) => format!(
                "fwd {} to {} device {}",
                word(body, "family"),
                expr(address)?,
                expr(&body["dev"])?
            ),
            None => format!("fwd to {}", expr(&body["dev"])?),
        },
        "queue" => match body.get("flags") {
            Some(flags) => format!("queue flags {} to {}", comma(flags)?, expr(&body["num"])?),
            None => format!("queue to {}", expr(&body["num"])?),
        },
        "set" => update(body)?,
        "meter" => {
            let size = match body.get("size") {
                Some(size) => format!(" size {}", expr(size)?),
                None => String::new(),
            };
            let (name, key) = (text(body, "name")?, expr(&body["key"])?);
            format!(
                "meter {name}{size} {{ {key} {} }}",
                statement(&body["stmt"])?
            )
        }
        "flow" => format!("flow {} {}", text(body, "op")?, expr(&body["flowtable"])?),
        "reset" => format!("reset {}", expr(body)?),
        other => return Err(format!("Unknown statement '{other}'")),
    })
}

/// Statements that remember: their own, or an object with a name.
fn stateful(kind: &str, body: &Value) -> Read {
    let named = match kind {
        "ct helper" | "ct timeout" | "ct expectation" => format!("{kind} set"),
        kind => format!("{kind} name"),
    };
    if body.is_string() {
        return Ok(format!("{named} {}", expr(body)?));
    }
    if body.get("map").is_some() {
        return Ok(format!("{named} {}", expr(body)?));
    }
    Ok(match kind {
        "counter" => format!(
            "counter packets {} bytes {}",
            number(body, "packets"),
            number(body, "bytes")
        ),
        "quota" => {
            let unit = |key| match word(body, key) {
                "" => "bytes",
                unit => unit,
            };
            format!(
                "quota {}{} {} used {} {}",
                over(body),
                number(body, "val"),
                unit("val_unit"),
                number(body, "used"),
                unit("used_unit")
            )
        }
        "limit" => format!("limit {}", limit(body)?),
        "synproxy" => {
            let mut words = "synproxy".to_owned();
            for key in ["mss", "wscale"] {
                if body.get(key).is_some() {
                    words += &format!(" {key} {}", number(body, key));
                }
            }
            if let Some(flags) = body.get("flags") {
                words += &format!(" {}", comma(flags)?.replace(',', " "));
            }
            words
        }
        other => return Err(format!("Unknown statement '{other}'")),
    })
}

/// A limit, without that word.
pub(super) fn limit(body: &Value) -> Read {
    let unit = match word(body, "rate_unit") {
        "" | "packets" => String::new(),
        unit => format!(" {unit}"),
    };
    let mut words = format!(
        "rate {}{}{unit}/{}",
        over(body),
        number(body, "rate"),
        match word(body, "per") {
            "" => "second",
            per => per,
        }
    );
    if number(body, "burst") > 0 {
        let unit = match word(body, "burst_unit") {
            "" => "packets",
            unit => unit,
        };
        words += &format!(" burst {} {unit}", number(body, "burst"));
    }
    Ok(words)
}

fn log(body: &Value) -> Read {
    let mut words = "log".to_owned();
    if body.get("prefix").is_some() {
        words += &format!(" prefix \"{}\"", text(body, "prefix")?);
    }
    for key in ["group", "snaplen", "queue-threshold"] {
        if body.get(key).is_some() {
            words += &format!(" {key} {}", number(body, key));
        }
    }
    if body.get("level").is_some() {
        words += &format!(" level {}", text(body, "level")?);
    }
    let flags = match body.get("flags") {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    for flag in &flags {
        words += &format!(" flags {}", comma(flag)?);
    }
    Ok(words)
}

fn endpoint(body: &Value) -> Result<(String, String), String> {
    let address = match body.get("addr") {
        Some(address) => expr(address)?,
        None => String::new(),
    };
    let port = match body.get("port") {
        Some(port) => format!(":{}", expr(port)?),
        None => String::new(),
    };
    Ok((address, port))
}

fn nat(kind: &str, body: &Value) -> Read {
    let (address, port) = endpoint(body)?;
    let mut words = kind.to_owned();
    if !address.is_empty() || !port.is_empty() {
        let prefix = match body.get("type_flags") {
            Some(_) => "prefix ",
            None => "",
        };
        words += &format!(" {} {prefix}to {address}{port}", word(body, "family"));
    }
    if let Some(flags) = body.get("flags") {
        words += &format!(" {}", comma(flags)?);
    }
    Ok(words)
}

fn update(body: &Value) -> Read {
    let mut words = format!(
        "{} {} {{ {}",
        text(body, "op")?,
        expr(&body["set"])?,
        expr(&body["elem"])?
    );
    if let Some(Value::Array(all)) = body.get("stmt") {
        for one in all {
            words += &format!(" {}", statement(one)?);
        }
    }
    Ok(words + " }")
}
