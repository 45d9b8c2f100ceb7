//! JSON is what its schema says: what real journeys hold is in it, and it knows the words in use.

use crate::world;
use serde_json::Value;

/// Journeys of many kinds, a line of JSON each.
const JOURNEYS: &str = "\
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.2/24 dev a0; ip -n a link set a0 up
ip -n r addr add 10.0.1.1/24 dev r0; ip -n r link set r0 up
ip -n r addr add 10.0.2.1/24 dev r1; ip -n r link set r1 up
ip -n b addr add 10.0.2.2/24 dev b0; ip -n b link set b0 up
ip -n a route add default via 10.0.1.1
ip link add br0 type bridge; ip link set br0 up
for n in 1 2 3; do
    ip netns add h$n; ip link add p$n type veth peer name eth0 netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.9.$n/24 dev eth0; ip -n h$n link set eth0 up
done
json() { netloom explain \"$@\" --format json; }
json --in a 10.0.1.1; json --in a 10.0.2.2 --fix; json --in a 8.8.8.8 --ttl 1
json --in h1 10.0.9.2; json --in h1 10.0.9.77; json --in h1 10.0.9.3:80 --proto tcp
json --in h1 10.0.9.3:53 --proto udp; json --in a 10.9.9.9 --fix; json --in h1 99.0.0.1
json --in r 10.0.1.1 --dev r0 --src 10.0.1.2; json --in r 10.0.1.1 --dev r0 --src 127.0.0.1
ip -n r rule add to 10.0.2.2 prohibit; json --in a 10.0.2.2
ip link set p2 type bridge_slave isolated on; ip link set p1 type bridge_slave isolated on
json --in h1 10.0.9.2
json --step --in h1 10.0.9.3
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip -n r rule del to 10.0.2.2 prohibit
json --in a 10.0.2.2 --proto udp
ip netns exec r iptables -A FORWARD -s 10.0.9.0/24 -j ACCEPT
ip netns exec r iptables -A FORWARD -i r0 -m comment --comment cali:x -j DROP
ip netns exec r ipset create some hash:net
ip netns exec r iptables -I FORWARD -m set --match-set some src -j ACCEPT
json --in a 10.0.2.2
ip link set br0 type bridge vlan_filtering 1; json --in h3 10.0.9.1
";

#[test]
fn every_journey_is_as_the_schema_says() {
    let schema = include_str!("../../../../docs/explain.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let (said, _) = world::run(JOURNEYS);
    assert_eq!(said.lines().count(), 17, "{said}");
    for line in said.lines() {
        let journey: Value = serde_json::from_str(line).expect(line);
        check(&schema, &schema, &journey, "journey").unwrap();
    }
}

#[test]
fn the_check_finds_what_the_schema_does_not_say() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "enum": ["x"] }, "b": { "type": ["integer", "null"] } }
    });
    for (value, right) in [
        (serde_json::json!({ "a": "x", "b": null }), true),
        (serde_json::json!({ "a": "y" }), false),
        (serde_json::json!({ "b": 1 }), false),
        (serde_json::json!({ "a": "x", "b": "1" }), false),
        (serde_json::json!({ "a": "x", "c": 1 }), false),
    ] {
        assert_eq!(
            check(&schema, &schema, &value, "").is_ok(),
            right,
            "{value}"
        );
    }
}

/// Holds a value to a schema, by the words of JSON Schema that ours uses.
fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{at}: {what}: {value}"));
    for (word, meant) in schema.as_object().ok_or("a schema is an object")? {
        match word.as_str() {
            "$ref" => {
                let path = meant.as_str().and_then(|path| path.strip_prefix('#'));
                let part = path.and_then(|path| root.pointer(path));
                check(root, part.ok_or("a $ref that leads nowhere")?, value, at)?;
            }
            "const" if value != meant => return wrong("another constant"),
            "enum" if !list(meant).contains(value) => return wrong("not in the enumeration"),
            "type" if !list(meant).iter().any(|kind| is(value, kind)) => return wrong("type"),
            "const"
            | "enum"
            | "type"
            | "$schema"
            | "$defs"
            | "title"
            | "description"
            | "additionalProperties" => {}
            "anyOf" => {
                if !list(meant)
                    .iter()
                    .any(|s| check(root, s, value, at).is_ok())
                {
                    return wrong("none of the alternatives");
                }
            }
            "items" => {
                for item in list(value) {
                    check(root, meant, &item, at)?;
                }
            }
            "required" => {
                for key in list(meant) {
                    if value.get(key.as_str().unwrap_or_default()).is_none() {
                        return wrong(&format!("{key} is missing"));
                    }
                }
            }
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    match meant.get(key) {
                        Some(schema) => check(root, schema, inner, &format!("{at}.{key}"))?,
                        None => return wrong(&format!("{key} is not in the schema")),
                    }
                }
            }
            other => return Err(format!("the check does not know {other}")),
        }
    }
    Ok(())
}

/// The values of a list; another value stands for a list of itself.
fn list(value: &Value) -> Vec<Value> {
    value
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![value.clone()])
}

fn is(value: &Value, kind: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    }
}
