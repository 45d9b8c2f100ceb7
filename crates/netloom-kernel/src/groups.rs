//! The groups that devices listen to, as `/proc/net` tells of them.

use crate::proc_net;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::{Group, Link, MacAddr, Membership, NsName, Result};
use std::collections::HashMap;

/// Groups of a namespace, link by link: of the hardware, of IPv4, of IPv6.
pub(crate) fn read(ns: &NsName, links: &[Link]) -> Result<Vec<Membership>> {
    let [hardware, v4, v6] = proc_net::texts(ns, ["dev_mcast", "igmp", "igmp6"])?;
    let places: HashMap<u32, usize> = links.iter().map(|link| link.index).zip(0..).collect();
    let mut all: Vec<Membership> = hardware.lines().filter_map(of_hardware).collect();
    all.extend(of_v4(&v4));
    all.extend(v6.lines().filter_map(of_v6));
    all.retain(|found| places.contains_key(&found.dev));
    all.sort_by_key(|found| places.get(&found.dev));
    Ok(all)
}

/// `2 eth0 1 0 333300000001`: the link, its users, those that set it by hand, the address.
fn of_hardware(line: &str) -> Option<Membership> {
    let mut words = line.split_whitespace();
    let dev = words.next()?.parse().ok()?;
    let users = words.nth(1)?.parse().ok()?;
    let by_hand = words.next()? != "0";
    let address = u64::from_str_radix(words.next()?, 16).ok()?;
    let address = MacAddr::from_u64(address);
    let group = Group::Link { address, by_hand };
    Some(Membership { dev, group, users })
}

/// A line of each device, and one of each of its groups below: `010000E0 1 0:00000000 0`.
fn of_v4(text: &str) -> Vec<Membership> {
    let (mut dev, mut all) = (0, Vec::new());
    for line in text.lines().skip(1) {
        let mut words = line.split_whitespace();
        let (Some(first), Some(second)) = (words.next(), words.next()) else {
            continue;
        };
        if !line.starts_with(char::is_whitespace) {
            dev = first.parse().unwrap_or(0);
            continue;
        }
        let address = u32::from_str_radix(first, 16).map(u32::swap_bytes);
        if let (Ok(address), Ok(users)) = (address, second.parse()) {
            let group = Group::Ip(IpAddr::V4(Ipv4Addr::from_bits(address)));
            all.push(Membership { dev, group, users });
        }
    }
    all
}

/// `1 lo ff020000000000000000000000000001 1 0000000C 0`.
fn of_v6(line: &str) -> Option<Membership> {
    let mut words = line.split_whitespace();
    let dev = words.next()?.parse().ok()?;
    let address = u128::from_str_radix(words.nth(1)?, 16).ok()?;
    let users = words.next()?.parse().ok()?;
    let group = Group::Ip(IpAddr::V6(Ipv6Addr::from_bits(address)));
    Some(Membership { dev, group, users })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_ipv4_stand_below_their_device() {
        let text = "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n\
                    1\tlo        :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n";
        let group = Group::Ip("224.0.0.1".parse().unwrap());
        let users = 1;
        assert_eq!(
            of_v4(text),
            [Membership {
                dev: 1,
                group,
                users
            }]
        );
    }

    #[test]
    fn groups_of_the_hardware_and_of_ipv6_are_lines() {
        let line = "2    ifb0            1     0     333300000001";
        let address = MacAddr([0x33, 0x33, 0, 0, 0, 1]);
        let by_hand = false;
        let found = of_hardware(line).unwrap();
        assert_eq!(found.group, Group::Link { address, by_hand });
        let line = "1    lo              ff020000000000000000000000000001     1 0000000C 0";
        let group = Group::Ip("ff02::1".parse().unwrap());
        assert_eq!(of_v6(line).unwrap().group, group);
    }
}
