//! `ip [-d] route show` and `ip nexthop`.

use super::{Object, Words, unknown};
use netloom_tools::ip::names;
use serde_json::Value;

/// Words with a number, which stand by themselves.
const NUMBERS: [&str; 3] = ["metric", "nhid", "weight"];

/// Words with a text.
const TEXTS: [(&str, &str); 6] = [
    ("dev", "dev"),
    ("table", "table"),
    ("proto", "protocol"),
    ("scope", "scope"),
    ("src", "prefsrc"),
    ("pref", "pref"),
];

/// Metrics that are numbers, of which netloom has a place for the first seven.
const METRICS: [&str; 11] = [
    "mtu",
    "advmss",
    "hoplimit",
    "window",
    "initcwnd",
    "initrwnd",
    "quickack",
    "reordering",
    "cwnd",
    "ssthresh",
    "fastopen_no_cookie",
];

/// What is said of a route or a way.
const FLAGS: [&str; 10] = [
    "onlink",
    "dead",
    "linkdown",
    "pervasive",
    "offload",
    "trap",
    "rt_offload",
    "rt_trap",
    "rt_offload_failed",
    "unresolved",
];

fn is_type(word: &str) -> bool {
    names::route_type(word).is_some()
}

fn is_destination(word: &str) -> bool {
    let addr = word.split_once('/').map_or(word, |(addr, _)| addr);
    word == "default" || addr.parse::<std::net::IpAddr>().is_ok()
}

/// Whether a line begins a list of routes.
pub(super) fn begins(line: &str) -> bool {
    let mut words = Words::of(line);
    let first = words.next().unwrap_or_default();
    match is_type(first) {
        true => words.next().is_some_and(is_destination),
        false => is_destination(first),
    }
}

/// The routes of a list, of which one may have several lines.
pub(super) fn routes(text: &str) -> Result<Value, String> {
    let mut list: Vec<Object> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let below = line.starts_with(char::is_whitespace);
        let mut words = Words::of(line);
        let read = match (words.peek(), list.last_mut()) {
            (None, _) => Ok(()),
            // The object of a route's next hop, which "ip nexthop" tells itself.
            (Some("nh_info"), Some(_)) if below => Ok(()),
            (Some("nexthop"), Some(route)) if below => {
                words.next();
                hop(&mut words).map(|hop| add_hop(route, hop))
            }
            (Some(_), Some(route)) if below => rest(&mut words, route),
            (Some(_), _) => route(&mut words).map(|route| list.push(route)),
        };
        read.map_err(|why| format!("line {number}: {why}"))?;
    }
    Ok(Value::Array(list.into_iter().map(Value::Object).collect()))
}

fn route(words: &mut Words<'_>) -> Result<Object, String> {
    let mut object = Object::new();
    let mut first = words.next().unwrap_or_default();
    if is_type(first) {
        object.insert("type".into(), first.into());
        first = words.value(first)?;
    }
    if !is_destination(first) {
        return Err(format!("\"{first}\" is no destination of a route"));
    }
    object.insert("dst".into(), first.into());
    rest(words, &mut object)?;
    Ok(object)
}

fn hop(words: &mut Words<'_>) -> Result<Object, String> {
    let mut object = Object::new();
    rest(words, &mut object)?;
    Ok(object)
}

fn add_hop(route: &mut Object, hop: Object) {
    let none = || Value::Array(Vec::new());
    if let Value::Array(hops) = route.entry("nexthops").or_insert_with(none) {
        hops.push(hop.into());
    }
}

/// What stands behind the destination.
fn rest(words: &mut Words<'_>, object: &mut Object) -> Result<(), String> {
    let (mut flags, mut metrics) = (Vec::new(), Object::new());
    while let Some(word) = words.next() {
        if let Some((_, key)) = TEXTS.iter().find(|(name, _)| *name == word) {
            object.insert((*key).into(), words.value(word)?.into());
        } else if NUMBERS.contains(&word) {
            object.insert(word.into(), words.number(word)?);
        } else if METRICS.contains(&word) {
            if words.take("lock") {
                metrics.insert("locked".into(), vec![word].into());
            }
            metrics.insert(word.into(), words.number(word)?);
        } else if FLAGS.contains(&word) {
            flags.push(Value::from(word));
        } else {
            other(word, words, object, &mut metrics)?;
        }
    }
    if !flags.is_empty() {
        object.insert("flags".into(), flags.into());
    }
    if !metrics.is_empty() {
        let metrics = vec![Value::Object(metrics)];
        object.insert("metrics".into(), metrics.into());
    }
    Ok(())
}

fn other(
    word: &str,
    words: &mut Words<'_>,
    object: &mut Object,
    metrics: &mut Object,
) -> Result<(), String> {
    match word {
        "via" => {
            let of_other = words.take("inet6") || words.take("inet");
            let host = words.value(word)?;
            match of_other {
                true => {
                    let via: Object = [("host".to_owned(), host.into())].into_iter().collect();
                    object.insert(word.into(), via.into());
                }
                false => {
                    object.insert("gateway".into(), host.into());
                }
            }
        }
        "tos" => {
            let class = format!("{:#x}", class(words.value(word)?)?);
            object.insert(word.into(), class.into());
        }
        "expires" => {
            let seconds = words.value(word)?.trim_end_matches("sec");
            let seconds: u32 = seconds.parse().map_err(|_| unknown(seconds))?;
            object.insert(word.into(), seconds.into());
        }
        "rtt" | "rttvar" | "rto_min" => {
            metrics.insert(word.into(), milliseconds(words.value(word)?)?.into());
        }
        // What the kernel answers, which its type tells, and how TCP holds back.
        "error" | "congctl" | "features" => {
            words.value(word)?;
        }
        _ => return Err(unknown(word)),
    }
    Ok(())
}

/// A type of service, by its name or by its number.
pub(super) fn class(word: &str) -> Result<u8, String> {
    names::dsfield(word).ok_or_else(|| unknown(word))
}

/// `100ms`, `2s`.
fn milliseconds(word: &str) -> Result<u32, String> {
    let (digits, scale) = match (word.strip_suffix("ms"), word.strip_suffix('s')) {
        (Some(digits), _) => (digits, 1.0),
        (None, Some(digits)) => (digits, 1_000.0),
        (None, None) => return Err(unknown(word)),
    };
    let number: f64 = digits.parse().map_err(|_| unknown(word))?;
    Ok((number * scale).round() as u32)
}

/// `id 9 via 10.0.0.7 dev eth0 scope link`, `id 3 group 1,3/2`, `id 4 blackhole`.
pub(super) fn nexthop(line: &str) -> Result<Object, String> {
    let mut object = Object::new();
    let mut words = Words::of(line);
    let mut flags = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "id" => {
                object.insert(word.into(), words.number(word)?);
            }
            "via" => {
                let _of_other = words.take("inet6") || words.take("inet");
                object.insert("gateway".into(), words.value(word)?.into());
            }
            "dev" | "scope" => {
                object.insert(word.into(), words.value(word)?.into());
            }
            "proto" => {
                object.insert("protocol".into(), words.value(word)?.into());
            }
            "blackhole" => {
                object.insert(word.into(), Value::Null);
            }
            "group" => {
                let members = words.value(word)?.split('/').map(member);
                let members: Result<Vec<Value>, String> = members.collect();
                object.insert(word.into(), members?.into());
            }
            _ if FLAGS.contains(&word) => flags.push(Value::from(word)),
            _ => return Err(unknown(word)),
        }
    }
    object.insert("flags".into(), flags.into());
    Ok(object)
}

/// `1`, or `1,3` with its weight.
fn member(word: &str) -> Result<Value, String> {
    let (id, weight) = word.split_once(',').unwrap_or((word, "1"));
    let number = |word: &str| word.parse::<u32>().map_err(|_| unknown(word));
    let mut object = Object::new();
    object.insert("id".into(), number(id)?.into());
    object.insert("weight".into(), number(weight)?.into());
    Ok(object.into())
}
