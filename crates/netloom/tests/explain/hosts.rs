//! Questions about hosts: by their snapshots, which are written down from worlds.

use crate::world;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A host with an uplink and two containers, as Docker would have it.
const HOST: &str = "\
ip netns add outside; ip netns add web; ip netns add db
ip link add eth0 address 02:00:00:00:00:0N type veth peer name wire netns outside
ip -n outside link set wire up
ip addr add 192.0.2.N/24 dev eth0; ip link set eth0 up
ip route add default via 192.0.2.1
for c in web db; do
    ip link add br-$c type bridge; ip link set br-$c up
    ip link add veth-$c type veth peer name eth0 netns $c; ip link set veth-$c master br-$c up
    ip -n $c link set lo up; ip -n $c link set eth0 up
done
ip addr add 172.17.0.1/16 dev br-web; ip -n web addr add 172.17.0.2/16 dev eth0
ip addr add 172.18.0.1/16 dev br-db; ip -n db addr add 172.18.0.2/16 dev eth0
ip -n web route add default via 172.17.0.1; ip -n db route add default via 172.18.0.1
sysctl -qw net.ipv4.ip_forward=1
iptables -A FORWARD -i br-web -o br-db -m conntrack --ctstate NEW -j DROP
iptables -t nat -A PREROUTING ! -i br-web -p tcp --dport 8080 -j DNAT --to 172.17.0.2:80
iptables -t nat -A POSTROUTING -s 172.16.0.0/12 -o eth0 -j MASQUERADE
";

/// A folder of snapshots.
struct Hosts(TempDir);

impl Hosts {
    fn new() -> Hosts {
        Hosts(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes down host `name`, whose address ends in `number`; its uplink leads to nobody who is told of.
    fn add(&self, name: &str, number: u8, lines: &str) -> &Hosts {
        let script = HOST.replace(".N", &format!(".{number}"));
        let script = script.replace(":0N", &format!(":{number:02x}"));
        let file = self.path(name);
        let take = format!("netloom snapshot -o {}", file.display());
        let (said, code) = world::run(&format!("{script}{lines}\n{take}\n"));
        assert_eq!(code, 0, "{said}");
        self.change(name, |host| {
            host["host"]["name"] = name.into();
            let namespaces = host["state"]["namespaces"].as_object_mut().unwrap();
            namespaces.remove("outside").unwrap();
        });
        self
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let path = self.path(name);
        let text = unpacked(&path);
        let mut host: Value = serde_json::from_slice(&text).unwrap();
        change(&mut host);
        fs::write(path, serde_json::to_vec(&host).unwrap()).unwrap();
    }

    /// Asks: what is said, and the exit code. No world is there.
    fn ask(&self, words: &str) -> (String, i32) {
        let output = Command::new(env!("CARGO_BIN_EXE_netloom"))
            .args(words.split_whitespace())
            .current_dir(self.0.path())
            .env_remove("NETLOOM_WORLD")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        (said, output.status.code().unwrap())
    }
}

fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut json = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*bytes), &mut json).unwrap();
    json
}

fn alpha() -> Hosts {
    let hosts = Hosts::new();
    hosts.add("alpha", 10, "");
    hosts
}

/// Asks, and holds the answer to its end and the exit code.
fn says(hosts: &Hosts, words: &str, code: i32, all: &[&str]) {
    let (said, ended) = hosts.ask(words);
    for part in all {
        assert!(said.contains(part), "{words}: {part}\n{said}");
    }
    assert_eq!(ended, code, "{words}\n{said}");
}

#[test]
fn a_host_is_asked_by_the_names_of_its_containers() {
    let hosts = alpha();
    let ask = "explain --snapshot alpha --from web db:5432";
    let drop = "=> the packet is dropped in alpha at br-web: a rule drops it (rule_drop)";
    says(
        &hosts,
        ask,
        1,
        &[drop, "rule 1 of chain FORWARD in table filter of alpha"],
    );
    let fix = "iptables -I FORWARD 1 -s 172.17.0.2/32 -d 172.18.0.2/32";
    says(&hosts, &format!("{ask} --fix"), 1, &[fix]);
    let back = "=> the packet is delivered in web: the host, which answers";
    says(&hosts, "explain --snapshot alpha --from db web", 0, &[back]);
    let (said, code) = hosts.ask("explain --snapshot alpha --from db nobody");
    assert!(
        said.contains("nobody here is called \"nobody\": there are alpha, db, host, web"),
        "{said}"
    );
    assert_eq!(code, 2);
}

#[test]
fn what_would_become_of_an_answer_from_outside_is_told() {
    let hosts = Hosts::new();
    hosts.add(
        "alpha",
        10,
        "iptables -A FORWARD -i eth0 -m conntrack ! --ctstate NEW -p icmp -j DROP",
    );
    let heard =
        "=> an answer from there is delivered in web: the TCP connection to 8.8.8.8 port 443";
    says(
        &hosts,
        "explain --snapshot alpha --from web 8.8.8.8:443",
        4,
        &[heard],
    );
    let heard = "=> an answer from there is delivered in web: the program at UDP port";
    says(
        &hosts,
        "explain --snapshot alpha --from web 8.8.8.8:53 --proto udp",
        4,
        &[heard],
    );
    let lost = "=> an answer from there is dropped in alpha at eth0: a rule drops it (rule_drop)";
    let fix = "fix: tried, and the packet leaves, and an answer from there would be heard:
  iptables -I FORWARD 2 -s 8.8.8.8/32 -d 172.17.0.2/32 -p icmp -m icmp --icmp-type 0 -j ACCEPT";
    let ask = "explain --snapshot alpha --from web 8.8.8.8 --fix";
    says(&hosts, ask, 1, &[lost, fix]);
}

#[test]
fn what_leaves_a_host_is_told_with_its_neighbour() {
    let hosts = alpha();
    let left = "=> the packet left alpha by eth0 to 02:6e:65:74:6c:6d: unknown from there";
    says(
        &hosts,
        "explain --snapshot alpha --from web 8.8.8.8",
        4,
        &[left, "192.0.2.10"],
    );
    let hosts = Hosts::new();
    hosts.add(
        "alpha",
        10,
        "ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0",
    );
    let left =
        "=> the packet left alpha by eth0 to 02:00:00:00:00:01 (192.0.2.1): unknown from there";
    says(&hosts, "explain --snapshot alpha 8.8.8.8", 4, &[left]);
}

#[test]
fn who_is_outside_comes_in_by_a_device() {
    let hosts = alpha();
    let to_web = "route to 172.17.0.2: 172.17.0.0/16 dev br-web";
    for words in [
        "--from outside eth0 192.0.2.10:8080",
        "--from outside eth0 198.51.100.9 192.0.2.10:8080",
        "--from outside alpha/eth0 --src 198.51.100.9 192.0.2.10:8080",
    ] {
        says(
            &hosts,
            &format!("explain --snapshot alpha {words}"),
            1,
            &[to_web, "no_socket"],
        );
    }
    says(
        &hosts,
        "explain --snapshot alpha --from outside eth7 192.0.2.10",
        2,
        &["there is no device \"eth7\" in alpha"],
    );
}

#[test]
fn two_hosts_of_one_network_are_asked_together() {
    let hosts = alpha();
    hosts.add("beta", 20, "iptables -A INPUT -p tcp --dport 22 -j DROP");
    let both = "explain --snapshot alpha --snapshot beta";
    let crosses = "alpha/eth0           crosses to beta/eth0";
    let arrives = "=> the packet is delivered in beta: the host, which answers";
    let answer = "=> its answer is delivered in alpha:web: the program that pings";
    says(
        &hosts,
        &format!("{both} --from alpha:web 192.0.2.20"),
        0,
        &[crosses, arrives, answer],
    );
    let fix = "on beta: iptables -I INPUT 1";
    says(
        &hosts,
        &format!("{both} --from alpha:web 192.0.2.20:22 --fix"),
        1,
        &["dropped in beta at eth0", fix],
    );
    let left = "left alpha by eth0";
    says(
        &hosts,
        &format!("{both} --from alpha:web 192.0.2.77"),
        4,
        &[left],
    );
    let to_web = "beta:web/eth0";
    says(
        &hosts,
        &format!("{both} 192.0.2.20:8080"),
        1,
        &[crosses, to_web, "no_socket"],
    );
}

#[test]
fn what_was_not_read_is_unknown_where_it_is_asked() {
    let hosts = alpha();
    hosts.change("alpha", |host| {
        let missing =
            serde_json::json!({ "ns": "", "part": "ruleset", "why": "Operation not permitted" });
        host["missing"].as_array_mut().unwrap().push(missing);
    });
    let why =
        "unknown, the ruleset of alpha could not be read: Operation not permitted; without that";
    says(
        &hosts,
        "explain --snapshot alpha --from web db:80 --fix",
        3,
        &[why],
    );
    says(
        &hosts,
        "explain --snapshot alpha --from web 172.17.0.2",
        0,
        &["delivered in web"],
    );
}

fn missing(hosts: &Hosts, part: &str) {
    hosts.change("alpha", |host| {
        let missing = serde_json::json!({ "ns": "", "part": part, "why": "Operation not permitted: CAP_NET_ADMIN in its user namespace is needed" });
        host["missing"].as_array_mut().unwrap().push(missing);
    });
}

#[test]
fn connections_that_were_not_read_are_unknown_to_packets_that_may_be_of_one() {
    let hosts = alpha();
    missing(&hosts, "connections");
    let why = "unknown, the connections of alpha could not be read: Operation not permitted: \
               CAP_NET_ADMIN in its user namespace is needed; without that";
    let of_earlier = "--from web 8.8.8.8:53 --proto udp --sport 5353";
    says(
        &hosts,
        &format!("explain --snapshot alpha {of_earlier}"),
        3,
        &[why, "it leaves alpha by eth0"],
    );
    // What begins a connection is of none that there was.
    for new in ["8.8.8.8:53 --proto udp", "8.8.8.8"] {
        says(
            &hosts,
            &format!("explain --snapshot alpha --from web {new}"),
            4,
            &["left alpha by eth0"],
        );
    }
    // No rule asks for them there.
    hosts.change("alpha", |host| {
        host["state"]["namespaces"][""]["ruleset"]["tables"] = Value::Array(Vec::new());
    });
    says(
        &hosts,
        &format!("explain --snapshot alpha {of_earlier}"),
        4,
        &["left alpha by eth0"],
    );
}

#[test]
fn sets_that_were_not_read_are_unknown_where_a_rule_asks_one() {
    let hosts = alpha();
    missing(&hosts, "ipsets");
    let ask = "explain --snapshot alpha --from db web";
    says(&hosts, ask, 0, &["delivered in web"]);
    let hosts = Hosts::new();
    let rule =
        "ipset create banned hash:ip; iptables -I FORWARD -m set --match-set banned src -j DROP";
    hosts.add("alpha", 10, rule);
    missing(&hosts, "ipsets");
    let why = "unknown, the ipsets of alpha could not be read: Operation not permitted";
    says(&hosts, ask, 3, &[why]);
}

#[test]
fn what_a_program_does_is_unknown_and_it_is_named() {
    let hosts = alpha();
    hosts.change("alpha", |host| {
        let links = host["state"]["namespaces"][""]["links"].as_array().unwrap();
        let eth0 = links.iter().find(|link| link["name"] == "eth0").unwrap();
        let index = eth0["index"].clone();
        let program = serde_json::json!({ "ns": "", "link": index, "hook": "tc egress", "name": "filter_out", "id": 7 });
        host["programs"].as_array_mut().unwrap().push(program);
    });
    let why = "the program \"filter_out\" (number 7) decides at eth0 of alpha, tc egress, and what it does is not known; without that it leaves alpha by eth0";
    says(
        &hosts,
        "explain --snapshot alpha --from web 8.8.8.8",
        3,
        &[why],
    );
    says(&hosts, "explain --snapshot alpha --from db web", 0, &[]);
}

#[test]
fn sentences_are_held_to_hosts_too() {
    let hosts = alpha();
    let sentences = "web must not reach db tcp 5432, because rule_drop\nhost reaches web and db\n\
                     web reaches 8.8.8.8 udp 53, as 192.0.2.10, leaving by eth0\n\
                     outside eth0 reaches 192.0.2.10 tcp 8080 src 203.0.113.9, to 172.17.0.2:80, at web\n";
    fs::write(hosts.path("policy"), sentences).unwrap();
    says(&hosts, "check --snapshot alpha policy", 0, &["4 passed"]);
    fs::write(hosts.path("policy"), "web reaches db tcp 5432\n").unwrap();
    says(
        &hosts,
        "check --snapshot alpha policy",
        1,
        &["fix: iptables -I FORWARD 1"],
    );
}

#[test]
fn a_snapshot_that_cannot_be_read_is_said() {
    let hosts = Hosts::new();
    says(
        &hosts,
        "explain --snapshot none 10.0.0.1",
        2,
        &["none: No such file or directory"],
    );
    fs::write(hosts.path("no"), "{}").unwrap();
    says(
        &hosts,
        "explain --snapshot no 10.0.0.1",
        2,
        &["no: it is JSON, but no snapshot"],
    );
}

#[test]
fn what_changed_between_two_snapshots_is_told_as_commands() {
    let hosts = alpha();
    fs::copy(hosts.path("alpha"), hosts.path("same")).unwrap();
    says(&hosts, "diff alpha same", 0, &[]);
    assert_eq!(hosts.ask("diff alpha same").0, "");
    let changes = "\
ip -n web route add 10.9.0.0/16 via 172.17.0.1
ip -n db link set eth0 mtu 1400
ip link add new type dummy; ip addr add 10.1.1.1/24 dev new
iptables -F FORWARD; iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -i br-web -o eth0 -j ACCEPT
sysctl -qw net.ipv4.conf.eth0.rp_filter=1
ip rule add pref 100 from 10.1.1.0/24 lookup 100";
    hosts.add("later", 10, changes);
    let words = "diff alpha later --flows 300";
    let told = [
        "+ ip -n web route add 10.9.0.0/16 via 172.17.0.1 dev eth0",
        "- ip -n db link set eth0 mtu 1500\n+ ip -n db link set eth0 mtu 1400",
        "+ ip link add new type dummy",
        "+ ip addr add 10.1.1.1/24 dev new",
        "- iptables -P FORWARD ACCEPT",
        "- iptables -A FORWARD -i br-web -o br-db -m conntrack --ctstate NEW -j DROP",
        "+ iptables -P FORWARD DROP",
        "+ iptables -A FORWARD -i br-web -o eth0 -j ACCEPT",
        "db to 192.0.2.10, tcp 8080",
        "- sysctl -w net.ipv4.conf.eth0.rp_filter=0\n+ sysctl -w net.ipv4.conf.eth0.rp_filter=1",
        "+ ip rule add pref 100 from 10.1.1.0/24 lookup 100",
    ];
    says(&hosts, words, 1, &told);
    let fates = "  db to 172.17.0.2, icmp\n    before: it is delivered in web: the host, which answers, from 172.18.0.2 to 172.17.0.2\n    after:  it is dropped in alpha at br-db: no rule accepts it and the chain's policy drops it (rule_policy)\n      alpha/br-db: the policy of chain FORWARD in table filter of alpha";
    says(&hosts, words, 1, &[fates]);
    let (json, _) = hosts.ask("diff --json alpha later");
    let told: Value = serde_json::from_str(&json).unwrap();
    assert!(
        told["flows"]
            .as_array()
            .is_some_and(|flows| !flows.is_empty()),
        "{json}"
    );
    says(&hosts, "diff alpha", 2, &["which two snapshots?"]);
}
