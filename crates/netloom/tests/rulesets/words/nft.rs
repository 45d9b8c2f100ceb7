//! The words of nft: what a row says is one match or one statement.

use super::Needs::{NoProtocol, Number, Tcp, TcpUdp, Udp};
use super::hooks::{CAME, FORWARD, GOES, INPUT, OUTPUT, POSTROUTING, PREROUTING};
use super::{Row, row};

/// The matches.
pub(crate) const MATCHES: &[Row] = &[
    row("<ip> saddr <!=><net>").often(10),
    row("<ip> daddr <!=><net>").often(10),
    row("<ip> <saddr|daddr> <!=><addrset>").often(8),
    row("<ip> <saddr|daddr> <addrs>"),
    row("<ip> <saddr|daddr> <!=>@hosts").often(6),
    row("<ip> saddr . <ip> daddr { <addr> . <addr> }").often(3),
    row("<ip> daddr . <th> dport { <addr> . <port> }")
        .v4()
        .of(TcpUdp)
        .often(3),
    row("<iifname|iif> <!=>\"<t0|t1|t2>\"").at(CAME).often(8),
    row("iifname <!=>\"t*\"").at(CAME).often(1),
    row("iifname <!=>{ \"t0\", \"t2\" }").at(CAME).often(3),
    row("<oifname|oif> <!=>\"<t0|t1|t2>\"").at(GOES).often(8),
    row("<th> <sport|dport> <!=><port>").of(TcpUdp).often(20),
    row("<th> <sport|dport> <!=><port-port>")
        .of(TcpUdp)
        .often(8),
    row("<th> <sport|dport> <!=><portset>").of(TcpUdp).often(10),
    row("<th> dport <!=>@ports").of(TcpUdp).often(6),
    row("tcp flags & (fin | syn | rst | ack) == <syn|ack|rst>").of(Tcp),
    row("tcp flags <!=><syn|ack|rst>").of(Tcp),
    row("tcp flags == <syn|ack>").of(Tcp),
    row("tcp window <5000|1-4999>").of(Tcp).often(1),
    row("udp length <8-20|12>").of(Udp).often(2),
    row("icmp type <!=><echo-request|echo-reply|destination-unreachable>")
        .v4()
        .of(Number(1))
        .often(14),
    row("icmp type { echo-request, destination-unreachable }")
        .v4()
        .of(Number(1)),
    row("icmp code <0|3>").v4().of(Number(1)).often(2),
    row("icmpv6 type <!=><echo-request|echo-reply|destination-unreachable>")
        .v6()
        .of(Number(58))
        .often(14),
    row("meta mark <!=><1|2|0x3>").often(8),
    row("meta mark & 0x1 == <0|1>").often(3),
    row("meta mark and 0x3 != 0").often(2),
    row("ct state <new|established|related|invalid|new,established|established,related|untracked>")
        .often(16),
    row("ct state != <new|established>").often(3),
    row("ct state { new, established }").often(2),
    row("ct mark <!=><1|2|0>").often(5),
    row("ct direction <original|reply>").often(2),
    row("ct status <seen-reply|assured|confirmed|snat|dnat>").often(3),
    row("ct original ip saddr <net>").v4().often(2),
    row("ct reply ip daddr <net>").v4().often(1),
    row("ct original proto-dst <port>").of(TcpUdp).often(2),
    row("meta length <20-44|48|45-100>"),
    row("ip ttl <64|63|1-10>").v4(),
    row("ip ttl { 1, 2, 63 }").v4().often(2),
    row("ip6 hoplimit <64|63|1-10>").v6(),
    row("<ip> dscp <!=><ef|cs1|0x00>"),
    row("ip length <20-40|48>").v4().often(2),
    row("ip frag-off & 0x1fff != 0").v4().often(2),
    row("ip protocol <!=><tcp|udp|icmp>")
        .v4()
        .of(NoProtocol)
        .often(3),
    row("meta l4proto { tcp, udp }").of(NoProtocol),
    row("meta pkttype <unicast|broadcast>").often(2),
    row("ether saddr 02:00:00:00:0<0..2>:02").at(CAME).often(3),
    row("limit rate 1/hour burst <1..6> packets"),
    row("limit rate over 1/hour burst <1..6> packets").often(2),
    row("quota <100|300|1000> bytes").often(2),
    row("quota over <100|300|1000> bytes").often(2),
    row("numgen inc mod <2..4> <0|1>").often(2),
    row("fib daddr type <!=><local|unicast|broadcast>")
        .v4()
        .at(CAME)
        .often(3),
    row("fib saddr . iif oif <missing|exists>")
        .at(PREROUTING | INPUT | FORWARD)
        .often(2),
    row("tcp option maxseg size <536|1000|1460>")
        .of(Tcp)
        .often(2),
    row("tcp option <maxseg|sack-perm|window> <exists|missing>")
        .of(Tcp)
        .often(2),
    row("ct protocol <!=><6|17>").of(NoProtocol).often(1),
    row("ct packets <1-3|4-99>").often(1),
    row("<ip> saddr . iifname { <addr> . \"t0\", <host> . \"t1\" }")
        .at(CAME)
        .often(2),
    row("iifname . oifname <!=>{ \"t0\" . \"t1\", \"t1\" . \"t2\" }")
        .at(FORWARD)
        .often(3),
    row("<ip> daddr . meta mark { <addr> . 1, 10.9.9.9 . 0 }")
        .v4()
        .often(2),
    row("<ip> <saddr|daddr> <!=>@seen").often(4),
];

/// The ends of rules.
pub(crate) const VERDICTS: &[Row] = &[
    row("accept").often(30),
    row("drop").often(24),
    row("return").often(8),
    row("continue").often(2),
    row("").often(10),
    row("log prefix \"word\"").often(1),
    row("<th> dport vmap { <port> : drop, 9 : accept, 1024-2000 : return }")
        .of(TcpUdp)
        .often(5),
    row("ct state vmap { established : accept, invalid : drop }").often(6),
    row("<ip> saddr vmap { <addr> : drop }").often(5),
    row("meta l4proto vmap { tcp : accept, udp : drop }")
        .of(NoProtocol)
        .often(2),
];

/// To other chains.
pub(crate) const CHAINS: &[Row] = &[
    row("jump <chain>").often(10),
    row("goto <chain>").often(3),
    row("<ip> daddr vmap { <addr> : jump <chain> }").often(4),
    row("meta l4proto vmap { tcp : jump <chain>, icmp : drop }")
        .of(NoProtocol)
        .often(3),
];

/// What rules change, before they end.
pub(crate) const CHANGES: &[Row] = &[
    row("meta mark set <1|2|0x3>").often(10),
    row("meta mark set meta mark | 0x1").often(3),
    row("meta mark set meta mark and 0x2").often(2),
    row("ct mark set <1|2|0x3>").often(6),
    row("ct mark set meta mark").often(4),
    row("meta mark set ct mark").often(4),
    row("meta mark set <ip> saddr map { <addr> : 1 }").often(3),
    row("ct mark set <th> dport map { <port> : 1, 9 : 2 }")
        .of(TcpUdp)
        .often(3),
    row("meta mark set numgen inc mod <2..3>").often(2),
    row("ip ttl set <2..64>").v4().often(2),
    row("ip6 hoplimit set <2..64>").v6().often(2),
    row("<ip> dscp set <ef|cs1|0x00>").often(2),
    row("tcp option maxseg size set <500|1200>")
        .of(Tcp)
        .often(2),
    row("counter name \"whole\"").often(3),
    row("quota name \"few\"").often(3),
    row("<add|update> @seen { <ip> <saddr|daddr> }").often(5),
    row("delete @seen { <ip> saddr }").often(1),
];

/// How chains of type filter may refuse.
pub(crate) const FILTER: &[Row] = &[
    row("reject").inet(false).at(INPUT | FORWARD | OUTPUT).often(8),
    row("reject with icmpx type <port-unreachable|admin-prohibited|no-route|host-unreachable>").inet(true)
        .at(INPUT | FORWARD | OUTPUT)
        .often(4),
    row("reject with icmp type <net-unreachable|host-unreachable|port-unreachable|prot-unreachable|admin-prohibited>")
        .v4()
        .inet(false)
        .at(INPUT | FORWARD | OUTPUT)
        .often(8),
    row("reject with icmpv6 type <no-route|admin-prohibited|addr-unreachable|port-unreachable>")
        .v6()
        .inet(false)
        .at(INPUT | FORWARD | OUTPUT)
        .often(8),
    row("reject with tcp reset").of(Tcp).at(INPUT | FORWARD | OUTPUT).often(10),
];

/// Before connections are looked up.
pub(crate) const RAW: &[Row] = &[row("notrack").often(10)];

/// What chains of type nat do.
pub(crate) const NAT: &[Row] = &[
    row("dnat to <host>").inet(false).at(DESTINATION).often(12),
    row("dnat <ip> to <host>")
        .inet(true)
        .at(DESTINATION)
        .often(8),
    row("dnat to 10.0.<0..2>.<2..3>:<port>")
        .v4()
        .inet(false)
        .of(TcpUdp)
        .at(DESTINATION)
        .often(10),
    row("dnat to <th> dport map { <port> : <host>, 9 : <host> }")
        .inet(false)
        .of(TcpUdp)
        .at(DESTINATION)
        .often(8),
    row("dnat to numgen inc mod 2 map { 0 : <host>, 1 : <host> }")
        .inet(false)
        .at(DESTINATION)
        .often(6),
    row("redirect to :<port>")
        .of(TcpUdp)
        .at(DESTINATION)
        .often(8),
    row("redirect to :<th> dport map { <port> : 53, 9 : 10 }")
        .of(TcpUdp)
        .at(DESTINATION)
        .often(5),
    row("snat to <host>")
        .inet(false)
        .at(POSTROUTING | INPUT)
        .often(10),
    row("snat <ip> to <host>")
        .inet(true)
        .at(POSTROUTING | INPUT)
        .often(6),
    row("masquerade").at(POSTROUTING).often(16),
];

/// Where destinations are translated.
const DESTINATION: u8 = PREROUTING | OUTPUT;

/// A chain that a hook asks: its type, its hook, as a bit too, and its priorities.
pub(crate) type Base = (&'static str, &'static str, u8, &'static [&'static str]);

/// The chains that hooks ask.
pub(crate) const BASES: &[(usize, Base)] = &[
    (
        10,
        (
            "filter",
            "prerouting",
            PREROUTING,
            &["raw", "mangle", "-10", "filter", "dstnat + 5"],
        ),
    ),
    (
        10,
        (
            "filter",
            "input",
            INPUT,
            &["filter", "mangle", "10", "security"],
        ),
    ),
    (
        30,
        (
            "filter",
            "forward",
            FORWARD,
            &["filter", "mangle", "filter - 5", "filter + 10"],
        ),
    ),
    (
        8,
        (
            "filter",
            "output",
            OUTPUT,
            &["raw", "filter", "mangle", "5"],
        ),
    ),
    (
        10,
        (
            "filter",
            "postrouting",
            POSTROUTING,
            &["mangle", "filter", "srcnat - 1", "srcnat + 1"],
        ),
    ),
    (3, ("route", "output", OUTPUT, &["mangle"])),
    (8, ("nat", "prerouting", PREROUTING, &["dstnat"])),
    (8, ("nat", "postrouting", POSTROUTING, &["srcnat"])),
    (2, ("nat", "output", OUTPUT, &["-100"])),
    (2, ("nat", "input", INPUT, &["100"])),
];

/// Protocols that rules ask for: how often each, its word, its number.
pub(crate) const PROTOCOLS: &[(usize, (&str, Option<u8>))] = &[
    (45, ("", None)),
    (26, ("meta l4proto tcp", Some(6))),
    (20, ("meta l4proto udp", Some(17))),
];
