//! Names of hosts and networks, as gethostbyname(3) and getnetbyname(3) answer on a machine that
//! has /etc/hosts and /etc/networks as Debian ships them and no name server.

use super::Failure;
use core::net::Ipv4Addr;

const NETWORKS: [(&str, Ipv4Addr); 3] = [
    ("default", Ipv4Addr::UNSPECIFIED),
    ("loopback", Ipv4Addr::new(127, 0, 0, 0)),
    ("link-local", Ipv4Addr::new(169, 254, 0, 0)),
];

/// The address that `name` stands for, as a host or a network.
pub(super) fn resolve(name: &str) -> Option<Ipv4Addr> {
    let known = NETWORKS.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
    match known {
        Some((_, address)) => Some(*address),
        None if name == "localhost" => Some(Ipv4Addr::LOCALHOST),
        None => inet_aton(name),
    }
}

/// Whether `name` names a network and no host.
pub(super) fn is_network(name: &str) -> bool {
    NETWORKS.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
}

/// [`resolve`], or the resolver's complaint about `name` and `code`.
pub(super) fn resolve_or(name: &str, code: i32) -> Result<Ipv4Addr, Failure> {
    resolve(name).ok_or_else(|| Failure::new(format!("{name}: {}\n", unresolved(name)), code))
}

/// What the resolver says of a name it cannot find: what cannot be a name is unknown at once,
/// anything else would have to be asked for.
pub(super) fn unresolved(name: &str) -> &'static str {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let could_be = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(word)
        && name.chars().any(|c| c.is_ascii_alphabetic());
    if could_be {
        "Host name lookup failure"
    } else {
        "Unknown host"
    }
}

/// How `address` is printed: as the host it names, or in numbers.
pub(super) fn host(address: Ipv4Addr, numeric: bool) -> String {
    if !numeric && address == Ipv4Addr::LOCALHOST {
        "localhost".to_owned()
    } else {
        address.to_string()
    }
}

/// How a route's destination is printed: as the host or the network it names, or in numbers.
pub(super) fn destination(address: Ipv4Addr, len: u8, numeric: bool) -> String {
    let known = NETWORKS
        .iter()
        .find(|(_, a)| *a == address && len < 32 && (len == 0 || !a.is_unspecified()));
    match known {
        Some((name, _)) if !numeric => (*name).to_owned(),
        _ => host(address, numeric),
    }
}

/// Reads an address in the forms of inet_aton(3): `a.b.c.d`, `a.b.c`, `a.b`, `a`, each part
/// decimal, octal or hexadecimal.
fn inet_aton(word: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u32> = word.split('.').map(number).collect::<Option<_>>()?;
    let (last, heads) = parts.split_last()?;
    if heads.len() > 3 || heads.iter().any(|&part| part > 255) {
        return None;
    }
    let free = 32 - 8 * heads.len();
    if free < 32 && *last >> free != 0 {
        return None;
    }
    let mut bits = *last;
    for (i, part) in heads.iter().enumerate() {
        bits |= part << (24 - 8 * i);
    }
    Some(Ipv4Addr::from_bits(bits))
}

fn number(part: &str) -> Option<u32> {
    if let Some(hex) = part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        return u32::from_str_radix(hex, 16).ok();
    }
    if !part.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let radix = if part.len() > 1 && part.starts_with('0') {
        8
    } else {
        10
    };
    u32::from_str_radix(part, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_addresses_fill_from_the_right() {
        assert_eq!(resolve("10.2"), Some(Ipv4Addr::new(10, 0, 0, 2)));
        assert_eq!(resolve("0"), Some(Ipv4Addr::UNSPECIFIED));
        assert_eq!(resolve("10.1.1.300"), None);
        assert_eq!(resolve("Default"), Some(Ipv4Addr::UNSPECIFIED));
    }

    #[test]
    fn the_resolver_knows_what_cannot_be_a_name() {
        assert_eq!(unresolved("foo"), "Host name lookup failure");
        assert_eq!(unresolved("10.1.1.300"), "Unknown host");
        assert_eq!(unresolved("+"), "Unknown host");
        assert_eq!(unresolved("10.0.0.0/24"), "Unknown host");
    }

    #[test]
    fn networks_have_names_only_as_networks() {
        let any = Ipv4Addr::UNSPECIFIED;
        assert_eq!(destination(any, 0, false), "default");
        assert_eq!(destination(any, 32, false), "0.0.0.0");
        assert_eq!(
            destination(Ipv4Addr::new(127, 0, 0, 0), 8, false),
            "loopback"
        );
        assert_eq!(destination(any, 0, true), "0.0.0.0");
    }
}
