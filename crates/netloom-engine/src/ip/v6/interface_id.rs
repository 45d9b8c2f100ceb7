//! Interface identifiers, the lower halves of addresses (RFC 4291 appendix A, RFC 7217): how
//! `addr_gen_mode` has them made.

use crate::device::DevId;
use crate::net::Net;
use crate::sysctl::Conf6;
use netloom_model::MacAddr;

/// The modes of `addr_gen_mode` (ip-link(8), `addrgenmode`).
pub(super) const EUI64: i32 = 0;
pub(super) const NONE: i32 = 1;
const STABLE_SECRET: i32 = 2;
pub(super) const RANDOM: i32 = 3;

/// An identifier that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) bits: u64,
    /// It says nothing of the hardware (RFC 7217).
    pub(super) stable: bool,
}

/// Makes the identifier of a device for a prefix; `failed`: how many before it were not free.
pub(super) fn make(net: &mut Net, dev: DevId, prefix: u64, failed: u8) -> Made {
    let ns = net.ns_of(dev);
    let device = net.dev(dev);
    let mode = device.v6.conf.get(Conf6::AddrGenMode);
    if mode == RANDOM && device.v6.secret.is_none() {
        let (high, low) = (net.random.next(), net.random.next());
        net.dev_mut(dev).v6.secret = Some(u128::from(high) << 64 | u128::from(low));
    }
    let secret = net.dev(dev).v6.secret;
    let secret = secret.or_else(|| net.ns(ns).v6.secret);
    match secret.filter(|_| matches!(mode, STABLE_SECRET | RANDOM)) {
        Some(secret) => Made {
            bits: stable(secret, prefix, failed),
            stable: true,
        },
        None => Made {
            bits: eui64(net.dev(dev).mac),
            stable: false,
        },
    }
}

/// An identifier that tells nothing, for a while (RFC 8981 section 3.3.1); none that is reserved
/// (RFC 5453).
pub(super) fn random(net: &mut Net) -> u64 {
    loop {
        let bits = net.random.next();
        if !is_reserved(bits) {
            return bits;
        }
    }
}

/// Those of subnet anycast addresses, of ISATAP, and of routers' anycast.
fn is_reserved(bits: u64) -> bool {
    let isatap = bits >> 32 & !0x0200_0000 == 0x0000_5efe;
    bits == 0 || isatap || (0xfdff_ffff_ffff_ff80..=0xfdff_ffff_ffff_ffff).contains(&bits)
}

/// The identifier made of a hardware address (RFC 4291 appendix A).
pub(super) fn eui64(mac: MacAddr) -> u64 {
    let [a, b, c, d, e, f] = mac.0;
    u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f])
}

/// RFC 7217 section 5, as Linux fills in its function: one step of SHA-1 over the secret, the
/// prefix, the permanent hardware address, which devices made by software do not have, and how often
/// it failed.
fn stable(secret: u128, prefix: u64, failed: u8) -> u64 {
    const HARDWARE: usize = 32;
    let mut failed = failed;
    loop {
        let mut block = [0; 64];
        block[..16].copy_from_slice(&secret.to_be_bytes());
        block[16..24].copy_from_slice(&prefix.to_be_bytes());
        block[24 + HARDWARE] = failed;
        let [first, second, ..] = sha1_block(&block);
        let [a, b] = [first, second].map(|word| u64::from(word.swap_bytes()));
        let bits = a << 32 | b;
        if !is_reserved(bits) {
            return bits;
        }
        failed = failed.wrapping_add(1);
    }
}

/// One block of SHA-1 from its initial state (FIPS 180-4 section 6.1.2), without its padding.
fn sha1_block(block: &[u8; 64]) -> [u32; 5] {
    let initial = [
        0x6745_2301_u32,
        0xefcd_ab89,
        0x98ba_dcfe,
        0x1032_5476,
        0xc3d2_e1f0,
    ];
    let mut words = [0_u32; 80];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    for t in 16..80 {
        let mixed = words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16];
        words[t] = mixed.rotate_left(1);
    }
    let [mut a, mut b, mut c, mut d, mut e] = initial;
    for (t, word) in words.iter().enumerate() {
        let (f, k) = match t {
            0..20 => ((b & c) | (!b & d), 0x5a82_7999),
            20..40 => (b ^ c ^ d, 0x6ed9_eba1),
            40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
            _ => (b ^ c ^ d, 0xca62_c1d6_u32),
        };
        let next = [a.rotate_left(5), f, e, k, *word];
        let next = next.into_iter().fold(0, u32::wrapping_add);
        (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
    }
    let end = [a, b, c, d, e];
    core::array::from_fn(|at| initial[at].wrapping_add(end[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_of_hardware_has_its_universal_bit_turned() {
        assert_eq!(
            eui64(MacAddr([2, 0, 0, 0xab, 0xcd, 1])),
            0x0000_00ff_feab_cd01
        );
    }

    #[test]
    fn a_stable_identifier_is_that_of_linux() {
        // What Linux 6.18 made of the secret 2001:db8::1.
        let secret = 0x2001_0db8 << 96 | 1;
        assert_eq!(stable(secret, 0xfe80 << 48, 0), 0x88cf_4891_a68c_e03f);
        let prefix = 0x2001_0db8_0001_0000;
        assert_eq!(stable(secret, prefix, 0), 0x50e7_9fce_95a6_4679);
        assert_ne!(stable(secret, prefix, 1), stable(secret, prefix, 0));
    }

    #[test]
    fn reserved_identifiers_are_known() {
        assert!(is_reserved(0) && is_reserved(0xfdff_ffff_ffff_ff80));
        assert!(is_reserved(0x0200_5efe_0a00_0001) && is_reserved(0x5efe_0a00_0001));
        assert!(!is_reserved(1));
    }
}
