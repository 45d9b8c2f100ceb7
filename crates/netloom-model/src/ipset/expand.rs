//! Ranges in elements stand for as many elements.

use super::{Dimension, Kind, Part};
use core::net::{IpAddr, Ipv4Addr};

/// What a part stands for.
#[derive(Clone, Debug)]
enum Each {
    One(Part),
    /// Addresses: the first, and how many.
    Hosts(u32, u64),
    Networks(Vec<Part>),
    /// Ports of a protocol: the first, and how many.
    Ports(u8, u16, u64),
}

/// The elements that parts with ranges stand for, in the order in which Linux goes through them: the last
/// part changes fastest.
#[derive(Clone, Debug)]
pub struct Expansion {
    parts: Vec<Each>,
    next: u64,
}

/// The elements that parts with ranges stand for; networks where a part is an address are ranges too.
#[must_use]
pub fn expand(kind: Kind, parts: &[Part]) -> Expansion {
    let each = parts.iter().zip(kind.dimensions());
    Expansion {
        parts: each
            .map(|(part, dimension)| one(part, *dimension))
            .collect(),
        next: 0,
    }
}

impl Each {
    fn count(&self) -> u64 {
        match self {
            Each::One(_) => 1,
            Each::Hosts(_, count) | Each::Ports(_, _, count) => *count,
            Each::Networks(networks) => networks.len() as u64,
        }
    }

    fn at(&self, index: u64) -> Option<Part> {
        Some(match self {
            Each::One(part) => part.clone(),
            Each::Hosts(first, _) => {
                Part::host(Ipv4Addr::from_bits(first.wrapping_add(index as u32)).into())
            }
            Each::Networks(networks) => networks.get(index as usize)?.clone(),
            Each::Ports(protocol, first, _) => Part::Port {
                protocol: *protocol,
                port: first.wrapping_add(index as u16),
            },
        })
    }
}

impl Expansion {
    /// How many they are.
    #[must_use]
    pub fn total(&self) -> u64 {
        let counts = self.parts.iter().map(Each::count);
        counts.fold(1, u64::saturating_mul)
    }

    /// One of them by its number.
    #[must_use]
    pub fn at(&self, mut index: u64) -> Option<Vec<Part>> {
        let mut all = Vec::with_capacity(self.parts.len());
        for each in self.parts.iter().rev() {
            let count = each.count().max(1);
            all.push(each.at(index % count)?);
            index /= count;
        }
        all.reverse();
        (index == 0).then_some(all)
    }
}

impl Iterator for Expansion {
    type Item = Vec<Part>;

    fn next(&mut self) -> Option<Vec<Part>> {
        let parts = self.at(self.next)?;
        self.next += 1;
        Some(parts)
    }
}

fn one(part: &Part, dimension: Dimension) -> Each {
    match (part, dimension) {
        (
            Part::Net {
                address: IpAddr::V4(address),
                prefix,
            },
            Dimension::Ip,
        ) if *prefix < 32 => {
            let hosts = u32::MAX.checked_shr(u32::from(*prefix)).unwrap_or(0);
            let first = address.to_bits() & !hosts;
            Each::Hosts(first, u64::from(hosts) + 1)
        }
        (Part::Addresses(IpAddr::V4(first), IpAddr::V4(last)), Dimension::Ip) => {
            let (first, last) = (first.min(last).to_bits(), first.max(last).to_bits());
            Each::Hosts(first, u64::from(last - first) + 1)
        }
        (Part::Addresses(IpAddr::V4(first), IpAddr::V4(last)), Dimension::Net) => {
            Each::Networks(networks(first.to_bits(), last.to_bits()))
        }
        (
            Part::Ports {
                protocol,
                first,
                last,
            },
            _,
        ) => {
            let (first, last) = (*first.min(last), *first.max(last));
            Each::Ports(*protocol, first, u64::from(last - first) + 1)
        }
        (part, _) => Each::One(part.clone()),
    }
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
        let all = expand(Kind::HashNet, &parts);
        let lens: Vec<u8> = all
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
        let all: Vec<Vec<Part>> = expand(Kind::HashIpPort, &parts).collect();
        assert_eq!(all.len(), 6);
        assert_eq!((&all[0][0], &all[2][0]), (&all[1][0], &all[0][0]));
    }

    #[test]
    fn everything_at_once_is_as_many_as_there_are() {
        let parts = [range([0, 0, 0, 0], [255, 255, 255, 255])];
        let mut all = expand(Kind::HashIp, &parts);
        assert_eq!(all.total(), 1 << 32);
        assert_eq!(all.nth(1), Some(vec![Part::host([0, 0, 0, 1].into())]));
        assert_eq!(all.at(1 << 32), None);
        assert_eq!(expand(Kind::HashNet, &parts).total(), 1);
    }
}
