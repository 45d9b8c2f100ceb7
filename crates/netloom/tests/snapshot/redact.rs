//! What is redacted tells nothing of the host, and decides the same.

use crate::Test;
use crate::place::in_world;
use libtest_mimic::Failed;
use netloom_model::ruleset::Expr;
use netloom_model::ruleset::statement::Statement;
use netloom_model::{NsName, Snapshot};

pub(crate) const TESTS: &[Test] = &[
    ("what_is_redacted_names_nothing_of_the_host", hidden),
    ("what_is_redacted_decides_the_same", same),
    (
        "chains_and_sets_that_are_called_like_a_device_keep_their_names",
        chains,
    ),
];

const HOST: &str = "
ip link set lo up; ip netns add acme-shop; ip link add uplink type veth peer name eth0 netns acme-shop
ip link set uplink address 52:54:00:12:34:56 alias 'to the shop'
ip addr add 151.101.2.77/26 dev uplink; ip addr add 10.20.30.1/20 brd + dev uplink label uplink:1
ip link set uplink up; ip -n acme-shop addr add 10.20.30.7/20 dev eth0; ip -n acme-shop link set eth0 up
ip -n acme-shop route add default via 10.20.30.1; ip route add 93.184.216.0/24 via 10.20.30.7
ip rule add from 10.20.30.0/24 lookup 7 prio 100; ip rule add iif uplink lookup 8 prio 101
sysctl -qw net.ipv4.conf.uplink.rp_filter=2
iptables -A FORWARD -s 10.20.30.7/32 -i uplink -m comment --comment 'acme secret' -j DROP
iptables -A FORWARD -m mac --mac-source 52:54:00:12:34:56 -m iprange --src-range 10.20.30.3-10.20.30.9 -j DROP
iptables -t nat -A PREROUTING -d 93.184.216.34/32 -p tcp --dport 80 -j DNAT --to-destination 10.20.30.7:8080
nft 'add table ip own; add set ip own s { type ipv4_addr . inet_service; }
     add element ip own s { 10.20.30.7 . 443, 93.184.216.34 . 80 }'
ipset create shop hash:net; ipset add shop 93.184.216.0/25
ip neigh add 10.20.30.7 lladdr 52:54:00:ab:cd:ef dev uplink
netloom snapshot -o plain; netloom snapshot --redact -o redacted
";

/// Everything that would tell whose host it is.
const TOLD: [&str; 16] = [
    "acme",
    "uplink",
    "52:54:00",
    "525400",
    "151.101.2.77",
    "10.20.30",
    "93.184.216",
    "shop\"",
    "secret",
    "0a141e",
    "5db8d8",
    "93.184",
    "to the",
    "run-",
    "abcdef",
    "ab:cd:ef",
];

fn hidden() -> Result<(), Failed> {
    let left = in_world(HOST)?;
    let text = String::from_utf8(left.json("redacted")?)?;
    // The set's name stays, as all names of sets and chains do.
    let text = text
        .replace("\"name\": \"shop\"", "")
        .replace("\"name\":\"shop\"", "");
    let told: Vec<_> = TOLD.iter().filter(|word| text.contains(**word)).collect();
    assert!(told.is_empty(), "{told:?} are told");
    for kept in ["\"eth0\"", "\"lo\"", "127.0.0.1", "ff:ff:ff:ff:ff:ff"] {
        assert!(text.contains(kept), "{kept} is gone");
    }
    Ok(())
}

fn same() -> Result<(), Failed> {
    let left = in_world(HOST)?;
    let (plain, redacted) = (left.snapshot("plain")?, left.snapshot("redacted")?);
    let (one, other) = (relations(&plain), relations(&redacted));
    assert!(one.len() > 100, "{} relations", one.len());
    assert_eq!(one, other);
    let first = |host: &Snapshot| host.state.namespaces[&NsName::first()].clone();
    let (one, other) = (first(&plain), first(&redacted));
    assert_eq!(one.sysctls.len(), other.sysctls.len());
    let uplink = other
        .links
        .iter()
        .find(|link| link.index == one.link(&"uplink".into()).unwrap().index);
    let name = &uplink.ok_or("no link")?.name;
    assert_eq!(
        other.sysctls[&format!("net.ipv4.conf.{name}.rp_filter")],
        "2"
    );
    assert_eq!(
        other
            .rules
            .iter()
            .filter_map(|rule| rule.iif.as_deref())
            .next(),
        Some(&**name)
    );
    let label = other
        .addresses
        .iter()
        .find(|address| address.label.contains(':'))
        .ok_or("no label")?;
    assert_eq!(label.label, format!("{name}:1"));
    Ok(())
}

/// Everything here is called as the namespace and the device are.
const SHARED: &str = "
ip netns add shop; ip link add uplink type dummy; ip link set uplink up
iptables -N shop; iptables -N uplink; iptables -A FORWARD -j shop; iptables -A shop -g uplink
iptables -A shop -m physdev --physdev-in uplink -j LOG --log-prefix 'acme: '
ipset create shop hash:net,iface; ipset add shop 10.0.0.0/24,uplink
iptables -A uplink -m set --match-set shop src,src -j DROP
nft 'add table ip uplink; add set ip uplink shop { type ipv4_addr; }
     add chain ip uplink shop; add rule ip uplink shop ip saddr @shop log prefix \"acme\" drop
     add table netdev own; add chain netdev own up { type filter hook ingress device uplink priority 0; }'
netloom snapshot --redact -o redacted
";

fn chains() -> Result<(), Failed> {
    let left = in_world(SHARED)?;
    let host = left.snapshot("redacted")?;
    let state = &host.state.namespaces[&NsName::first()];
    let device = &state.links.iter().find(|link| link.index > 1);
    let device = &device.ok_or("no link")?.name;
    assert_ne!(device, "uplink");
    let table = |name: &str| state.ruleset.tables.iter().find(|table| table.name == name);
    let filter = table("filter").ok_or("no table filter")?;
    let jump = &filter.chain("FORWARD").ok_or("no FORWARD")?.rules[0];
    for name in ["filter", "uplink"] {
        let chain = table(name).and_then(|table| table.chain("shop"));
        assert!(chain.is_some(), "{name}");
    }
    assert_eq!(jump.leads_to(), Some("shop"));
    let own = &table("own").ok_or("no table own")?.chains[0];
    assert_eq!(
        own.base.as_ref().ok_or("no base")?.devices,
        std::slice::from_ref(device)
    );
    assert_eq!(state.ipsets[0].name, "shop");
    let text = String::from_utf8(left.json("redacted")?)?;
    assert!(!text.contains("acme"), "what is logged is told");
    let told = text.matches("\"uplink\"").count();
    // The chain, the goto and the table, and no device.
    assert_eq!(told, 3, "{text}");
    Ok(())
}

/// Which networks have which addresses, in the order in which they stand: that is what decides.
fn relations(host: &Snapshot) -> Vec<bool> {
    let state = &host.state.namespaces[&NsName::first()];
    let mut addresses: Vec<_> = state
        .addresses
        .iter()
        .map(|address| address.local.addr)
        .collect();
    addresses.extend(
        state
            .addresses
            .iter()
            .filter_map(|a| a.broadcast)
            .map(std::net::IpAddr::V4),
    );
    addresses.extend(state.neighbours.iter().map(|entry| entry.dst));
    addresses.extend(state.routes.iter().map(|route| route.dst.addr));
    addresses.extend(state.routes.iter().map(|route| route.dst.last()));
    let mut networks: Vec<_> = state.routes.iter().map(|route| route.dst).collect();
    networks.extend(state.rules.iter().filter_map(|rule| rule.from));
    let chains = state.ruleset.tables.iter().flat_map(|table| &table.chains);
    for rule in chains.flat_map(|chain| &chain.rules) {
        for statement in &rule.statements {
            if let Statement::Match {
                right: Expr::Value(value),
                ..
            } = statement
                && let Ok(four) = <[u8; 4]>::try_from(value.bytes())
            {
                networks.push(netloom_model::IpNet::host(four.into()));
            }
        }
    }
    let mut all = Vec::new();
    for network in &networks {
        all.extend(addresses.iter().map(|addr| network.contains(*addr)));
    }
    all
}
