//! `ip [-d] rule`.

use super::route::class;
use super::{Object, Words, unknown};
use serde_json::Value;

/// `100: from 10.0.0.0/8 fwmark 0x1/0xff iif eth0 [detached] lookup main`.
pub(super) fn rule(line: &str) -> Result<Object, String> {
    let mut object = Object::new();
    let (priority, rest) = line.split_once(':').ok_or("it has no priority")?;
    let priority: u32 = priority.trim().parse().map_err(|_| unknown(priority))?;
    object.insert("priority".into(), priority.into());
    // These words are printed without a space behind them.
    let rest = rest.replace("[l3mdev-table]", "[l3mdev-table] ");
    let mut words = Words::of(&rest);
    while let Some(word) = words.next() {
        match word {
            "not" | "nop" => {
                object.insert(word.into(), Value::Null);
            }
            "[detached]" | "[unresolved]" => {}
            "from" => prefix(&mut object, "src", words.value(word)?),
            "to" => prefix(&mut object, "dst", words.value(word)?),
            "tos" | "dsfield" => {
                let class = format!("{:#x}", class(words.value(word)?)?);
                object.insert("tos".into(), class.into());
            }
            "fwmark" => {
                let mark = words.value(word)?;
                let (mark, mask) = mark.split_once('/').unwrap_or((mark, "0xffffffff"));
                object.insert("fwmark".into(), mark.into());
                object.insert("fwmask".into(), mask.into());
            }
            "iif" | "oif" | "ipproto" => {
                object.insert(word.into(), words.value(word)?.into());
            }
            "proto" => {
                object.insert("protocol".into(), words.value(word)?.into());
            }
            "sport" | "dport" | "uidrange" => range(&mut object, word, words.value(word)?)?,
            "lookup" => match words.value(word)? {
                "[l3mdev-table]" => {
                    object.insert("l3mdev".into(), Value::Null);
                }
                table => {
                    object.insert("table".into(), table.into());
                }
            },
            "suppress_prefixlength" => {
                object.insert("suppress_prefixlen".into(), words.number(word)?);
            }
            "suppress_ifgroup" => {
                let group = words.value(word)?;
                let group: u32 = match group {
                    "default" => 0,
                    group => group.parse().map_err(|_| unknown(group))?,
                };
                object.insert(word.into(), group.into());
            }
            "goto" => {
                object.insert(word.into(), words.number(word)?);
            }
            "blackhole" | "unreachable" | "prohibit" => {
                object.insert("action".into(), word.into());
            }
            _ => return Err(unknown(word)),
        }
    }
    Ok(object)
}

/// `all`, an address, or a prefix.
fn prefix(object: &mut Object, key: &str, word: &str) {
    let (addr, len) = word.split_once('/').unwrap_or((word, ""));
    object.insert(key.into(), addr.into());
    if let Ok(len) = len.parse::<u8>() {
        object.insert(format!("{key}len"), len.into());
    }
}

/// `80`, `1-20`.
fn range(object: &mut Object, key: &str, word: &str) -> Result<(), String> {
    let key = key.trim_end_matches("range");
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let number = |word: &str| word.parse::<u32>().map_err(|_| unknown(word));
    object.insert(format!("{key}_start"), number(first)?.into());
    object.insert(format!("{key}_end"), number(last)?.into());
    Ok(())
}
