//! Snapshots of worlds.

use crate::place::in_world;
use crate::{Test, schema};
use libtest_mimic::Failed;
use netloom_model::NsName;

pub(crate) const TESTS: &[Test] = &[
    ("a_world_is_written_down_with_all_that_it_has", whole),
    ("a_snapshot_can_be_of_one_namespace", one),
    ("a_snapshot_is_read_and_written_again", again),
    ("what_cannot_be_done_is_said", refused),
    (
        "settings_of_bridges_ports_and_vlans_are_told_one_by_one",
        settings,
    ),
];

fn settings() -> Result<(), Failed> {
    let left = in_world(
        "ip link add br0 type bridge vlan_filtering 1; ip link add p0 type veth peer name p1; ip link set p0 master br0
         netloom snapshot -o before
         ip link set br0 type bridge ageing_time 500 mcast_snooping 0; ip link set p0 type bridge_slave hairpin on
         bridge vlan set dev p0 vid 1 state blocking; bridge vlan global set dev br0 vid 1 mcast_igmp_version 3
         ip link add br1 type bridge stp_state 1
         netloom snapshot -o after; netloom diff --flows 0 before after; true",
    )?;
    let said = left.said();
    let settings: Vec<&str> = said.lines().filter(|line| !line.contains("br1")).collect();
    let expected = [
        "- ip link set br0 type bridge ageing_time 30000",
        "- ip link set br0 type bridge mcast_snooping 1",
        "+ ip link set br0 type bridge ageing_time 500",
        "+ ip link set br0 type bridge mcast_snooping 0",
        "- ip link set p0 type bridge_slave hairpin off",
        "+ ip link set p0 type bridge_slave hairpin on",
        "- bridge vlan set dev p0 vid 1 state forwarding",
        "+ bridge vlan set dev p0 vid 1 state blocking",
        "- bridge vlan global set dev br0 vid 1 mcast_igmp_version 2",
        "+ bridge vlan global set dev br0 vid 1 mcast_igmp_version 3",
    ];
    let mut found = settings.clone();
    found.sort_unstable();
    let mut awaited = expected;
    awaited.sort_unstable();
    match found == awaited && !said.contains("stp_state") {
        true => Ok(()),
        false => Err(said.into()),
    }
}

fn whole() -> Result<(), Failed> {
    let left = in_world(
        "ip netns add a; ip link add v0 type veth peer name v1 netns a
         ip addr add 10.0.0.1/24 dev v0; ip link set v0 up; ip -n a link set v1 up
         iptables -A FORWARD -s 10.0.0.0/24 -j DROP; ipset create some hash:ip; ipset add some 10.0.0.9
         ping -c1 -W1 10.0.0.1 >/dev/null
         netloom snapshot > host",
    )?;
    schema::hold(&left.json("host")?)?;
    let host = left.snapshot("host")?;
    let first = &host.state.namespaces[&NsName::first()];
    let link = first.link(&"v0".into()).ok_or("no v0")?;
    assert_eq!(link.peer.as_ref().map(|peer| peer.ns.as_str()), Some("a"));
    assert_eq!(host.state.namespaces[&"a".into()].links.len(), 2);
    assert_eq!(first.ruleset.tables[0].chains[0].rules.len(), 1);
    assert_eq!(first.ipsets.len(), 1);
    assert!(host.missing.is_empty());
    assert!(host.host.taken.is_some() && host.host.kernel.starts_with("netloom "));
    let said = left.complained();
    assert!(
        said.contains("2 namespaces, 4 devices") && said.contains("1 firewall rule,"),
        "{said}"
    );
    Ok(())
}

fn one() -> Result<(), Failed> {
    let left = in_world("ip netns add a; netloom snapshot --netns a -o host")?;
    let host = left.snapshot("host")?;
    let names: Vec<&str> = host.state.namespaces.keys().map(NsName::as_str).collect();
    assert_eq!(names, ["a"]);
    Ok(())
}

fn again() -> Result<(), Failed> {
    let left = in_world(
        "for n in $(seq 20); do ip netns add n$n; done; netloom snapshot > large
         netloom snapshot --import large > again; netloom snapshot --netns n1 > small
         netloom snapshot --import - < small > again-small; cmp large again; cmp small again-small
         head -c2 large | od -An -tx1",
    )?;
    assert_eq!(left.said().trim(), "1f 8b");
    assert_eq!(left.snapshot("large")?, left.snapshot("again")?);
    Ok(())
}

fn refused() -> Result<(), Failed> {
    let left = in_world(
        "netloom snapshot --netns none; netloom snapshot --pid 1; echo '{\"a\": 1}' > no
         netloom snapshot --import no; netloom snapshot --import nowhere; netloom snapshot -o /a/b
         true",
    )?;
    let said = left.complained();
    let lines: Vec<&str> = said.lines().collect();
    let expected = [
        "netloom: there is no namespace \"none\": see \"ip netns\"",
        "netloom: --pid asks for a process of the machine, and this is a world",
        "netloom: no: it is JSON, but no snapshot: it has no \"state\"",
        "netloom: nowhere: No such file or directory (os error 2)",
        "netloom: /a/b: No such file or directory (os error 2)",
    ];
    assert_eq!(lines, expected);
    Ok(())
}
