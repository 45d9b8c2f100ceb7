//! `policy`: how a packet is or will be encrypted.

use super::super::extension::{Extension, Given, Opt, Shown, View};
use super::values::{bang, first, one, said};
use crate::ip::words::Outcome;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Network, Not, Policy, PolicyElement, XtMatch};

pub(super) const POLICY: Extension = Extension {
    name: "policy",
    options: &[
        ("dir", 1),
        ("pol", 1),
        ("strict", 0),
        ("reqid", 1),
        ("spi", 1),
        ("tunnel-src", 1),
        ("tunnel-dst", 1),
        ("proto", 1),
        ("mode", 1),
        ("next", 0),
    ],
    build: policy,
    show: show_policy,
};

const PROTOCOLS: [(&str, u8); 3] = [("esp", 50), ("ah", 51), ("ipcomp", 108)];
const MODES: [&str; 2] = ["transport", "tunnel"];

fn policy(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let problem = |text: &str| given.problem(&format!("policy match: {text}"));
    let (strict, next) = (given.has("strict"), given.has("next"));
    if next && !strict {
        let text = "policy: option \"--next\" also requires \"--strict\".\n";
        return Err(given.problem(text));
    }
    let mut elements = vec![PolicyElement::default()];
    for option in given.options {
        match option.name {
            "dir" | "pol" | "strict" => {}
            "next" => elements.push(PolicyElement::default()),
            _ => {
                if let Some(last) = elements.last_mut() {
                    take(given, last, option)?;
                }
            }
        }
    }
    let out = match given.option("dir").map(Opt::word) {
        Some("in") => false,
        Some("out") => true,
        Some(dir) => {
            return Err(given.problem(&format!("policy_match: invalid dir \"{dir}\"")));
        }
        None => return Err(problem("neither --dir in nor --dir out specified")),
    };
    let none = match given.option("pol").map(Opt::word) {
        Some("none") => true,
        Some("ipsec") | None => false,
        Some(pol) => return Err(problem(&format!("invalid policy \"{pol}\""))),
    };
    if none && strict {
        return Err(problem("policy none but --strict given"));
    }
    for (at, element) in elements.iter().enumerate() {
        if strict && *element == PolicyElement::default() {
            return Err(problem(&format!(
                "empty policy element {at}. --strict is in effect, but at least one of reqid, \
                 spi, tunnel-src, tunnel-dst, proto or mode is required."
            )));
        }
        let tunnel = element.tunnel_source.is_some() || element.tunnel_destination.is_some();
        if tunnel && element.mode.is_none_or(|mode| (mode.is == 1) == mode.not) {
            return Err(problem(
                "--tunnel-src/--tunnel-dst is only valid in tunnel mode",
            ));
        }
    }
    if none {
        elements.clear();
    }
    one(XtMatch::Policy(Policy {
        out,
        none,
        strict,
        elements,
    }))
}

/// Takes an option of an element.
fn take(given: &Given<'_>, element: &mut PolicyElement, option: &Opt) -> Outcome<()> {
    let problem = |text: &str| given.problem(&format!("policy match: {text}"));
    let word = option.word();
    let double = || problem(&format!("double --{} option", option.name));
    let put = |found: &mut Option<Not<u32>>| -> Outcome<()> {
        if found.is_some() {
            return Err(double());
        }
        let number = given.uint("policy", option, u64::from(u32::MAX))? as u32;
        *found = Some(option.of(number));
        Ok(())
    };
    let put_network = |found: &mut Option<Not<Network>>| -> Outcome<()> {
        if found.is_some() {
            return Err(double());
        }
        let bad = || problem(&format!("host/network `{word}' not found"));
        *found = Some(option.of(network(given, word).ok_or_else(bad)?));
        Ok(())
    };
    let put_byte = |found: &mut Option<Not<u8>>, number: u8| -> Outcome<()> {
        if found.is_some() {
            return Err(double());
        }
        *found = Some(option.of(number));
        Ok(())
    };
    match option.name {
        "reqid" => put(&mut element.reqid),
        "spi" => put(&mut element.spi),
        "tunnel-src" => put_network(&mut element.tunnel_source),
        "tunnel-dst" => put_network(&mut element.tunnel_destination),
        "proto" => {
            let found = PROTOCOLS
                .iter()
                .find(|(name, number)| *name == word || number.to_string() == word);
            let bad = || problem("protocol must be ah/esp/ipcomp");
            put_byte(&mut element.protocol, found.ok_or_else(bad)?.1)
        }
        _ => {
            let at = MODES.iter().position(|mode| *mode == word);
            let bad = || problem(&format!("invalid mode \"{word}\""));
            put_byte(&mut element.mode, at.ok_or_else(bad)? as u8)
        }
    }
}

fn network(given: &Given<'_>, word: &str) -> Option<Network> {
    let (address, mask) = match word.split_once('/') {
        Some((address, mask)) => (address, Some(mask)),
        None => (word, None),
    };
    let address = given.address(address)?;
    let prefix = |len: u32| match address {
        IpAddr::V4(_) => {
            let bits = u32::MAX.checked_shl(32u32.checked_sub(len)?).unwrap_or(0);
            Some(IpAddr::V4(Ipv4Addr::from_bits(bits)))
        }
        IpAddr::V6(_) => {
            let bits = u128::MAX.checked_shl(128u32.checked_sub(len)?).unwrap_or(0);
            Some(IpAddr::V6(Ipv6Addr::from_bits(bits)))
        }
    };
    let mask = match mask {
        None => prefix(if address.is_ipv4() { 32 } else { 128 })?,
        Some(mask) => match mask.parse() {
            Ok(len) => prefix(len)?,
            Err(_) => given.address(mask)?,
        },
    };
    Some(Network { address, mask })
}

/// `address[/mask]`.
fn network_said(network: &Network) -> String {
    let (len, whole) = match network.mask {
        IpAddr::V4(mask) => {
            let bits = mask.to_bits();
            let plain = bits.leading_ones() == bits.count_ones();
            (plain.then(|| bits.leading_ones()), 32)
        }
        IpAddr::V6(mask) => {
            let bits = mask.to_bits();
            let plain = bits.leading_ones() == bits.count_ones();
            (plain.then(|| bits.leading_ones()), 128)
        }
    };
    match len {
        Some(len) if len == whole => network.address.to_string(),
        Some(len) => format!("{}/{len}", network.address),
        None => format!("{}/{}", network.address, network.mask),
    }
}

/// An element in words, each after its sign and its option.
fn element_said(element: &PolicyElement, dashes: &str, numeric: bool) -> String {
    let mut out = String::new();
    let mut say = |not: bool, name: &str, value: String| {
        out += &format!(" {}{dashes}{name} {value}", bang(not));
    };
    if let Some(Not { is, not }) = element.reqid {
        say(not, "reqid", is.to_string());
    }
    if let Some(Not { is, not }) = element.spi {
        say(not, "spi", format!("{is:#x}"));
    }
    if let Some(Not { is, not }) = element.protocol {
        let name = PROTOCOLS.iter().find(|(_, number)| *number == is);
        say(
            not,
            "proto",
            match name {
                Some((name, _)) if !numeric => (*name).to_owned(),
                _ => is.to_string(),
            },
        );
    }
    if let Some(Not { is, not }) = element.mode {
        let name = MODES.get(usize::from(is)).unwrap_or(&"???");
        say(not, "mode", (*name).to_owned());
    }
    for (name, network) in [
        ("tunnel-dst", element.tunnel_destination),
        ("tunnel-src", element.tunnel_source),
    ] {
        if let Some(Not { is, not }) = network {
            say(not, name, network_said(&is));
        }
    }
    out
}

fn show_policy(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Policy(found) = first(view)? else {
        return None;
    };
    let dir = if found.out { "out" } else { "in" };
    let pol = if found.none { "none" } else { "ipsec" };
    let mut save = format!("-m policy --dir {dir} --pol {pol}");
    let mut list = format!("policy match dir {dir} pol {pol}");
    if found.strict {
        save += " --strict";
        list += " strict";
    }
    let several = found.elements.len() > 1;
    for (at, element) in found.elements.iter().enumerate() {
        if at > 0 {
            save += " --next";
        }
        if several {
            list += &format!(" [{at}]");
        }
        save += &element_said(element, "--", false);
        list += &element_said(element, "", view.numeric);
    }
    said(save, list)
}
