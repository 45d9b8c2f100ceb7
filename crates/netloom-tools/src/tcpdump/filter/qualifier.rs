//! Qualifiers of primitives, and what they mean together.

use netloom_wire::IpProtocol;

use super::parse::Parsed;
use super::{Direction, Expr, Family, FilterError, field, primitive};

/// The qualifiers of a primitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Qualifiers {
    pub(super) protocol: Protocol,
    pub(super) direction: Option<Direction>,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    None,
    Ether,
    Ip(Family),
    Transport(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Host,
    Net,
    Port,
    PortRange,
    Proto,
}

pub(super) fn looks_like_address(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_digit()) || value.contains(':')
}

/// Words of pcap-filter(7) that are not supported here.
pub(super) fn unsupported_word(word: &str) -> bool {
    const WORDS: [&str; 22] = [
        "gateway",
        "protochain",
        "inbound",
        "outbound",
        "ifname",
        "on",
        "ifindex",
        "mpls",
        "pppoed",
        "pppoes",
        "geneve",
        "vxlan",
        "llc",
        "iso",
        "decnet",
        "atalk",
        "aarp",
        "lat",
        "wlan",
        "type",
        "subtype",
        "rulenum",
    ];
    WORDS.contains(&word)
}

pub(super) fn unsupported(word: &str) -> FilterError {
    if unsupported_word(word) {
        FilterError::new(format!("'{word}' is not supported in filter expressions"))
    } else {
        FilterError::syntax()
    }
}

pub(super) fn wrong(protocol: Protocol, kind: &str) -> FilterError {
    let name = match protocol {
        Protocol::Transport(6) => "tcp",
        Protocol::Transport(17) => "udp",
        Protocol::Transport(_) => "sctp",
        _ => "ether",
    };
    FilterError::new(format!("'{name}' modifier applied to {kind}"))
}

pub(super) fn family(protocol: Protocol) -> Family {
    match protocol {
        Protocol::Ip(family) => family,
        _ => Family::Any,
    }
}

pub(super) fn protocol_number(family: Family, protocol: IpProtocol) -> Expr {
    Expr::IpProtocol {
        family,
        protocol: protocol.0,
    }
}

pub(super) fn protocol_alone(protocol: Protocol) -> Expr {
    match protocol {
        Protocol::None | Protocol::Ether | Protocol::Ip(Family::Any) => Expr::Always,
        Protocol::Ip(Family::Ipv4) => Expr::EtherType(0x0800),
        Protocol::Ip(Family::Ipv6) => Expr::EtherType(0x86dd),
        Protocol::Ip(Family::Arp) => Expr::EtherType(0x0806),
        Protocol::Ip(Family::Rarp) => Expr::EtherType(0x8035),
        Protocol::Transport(protocol) => Expr::IpProtocol {
            family: Family::Any,
            protocol,
        },
    }
}

pub(super) fn proto(protocol: Protocol, value: &str) -> Parsed<Expr> {
    let unknown = |what: &str| FilterError::new(format!("unknown {what} proto '{value}'"));
    match protocol {
        Protocol::Ether => {
            let number = field::number(value)
                .or_else(|| primitive::ethertype(value).map(u32::from))
                .or_else(|| (value == "stp").then_some(0x42))
                .ok_or_else(|| unknown("ether"))?;
            Ok(match u16::try_from(number) {
                Ok(number @ 0..=0xff) => Expr::Llc(number as u8),
                Ok(number) => Expr::EtherType(number),
                Err(_) => return Err(unknown("ether")),
            })
        }
        Protocol::None => {
            if let Some(ethertype) = primitive::ethertype(value) {
                return Ok(Expr::EtherType(ethertype));
            }
            let protocol = primitive::ip_protocol(value)
                .ok_or_else(|| FilterError::new(format!("unknown protocol: {value}")))?;
            Ok(Expr::IpProtocol {
                family: Family::Any,
                protocol,
            })
        }
        Protocol::Ip(family @ (Family::Ipv4 | Family::Ipv6)) => {
            let name = if family == Family::Ipv4 { "ip" } else { "ip6" };
            let protocol = primitive::ip_protocol(value).ok_or_else(|| unknown(name))?;
            Ok(Expr::IpProtocol { family, protocol })
        }
        Protocol::Ip(_) | Protocol::Transport(_) => Err(FilterError::new(format!(
            "illegal qualifier of 'proto {value}'"
        ))),
    }
}
