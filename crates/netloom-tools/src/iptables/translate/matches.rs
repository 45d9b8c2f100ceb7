//! Matches in words of nft.

use super::native::{fragments, mark_of, of_native};
use super::span;
use crate::ip::protocol_names::PROTOCOL_NAMES;
use crate::iptables::icmp_names;
use core::net::IpAddr;
use netloom_model::Family;
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::xt::{
    Addrtype, Compare, Connbytes, Conntrack, IcmpTypes, Masked, Multiport, Network, Not, Owner,
    PortsOf, Span, Statistic, Tcp, XtMatch, ct_state,
};
use netloom_model::ruleset::{DataType, Expr};

/// The words of a match at its place among all of a rule; none where it has no translation, empty
/// where others say it.
pub(super) fn words(
    family: Family,
    statement: &Statement,
    all: &[Statement],
    at: usize,
) -> Option<String> {
    match statement {
        Statement::XtMatch(found) => of_xt(family, found, all),
        Statement::Match {
            left: Expr::Meta(MetaKey::L4Proto),
            relation,
            right: Expr::Value(number),
        } => {
            let protocol = u8::try_from(number.to_number()?).ok()?;
            let said = all[at..].iter().any(|other| says(other, protocol, family));
            let name = match protocol {
                58 => "ipv6-icmp".to_owned(),
                protocol => PROTOCOL_NAMES.name(protocol.into(), false),
            };
            let field = match family {
                Family::V4 => "ip protocol",
                Family::V6 => "meta l4proto",
            };
            let not = if *relation == Relation::Ne { "!= " } else { "" };
            Some(if said {
                String::new()
            } else {
                format!("{field} {not}{name}")
            })
        }
        Statement::Match {
            left,
            relation,
            right: Expr::Value(number),
        } => Some(match mark_of(left) {
            Some(mask) => masked(
                "mark",
                &Not {
                    is: Masked {
                        value: u32::try_from(number.to_number()?).ok()?,
                        mask,
                    },
                    not: *relation == Relation::Ne,
                },
            ),
            None if *left == fragments() => match relation {
                Relation::Ne => "ip frag-off & 0x1fff != 0".to_owned(),
                _ => "ip frag-off & 0x1fff 0".to_owned(),
            },
            None => of_native(family, statement),
        }),
        Statement::Limit(limit) => {
            let unit = match limit.per {
                1 => "second",
                60 => "minute",
                3600 => "hour",
                _ => "day",
            };
            let (rate, burst) = (limit.rate, limit.burst);
            Some(format!("limit rate {rate}/{unit} burst {burst} packets"))
        }
        native => Some(of_native(family, native)),
    }
}

/// Whether a match says of itself which protocol it is about.
fn says(statement: &Statement, protocol: u8, family: Family) -> bool {
    let Statement::XtMatch(found) = statement else {
        return false;
    };
    match found {
        XtMatch::Tcp(_) => protocol == 6,
        XtMatch::Udp { .. } => protocol == 17,
        XtMatch::Icmp(types) => types.is.icmp_type != 255 && family == Family::V4,
        XtMatch::Sctp(_) => protocol == 132,
        XtMatch::Dccp(_) => protocol == 33,
        XtMatch::Ah(_) => protocol == 51,
        XtMatch::Esp(_) => protocol == 50,
        _ => false,
    }
}

pub(super) fn not_equal(not: bool) -> &'static str {
    if not { "!= " } else { "" }
}

fn one<T: core::fmt::Display>(field: &str, value: &Not<T>) -> String {
    format!("{field} {}{}", not_equal(value.not), value.is)
}

fn spanned<T: PartialEq + Copy + core::fmt::Display>(field: &str, value: &Not<Span<T>>) -> String {
    format!("{field} {}{}", not_equal(value.not), span(value.is))
}

fn masked(field: &str, value: &Not<Masked>) -> String {
    let Masked { value: is, mask } = value.is;
    match (mask, value.not) {
        (u32::MAX, not) => format!("{field} {}{is:#x}", not_equal(not)),
        (mask, false) => format!("{field} and {mask:#x} == {is:#x}"),
        (mask, true) => format!("{field} and {mask:#x} != {is:#x}"),
    }
}

fn compared(field: &str, with: &Compare<u8>) -> String {
    match with {
        Compare::Eq(n) => format!("{field} {n}"),
        Compare::Ne(n) => format!("{field} != {n}"),
        Compare::Lt(n) => format!("{field} lt {n}"),
        Compare::Gt(n) => format!("{field} gt {n}"),
    }
}

fn all_of(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ")
}

fn of_xt(family: Family, found: &XtMatch, all: &[Statement]) -> Option<String> {
    let ip = match family {
        Family::V4 => "ip",
        Family::V6 => "ip6",
    };
    Some(match found {
        XtMatch::Addrtype(asked) => addrtype(asked),
        XtMatch::Ah(spi) => spanned("ah spi", spi),
        XtMatch::Esp(spi) => spanned("esp spi", spi),
        XtMatch::Connbytes(asked) => connbytes(asked),
        XtMatch::Connmark(mark) => masked("ct mark", mark),
        XtMatch::Conntrack(asked) => conntrack(asked),
        XtMatch::State(states) => state(states),
        XtMatch::Cpu(cpu) => one("cpu", cpu),
        XtMatch::Devgroup {
            source,
            destination,
        } => all_of([
            source.as_ref().map(|group| masked("iifgroup", group)),
            destination.as_ref().map(|group| masked("oifgroup", group)),
        ]),
        XtMatch::Dscp(class) => {
            format!("{ip} dscp {}{:#04x}", not_equal(class.not), class.is)
        }
        XtMatch::Ecn(asked) => {
            let told = |bits: u8| ["not-ect", "ect1", "ect0", "ce"][usize::from(bits & 3)];
            let flag = |set: Option<bool>, name: &str| {
                let not = if set? { "" } else { "!= " };
                Some(format!("tcp flags {not}{name}"))
            };
            let bits = asked.ip.as_ref();
            all_of([
                flag(asked.tcp_ece, "ecn"),
                flag(asked.tcp_cwr, "cwr"),
                bits.map(|bits| format!("ip ecn {}{}", not_equal(bits.not), told(bits.is))),
            ])
        }
        XtMatch::Helper(name) => format!("ct helper {}\"{}\"", not_equal(name.not), name.is),
        XtMatch::Hl(with) => compared("ip6 hoplimit", with),
        XtMatch::Ttl(with) => compared("ip ttl", with),
        XtMatch::Icmp(types) => icmp(types, false)?,
        XtMatch::Icmp6(types) => icmp(types, true)?,
        XtMatch::Iprange {
            source,
            destination,
        } => all_of([
            source
                .as_ref()
                .map(|range| spanned(&format!("{ip} saddr"), range)),
            destination
                .as_ref()
                .map(|range| spanned(&format!("{ip} daddr"), range)),
        ]),
        XtMatch::Length(length) => spanned("meta length", length),
        XtMatch::Mac(mac) => one("ether saddr", mac),
        XtMatch::Mark(mark) => masked("mark", mark),
        XtMatch::Multiport(asked) => multiport(asked, all)?,
        XtMatch::Owner(asked) => owner(asked)?,
        XtMatch::Pkttype(kind) => {
            let names = ["unicast", "broadcast", "multicast", "other"];
            let name = names.get(usize::from(kind.is))?;
            format!("pkttype {}{name}", not_equal(kind.not))
        }
        XtMatch::Quota { quota, .. } => {
            let over = if quota.not { "over " } else { "" };
            format!("quota {over}{} bytes", quota.is)
        }
        XtMatch::Realm(realm) => masked("rtclassid", realm),
        XtMatch::Rpfilter {
            loose,
            validmark,
            accept_local: false,
            invert,
        } => {
            let mark = if *validmark { ". mark " } else { "" };
            let device = if *loose { "" } else { ". iif " };
            let not = if *invert { "" } else { "!= " };
            format!("fib saddr {mark}{device}oif {not}0")
        }
        XtMatch::Rt(header) if !header.reserved && header.addresses.is_empty() => all_of([
            header.rt_type.as_ref().map(|kind| one("rt type", kind)),
            header
                .segments_left
                .as_ref()
                .map(|left| spanned("rt seg-left", left)),
            header.length.as_ref().map(|len| one("rt hdrlength", len)),
        ]),
        XtMatch::Statistic(asked) => statistic(asked),
        XtMatch::Tcp(tcp) => self::tcp(tcp),
        XtMatch::Tcpmss(size) => spanned("tcp option maxseg size", size),
        XtMatch::Udp { sport, dport } => {
            all_of([port("udp sport", sport), port("udp dport", dport)])
        }
        XtMatch::Policy(policy) if policy.none && !policy.out => "meta secpath missing".to_owned(),
        XtMatch::Sctp(sctp) if sctp.chunks.is_none() => all_of([
            sctp.sport
                .as_ref()
                .and_then(|ports| port("sctp sport", ports)),
            sctp.dport
                .as_ref()
                .and_then(|ports| port("sctp dport", ports)),
        ]),
        XtMatch::Dccp(dccp) if dccp.types.is_none() && dccp.option.is_none() => all_of([
            dccp.sport
                .as_ref()
                .and_then(|ports| port("dccp sport", ports)),
            dccp.dport
                .as_ref()
                .and_then(|ports| port("dccp dport", ports)),
        ]),
        _ => return None,
    })
}

/// A port; none where any will do.
fn port(field: &str, ports: &Not<Span<u16>>) -> Option<String> {
    let any = ports.is == (0, u16::MAX) && !ports.not;
    (!any).then(|| spanned(field, ports))
}

fn addrtype(asked: &Addrtype) -> String {
    const NAMES: [&str; 12] = [
        "unspec",
        "unicast",
        "local",
        "broadcast",
        "anycast",
        "multicast",
        "blackhole",
        "unreachable",
        "prohibit",
        "throw",
        "nat",
        "xresolve",
    ];
    let device = match (asked.limit_iface_in, asked.limit_iface_out) {
        (true, _) => " . iif",
        (_, true) => " . oif",
        _ => "",
    };
    let side = |field: &str, types: &Not<u16>| {
        let named = NAMES.iter().enumerate();
        let named = named.filter(|(bit, _)| types.is & 1 << bit != 0);
        let names: Vec<&str> = named.map(|(_, name)| *name).collect();
        let names = match &names[..] {
            [name] => (*name).to_owned(),
            names => format!("{{ {} }}", names.join(", ")),
        };
        format!("fib {field}{device} type {}{names}", not_equal(types.not))
    };
    all_of([
        asked.source.as_ref().map(|types| side("saddr", types)),
        asked.destination.as_ref().map(|types| side("daddr", types)),
    ])
}

fn connbytes(asked: &Connbytes) -> String {
    let way = ["original ", "reply ", ""][usize::from(asked.direction.min(2))];
    let what = ["packets", "bytes", "avgpkt"][usize::from(asked.mode.min(2))];
    let (first, last) = asked.amount.is;
    let amount = match (last, asked.amount.not) {
        (u64::MAX, false) => format!("ge {first}"),
        (u64::MAX, true) => format!("lt {first}"),
        (last, not) => format!("{}{first}-{last}", not_equal(not)),
    };
    format!("ct {way}{what} {amount}")
}

fn state(states: &Not<u16>) -> String {
    const NAMES: [(u16, &str); 5] = [
        (ct_state::INVALID, "invalid"),
        (ct_state::NEW, "new"),
        (ct_state::RELATED, "related"),
        (ct_state::ESTABLISHED, "established"),
        (ct_state::UNTRACKED, "untracked"),
    ];
    let not = if states.not { "! " } else { "" };
    let names = NAMES.iter().filter(|(bit, _)| states.is & bit != 0);
    let names: Vec<&str> = names.map(|(_, name)| *name).collect();
    format!("ct state {not}{}", names.join(","))
}

fn conntrack(asked: &Conntrack) -> String {
    let nat = ct_state::SNAT | ct_state::DNAT;
    let (mut states, mut translated) = (asked.state, None);
    if let Some(said) = asked.state.filter(|said| said.is & nat != 0) {
        // Whether it is translated is a status, not a state.
        let name = match said.is & nat {
            ct_state::SNAT => "snat",
            ct_state::DNAT => "dnat",
            _ => "snat,dnat",
        };
        translated = Some(format!("ct status {name}"));
        // The original says nothing of the states beside it, nor that it is not so.
        states = None;
    }
    let status = asked.status.map(|said| {
        const NAMES: [(u16, &str); 4] = [
            (1, "expected"),
            (2, "seen-reply"),
            (4, "assured"),
            (8, "confirmed"),
        ];
        let names = NAMES.iter().filter(|(bit, _)| said.is & bit != 0);
        let names: Vec<&str> = names.map(|(_, name)| *name).collect();
        let text = format!("ct status {}{}", not_equal(said.not), names.join(","));
        text.trim_end().to_owned()
    });
    let way = |direction: u8| {
        let name = if direction == 0 { "original" } else { "reply" };
        format!("ct direction {name}")
    };
    let address = |field: &str, value: &Option<Not<Network>>| {
        let value = value.as_ref()?;
        let text = format!("ct {field} {}{}", not_equal(value.not), network(value.is));
        Some(text)
    };
    let ports = |field: &str, value: &Option<Not<Span<u16>>>| {
        Some(spanned(&format!("ct {field}"), value.as_ref()?))
    };
    all_of([
        asked.direction.map(way),
        asked
            .protocol
            .as_ref()
            .map(|number| one("ct original protocol", number)),
        states.as_ref().map(state),
        translated,
        status,
        asked
            .expire
            .as_ref()
            .map(|time| spanned("ct expiration", time)),
        address("original saddr", &asked.original_source),
        address("original daddr", &asked.original_destination),
        address("reply saddr", &asked.reply_source),
        address("reply daddr", &asked.reply_destination),
        ports("original proto-src", &asked.original_source_port),
        ports("original proto-dst", &asked.original_destination_port),
        ports("reply proto-src", &asked.reply_source_port),
        ports("reply proto-dst", &asked.reply_destination_port),
    ])
}

fn network(network: Network) -> String {
    let len = match network.mask {
        IpAddr::V4(mask) => mask.to_bits().leading_ones(),
        IpAddr::V6(mask) => mask.to_bits().leading_ones(),
    };
    let whole = if network.mask.is_ipv4() { 32 } else { 128 };
    match len {
        len if len == whole => network.address.to_string(),
        len => format!("{}/{len}", network.address),
    }
}

/// Of types alone there is a translation.
fn icmp(types: &Not<IcmpTypes>, v6: bool) -> Option<String> {
    let IcmpTypes { icmp_type, codes } = types.is;
    if icmp_type == 255 && !v6 {
        return Some(String::new());
    }
    let field = if v6 { "icmpv6 type" } else { "icmp type" };
    let whole = codes == (0, 255);
    let known = icmp_names::of_type(v6, icmp_type).filter(|_| whole)?;
    let name = match v6 {
        true => DataType::Icmpv6Type
            .symbol(icmp_type.into())
            .unwrap_or(known),
        false => known,
    };
    Some(format!("{field} {}{name}", not_equal(types.not)))
}

fn multiport(asked: &Multiport, all: &[Statement]) -> Option<String> {
    let protocol = all.iter().find_map(|statement| match statement {
        Statement::Match {
            left: Expr::Meta(MetaKey::L4Proto),
            right: Expr::Value(number),
            ..
        } => number.to_number(),
        _ => None,
    })?;
    let name = PROTOCOL_NAMES.name(u32::try_from(protocol).ok()?, false);
    let ports = &asked.ports.is;
    let field = match asked.which {
        PortsOf::Source => "sport",
        PortsOf::Destination => "dport",
        PortsOf::Either => {
            let each = ports.iter().map(|ports| {
                let ports = span(*ports);
                format!("0-65535 . {ports}, {ports} . 0-65535")
            });
            let each: Vec<String> = each.collect();
            let not = not_equal(asked.ports.not);
            let all = each.join(", ");
            return Some(format!("{name} sport . {name} dport {not}{{ {all} }}"));
        }
    };
    let each: Vec<String> = ports.iter().map(|ports| span(*ports)).collect();
    let not = not_equal(asked.ports.not);
    Some(match &each[..] {
        [one] => format!("{name} {field} {not}{one}"),
        several => format!("{name} {field} {not}{{ {} }}", several.join(", ")),
    })
}

fn owner(asked: &Owner) -> Option<String> {
    if asked.socket_exists.is_some() {
        return None;
    }
    Some(all_of([
        asked.uid.as_ref().map(|user| spanned("skuid", user)),
        asked.gid.as_ref().map(|group| spanned("skgid", group)),
    ]))
}

fn statistic(asked: &Statistic) -> String {
    match asked {
        Statistic::Random(chance) => {
            let less = if chance.not { ">=" } else { "<" };
            format!("meta random & 2147483647 {less} {}", chance.is)
        }
        Statistic::Nth { every, packet } => {
            format!(
                "numgen inc mod {} {}{packet}",
                every.is,
                not_equal(every.not)
            )
        }
    }
}

fn tcp(tcp: &Tcp) -> String {
    let asked = (tcp.flags.is.mask != 0 || tcp.flags.not).then_some(tcp.flags);
    let flags = asked.map(|flags| {
        let names = |bits: u8| {
            const NAMES: [&str; 6] = ["fin", "syn", "rst", "psh", "ack", "urg"];
            let set = NAMES
                .iter()
                .enumerate()
                .filter(|(bit, _)| bits & 1 << bit != 0);
            let set: Vec<&str> = set.map(|(_, name)| *name).collect();
            if set.is_empty() {
                "0x0".to_owned()
            } else {
                set.join(",")
            }
        };
        let (set, mask) = (names(flags.is.set), names(flags.is.mask));
        format!("tcp flags {}{set} / {mask}", not_equal(flags.not))
    });
    let option = (tcp.option.is != 0).then_some(tcp.option).map(|option| {
        let how = if option.not { "missing" } else { "exists" };
        format!("tcp option {} {how}", option.is)
    });
    all_of([
        port("tcp sport", &tcp.sport),
        port("tcp dport", &tcp.dport),
        flags,
        option,
    ])
}
