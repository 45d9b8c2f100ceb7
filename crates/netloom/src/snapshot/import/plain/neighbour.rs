//! `ip [-s] neigh` and `bridge [-s] [-d] fdb`.

use super::{Object, Words, unknown};
use serde_json::Value;

/// Whether a word is the state of a neighbour.
pub(super) fn is_state(word: &str) -> bool {
    matches!(
        word,
        "NONE"
            | "INCOMPLETE"
            | "REACHABLE"
            | "STALE"
            | "DELAY"
            | "PROBE"
            | "FAILED"
            | "NOARP"
            | "PERMANENT"
    )
}

/// `10.0.0.9 dev eth0 lladdr 02:00:00:00:00:09 ref 1 used 1/2/3 probes 4 REACHABLE`.
pub(super) fn neighbour(line: &str) -> Result<Object, String> {
    // There is no space between the two.
    let line = line.replace("probes ", " probes ");
    let mut words = Words::of(&line);
    let mut object = Object::new();
    let dst = words.next().unwrap_or_default();
    if dst.parse::<std::net::IpAddr>().is_err() {
        return Err(format!("\"{dst}\" is no address"));
    }
    object.insert("dst".into(), dst.into());
    while let Some(word) = words.next() {
        match word {
            "dev" | "lladdr" => {
                object.insert(word.into(), words.value(word)?.into());
            }
            "proto" => {
                object.insert("protocol".into(), words.value(word)?.into());
            }
            "used" => ages(
                &mut object,
                &["used", "confirmed", "updated"],
                words.value(word)?,
            )?,
            "probes" => {
                object.insert(word.into(), words.number(word)?);
            }
            "ref" => {
                object.insert("refcnt".into(), words.number(word)?);
            }
            "router" | "proxy" | "extern_learn" | "managed" | "offload" => {
                object.insert(word.into(), Value::Null);
            }
            "nomaster" => {}
            _ if is_state(word) => {
                object.insert("state".into(), vec![word].into());
            }
            _ => return Err(unknown(word)),
        }
    }
    Ok(object)
}

fn ages(object: &mut Object, keys: &[&str], word: &str) -> Result<(), String> {
    for (key, age) in keys.iter().zip(word.split('/')) {
        let age: u32 = age.parse().map_err(|_| unknown(word))?;
        object.insert((*key).into(), age.into());
    }
    Ok(())
}

/// `02:00:00:00:00:33 dev veth0 vlan 5 used 1/2 master br0 static`.
pub(super) fn fdb(line: &str) -> Result<Object, String> {
    let mut words = Words::of(line);
    let mut object = Object::new();
    let mac = words.next().unwrap_or_default();
    if !super::is_mac(mac) {
        return Err(format!("\"{mac}\" is no hardware address"));
    }
    object.insert("mac".into(), mac.into());
    let mut flags = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "dev" => {
                object.insert("ifname".into(), words.value(word)?.into());
            }
            // A link of another namespace is told by its number.
            "via" => match words.value(word)? {
                "ifindex" => {
                    object.insert("viaIfIndex".into(), words.number("ifindex")?);
                }
                name => {
                    object.insert(word.into(), name.into());
                }
            },
            "master" | "dst" => {
                object.insert(word.into(), words.value(word)?.into());
            }
            "vlan" | "vni" | "src_vni" | "nhid" | "port" => {
                object.insert(word.into(), super::value(words.value(word)?));
            }
            "link-netnsid" => {
                object.insert("linkNetNsId".into(), words.number(word)?);
            }
            "used" => ages(&mut object, &["used", "updated"], words.value(word)?)?,
            "self" | "router" | "extern_learn" | "offload" | "sticky" | "locked"
            | "added_by_user" | "linkdown" => {
                flags.push(Value::from(word));
            }
            "permanent" | "static" | "stale" => {
                object.insert("state".into(), word.into());
            }
            _ => return Err(unknown(word)),
        }
    }
    object.insert("flags".into(), flags.into());
    Ok(object)
}

#[cfg(test)]
mod tests {
    use super::fdb;
    use serde_json::json;

    #[test]
    fn hosts_behind_a_tunnel_are_read_by_names_and_by_numbers() {
        let read = |rest: &str| fdb(&format!("02:00:00:00:00:05 dev vx0 {rest}")).unwrap();
        let own = read("dst 10.0.0.3 port 4789 vni 9 via eth0 self permanent");
        assert_eq!(
            (&own["dst"], &own["via"]),
            (&json!("10.0.0.3"), &json!("eth0"))
        );
        let far = read("dst 10.0.0.2 via ifindex 3 link-netnsid 0 self permanent");
        assert_eq!(
            (&far["viaIfIndex"], &far["linkNetNsId"]),
            (&json!(3), &json!(0))
        );
        assert!(fdb("02:00:00:00:00:05 dev vx0 via ifindex eth0").is_err());
    }
}
