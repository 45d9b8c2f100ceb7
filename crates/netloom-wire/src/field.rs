//! Big-endian fields at a fixed place of a slice.
//!
//! The places are constants in every caller, so each call compiles to one bound check and one load
//! or store.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::{MacAddr, Malformed};

/// `Truncated` unless `data` has at least `need` bytes.
#[inline]
pub(crate) fn require(what: &'static str, need: usize, data: &[u8]) -> Result<(), Malformed> {
    if data.len() < need {
        return Err(Malformed::Truncated {
            what,
            need,
            have: data.len(),
        });
    }
    Ok(())
}

#[inline]
pub(crate) fn array<const N: usize>(data: &[u8], at: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&data[at..at + N]);
    bytes
}

#[inline]
pub(crate) fn put<const N: usize>(data: &mut [u8], at: usize, bytes: [u8; N]) {
    data[at..at + N].copy_from_slice(&bytes);
}

#[inline]
pub(crate) fn u16(data: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(array(data, at))
}

#[inline]
pub(crate) fn u32(data: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(array(data, at))
}

#[inline]
pub(crate) fn mac(data: &[u8], at: usize) -> MacAddr {
    MacAddr(array(data, at))
}

#[inline]
pub(crate) fn ipv4(data: &[u8], at: usize) -> Ipv4Addr {
    Ipv4Addr::from(array::<4>(data, at))
}

#[inline]
pub(crate) fn ipv6(data: &[u8], at: usize) -> Ipv6Addr {
    Ipv6Addr::from(array::<16>(data, at))
}

#[inline]
pub(crate) fn put_u16(data: &mut [u8], at: usize, value: u16) {
    put(data, at, value.to_be_bytes());
}

#[inline]
pub(crate) fn put_u32(data: &mut [u8], at: usize, value: u32) {
    put(data, at, value.to_be_bytes());
}

/// `data[from..to]`, narrowed to what is there.
#[inline]
pub(crate) fn clamped(data: &[u8], from: usize, to: usize) -> &[u8] {
    let to = to.min(data.len());
    &data[from.min(to)..to]
}

/// `data[from..to]` for writing, narrowed to what is there.
#[inline]
pub(crate) fn clamped_mut(data: &mut [u8], from: usize, to: usize) -> &mut [u8] {
    let to = to.min(data.len());
    &mut data[from.min(to)..to]
}
