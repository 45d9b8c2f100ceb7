//! Ranges in elements stand for as many elements.

use super::{Dimension, Kind, Part};
use core::net::{IpAddr, Ipv4Addr};

/// More elements than a range may stand for at once (`IPSET_MAX_RANGE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// How many elements a range stands for at most.
const MOST: usize = 1 << 20;

/// The elements that parts with ranges stand for; networks where a part is an address are ranges too.
///
/// # Errors
/// They are too many.
pub fn expand(kind: Kind, parts: &[Part]) -> Result<Vec<Vec<Part>>, TooMany> {
    let mut all = vec![Vec::with_capacity(parts.len())];
    for (part, dimension) in parts.iter().zip(kind.dimensions()) {
        let each = one(part, *dimension)?;
        if all.len() * each.len() > MOST {
            return Err(TooMany);
        }
        all = all
            .into_iter()
            .flat_map(|before: Vec<Part>| {
                each.iter().map(move |part| {
                    let mut with = before.clone();
                    with.push(part.clone());
                    with
                })
            })
            .collect();
    }
    Ok(all)
}

fn one(part: &Part, dimension: Dimension) -> Result<Vec<Part>, TooMany> {
    Ok(match (part, dimension) {
        (
            Part::Net {
                address: IpAddr::V4(address),
                prefix,
            },
            Dimension::Ip,
        ) if *prefix < 32 => {
            let hosts = u32::MAX.checked_shr(u32::from(*prefix)).unwrap_or(0);
            let first = address.to_bits() & !hosts;
            hosts_of(first, first | hosts)?
        }
        (Part::Addresses(IpAddr::V4(first), IpAddr::V4(last)), Dimension::Ip) => {
            hosts_of(first.to_bits(), last.to_bits())?
        }
        (Part::Addresses(IpAddr::V4(first), IpAddr::V4(last)), Dimension::Net) => {
            networks(first.to_bits(), last.to_bits())
        }
        (
            Part::Ports {
                protocol,
                first,
                last,
            },
            _,
        ) => {
            let protocol = *protocol;
            let ports = *first..=*last;
            ports.map(|port| Part::Port { protocol, port }).collect()
        }
        (part, _) => vec![part.clone()],
    })
}

fn hosts_of(first: u32, last: u32) -> Result<Vec<Part>, TooMany> {
    let (first, last) = (first.min(last), first.max(last));
    if (last - first) as usize >= MOST {
        return Err(TooMany);
    }
    let host = |bits| Part::host(Ipv4Addr::from_bits(bits).into());
    Ok((first..=last).map(host).collect())
}

/// The fewest networks that cover addresses from one to another.
fn networks(first: u32, last: u32) -> Vec<Part> {
    let (mut first, last) = (u64::from(first.min(last)), u64::from(first.max(last)));
    let mut all = Vec::new();
    while first <= last {
        // As large as its first address and what is left allow.
        let aligned = if first == 0 {
            32
        } else {
            first.trailing_zeros().min(32)
        };
        let fits = (last - first + 1).ilog2();
        let bits = aligned.min(fits);
        all.push(Part::Net {
            address: Ipv4Addr::from_bits(first as u32).into(),
            prefix: (32 - bits) as u8,
        });
        first += 1 << bits;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: [u8; 4], last: [u8; 4]) -> Part {
        Part::Addresses(first.into(), last.into())
    }

    #[test]
    fn a_range_of_networks_is_the_fewest_that_cover_it() {
        let parts = [range([10, 0, 0, 0], [10, 0, 1, 2])];
        let all = expand(Kind::HashNet, &parts).unwrap();
        let lens: Vec<u8> = all
            .iter()
            .map(|parts| match parts[0] {
                Part::Net { prefix, .. } => prefix,
                _ => panic!("a network"),
            })
            .collect();
        assert_eq!(lens, [24, 31, 32]);
    }

    #[test]
    fn ranges_of_several_parts_multiply() {
        let ports = Part::Ports {
            protocol: 6,
            first: 80,
            last: 82,
        };
        let parts = [range([10, 0, 0, 1], [10, 0, 0, 2]), ports];
        assert_eq!(expand(Kind::HashIpPort, &parts).unwrap().len(), 6);
    }

    #[test]
    fn everything_at_once_is_too_much() {
        let parts = [range([0, 0, 0, 0], [255, 255, 255, 255])];
        assert_eq!(expand(Kind::HashIp, &parts), Err(TooMany));
        assert_eq!(expand(Kind::HashNet, &parts).unwrap().len(), 1);
    }
}
