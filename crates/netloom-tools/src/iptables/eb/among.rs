//! `among` of `ebtables`: one of a list of hardware addresses, each alone or with an address of IPv4.

use super::super::Variant;
use super::super::hardware;
use super::super::line::Given;
use super::super::spec::compare;
use crate::ip::words::Outcome;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::set::Element;
use netloom_model::ruleset::{Expr, Field, Statement, Value};

/// The list in a file, which is one line.
fn file(variant: Variant, name: &str) -> Outcome<String> {
    let problem = |text: &str| variant.problem(text);
    let text = std::fs::read_to_string(name);
    let text = text.map_err(|_| problem(&format!("Couldn't open file '{name}'")))?;
    if text.is_empty() {
        return Err(problem("Couldn't map file to memory"));
    }
    let Some(line) = text.strip_suffix('\n') else {
        return Err(problem("File should end with a newline"));
    };
    if line.contains('\n') {
        return Err(problem("File should only contain one line"));
    }
    Ok(line.to_owned())
}

/// Reads `mac[=ip],...`, or the file that it stands in.
pub(super) fn read(variant: Variant, given: &Given) -> Outcome<Statement> {
    let fields = match given.name {
        "among-src" | "among-src-file" => (Field::EtherSaddr, Field::IpSaddr),
        _ => (Field::EtherDaddr, Field::IpDaddr),
    };
    let list = match given.name.ends_with("-file") {
        true => file(variant, &given.value)?,
        false => given.value.clone(),
    };
    let mut pairs = Vec::new();
    for word in list.split(',').filter(|word| !word.is_empty()) {
        let (mac, ip) = match word.split_once('=') {
            Some((mac, ip)) => (mac, Some(ip)),
            None => (word, None),
        };
        let bad_mac = || variant.problem(&format!("Invalid MAC address '{mac}'"));
        let found = hardware::mac(mac).ok_or_else(bad_mac)?;
        let ip = ip.map(|ip| {
            let bad = |_| variant.problem(&format!("Invalid IP address '{ip}'"));
            ip.parse::<Ipv4Addr>().map_err(bad)
        });
        pairs.push((found, ip.transpose()?));
    }
    if pairs.is_empty() {
        return Err(variant.problem("Unknown argument: '(null)'"));
    }
    pairs.sort();
    pairs.dedup();
    let with_ip = pairs.iter().any(|(_, ip)| ip.is_some());
    let elements = pairs.into_iter().map(|(mac, ip)| {
        let mac = Value::from(mac);
        if !with_ip {
            return Element::of(mac);
        }
        let ends = ip.map_or((Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST), |ip| (ip, ip));
        let value = |ip: Ipv4Addr| Value::from(IpAddr::V4(ip));
        Element {
            from: vec![mac.clone(), value(ends.0)],
            to: ip.is_none().then(|| vec![mac.clone(), value(ends.1)]),
            ..Element::of(Value::default())
        }
    });
    let set = Expr::Set(elements.collect());
    let mac = Expr::Field(fields.0);
    let left = if with_ip {
        Expr::Concat(vec![mac, Expr::Field(fields.1)])
    } else {
        mac
    };
    Ok(compare(left, given.not, set))
}

/// The words of such a list.
pub(super) fn show(left: &Expr, relation: Relation, right: &Expr) -> Option<String> {
    let Expr::Set(elements) = right else {
        return None;
    };
    let first = match left {
        Expr::Concat(parts) => parts.first()?,
        one => one,
    };
    let option = match first {
        Expr::Field(Field::EtherSaddr) => "--among-src",
        Expr::Field(Field::EtherDaddr) => "--among-dst",
        _ => return None,
    };
    let pair = |element: &Element| {
        let octets = element.from.first()?.bytes().iter();
        let mac: Vec<String> = octets.map(|octet| format!("{octet:x}")).collect();
        let ip = element.from.get(1).filter(|_| element.to.is_none());
        let ip = ip.and_then(|ip| <[u8; 4]>::try_from(ip.bytes()).ok());
        let ip = ip.map_or_else(String::new, |ip| format!("={}", Ipv4Addr::from(ip)));
        Some(format!("{}{ip}", mac.join(":")))
    };
    let pairs: Vec<String> = elements.iter().filter_map(pair).collect();
    let bang = if relation == Relation::Ne { "! " } else { "" };
    Some(format!("{option} {bang}{}", pairs.join(",")))
}
