//! What the words of `ebtables` and `arptables` share: hardware addresses, networks, devices.

use super::Variant;
use super::spec::compare;
use crate::ip::words::Outcome;
use core::net::IpAddr;
use netloom_model::Family;
use netloom_model::ruleset::expr::{BitOp, MetaKey};
use netloom_model::ruleset::xt::{MacMask, Network};
use netloom_model::ruleset::{Expr, Field, Statement, Value};
use netloom_wire::MacAddr;

/// What ARP can do, by number from 1 on.
pub(super) const OPCODES: [&str; 9] = [
    "Request",
    "Reply",
    "Request_Reverse",
    "Reply_Reverse",
    "DRARP_Request",
    "DRARP_Reply",
    "DRARP_Error",
    "InARP_Request",
    "ARP_NAK",
];

/// Every bit of an address.
pub(super) const ALL: MacAddr = MacAddr([0xff; 6]);

/// An address of six parts in hexadecimal, which need not have two digits.
pub(super) fn mac(word: &str) -> Option<MacAddr> {
    let mut octets = [0; 6];
    let parts: Vec<&str> = word.split(':').collect();
    if parts.len() != 6 {
        return None;
    }
    for (octet, part) in octets.iter_mut().zip(parts) {
        *octet = u8::from_str_radix(part, 16).ok()?;
    }
    Some(MacAddr(octets))
}

/// `address[/mask]`, or one of the names that some have.
pub(super) fn masked(word: &str) -> Option<MacMask> {
    let named = NAMES
        .iter()
        .find(|(name, ..)| word.eq_ignore_ascii_case(name));
    if let Some((_, address, mask)) = named {
        let (address, mask) = (MacAddr(*address), MacAddr(*mask));
        return Some(MacMask { address, mask });
    }
    let (address, mask) = match word.split_once('/') {
        Some((address, mask)) => (mac(address)?, mac(mask)?),
        None => (mac(word)?, ALL),
    };
    let mut under = address;
    for (octet, mask) in under.0.iter_mut().zip(mask.0) {
        *octet &= mask;
    }
    Some(MacMask {
        address: under,
        mask,
    })
}

/// The addresses that have names: each with its mask.
pub(super) const NAMES: [(&str, [u8; 6], [u8; 6]); 4] = [
    ("Unicast", [0; 6], [1, 0, 0, 0, 0, 0]),
    ("Multicast", [1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]),
    ("Broadcast", [0xff; 6], [0xff; 6]),
    ("BGA", [0x01, 0x80, 0xc2, 0, 0, 0], [0xff; 6]),
];

/// The statement that compares a field with an address.
pub(super) fn compare_mac(field: Field, not: bool, asked: MacMask) -> Statement {
    let value = |mac: MacAddr| Value::from(mac);
    let number = value(asked.mask).to_number().unwrap_or(0);
    let len = 48 - number.trailing_zeros().min(48);
    let prefix = (1u128 << 48) - (1u128 << (48 - len));
    let address = value(asked.address);
    if asked.mask == ALL {
        compare(Expr::Field(field), not, Expr::Value(address))
    } else if number == prefix && len.is_multiple_of(8) {
        compare(Expr::Field(field), not, Expr::Prefix(address, len as u8))
    } else {
        let mask = Box::new(Expr::Value(value(asked.mask)));
        let under = Expr::Bits(BitOp::And, Box::new(Expr::Field(field)), mask);
        compare(under, not, Expr::Value(address))
    }
}

/// The address under a mask with which a statement compares a field.
pub(super) fn compared_mac(left: &Expr, right: &Expr) -> Option<(Field, MacMask)> {
    let octets = |value: &Value| -> Option<MacAddr> {
        let octets: [u8; 6] = value.bytes().try_into().ok()?;
        Some(MacAddr(octets))
    };
    Some(match (left, right) {
        (Expr::Field(field), Expr::Value(value)) => {
            let address = octets(value)?;
            (*field, MacMask { address, mask: ALL })
        }
        (Expr::Field(field), Expr::Prefix(value, len)) => {
            let mask = Value::number((1u128 << 48) - (1u128 << (48 - u32::from(*len).min(48))), 6);
            let (address, mask) = (octets(value)?, octets(&mask)?);
            (*field, MacMask { address, mask })
        }
        (Expr::Bits(BitOp::And, field, mask), Expr::Value(value)) => {
            let (Expr::Field(field), Expr::Value(mask)) = (&**field, &**mask) else {
                return None;
            };
            let (address, mask) = (octets(value)?, octets(mask)?);
            (*field, MacMask { address, mask })
        }
        _ => return None,
    })
}

/// An address in words: with its mask, where that is not whole.
pub(super) fn show_mac(asked: MacMask) -> String {
    if asked.mask == ALL {
        asked.address.to_string()
    } else {
        format!("{}/{}", asked.address, asked.mask)
    }
}

/// The statement that compares the name of a device.
pub(super) fn device(variant: Variant, key: MetaKey, word: &str, not: bool) -> Outcome<Statement> {
    if word.len() > 15 {
        let text = format!("interface name `{word}' must be shorter than IFNAMSIZ (15)");
        return Err(variant.problem(&text));
    }
    let value = match word.strip_suffix('+') {
        Some(begin) => Value::new(begin.as_bytes()),
        None => Value::ifname(word),
    };
    Ok(compare(Expr::Meta(key), not, Expr::Value(value)))
}

/// The name of a device in words.
pub(super) fn show_device(value: &Value) -> String {
    let bytes = value.bytes();
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let name = String::from_utf8_lossy(&bytes[..end]);
    let plus = if bytes.len() < netloom_model::ruleset::value::IFNAME {
        "+"
    } else {
        ""
    };
    format!("{name}{plus}")
}

/// `address[/mask]` of IP.
pub(super) fn network(variant: Variant, family: Family, word: &str) -> Outcome<Network> {
    let Some((address, mask)) = super::spec::address(family, word) else {
        let (host, mask) = word.split_once('/').unwrap_or((word, ""));
        return Err(
            variant.problem(&if super::spec::address(family, host).is_some() {
                format!("invalid mask `{mask}' specified")
            } else {
                format!("host/network `{host}' not found")
            }),
        );
    };
    let of = |number: u128| -> IpAddr {
        match family {
            Family::V4 => core::net::Ipv4Addr::from_bits(number as u32).into(),
            Family::V6 => core::net::Ipv6Addr::from_bits(number).into(),
        }
    };
    let number = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    Ok(Network {
        address: of(number & mask),
        mask: of(mask),
    })
}

/// A network in words: without a prefix length that is whole.
pub(super) fn show_network(network: &Network) -> String {
    let (number, bits) = match network.mask {
        IpAddr::V4(mask) => (u128::from(mask.to_bits()) << 96, 32),
        IpAddr::V6(mask) => (mask.to_bits(), 128),
    };
    let len = number.leading_ones();
    if number.checked_shl(len).unwrap_or(0) != 0 {
        return format!("{}/{}", network.address, network.mask);
    }
    if len == bits {
        network.address.to_string()
    } else {
        format!("{}/{len}", network.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_names_and_masks() {
        let shown = |word: &str| masked(word).map(show_mac);
        assert_eq!(shown("2:0:0:0:0:1").as_deref(), Some("02:00:00:00:00:01"));
        assert_eq!(
            shown("1:2:3:4:5:6/ff:0:0:0:0:0").as_deref(),
            Some("01:00:00:00:00:00/ff:00:00:00:00:00")
        );
        assert_eq!(shown("bga").as_deref(), Some("01:80:c2:00:00:00"));
        assert_eq!(shown("1:2"), None);
    }
}
