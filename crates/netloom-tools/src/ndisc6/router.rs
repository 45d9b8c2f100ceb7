//! Router solicitations, and what the advertisements that answer them say (RFC 4861 section 4.1, 4.2,
//! RFC 4191, RFC 8106).

use core::net::Ipv6Addr;
use netloom_model::MacAddr;
use netloom_wire::icmpv6::{self, Repr, Type};
use netloom_wire::ndp::{self, LLADDR_LEN, Prefix, RouteInfo, Router, kind};
use std::fmt::Write as _;

/// The kind of option that names DNS servers (RFC 8106 section 5.1).
const DNS_SERVERS: u8 = 25;

/// The least MTU of IPv6.
const LEAST_MTU: u32 = 1280;

/// A solicitation by a device with a hardware address.
pub(super) fn solicitation(mac: MacAddr) -> Vec<u8> {
    let mut option = [0; LLADDR_LEN];
    ndp::put_lladdr(&mut option, kind::SOURCE_LLADDR, mac);
    let repr = Repr {
        msg_type: Type::ROUTER_SOLICITATION,
        code: 0,
        rest: 0,
        body: &option,
    };
    // The kernel fills in the checksum.
    let nowhere = Ipv6Addr::UNSPECIFIED;
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, nowhere, nowhere);
    bytes
}

/// What an advertisement says; `quiet`: its prefixes alone.
pub(super) fn answer(bytes: &[u8], quiet: bool) -> Option<String> {
    let message = icmpv6::Packet::new_checked(bytes).ok()?;
    if message.msg_type() != Type::ROUTER_ADVERTISEMENT || message.code() != 0 {
        return None;
    }
    let (router, options) = Router::parse(message.rest_of_header(), message.payload())?;
    if !ndp::well_formed(options) {
        return None;
    }
    let mut text = String::new();
    if !quiet {
        let flags = (message.rest_of_header() >> 16) as u8;
        fields(&mut text, &router, flags);
    }
    for option in ndp::options(options).flatten() {
        match Prefix::parse(option) {
            Some(prefix) if quiet => {
                let _ = writeln!(text, "{}/{}", prefix.prefix, prefix.len);
            }
            _ if quiet => {}
            Some(prefix) => prefix_text(&mut text, &prefix),
            None => other(&mut text, option),
        }
    }
    Some(text)
}

fn yes(on: bool) -> &'static str {
    if on { "Yes" } else { "No" }
}

fn preference(value: u8) -> &'static str {
    match value {
        0 => "medium",
        1 => "high",
        3 => "low",
        _ => "medium (invalid)",
    }
}

/// A line: what it is, behind `indent` blanks, and its value.
fn line(text: &mut String, indent: usize, name: &str, value: &str) {
    let width = 26 - indent;
    let _ = writeln!(text, "{:indent$}{name:width$}: {value}", "");
}

/// A value at the end of its column.
fn right(value: impl std::fmt::Display) -> String {
    format!("{:>12}", value.to_string())
}

fn fields(text: &mut String, router: &Router, flags: u8) {
    text.push('\n');
    let hops = match router.hop_limit {
        0 => "undefined".to_owned(),
        hops => hops.to_string(),
    };
    let hops = format!("{} (      0x{:02x})", right(hops), router.hop_limit);
    line(text, 0, "Hop limit", &hops);
    for (name, value) in [
        ("Stateful address conf.", yes(router.managed)),
        ("Stateful other conf.", yes(router.other)),
        ("Mobile home agent", yes(flags & 0x20 != 0)),
        ("Router preference", preference(router.preference)),
        ("Neighbor discovery proxy", yes(flags & 4 != 0)),
    ] {
        line(text, 0, name, &right(value));
    }
    let lifetime = format!(
        "{} (0x{:08x}) seconds",
        right(router.lifetime),
        router.lifetime
    );
    line(text, 0, "Router lifetime", &lifetime);
    for (name, value) in [
        ("Reachable time", router.reachable),
        ("Retransmit time", router.retransmit),
    ] {
        let value = match value {
            0 => format!("{} (0x00000000)", right("unspecified")),
            value => format!("{} (0x{value:08x}) milliseconds", right(value)),
        };
        line(text, 0, name, &value);
    }
}

/// Seconds that something is valid.
fn seconds(value: u32) -> String {
    match value {
        u32::MAX => format!("{} (0xffffffff)", right("infinite")),
        value => format!("{} (0x{value:08x}) seconds", right(value)),
    }
}

fn prefix_text(text: &mut String, prefix: &Prefix) {
    let Prefix {
        prefix: addr, len, ..
    } = prefix;
    line(text, 1, "Prefix", &format!("{addr}/{len}"));
    line(text, 2, "On-link", &right(yes(prefix.on_link)));
    line(
        text,
        2,
        "Autonomous address conf.",
        &right(yes(prefix.autonomous)),
    );
    line(text, 2, "Valid time", &seconds(prefix.valid));
    line(text, 2, "Pref. time", &seconds(prefix.preferred));
}

/// An option that is no prefix.
fn other(text: &mut String, option: &[u8]) {
    match option[0] {
        kind::SOURCE_LLADDR => {
            if let Some(mac) = ndp::lladdr(option, kind::SOURCE_LLADDR) {
                let mac = mac.to_string().to_uppercase();
                line(text, 1, "Source link-layer address", &mac);
            }
        }
        kind::MTU => {
            if let Some(mtu) = ndp::mtu(option) {
                let word = if mtu < LEAST_MTU { "invalid" } else { "valid" };
                line(text, 1, "MTU", &format!("{} bytes ({word})", right(mtu)));
            }
        }
        kind::ROUTE => {
            if let Some(route) = RouteInfo::parse(option) {
                let RouteInfo { prefix, len, .. } = route;
                line(text, 1, "Route", &format!("{prefix}/{len}"));
                line(
                    text,
                    2,
                    "Route preference",
                    &right(preference(route.preference)),
                );
                line(text, 2, "Route lifetime", &seconds(route.lifetime));
            }
        }
        DNS_SERVERS => {
            let (Some(lifetime), Some(servers)) = (option.get(4..8), option.get(8..)) else {
                return;
            };
            for server in servers.as_chunks::<16>().0 {
                let server = Ipv6Addr::from(*server).to_string();
                line(text, 1, "Recursive DNS server", &server);
            }
            let lifetime = u32::from_be_bytes([lifetime[0], lifetime[1], lifetime[2], lifetime[3]]);
            line(text, 2, "DNS server lifetime", &seconds(lifetime));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_router_says_stands_in_columns() {
        let router = Router {
            lifetime: 1800,
            preference: 1,
            reachable: 40_000,
            managed: true,
            ..Router::default()
        };
        let (rest, fields) = router.emit();
        let prefix = Prefix {
            prefix: Ipv6Addr::new(0x2001, 0xdb8, 2, 0, 0, 0, 0, 0),
            len: 64,
            on_link: false,
            autonomous: true,
            valid: u32::MAX,
            preferred: 1800,
        };
        let body = [&fields[..], &prefix.emit(), &ndp::emit_mtu(1400)].concat();
        let repr = Repr {
            msg_type: Type::ROUTER_ADVERTISEMENT,
            code: 0,
            rest,
            body: &body,
        };
        let mut bytes = vec![0; repr.buffer_len()];
        repr.emit(&mut bytes, Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
        let expected = "
Hop limit                 :    undefined (      0x00)
Stateful address conf.    :          Yes
Stateful other conf.      :           No
Mobile home agent         :           No
Router preference         :         high
Neighbor discovery proxy  :           No
Router lifetime           :         1800 (0x00000708) seconds
Reachable time            :        40000 (0x00009c40) milliseconds
Retransmit time           :  unspecified (0x00000000)
 Prefix                   : 2001:db8:2::/64
  On-link                 :           No
  Autonomous address conf.:          Yes
  Valid time              :     infinite (0xffffffff)
  Pref. time              :         1800 (0x00000708) seconds
 MTU                      :         1400 bytes (valid)
";
        assert_eq!(answer(&bytes, false).unwrap(), expected);
        assert_eq!(answer(&bytes, true).unwrap(), "2001:db8:2::/64\n");
    }
}
