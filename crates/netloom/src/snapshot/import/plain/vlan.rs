//! `bridge [-d] vlan`.

use super::{Object, Words, value};
use serde_json::Value;

/// The VLANs of ports: the port's name stands only before its first one.
pub(super) fn vlans(text: &str) -> Result<Value, String> {
    let mut list: Vec<(String, Vec<Value>)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut words = Words::of(line);
        let Some(first) = words.peek() else { continue };
        if first == "port" && line.contains("vlan") {
            continue;
        }
        if !line.starts_with(char::is_whitespace) {
            list.push((first.to_owned(), Vec::new()));
            words.next();
        }
        let Some(range) = words.next() else { continue };
        let wrong = || format!("line {number}: \"{range}\" is no VLAN");
        let (_, vlans) = list.last_mut().ok_or_else(wrong)?;
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        match (from.parse::<u16>(), to.parse::<u16>()) {
            (Ok(from), Ok(to)) => {
                let mut vlan = Object::new();
                vlan.insert("vlan".into(), from.into());
                vlan.insert("vlanEnd".into(), to.into());
                let rest = line.split_once(range).map_or("", |(_, rest)| rest);
                let flags = ["PVID", "Egress Untagged"].into_iter();
                let flags = flags
                    .filter(|flag| rest.contains(flag))
                    .map(Value::from)
                    .collect();
                vlan.insert("flags".into(), Value::Array(flags));
                vlans.push(vlan.into());
            }
            // What -d tells of it stands below.
            _ => {
                let last = vlans.last_mut().and_then(Value::as_object_mut);
                let last = last.ok_or_else(wrong)?;
                let mut words = Words::of(line);
                while let (Some(key), Some(found)) = (words.next(), words.next()) {
                    last.insert(key.to_owned(), value(found));
                }
            }
        }
    }
    let port = |(name, vlans): (String, Vec<Value>)| {
        let mut object = Object::new();
        object.insert("ifname".into(), name.into());
        object.insert("vlans".into(), vlans.into());
        Value::Object(object)
    };
    Ok(Value::Array(list.into_iter().map(port).collect()))
}
