//! Rules and packets that nobody meant: those who read them end with a message and an exit code, what
//! is saved can be restored, and nothing is half done.

mod ruled;

use proptest::prelude::*;

/// Lines that are right, of which others are made.
const IPTABLES: &[&str] = &[
    "*filter",
    "*nat",
    "*mangle",
    "*raw",
    "COMMIT",
    ":INPUT ACCEPT [0:0]",
    ":FORWARD DROP [5:6]",
    ":own - [0:0]",
    "-A INPUT -s 10.0.0.0/8 ! -i eth0 -j ACCEPT",
    "-A own -p tcp -m tcp --dport 22:80 --tcp-flags SYN,ACK SYN -j RETURN",
    "-A FORWARD -p tcp -m multiport --dports 80,443 -j own",
    "[3:4] -A INPUT -m conntrack --ctstate NEW,RELATED -g own",
    "-A INPUT -m limit --limit 3/min --limit-burst 9 -j LOG --log-prefix \"a b\"",
    "-A INPUT -j REJECT --reject-with tcp-reset",
    "-A POSTROUTING -o eth+ -j MASQUERADE --random",
    "-A PREROUTING -p udp -j DNAT --to-destination 10.0.0.1-10.0.0.4:5-9",
    "-A PREROUTING -j MARK --set-xmark 0x1/0xf",
    "-A INPUT -m comment --comment \"x \\\" y\" -j DROP",
    "-A INPUT -p icmp -m icmp --icmp-type 3/1 -m statistic --mode nth --every 3 --packet 1",
    "# nothing",
    "",
    "-A INPUT -m string --algo bm --string abc -m u32 --u32 \"0>>22&0x3C@0=5\" -m time --timestart 10:00 -j DROP",
    "-A INPUT -m hashlimit --hashlimit-name x --hashlimit-above 5/s --hashlimit-mode srcip -m recent --set --name y",
];

const NFT: &[&str] = &[
    "table ip t {",
    "table inet t { chain c { type filter hook input priority 0; policy drop; } }",
    "}",
    "chain c {",
    "type filter hook forward priority filter - 5; policy accept;",
    "set s { type ipv4_addr . inet_service; flags interval; }",
    "map m { type inet_service : verdict; elements = { 22 : accept, 80-90 : drop } }",
    "flush ruleset",
    "add rule ip t c tcp dport { 22, 80 } ct state new,established counter accept",
    "ip saddr @s drop",
    "tcp dport vmap @m",
    "add element ip t s { 10.0.0.1 . 80, 10.0.0.2-10.0.0.9 . 5-6 }",
    "meta mark set ct mark and 0xff",
    "limit rate over 5/second burst 2 packets",
    "define x = { 1, 2 }",
    "tcp dport $x log prefix \"a\" level info",
    "add @s { ip saddr . tcp dport timeout 5s }",
    "dnat to 10.0.0.1:80",
    "reject with icmpx type port-unreachable",
    "meta hour ((((((((\"1\"",
    "tcp option @255,65535,128 5",
    "@nh,65535,8 1",
    "meta time < \"99999999999999999-01-01\"",
    "set w { type ipv4_addr; timeout 300000d; }",
    "log group 65536",
    "quota over 5 mbytes",
    "@th,16,16 & 0xff == 5",
    "fib daddr type local",
    "numgen inc mod 3 vmap { 0 : jump c }",
    "delete rule ip t c handle 3",
    "insert rule ip t c position 2 accept",
    "comment \"x\"",
    "# nothing",
    "counter name \"k\"",
    "include \"/nosuch\"",
];

const JSON: &[&str] = &[
    "{\"nftables\": [",
    "]}",
    "{\"add\": {\"table\": {\"family\": \"ip\", \"name\": \"t\"}}}",
    ",",
    "{\"add\": {\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0}}}",
    "{\"add\": {\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"c\", \"expr\": [{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": {\"set\": [22, {\"range\": [80, 90]}]}}}, {\"accept\": null}]}}}",
    "{\"add\": {\"set\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"s\", \"type\": [\"ipv4_addr\", \"inet_service\"]}}}",
    "{",
    "}",
    "null",
    "[[[[",
];

const SETS: &[&str] = &[
    "create a hash:ip",
    "create n hash:net comment counters timeout 5",
    "add a 10.0.0.1",
    "add n 10.0.0.0/8 nomatch",
    "create l list:set",
    "add l a",
    "create p bitmap:port range 1-100",
    "add p 5-10",
    "create h hash:ip,port,net",
    "add h 10.0.0.1,udp:5-7,10.0.0.0/9",
    "del a 10.0.0.1",
    "swap a n",
    "rename a b",
    "destroy",
    "flush a",
    "create x hash:ip netmask 24 family inet6 skbinfo",
    "add x ::1 skbmark 0x1",
    "# x",
    "COMMIT",
    "add a 10.0.0.0-10.0.1.0",
];

/// Lines of a language, some of them damaged.
fn text(lines: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        6 => prop::sample::select(lines).prop_map(str::to_owned),
        3 => (prop::sample::select(lines), any::<prop::sample::Index>(), "\\PC{0,3}").prop_map(|(line, at, other)| {
            // A piece of it is something else.
            let mut line = line.to_owned();
            let at = at.index(line.len() + 1);
            let end = (at + 2).min(line.len());
            line.replace_range(at..end, &other);
            line
        }),
        1 => "[ -~]{0,20}",
    ];
    prop::collection::vec(line, 0..16).prop_map(|lines| (lines.join("\n") + "\n").into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_is_restored_or_refused(text in text(IPTABLES)) {
        ruled::iptables(&text);
    }

    #[test]
    fn any_text_is_loaded_by_nft_whole_or_not_at_all(text in text(NFT)) {
        ruled::nft(&text);
    }

    #[test]
    fn any_json_is_loaded_or_refused(text in text(JSON)) {
        ruled::json(&text);
    }

    #[test]
    fn any_text_is_restored_as_sets_or_refused(text in text(SETS)) {
        ruled::sets(&text);
    }

    #[test]
    fn any_packets_pass_a_router_of_connections(story in prop::collection::vec(any::<u8>(), 0..4000)) {
        ruled::packets(&story);
    }
}

#[test]
fn a_place_inside_of_a_wide_letter_is_told() {
    ruled::nft("include A⼀nosuch\"\n".as_bytes());
}

#[test]
fn parentheses_without_end_are_refused() {
    let deep = "(".repeat(100_000);
    ruled::nft(format!("add table t\nadd chain t c\nadd rule t c meta mark {deep}\n").as_bytes());
}
