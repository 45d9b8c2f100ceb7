//! The words of iptables and ip6tables: what a row says is one match or one target.

use super::Needs::{Number, Ports, Tcp, TcpUdp};
use super::hooks::{CAME, FORWARD, GOES, INPUT, OUTPUT, POSTROUTING, PREROUTING};
use super::{Row, row};

/// The matches.
pub(crate) const MATCHES: &[Row] = &[
    row("<!>-s <net>").often(12),
    row("<!>-d <net>").often(12),
    row("<!>-i <dev>").at(CAME).often(8),
    row("<!>-o <dev>").at(GOES).often(8),
    row("<!>-f").v4().often(2),
    row("<!>--sport <ports>").of(TcpUdp).often(12),
    row("<!>--dport <ports>").of(TcpUdp).often(20),
    row("<!>--tcp-flags <SYN|SYN,ACK|FIN,SYN,RST,ACK|ALL|RST> <SYN|ACK|RST|SYN,ACK|NONE>").of(Tcp),
    row("<!>--syn").of(Tcp).often(6),
    row("<!>--tcp-option <2|3|8>").of(Tcp).often(2),
    row("-m multiport <!>--<sports|dports|ports> <portlist>").of(Ports).often(8),
    row("<!>--icmp-type <echo-request|echo-reply|destination-unreachable|port-unreachable|8|3/1|any>")
        .v4()
        .of(Number(1))
        .often(12),
    row("<!>--icmpv6-type <echo-request|echo-reply|destination-unreachable|port-unreachable|128|1/4>")
        .v6()
        .of(Number(58))
        .often(12),
    row("-m mark <!>--mark <1|2|0x3|0x1/0x1|0x10/0xf0|0>").often(8),
    row("-m conntrack <!>--ctstate <NEW|ESTABLISHED|RELATED|INVALID|NEW,ESTABLISHED|ESTABLISHED,RELATED|UNTRACKED|SNAT|DNAT>")
        .often(16),
    row("-m state <!>--state <NEW|ESTABLISHED|RELATED,ESTABLISHED|INVALID>"),
    row("-m conntrack <!>--ctorigsrc <net>").often(2),
    row("-m conntrack <!>--ctorigdst <net>").often(2),
    row("-m conntrack <!>--ctreplsrc <net>").often(2),
    row("-m conntrack <!>--ctrepldst <net>").often(2),
    row("-m conntrack <!>--ctproto <6|17|1|58>").often(2),
    row("-m conntrack --ctdir <ORIGINAL|REPLY>").often(2),
    row("-m conntrack <!>--ctstatus <NONE|SEEN_REPLY|ASSURED|CONFIRMED|SEEN_REPLY,ASSURED>").often(3),
    row("-m conntrack --ctproto <6|17> <!>--ctorigdstport <ports>").often(2),
    row("-m conntrack --ctproto <6|17> <!>--ctorigsrcport <ports>").often(1),
    row("-m conntrack --ctproto <6|17> <!>--ctreplsrcport <ports>").often(1),
    row("-m connmark <!>--mark <1|2|0x3|0x1/0x1|0>").often(6),
    row("-m length <!>--length <28..60>").often(3),
    row("-m length <!>--length <20..44>:<45..200>"),
    row("-m ttl --ttl-<eq|lt|gt> <1|2|5|63|64>").v4(),
    row("-m ttl ! --ttl-eq <63|64>").v4().often(2),
    row("-m hl --hl-<eq|lt|gt> <1|2|5|63|64>").v6(),
    row("-m dscp <!>--dscp <0|0x02|0x2e>"),
    row("-m dscp <!>--dscp-class <EF|AF11|CS1|BE>").often(2),
    row("-m tos <!>--tos <0x10|0x10/0x3f|0|0x08/0xff>"),
    row("-m ecn <!>--ecn-ip-ect <0|1|2|3>").v4().often(2),
    row("-m ecn <!>--ecn-tcp-ece").of(Tcp).often(1),
    row("-m pkttype <!>--pkt-type <unicast|broadcast|multicast>").often(2),
    row("-m mac <!>--mac-source 02:00:00:00:0<0..2>:0<2..3>").at(CAME),
    row("-m iprange <!>--src-range <addrs>"),
    row("-m iprange <!>--dst-range <addrs>"),
    row("-m addrtype <!>--dst-type <LOCAL|UNICAST|BROADCAST|MULTICAST>").v4(),
    row("-m addrtype <!>--src-type <LOCAL|UNICAST>").v4(),
    row("-m addrtype --dst-type LOCAL --limit-iface-in").v4().at(PREROUTING | INPUT | FORWARD).often(1),
    row("-m statistic --mode nth <!>--every <2..4> --packet <0..1>"),
    row("-m statistic --mode random <!>--probability <0|1>").often(1),
    row("-m limit --limit 1/hour --limit-burst <1..6>"),
    row("-m quota <!>--quota <100|300|1000>").often(3),
    row("-m comment --comment word").often(2),
    row("-m comment --comment \"two words\"").often(1),
    row("-m tcpmss <!>--mss <500:1000|536|1400:1500>").of(Tcp).often(2),
    row("-m devgroup <!>--src-group 0").at(CAME).often(1),
    row("-m cpu <!>--cpu 77").often(1),
    row("-m esp --espspi <0|1:5>").of(Number(50)).often(10),
    row("-m helper <!>--helper ftp").often(0),
    row("-m recent <!>--<rcheck|update|remove> --name seen").often(2),
    row("-m recent --set --name seen").often(4),
    row("-m recent --rcheck --hitcount <2..4> --name seen --rdest").often(1),
    row("-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst <1..6> --hashlimit-mode <srcip|dstip|srcip,dstip> --hashlimit-name h<0..999>").often(3),
    row("-m u32 <!>--u32 6&0xFF=<1|6|17>").v4().often(2),
    row("-m u32 --u32 0>>22&0x3C@0&0xFFFF=<22|53|80|443>").v4().of(TcpUdp).often(2),
    row("-m string --algo <bm|kmp> <!>--string <abcd|klmn|zz>").often(2),
    row("-m connbytes <!>--connbytes <1:3|2> --connbytes-mode packets --connbytes-dir <original|reply|both>").often(1),
];

/// The targets of every table.
pub(crate) const TARGETS: &[Row] = &[
    row("-j ACCEPT").often(30),
    row("-j DROP").often(24),
    row("-j RETURN").often(8),
    // A rule that counts alone.
    row("").often(10),
    row("-j LOG --log-prefix word").often(2),
];

/// To other chains.
pub(crate) const CHAINS: &[Row] = &[row("-j <chain>").often(10), row("-g <chain>").often(3)];

/// The targets of `raw`.
pub(crate) const RAW: &[Row] = &[
    row("-j NOTRACK").often(8),
    row("-j CT --notrack").often(6),
    row("-j CT --zone <1|2>").often(6),
    row("-j CT --zone-orig 3").often(2),
    row("-j CT --zone-reply 4").often(2),
];

/// The targets of `mangle`.
pub(crate) const MANGLE: &[Row] = &[
    row("-j MARK --set-mark <1|2|0x3>").often(12),
    row("-j MARK --set-xmark <0x1/0x1|0x10/0xf0|0x3/0xff>").often(6),
    row("-j MARK --<or|and|xor>-mark <1|2|0xf>").often(4),
    row("-j CONNMARK --set-mark <1|2|0x3>").often(6),
    row("-j CONNMARK --save-mark").often(6),
    row("-j CONNMARK --restore-mark").often(6),
    row("-j CONNMARK --set-xmark 0x1/0x3").often(2),
    row("-j CONNMARK --<save|restore>-mark --nfmask 0xf --ctmask 0xff").often(2),
    row("-j TTL --ttl-<set|inc|dec> <1..9>").v4().often(8),
    row("-j HL --hl-<set|inc|dec> <1..9>").v6().often(8),
    row("-j TOS --set-tos <0x10|0x10/0x3f|0x00>").often(5),
    row("-j TOS --<or|and|xor>-tos <0x04|0xf0>").often(2),
    row("-j DSCP --set-dscp <0|0x2e|8>").often(5),
    row("-j DSCP --set-dscp-class <EF|AF21>").often(2),
];

/// The targets of `nat`.
pub(crate) const NAT: &[Row] = &[
    row("-j SNAT --to-source <host>")
        .at(POSTROUTING | INPUT)
        .often(16),
    row("-j SNAT --to-source 10.0.<0..2>.77:<port>")
        .v4()
        .of(TcpUdp)
        .at(POSTROUTING)
        .often(8),
    row("-j SNAT --to-source 10.0.<0..2>.1:<chance-ports>")
        .v4()
        .of(TcpUdp)
        .at(POSTROUTING)
        .often(8),
    row("-j SNAT --to-source [fd00:<0..2>::77]:<port>")
        .v6()
        .of(TcpUdp)
        .at(POSTROUTING)
        .often(8),
    row("-j MASQUERADE").at(POSTROUTING).often(24),
    row("-j MASQUERADE --random").at(POSTROUTING).often(3),
    row("-j MASQUERADE --to-ports <chance-ports>")
        .of(TcpUdp)
        .at(POSTROUTING)
        .often(6),
    row("-j DNAT --to-destination <host>")
        .at(PREROUTING | OUTPUT)
        .often(24),
    row("-j DNAT --to-destination 10.0.<0..2>.<2..3>:<port>")
        .v4()
        .of(TcpUdp)
        .at(PREROUTING | OUTPUT)
        .often(16),
    row("-j DNAT --to-destination [fd00:<0..2>::<2..3>]:<port>")
        .v6()
        .of(TcpUdp)
        .at(PREROUTING | OUTPUT)
        .often(16),
    row("-j DNAT --to-destination :<port>")
        .v4()
        .of(TcpUdp)
        .at(PREROUTING | OUTPUT)
        .often(4),
    row("-j REDIRECT").at(PREROUTING | OUTPUT).often(6),
    row("-j REDIRECT --to-ports <port>")
        .of(TcpUdp)
        .at(PREROUTING | OUTPUT)
        .often(10),
    row("-j NETMAP --to <prefix>").at(PREROUTING).often(4),
    row("-j NETMAP --to <prefix>").at(POSTROUTING).often(4),
];

/// The targets of `filter`.
pub(crate) const FILTER: &[Row] = &[
    row("-j REJECT").often(8),
    row("-j REJECT --reject-with icmp-<net-unreachable|host-unreachable|port-unreachable|proto-unreachable|net-prohibited|host-prohibited|admin-prohibited>")
        .v4()
        .often(12),
    row("-j REJECT --reject-with <icmp6-no-route|icmp6-adm-prohibited|icmp6-addr-unreachable|icmp6-port-unreachable>")
        .v6()
        .often(12),
    row("-j REJECT --reject-with tcp-reset").of(Tcp).often(12),
];

/// Protocols that rules ask for: how often each, its word, its number.
pub(crate) const PROTOCOLS_V4: &[(usize, (&str, Option<u8>))] = &[
    (35, ("", None)),
    (26, ("-p tcp", Some(6))),
    (20, ("-p udp", Some(17))),
    (12, ("-p icmp", Some(1))),
    (2, ("! -p tcp", None)),
    (2, ("-p 47", Some(47))),
    (2, ("-p esp", Some(50))),
    (2, ("-p sctp", Some(132))),
    (1, ("-p udplite", Some(136))),
];

/// The same of IPv6.
pub(crate) const PROTOCOLS_V6: &[(usize, (&str, Option<u8>))] = &[
    (35, ("", None)),
    (26, ("-p tcp", Some(6))),
    (20, ("-p udp", Some(17))),
    (12, ("-p ipv6-icmp", Some(58))),
    (2, ("! -p udp", None)),
    (2, ("-p sctp", Some(132))),
];

/// A table: its name, where its chains are asked, and what only it can do.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) chains: &'static [(&'static str, u8)],
    pub(crate) targets: &'static [Row],
    /// How many cases of a hundred have it.
    pub(crate) percent: usize,
    /// How many of its chains of a hundred drop what nobody decides about.
    pub(crate) drops: usize,
}

/// The tables.
pub(crate) const TABLES: [Table; 4] = [
    Table {
        name: "raw",
        chains: &[("PREROUTING", PREROUTING), ("OUTPUT", OUTPUT)],
        targets: RAW,
        percent: 25,
        drops: 3,
    },
    Table {
        name: "mangle",
        chains: &[
            ("PREROUTING", PREROUTING),
            ("INPUT", INPUT),
            ("FORWARD", FORWARD),
            ("OUTPUT", OUTPUT),
            ("POSTROUTING", POSTROUTING),
        ],
        targets: MANGLE,
        percent: 35,
        drops: 3,
    },
    Table {
        name: "nat",
        chains: &[
            ("PREROUTING", PREROUTING),
            ("INPUT", INPUT),
            ("OUTPUT", OUTPUT),
            ("POSTROUTING", POSTROUTING),
        ],
        targets: NAT,
        percent: 45,
        drops: 0,
    },
    Table {
        name: "filter",
        chains: &[("INPUT", INPUT), ("FORWARD", FORWARD), ("OUTPUT", OUTPUT)],
        targets: FILTER,
        percent: 75,
        drops: 20,
    },
];
