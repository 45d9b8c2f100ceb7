//! The values of primitives: addresses, networks, ports, protocols.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netloom_wire::IpProtocol;

use super::{Direction, Expr, Family, FilterError, Net};
use crate::tcpdump::print::SERVICES;

/// A mask of `bits` leading ones within `width`.
fn mask(bits: u32, width: u32) -> u128 {
    let ones = if bits == 0 {
        0
    } else {
        u128::MAX << (width - bits.min(width))
    };
    if width == 128 {
        ones
    } else {
        ones & ((1 << width) - 1)
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// `host NAME`: an address, or the name of this host itself.
pub(super) fn host(word: &str) -> Result<Vec<Net>, FilterError> {
    let addresses: Vec<IpAddr> = match word {
        "localhost" => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        _ => match word.parse() {
            Ok(address) => vec![address],
            Err(_) => match partial_v4(word) {
                Some((address, 32)) => vec![address.into()],
                _ => return Err(FilterError::new(format!("unknown host '{word}'"))),
            },
        },
    };
    Ok(addresses
        .into_iter()
        .map(|address| Net {
            address,
            mask: u128::MAX,
        })
        .collect())
}

/// One to four numbers parted by dots: the address with zeros after them, and the bits they give.
fn partial_v4(word: &str) -> Option<(Ipv4Addr, u32)> {
    let mut octets = [0; 4];
    let mut count = 0;
    for part in word.split('.') {
        *octets.get_mut(count)? = part.parse().ok()?;
        count += 1;
    }
    Some((Ipv4Addr::from(octets), count as u32 * 8))
}

/// `net NET`, `net NET/LEN` or `net NET mask MASK`.
pub(super) fn net(
    word: &str,
    length: Option<&str>,
    netmask: Option<&str>,
) -> Result<Net, FilterError> {
    let unknown = || FilterError::new(format!("unknown network '{word}'"));
    let (address, own_bits): (IpAddr, u32) = match word.parse::<Ipv6Addr>() {
        Ok(address) => (address.into(), 128),
        Err(_) => partial_v4(word)
            .map(|(a, b)| (a.into(), b))
            .ok_or_else(unknown)?,
    };
    let width = if address.is_ipv4() { 32 } else { 128 };
    let mask = match (length, netmask) {
        (Some(text), _) => {
            let length: u32 = text.parse().map_err(|_| FilterError::syntax())?;
            if length > width {
                return Err(FilterError::new(format!("mask length must be <= {width}")));
            }
            mask(length, width)
        }
        (None, Some(text)) => {
            let (mask, _) = partial_v4(text)
                .ok_or_else(|| FilterError::new(format!("invalid netmask \"{text}\"")))?;
            u128::from(u32::from(mask))
        }
        (None, None) => mask(own_bits, width),
    };
    if bits(address) & !mask & self::mask(width, width) != 0 {
        let suffix = match (length, netmask) {
            (Some(length), _) => format!("/{length}"),
            (None, Some(netmask)) => format!(" mask {netmask}"),
            (None, None) => String::new(),
        };
        return Err(FilterError::new(format!(
            "non-network bits set in \"{word}{suffix}\""
        )));
    }
    Ok(Net { address, mask })
}

/// Addresses in any or one family; several are alternatives.
pub(super) fn nets(
    family: Family,
    direction: Direction,
    nets: &[Net],
    what: &str,
) -> Result<Expr, FilterError> {
    let mut expr: Option<Expr> = None;
    for &net in nets {
        let fits = match family {
            Family::Any => true,
            Family::Ipv6 => net.address.is_ipv6(),
            Family::Ipv4 | Family::Arp | Family::Rarp => net.address.is_ipv4(),
        };
        if !fits {
            continue;
        }
        let one = Expr::Net {
            family,
            direction,
            net,
        };
        expr = Some(match expr {
            Some(before) => Expr::Or(Box::new(before), Box::new(one)),
            None => one,
        });
    }
    let modifier = match family {
        Family::Any | Family::Ipv4 => "ip",
        Family::Ipv6 => "ip6",
        Family::Arp => "arp",
        Family::Rarp => "rarp",
    };
    let other = if family == Family::Ipv6 { "ip" } else { "ip6" };
    expr.ok_or_else(|| FilterError::new(format!("'{modifier}' modifier applied to {other} {what}")))
}

impl Net {
    /// Whether an address is in it.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4()
            && (bits(address) ^ bits(self.address)) & self.mask == 0
    }
}

/// `port NAME`: its number, and the transport where only one has the name.
pub(super) fn port(word: &str, transport: Option<u8>) -> Result<(u16, Option<u8>), FilterError> {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: u64 = word.parse().map_err(|_| FilterError::syntax())?;
        let number = u16::try_from(number)
            .map_err(|_| FilterError::new(format!("illegal port number {number} > 65535")))?;
        return Ok((number, transport));
    }
    let service = SERVICES.iter().find(|(name, ..)| *name == word);
    let Some(&(_, number, tcp, udp)) = service else {
        return Err(FilterError::new(format!("unknown port '{word}'")));
    };
    let named = match (tcp, udp) {
        (true, false) => Some(IpProtocol::TCP.0),
        (false, true) => Some(IpProtocol::UDP.0),
        _ => None,
    };
    match (transport, named) {
        (Some(wanted), Some(has)) if wanted != has => {
            let name = |p| if p == IpProtocol::TCP.0 { "tcp" } else { "udp" };
            Err(FilterError::new(format!("port '{word}' is {}", name(has))))
        }
        (Some(wanted), _) => Ok((number, Some(wanted))),
        (None, named) => Ok((number, named)),
    }
}

/// `portrange LOW-HIGH`.
pub(super) fn port_range(
    word: &str,
    transport: Option<u8>,
) -> Result<(u16, u16, Option<u8>), FilterError> {
    match word.split_once('-') {
        None => port(word, transport).map(|(port, transport)| (port, port, transport)),
        Some((low, high)) => {
            let (low, transport) = port(low, transport)?;
            let (high, transport) = port(high, transport)?;
            Ok((low.min(high), low.max(high), transport))
        }
    }
}

/// The number of an IP protocol by name.
pub(super) fn ip_protocol(word: &str) -> Option<u8> {
    if let Ok(number) = word.parse::<u8>() {
        return Some(number);
    }
    Some(match word {
        "icmp6" => IpProtocol::ICMPV6.0,
        "ipip" => IpProtocol::IPIP.0,
        _ => (0..=255).find(|&number| IpProtocol(number).name() == Some(word))?,
    })
}

/// The number of an EtherType by name.
pub(super) fn ethertype(word: &str) -> Option<u16> {
    Some(match word {
        "ip" => 0x0800,
        "ip6" => 0x86dd,
        "arp" => 0x0806,
        "rarp" => 0x8035,
        "loopback" => 0x9000,
        "lat" => 0x6004,
        "mopdl" => 0x6001,
        "mopcd" => 0x6002,
        "aarp" => 0x80f3,
        "atalk" => 0x809b,
        _ => return None,
    })
}
