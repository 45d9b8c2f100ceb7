//! Constants: words to values of a type, and values to the words that nft lists them by.

use super::lexer::{Kind, Token};
use super::source::{Problem, Read};
use crate::ip::protocol_names::PROTOCOL_NAMES;
use core::net::{Ipv4Addr, Ipv6Addr};
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{DataType, Element, Value};
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
    let lookup = "Could not resolve hostname: Name or service not known";
    let family = "Could not resolve hostname: Address family for hostname not supported";
    match ty {
        DataType::Ipv4Addr => {
            if text.parse::<Ipv6Addr>().is_ok() {
                return Err(problem(family));
            }
            let address = match (token.kind, text) {
                (_, "localhost") => Some(Ipv4Addr::LOCALHOST),
                // One number is the whole address.
                (Kind::Number, _) => number(text)
                    .and_then(|number| u32::try_from(number).ok())
                    .map(Ipv4Addr::from),
                _ => text.parse().ok(),
            };
            return address.map(Value::from).ok_or_else(|| problem(lookup));
        }
        DataType::Ipv6Addr => {
            if text.parse::<Ipv4Addr>().is_ok() {
                return Err(problem(family));
            }
            let address = match text {
                "localhost" => Some(Ipv6Addr::LOCALHOST),
                _ => text.parse().ok(),
            };
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
        DataType::String if text.is_empty() => {
            return Err(problem("Empty string is not allowed"));
        }
        DataType::String if text.len() > IFNAME => {
            return Err(problem("String exceeds maximum length of 16"));
        }
        DataType::CtLabel
            if token.kind == Kind::Number && number(text).is_none_or(|bit| bit >= 128) =>
        {
            let message = format!("{text}: bit {text} out of range (128 max)");
            return Err(problem(&message));
        }
        DataType::CtLabel if token.kind != Kind::Number => {
            let message =
                format!("/etc/connlabel.conf: could not parse conntrack label \"{text}\"");
            return Err(problem(&message));
        }
        DataType::IfaceIndex => {
            let named = devices.iter().find(|(_, name)| name == text);
            let index = named.map(|(index, _)| *index).or_else(|| text.parse().ok());
            let index = index.ok_or_else(|| problem("Interface does not exist"))?;
            return Ok(Value::from(index));
        }
        _ => {}
    }
    if let Some(value) = special(ty, text) {
        return value.ok_or_else(|| problem(&unknown(ty)));
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

/// The values of types that have a way of writing of their own; none: as any other.
fn special(ty: DataType, text: &str) -> Option<Option<Value>> {
    let long = |number: Option<u32>| {
        Some(number.map(|number| Value::number(u128::from(number), ty.len())))
    };
    match ty {
        DataType::Duration | DataType::Hour | DataType::Day | DataType::Time => {
            Some(super::moment::parse(ty, text))
        }
        DataType::ClassId if number(text).is_none() => long(class(text)),
        DataType::Uid | DataType::Gid if number(text).is_none() => {
            let user = USERS.iter().find(|(name, _)| *name == text);
            long(user.map(|(_, number)| *number))
        }
        DataType::Realm if text == "cosmos" => long(Some(0)),
        DataType::String => {
            let mut bytes = text.as_bytes().to_vec();
            bytes.resize(IFNAME.max(bytes.len()), 0);
            Some(Some(Value::new(bytes)))
        }
        DataType::CtLabel => {
            let bit = number(text).filter(|bit| *bit < 128)?;
            Some(Some(Value::number(1 << bit, ty.len())))
        }
        _ => None,
    }
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
        DataType::InetProto => "Protocol out of range".to_owned(),
        _ => format!("Value {number} exceeds valid range 0-{most}"),
    };
    Err(Problem::new(message, token.at))
}

/// What is said of a word that is none of a type's.
fn unknown(ty: DataType) -> String {
    match ty {
        DataType::InetProto => "Could not resolve protocol name".to_owned(),
        DataType::InetService => {
            "Could not resolve service: Servname not supported for ai_socktype".to_owned()
        }
        ty => format!("Could not parse {}", super::datatype::describe(ty)),
    }
}

/// A class of traffic: `1:10`, `root`, `none`.
fn class(text: &str) -> Option<u32> {
    match text {
        "root" => return Some(u32::MAX),
        "none" => return Some(0),
        _ => {}
    }
    let (major, minor) = text.split_once(':')?;
    let major = u32::from_str_radix(major, 16).ok()?;
    let minor = u32::from_str_radix(minor, 16).ok()?;
    (major <= 0xffff && minor <= 0xffff).then_some(major << 16 | minor)
}

fn show_class(class: u32) -> String {
    match class {
        u32::MAX => "root".to_owned(),
        0 => "none".to_owned(),
        class => format!("{:x}:{:x}", class >> 16, class & 0xffff),
    }
}

/// The names of users and groups that every machine has (passwd(5), group(5)).
const USERS: &[(&str, u32)] = &[
    ("root", 0),
    ("daemon", 1),
    ("bin", 2),
    ("sys", 3),
    ("nobody", 65534),
];

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
        DataType::String => {
            let end = bytes.iter().position(|byte| *byte == 0);
            let text = String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]);
            return format!("\"{text}\"");
        }
        DataType::Duration if numeric => return format!("{}s", number / 1000),
        DataType::Day if numeric => return number.to_string(),
        DataType::Duration | DataType::Hour | DataType::Day | DataType::Time => {
            if let Some(text) = super::moment::show(ty, number as u64) {
                return text;
            }
        }
        DataType::ClassId => return show_class(number as u32),
        DataType::CtLabel if number != 0 => return labels(number),
        DataType::Realm if number == 0 && !numeric => return "\"cosmos\"".to_owned(),
        DataType::DevGroup if number == 0 && !numeric => return "\"default\"".to_owned(),
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
        DataType::Mark => format!("0x{number:08x}"),
        DataType::EtherType => format!("0x{number:04x}"),
        DataType::Dscp => format!("0x{number:02x}"),
        ty if ty.is_flags() || ty == DataType::Ecn => format!("0x{number:x}"),
        _ => number.to_string(),
    }
}

/// The numbers of the labels that are set.
fn labels(number: u128) -> String {
    let bits = (0..128).filter(|bit| number & (1 << bit) != 0);
    let words: Vec<String> = bits.map(|bit| bit.to_string()).collect();
    words.join(",")
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

/// Puts the elements of a set without a name into the order in which nft lists them: the kernel's
/// registers taken as numbers, which turns names around. Ranges stand by their beginning.
pub(super) fn sort(types: &[DataType], elements: &mut [&Element]) {
    // The beginning of a name is a range of names.
    let begins = |element: &&Element| {
        types == [DataType::IfName] && element.from.iter().any(|name| name.bytes().len() < IFNAME)
    };
    if elements
        .iter()
        .any(|e| e.to.is_some() || begins(e) && !e.catch_all)
    {
        if let [_] = types {
            elements.sort_by(|a, b| (a.catch_all, &a.from).cmp(&(b.catch_all, &b.from)));
        }
        return;
    }
    let key = |element: &Element| {
        let turned = if types.len() == 1 {
            Order::Text
        } else {
            Order::Host
        };
        let parts = element.from.iter().zip(types).map(|(part, ty)| {
            let mut bytes = part.bytes().to_vec();
            if ty.order() == turned {
                bytes.reverse();
            }
            bytes
        });
        let mut bytes = parts.collect::<Vec<Vec<u8>>>().concat();
        // Several parts are one number, the least byte of which stands first.
        if types.len() > 1 {
            bytes.reverse();
        }
        bytes
    };
    // Several flags in one element are an operation, which stands before what is none.
    let single = |element: &Element| {
        let bits = |part: &Value| part.to_number().map_or(0, u128::count_ones);
        !types[0].is_flags() || element.from.iter().all(|part| bits(part) < 2)
    };
    elements.sort_by_key(|element| (element.catch_all, single(element), key(element)));
}

/// Whether the values of a type can be compared as numbers.
pub(super) fn is_ordered(ty: DataType) -> bool {
    ty.order() != Order::Text
}
