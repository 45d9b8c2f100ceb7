//! Groups: those that devices listen to (`ip maddr`), and those that bridges know (`bridge -j -d -s mdb`).

use super::item::Item;
use super::route::Index;
use netloom_model::mdb::{FilterMode, MdbEntry, MdbGroup, MdbRouter};
use netloom_model::{Group, Membership};
use serde_json::{Map, Value};

/// The groups of a list of devices.
pub(super) fn groups(list: &Value, index: Index<'_>) -> Vec<Membership> {
    let mut all = Vec::new();
    for device in Item::all(list) {
        let Some(dev) = device.text("ifname").map(&mut *index) else {
            continue;
        };
        let groups = device.each("maddr").filter_map(|item| {
            let group = match item.mac("link") {
                Some(address) => Group::Link {
                    address,
                    by_hand: item.has("static"),
                },
                None => Group::Ip(item.ip("address")?),
            };
            let users = item.u32("users").unwrap_or(1);
            Some(Membership { dev, group, users })
        });
        all.extend(groups);
    }
    all
}

/// What `ip maddr` prints for people, as the JSON that it prints of the same.
///
/// # Errors
/// Which line is not understood.
pub(super) fn json(text: &str) -> Result<Value, String> {
    let mut devices: Vec<Value> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let wrong = || format!("line {number} is not understood: {line}");
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] => {}
            [number, name] if number.ends_with(':') => {
                devices.push(serde_json::json!({ "ifname": name, "maddr": [] }));
            }
            [family @ ("link" | "inet" | "inet6"), address, ref more @ ..] => {
                let mut group = Map::new();
                let key = if family == "link" { "link" } else { "address" };
                group.insert(key.to_owned(), address.into());
                match more {
                    [] => {}
                    ["static"] => drop(group.insert("static".to_owned(), true.into())),
                    ["users", count, ..] => drop(group.insert("users".to_owned(), (*count).into())),
                    _ => return Err(wrong()),
                }
                let device = devices.last_mut().ok_or_else(wrong)?;
                if let Some(groups) = device["maddr"].as_array_mut() {
                    groups.push(group.into());
                }
            }
            _ => return Err(wrong()),
        }
    }
    Ok(devices.into())
}

/// What bridges know of groups behind their ports, and of ports with routers behind them.
pub(super) fn mdb(list: &Value, index: Index<'_>) -> (Vec<MdbEntry>, Vec<MdbRouter>) {
    let (mut entries, mut routers) = (Vec::new(), Vec::new());
    for told in Item::all(list) {
        for item in told.each("mdb") {
            entries.extend(entry(item, index));
        }
        let of_bridges = told.inside("router").0.as_object();
        for (bridge, ports) in of_bridges.into_iter().flatten() {
            let bridge = index(bridge);
            for port in Item::all(ports) {
                let Some(name) = port.text("port") else {
                    continue;
                };
                routers.push(MdbRouter {
                    bridge,
                    port: index(name),
                    timer: centiseconds(port),
                    kind: match port.text("type") {
                        Some("permanent") => 2,
                        Some("temp") => 3,
                        _ => 1,
                    },
                });
            }
        }
    }
    (entries, routers)
}

fn entry(item: Item<'_>, index: Index<'_>) -> Option<MdbEntry> {
    let group = match item.mac("grp") {
        Some(group) => MdbGroup::Mac(group),
        None => MdbGroup::Ip(item.ip("grp")?),
    };
    let permanent = item.text("state") == Some("permanent");
    Some(MdbEntry {
        bridge: index(item.text("dev")?),
        port: index(item.text("port")?),
        group,
        source: item.ip("src"),
        vid: item.u16("vid").unwrap_or(0),
        permanent,
        by_user: permanent && item.text("protocol") != Some("kernel"),
        filter_mode: match item.text("filter_mode") {
            Some("include") => Some(FilterMode::Include),
            Some("exclude") => Some(FilterMode::Exclude),
            _ => None,
        },
        timer: centiseconds(item),
    })
}

/// Seconds with two places, which are a text with spaces before.
fn centiseconds(item: Item<'_>) -> u32 {
    let seconds = item.text("timer").and_then(|text| text.trim().parse().ok());
    let seconds: f64 = seconds.unwrap_or(0.0);
    (seconds * 100.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(name: &str) -> u32 {
        match name {
            "br0" => 5,
            _ => 1,
        }
    }

    #[test]
    fn groups_are_the_same_for_people_and_in_json() {
        let text = "1:\tlo\n\tinet  224.0.0.1\n5:\tbr0\n\tlink  33:33:00:00:00:01 users 2\n\
                    \tlink  01:00:5e:00:00:09 static\n\tinet6 ff02::1 users 3\n";
        let json_text = r#"[{"ifindex":1,"ifname":"lo","maddr":[{"family":"inet","address":"224.0.0.1"}]},
            {"ifindex":5,"ifname":"br0","maddr":[{"link":"33:33:00:00:00:01","users":2},
            {"link":"01:00:5e:00:00:09","static":true},{"family":"inet6","address":"ff02::1","users":3}]}]"#;
        let plain = groups(&json(text).unwrap(), &mut index);
        let told: Value = serde_json::from_str(json_text).unwrap();
        assert_eq!(plain, groups(&told, &mut index));
        assert_eq!(plain.len(), 4);
        assert_eq!((plain[1].dev, plain[1].users), (5, 2));
        assert!(json("nonsense here now\n").is_err());
        assert!(json("\tinet 224.0.0.1\n").is_err());
    }

    #[test]
    fn what_a_bridge_knows_of_groups_is_read() {
        let told = serde_json::json!([{
            "mdb": [{ "index": 5, "dev": "br0", "port": "v0", "grp": "239.1.1.1", "state": "temp",
                      "flags": [], "timer": " 259.79", "filter_mode": "exclude" },
                    { "index": 5, "dev": "br0", "port": "br0", "grp": "ff02::6a", "state": "permanent",
                      "vid": 7, "protocol": "static" }],
            "router": { "br0": [{ "port": "v0", "timer": "  3.00", "type": "auto" }] },
        }]);
        let (entries, routers) = mdb(&told, &mut index);
        assert_eq!(entries[0].timer, 25_979);
        assert_eq!(entries[0].filter_mode, Some(FilterMode::Exclude));
        assert_eq!((entries[1].port, entries[1].vid), (5, 7));
        assert!(entries[1].permanent && entries[1].by_user && !entries[0].permanent);
        assert_eq!(
            (routers[0].bridge, routers[0].timer, routers[0].kind),
            (5, 300, 1)
        );
    }
}
