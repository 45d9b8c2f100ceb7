//! The Internet checksum: RFC 1071, with the incremental updates of RFC 1624.
//!
//! A *sum* is the folded one's complement sum of 16-bit words; sums of parts of even length combine
//! in any order. A *checksum* is the complement of a sum, as it stands in a header.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::IpProtocol;

/// The one's complement sum of `data`, an odd last byte padded with zero.
#[inline]
#[must_use]
pub fn sum(data: &[u8]) -> u16 {
    // The sum does not depend on the byte order it is done in (RFC 1071, 2 (B)): words are added in
    // the machine's order, eight bytes a step, and the result is swapped once.
    let mut total: u64 = 0;
    let mut words = data.chunks_exact(8);
    for word in &mut words {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(word);
        let word = u64::from_ne_bytes(bytes);
        total += (word & 0xffff_ffff) + (word >> 32);
    }
    // Parts of the last word one by one: gathered in memory first, they would be waited for.
    let mut rest = words.remainder();
    if let Some((four, tail)) = rest.split_first_chunk() {
        total += u64::from(u32::from_ne_bytes(*four));
        rest = tail;
    }
    if let Some((two, tail)) = rest.split_first_chunk() {
        total += u64::from(u16::from_ne_bytes(*two));
        rest = tail;
    }
    if let Some(last) = rest.first() {
        total += u64::from(u16::from_ne_bytes([*last, 0]));
    }
    u16::from_be(fold(total))
}

/// Folds the carries of a wide sum back into 16 bits: a number added to itself with its halves
/// exchanged has the sum of its halves, end-around carry included, in the upper one.
#[inline]
fn fold(total: u64) -> u16 {
    let total = (total.wrapping_add(total.rotate_left(32)) >> 32) as u32;
    (total.wrapping_add(total.rotate_left(16)) >> 16) as u16
}

/// The sum of several sums.
#[inline]
#[must_use]
pub fn combine(sums: &[u16]) -> u16 {
    fold(sums.iter().map(|&sum| u64::from(sum)).sum())
}

/// The checksum of `data`: what stands in a header whose checksum field was zero meanwhile.
#[inline]
#[must_use]
pub fn checksum(data: &[u8]) -> u16 {
    !sum(data)
}

/// Whether `data`, its checksum field included, sums up to all ones.
#[inline]
#[must_use]
pub fn verify(data: &[u8]) -> bool {
    sum(data) == 0xffff
}

/// The sum of the IPv4 pseudo header of UDP and TCP (RFC 768, RFC 9293).
#[inline]
#[must_use]
pub fn pseudo_v4(src: Ipv4Addr, dst: Ipv4Addr, protocol: IpProtocol, length: usize) -> u16 {
    let addresses = u64::from(u32::from(src)) + u64::from(u32::from(dst));
    fold(addresses + u64::from(protocol.0) + length as u64)
}

/// The sum of the IPv6 pseudo header of all upper layers (RFC 8200, 8.1).
#[inline]
#[must_use]
pub fn pseudo_v6(src: Ipv6Addr, dst: Ipv6Addr, protocol: IpProtocol, length: usize) -> u16 {
    let rest = fold(u64::from(protocol.0) + length as u64);
    combine(&[sum(&src.octets()), sum(&dst.octets()), rest])
}

/// The checksum after a 16-bit word of the covered data went from `old` to `new` (RFC 1624,
/// equation 3).
#[inline]
#[must_use]
pub fn update_u16(checksum: u16, old: u16, new: u16) -> u16 {
    !fold(u64::from(!checksum) + u64::from(!old) + u64::from(new))
}

/// The checksum after an aligned 32-bit word, such as an IPv4 address, went from `old` to `new`.
#[inline]
#[must_use]
pub fn update_u32(checksum: u16, old: u32, new: u32) -> u16 {
    !fold(u64::from(!checksum) + u64::from(!old) + u64::from(new))
}

/// The checksum after a run of bytes that starts at an even offset changed from `old` to `new`.
#[inline]
#[must_use]
pub fn update_bytes(checksum: u16, old: &[u8], new: &[u8]) -> u16 {
    !combine(&[!checksum, !sum(old), sum(new)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(data: &[u8]) -> u16 {
        let mut total: u32 = 0;
        for pair in data.chunks(2) {
            total += u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0));
            if total > 0xffff {
                total -= 0xffff;
            }
        }
        total as u16
    }

    #[test]
    fn the_example_of_rfc_1071_sums_to_ddf2() {
        assert_eq!(
            sum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]),
            0xddf2
        );
    }

    #[test]
    fn the_example_of_rfc_1624_updates_to_zero() {
        assert_eq!(update_u16(0xdd2f, 0x5555, 0x3285), 0x0000);
    }

    #[test]
    fn the_longest_packet_of_all_ones_does_not_overflow() {
        assert_eq!(sum(&[0xff; 65535]), naive(&[0xff; 65535]));
    }

    proptest! {
        #[test]
        fn the_fast_sum_equals_the_naive_one(data: std::vec::Vec<u8>) {
            prop_assert_eq!(sum(&data), naive(&data));
        }

        #[test]
        fn sums_of_parts_combine(a: std::vec::Vec<u8>, b: std::vec::Vec<u8>) {
            let even = &a[..a.len() & !1];
            let whole = [even, &b].concat();
            prop_assert_eq!(combine(&[sum(even), sum(&b)]), sum(&whole));
        }

        #[test]
        fn an_incremental_update_equals_recomputation(
            mut data in prop::collection::vec(any::<u8>(), 40),
            word in 0usize..9,
            new: [u8; 4],
        ) {
            // A header is never all zeros; the two zeros of one's complement differ only there.
            data[38] = 0x45;
            let before = checksum(&data);
            let old: [u8; 4] = data[word * 4..word * 4 + 4].try_into().unwrap();
            data[word * 4..word * 4 + 4].copy_from_slice(&new);
            let after = checksum(&data);
            let (old32, new32) = (u32::from_be_bytes(old), u32::from_be_bytes(new));
            prop_assert_eq!(update_u32(before, old32, new32), after);
            prop_assert_eq!(update_bytes(before, &old, &new), after);
            let high = update_u16(before, (old32 >> 16) as u16, (new32 >> 16) as u16);
            prop_assert_eq!(update_u16(high, old32 as u16, new32 as u16), after);
        }

        #[test]
        fn a_pseudo_header_sums_like_its_bytes(src: [u8; 4], dst: [u8; 4], proto: u8, len: u16) {
            let mut bytes = [0; 12];
            bytes[..4].copy_from_slice(&src);
            bytes[4..8].copy_from_slice(&dst);
            bytes[9] = proto;
            bytes[10..].copy_from_slice(&len.to_be_bytes());
            let fast = pseudo_v4(src.into(), dst.into(), IpProtocol(proto), usize::from(len));
            prop_assert_eq!(fast, sum(&bytes));
        }

        #[test]
        fn a_v6_pseudo_header_sums_like_its_bytes(
            src: [u8; 16], dst: [u8; 16], proto: u8, len: u32,
        ) {
            let mut bytes = [0; 40];
            bytes[..16].copy_from_slice(&src);
            bytes[16..32].copy_from_slice(&dst);
            bytes[32..36].copy_from_slice(&len.to_be_bytes());
            bytes[39] = proto;
            let fast = pseudo_v6(src.into(), dst.into(), IpProtocol(proto), len as usize);
            prop_assert_eq!(fast, sum(&bytes));
        }
    }
}
