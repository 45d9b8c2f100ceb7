//! Constants: words to values of a type, and values to the words that nft lists them by.

use super::lexer::{Kind, Token};
use super::source::{Problem, Read};
use crate::ip::protocol_names::PROTOCOL_NAMES;
use core::net::{Ipv4Addr, Ipv6Addr};
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{DataType, Value};
use netloom_wire::MacAddr;

/// The devices of a namespace by number and name.
pub(super) type Devices = [(u32, String)];

/// The number that a word writes.
pub(super) fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The value of type `ty` that a word stands for.
pub(super) fn parse(ty: DataType, token: &Token, devices: &Devices) -> Read<Value> {
    let text = token.text.as_str();
    let problem = |message: &str| Problem::new(message, token.at);
    let lookup = "Could not resolve hostname: Temporary failure in name resolution";
    match ty {
        DataType::Ipv4Addr => {
            let address: Option<Ipv4Addr> = text.parse().ok();
            return address.map(Value::from).ok_or_else(|| problem(lookup));
        }
        DataType::Ipv6Addr => {
            let address: Option<Ipv6Addr> = text.parse().ok();
            return address.map(Value::from).ok_or_else(|| problem(lookup));
        }
        DataType::EtherAddr => {
            if let Ok(address) = text.parse::<MacAddr>() {
                return Ok(Value::from(address));
            }
        }
        DataType::IfName if matches!(token.kind, Kind::Word | Kind::Quoted) => {
            return match text.strip_suffix('*') {
                _ if text.len() >= IFNAME => Err(problem("String exceeds maximum length of 16")),
                Some(prefix) if !prefix.ends_with('\\') => Ok(Value::new(prefix)),
                _ => Ok(Value::ifname(&text.replace('\\', ""))),
            };
        }
        DataType::IfaceIndex => {
            let named = devices.iter().find(|(_, name)| name == text);
            let index = named.map(|(index, _)| *index).or_else(|| text.parse().ok());
            let index = index.ok_or_else(|| problem("Interface does not exist"))?;
            return Ok(Value::from(index));
        }
        _ => {}
    }
    if token.kind == Kind::Number {
        let number = number(text).ok_or_else(|| problem("Value too large"))?;
        return fits(ty, number, token);
    }
    let known = match ty {
        DataType::InetProto => (0..=255)
            .find(|number| PROTOCOL_NAMES.name(*number, false) == text)
            .or_else(|| ty.by_symbol(text)),
        DataType::InetService => SERVICES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, port)| u32::from(*port)),
        _ => ty.by_symbol(text),
    };
    let known = known.ok_or_else(|| problem(&unknown(ty)))?;
    Ok(Value::number(u128::from(known), ty.len()))
}

fn fits(ty: DataType, number: u64, token: &Token) -> Read<Value> {
    let most = match ty.bits() {
        64.. => u64::MAX,
        bits => (1 << bits) - 1,
    };
    if number <= most {
        return Ok(Value::number(u128::from(number), ty.len()));
    }
    let message = match ty {
        DataType::InetService => "Service out of range".to_owned(),
        DataType::InetProto => "Unsupported protocol number".to_owned(),
        _ => format!("Value {number} exceeds valid range 0-{most}"),
    };
    Err(Problem::new(message, token.at))
}

/// What is said of a word that is none of a type's.
fn unknown(ty: DataType) -> String {
    let what = match ty {
        DataType::InetProto => return "Could not resolve protocol name".to_owned(),
        DataType::InetService => {
            return "Could not resolve service: Servname not supported for ai_socktype".to_owned();
        }
        DataType::CtState => "conntrack state",
        DataType::CtDir => "conntrack direction",
        DataType::CtStatus => "conntrack status",
        DataType::IcmpType => "ICMP type",
        DataType::IcmpCode => "icmp code",
        DataType::Icmpv6Type => "ICMPv6 type",
        DataType::Icmpv6Code => "icmpv6 code",
        DataType::IcmpxCode => "icmpx code",
        DataType::Mark => "packet mark",
        DataType::TcpFlag => "TCP flag",
        DataType::EtherType => "Ethernet protocol",
        DataType::PktType => "packet type",
        DataType::Dscp => "Differentiated Services Code Point",
        DataType::Ecn => "Explicit Congestion Notification",
        DataType::ArpOp => "ARP operation",
        _ => "integer",
    };
    format!("Could not parse {what}")
}

/// The names of ports that rules are most often written with (services(5)).
const SERVICES: &[(&str, u16)] = &[
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("time", 37),
    ("domain", 53),
    ("bootps", 67),
    ("bootpc", 68),
    ("tftp", 69),
    ("http", 80),
    ("pop3", 110),
    ("sunrpc", 111),
    ("ntp", 123),
    ("netbios-ns", 137),
    ("netbios-dgm", 138),
    ("netbios-ssn", 139),
    ("imap2", 143),
    ("imap", 143),
    ("snmp", 161),
    ("snmp-trap", 162),
    ("bgp", 179),
    ("ldap", 389),
    ("https", 443),
    ("microsoft-ds", 445),
    ("submissions", 465),
    ("isakmp", 500),
    ("syslog", 514),
    ("submission", 587),
    ("ldaps", 636),
    ("domain-s", 853),
    ("imaps", 993),
    ("pop3s", 995),
    ("openvpn", 1194),
    ("nfs", 2049),
    ("mysql", 3306),
    ("sip", 5060),
    ("xmpp-client", 5222),
    ("mdns", 5353),
    ("postgresql", 5432),
    ("http-alt", 8080),
];

/// A value as nft lists it; `numeric` as `-n` asks for it.
pub(super) fn show(ty: DataType, value: &Value, numeric: bool, devices: &Devices) -> String {
    let bytes = value.bytes();
    let number = value.to_number().unwrap_or(0);
    match ty {
        DataType::Ipv4Addr => {
            if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
                return Ipv4Addr::from(v4).to_string();
            }
        }
        DataType::Ipv6Addr => return Ipv6Addr::from(number).to_string(),
        DataType::EtherAddr => {
            if let Ok(mac) = <[u8; 6]>::try_from(bytes) {
                return MacAddr(mac).to_string();
            }
        }
        DataType::IfName => return device_name(bytes),
        DataType::IfaceIndex => {
            let named = devices
                .iter()
                .find(|(index, _)| u128::from(*index) == number);
            return named.map_or_else(|| number.to_string(), |(_, name)| format!("\"{name}\""));
        }
        DataType::InetProto if !numeric => return PROTOCOL_NAMES.name(number as u32, false),
        _ => {}
    }
    if ty.is_flags() && number != 0 {
        return flags(ty, number, numeric);
    }
    if !numeric && let Some(symbol) = ty.symbol(number as u32) {
        return symbol.to_owned();
    }
    match ty {
        DataType::Mark | DataType::Realm => format!("0x{number:08x}"),
        DataType::EtherType => format!("0x{number:04x}"),
        DataType::Dscp => format!("0x{number:02x}"),
        ty if ty.is_flags() => format!("0x{number:x}"),
        _ => number.to_string(),
    }
}

/// The name of a device between quotation marks; one without its zeros is the beginning of many.
fn device_name(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    let name = String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]);
    let star = if bytes.len() < IFNAME { "*" } else { "" };
    format!("\"{name}{star}\"")
}

/// The names of the bits that are set.
fn flags(ty: DataType, number: u128, numeric: bool) -> String {
    let mut rest = number;
    let mut words = Vec::new();
    for (name, bit) in ty.symbols() {
        let bit = u128::from(*bit);
        if rest & bit != 0 {
            rest &= !bit;
            words.push(if numeric {
                format!("0x{bit:x}")
            } else {
                (*name).to_owned()
            });
        }
    }
    if rest != 0 {
        words.push(format!("0x{rest:x}"));
    }
    words.join(",")
}

/// Whether ranges of a type are listed as prefixes where they are some.
pub(super) const fn has_prefixes(ty: DataType) -> bool {
    matches!(ty, DataType::Ipv4Addr | DataType::Ipv6Addr | DataType::Mark)
}

/// Whether the values of a type can be compared as numbers.
pub(super) fn is_ordered(ty: DataType) -> bool {
    ty.order() != Order::Text
}
