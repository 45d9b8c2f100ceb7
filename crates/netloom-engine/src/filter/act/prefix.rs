//! `SNPT` and `DNPT`: a prefix of an IPv6 address is exchanged for another, and a word of the rest
//! changes so that no checksum does (RFC 6296 section 3.1).

use super::Did;
use crate::filter::facts::{Facts, Proto};
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::IpNet;
use netloom_model::journey::DropReason;
use netloom_wire::checksum;

/// Which prefix becomes which.
#[derive(Clone, Copy, Debug)]
pub(in crate::filter) struct Op {
    destination: bool,
    len: u8,
    from: u128,
    to: u128,
}

impl Op {
    /// An exchange of networks of IPv6, by the longer of their lengths.
    pub(super) fn of(destination: bool, from: &IpNet, to: &IpNet) -> Option<Op> {
        let bits = |net: &IpNet| match net.addr {
            IpAddr::V6(address) => Some(u128::from(address)),
            IpAddr::V4(_) => None,
        };
        let len = from.len.max(to.len);
        let mask = u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0);
        let mask = if len == 0 { 0 } else { mask };
        Some(Op {
            destination,
            len,
            from: bits(from)? & mask,
            to: bits(to)? & mask,
        })
    }

    /// Exchanges it; a packet whose address has no word to balance with ends.
    pub(super) fn carry_out(&self, facts: &Facts, packet: &mut Packet) -> Did {
        if facts.proto != Proto::V6 {
            return Did::On;
        }
        let at = if self.destination { 24 } else { 8 };
        let Some(field) = packet.network_mut().get_mut(at..at + 16) else {
            return Did::On;
        };
        let mut old = [0; 16];
        old.copy_from_slice(field);
        match self.exchanged(u128::from_be_bytes(old)) {
            Some(new) => {
                field.copy_from_slice(&new.to_be_bytes());
                Did::On
            }
            None => Did::Ends(DropReason::RuleCannot),
        }
    }

    fn exchanged(&self, address: u128) -> Option<u128> {
        let host = u128::MAX.checked_shr(u32::from(self.len)).unwrap_or(0);
        let mut bytes = (self.to | address & host).to_be_bytes();
        let word = |bytes: &[u8; 16], at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let at = if self.len <= 48 {
            6
        } else {
            (8..16).step_by(2).find(|at| word(&bytes, *at) != 0xffff)?
        };
        let from = checksum::sum(&self.from.to_be_bytes());
        let to = checksum::sum(&self.to.to_be_bytes());
        let sum = checksum::combine(&[word(&bytes, at), from, !to]);
        let sum = if sum == 0xffff { 0 } else { sum };
        bytes[at..at + 2].copy_from_slice(&sum.to_be_bytes());
        Some(u128::from_be_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::Ipv6Addr;

    #[test]
    fn the_example_of_the_rfc_comes_out() {
        let net = |text: &str| text.parse::<IpNet>().expect("a network");
        let op = Op::of(false, &net("fd01:203:405::/48"), &net("2001:db8:1::/48"));
        let address: Ipv6Addr = "fd01:203:405:1::1234".parse().expect("an address");
        let new = op.and_then(|op| op.exchanged(address.into()));
        assert_eq!(
            new.map(Ipv6Addr::from),
            "2001:db8:1:d550::1234".parse().ok()
        );
    }
}
