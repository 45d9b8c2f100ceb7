//! Whatever words a command is called with, it ends with a message and an exit code: words that the
//! commands know, in any order, and words that nobody knows.

mod common;

use common::{run, world};
use proptest::prelude::*;

/// How each command begins, and the words that are put at its end so that it ends soon.
const COMMANDS: [(&str, &str); 24] = [
    ("ip link", ""),
    ("ip link set", ""),
    ("ip link add", ""),
    ("ip addr", ""),
    ("ip addr add", ""),
    ("ip route", ""),
    ("ip route add", ""),
    ("ip route get", ""),
    ("ip rule", ""),
    ("ip neigh", ""),
    ("ip netns", ""),
    ("ip", ""),
    ("bridge fdb", ""),
    ("bridge link", ""),
    ("bridge", ""),
    ("brctl", ""),
    ("ifconfig", ""),
    ("route", ""),
    ("arp", ""),
    ("netstat", ""),
    ("sysctl", ""),
    ("ethtool", ""),
    ("tcpdump -r /nonexistent -d", ""),
    ("ping", "-c 1 -w 1 -i 1"),
];

const WORDS: &str = "\
    add del set show list get replace change append flush help exec identify pids up down dev eth0 \
    eth1 lo br0 nowhere master nomaster type veth bridge dummy peer name mtu 1400 0 -1 99999999999 \
    address 02:00:00:00:00:05 zz:zz broadcast + - txqueuelen alias netns blue 10.0.0.1 10.0.0.2/24 \
    10.0.0.0/8 0.0.0.0/0 default 300.1.1.1 1.2.3.4/33 ::1 fe80::1/64 via src metric table main local \
    all scope link host global proto kernel static onlink nexthop weight from to iif oif fwmark 0x7/0xf \
    pref lookup prohibit blackhole unreachable goto nud permanent stale lladdr proxy self vlan 5 temp \
    valid_lft forever 10 label eth0:1 altname -s -d -4 -6 -o -j -p -br -n -a -t -w -q -x -- -h --help \
    -V hw ether netmask 255.255.255.0 gw reject -net -host inet promisc -arp pub \
    net.ipv4.ip_forward net.ipv4.ip_forward=1 net.ipv4.conf.eth0.rp_filter=x net/ipv4 =1 .. \
    on off learning flood isolated state 3 cost hairpin addbr addif stp setfd showstp showmacs 1e9 nan \
    -S -i -k host 10.0.0.1 and or not ( ) port 80 tcp udp icmp arp ether proto \\ip [ ] tcp[13]&2!=0 \
    ip[0]&0xf>5 less greater vlan portrange 1-2 net mask len <= 64 -I -M do -s -R -f -p ff";

fn word() -> impl Strategy<Value = String> {
    let known: Vec<String> = WORDS.split_whitespace().map(str::to_owned).collect();
    prop_oneof![
        12 => prop::sample::select(known),
        1 => "[ -~]{0,12}",
        1 => "\\PC{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_words_end_with_an_exit_code(
        lines in prop::collection::vec(
            (prop::sample::select(&COMMANDS), prop::collection::vec(word(), 0..9)),
            1..20,
        ),
    ) {
        let mut world = world();
        for ((begin, end), words) in lines {
            let fixed = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let line = [fixed(begin), words, fixed(end)].concat();
            let said = run(&mut world, &line);
            let code = said.rsplit_once("=> ").and_then(|(_, code)| code.trim().parse::<i32>().ok());
            prop_assert!(code.is_some_and(|code| (0..256).contains(&code)), "{line:?}: {said}");
        }
    }
}
