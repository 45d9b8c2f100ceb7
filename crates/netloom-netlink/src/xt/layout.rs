//! Structures as the kernel has them in memory: fields one behind the other, each at a multiple of its
//! own alignment, the whole filled up to the greatest of them.
//!
//! A structure is written down once, as a table of its fields ([`layout!`]); it is read and written by
//! that.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::Family;
use netloom_model::ruleset::xt::{Network, Not};

/// What a structure can be made of.
pub(super) trait Plain: Sized {
    /// It begins at a multiple of that.
    const ALIGN: usize;

    /// One of zeros.
    fn zero() -> Self;

    /// Reads one that begins at `at`, which goes behind it; none where the bytes end.
    fn take(bytes: &[u8], at: &mut usize) -> Option<Self>;

    /// Writes it behind what is there.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads a whole structure.
    fn read(bytes: &[u8]) -> Option<Self> {
        Self::take(bytes, &mut 0)
    }

    /// The bytes of a whole structure, as many as x_tables wants (`XT_ALIGN`).
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.put(&mut out);
        out.resize(out.len().next_multiple_of(8), 0);
        out
    }
}

/// The next `N` bytes.
pub(super) fn next<const N: usize>(bytes: &[u8], at: &mut usize) -> Option<[u8; N]> {
    let found = bytes.get(*at..*at + N)?.try_into().ok()?;
    *at += N;
    Some(found)
}

macro_rules! number {
    ($($type:ty),*) => {
        $(impl Plain for $type {
            const ALIGN: usize = size_of::<$type>();

            fn zero() -> Self {
                0
            }

            fn take(bytes: &[u8], at: &mut usize) -> Option<Self> {
                *at = at.next_multiple_of(Self::ALIGN);
                Some(<$type>::from_le_bytes(next(bytes, at)?))
            }

            fn put(&self, out: &mut Vec<u8>) {
                out.resize(out.len().next_multiple_of(Self::ALIGN), 0);
                out.extend(self.to_le_bytes());
            }
        })*
    };
}

number!(u8, u16, u32, u64, i32);

/// A number in the order of the network.
#[derive(Clone, Copy)]
pub(super) struct Be16(pub(super) u16);

impl Plain for Be16 {
    const ALIGN: usize = 2;

    fn zero() -> Self {
        Be16(0)
    }

    fn take(bytes: &[u8], at: &mut usize) -> Option<Self> {
        u16::take(bytes, at).map(|number| Be16(number.swap_bytes()))
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.0.swap_bytes().put(out);
    }
}

/// An address of IPv4.
#[derive(Clone, Copy)]
pub(super) struct V4(pub(super) Ipv4Addr);

impl Plain for V4 {
    const ALIGN: usize = 4;

    fn zero() -> Self {
        V4(Ipv4Addr::UNSPECIFIED)
    }

    fn take(bytes: &[u8], at: &mut usize) -> Option<Self> {
        *at = at.next_multiple_of(Self::ALIGN);
        next::<4>(bytes, at).map(|octets| V4(octets.into()))
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.resize(out.len().next_multiple_of(Self::ALIGN), 0);
        out.extend(self.0.octets());
    }
}

/// Room for an address of either family (`union nf_inet_addr`).
#[derive(Clone, Copy)]
pub(super) struct Addr(pub(super) [u8; 16]);

impl Plain for Addr {
    const ALIGN: usize = 4;

    fn zero() -> Self {
        Addr([0; 16])
    }

    fn take(bytes: &[u8], at: &mut usize) -> Option<Self> {
        *at = at.next_multiple_of(Self::ALIGN);
        next(bytes, at).map(Addr)
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.resize(out.len().next_multiple_of(Self::ALIGN), 0);
        out.extend(self.0);
    }
}

impl Addr {
    /// Every bit.
    pub(super) const ALL: Addr = Addr([0xff; 16]);

    /// The room with that address in it.
    pub(super) fn of(address: IpAddr) -> Addr {
        let mut room = [0; 16];
        match address {
            IpAddr::V4(v4) => room[..4].copy_from_slice(&v4.octets()),
            IpAddr::V6(v6) => room = v6.octets(),
        }
        Addr(room)
    }

    /// A mask: that of a single host fills the room, as iptables writes it.
    pub(super) fn of_mask(mask: IpAddr) -> Addr {
        match mask {
            IpAddr::V4(Ipv4Addr::BROADCAST) => Addr::ALL,
            mask => Addr::of(mask),
        }
    }

    /// The address in it.
    pub(super) fn ip(self, family: Family) -> IpAddr {
        let [a, b, c, d, ..] = self.0;
        match family {
            Family::V4 => IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
            Family::V6 => IpAddr::V6(Ipv6Addr::from(self.0)),
        }
    }
}

/// The addresses that an address and its mask stand for.
pub(super) fn network(family: Family, address: Addr, mask: Addr) -> Network {
    Network {
        address: address.ip(family),
        mask: mask.ip(family),
    }
}

/// Room for a text that ends with a zero.
#[derive(Clone, Copy)]
pub(super) struct Text<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> Plain for Text<N> {
    const ALIGN: usize = 1;

    fn zero() -> Self {
        Text([0; N])
    }

    fn take(bytes: &[u8], at: &mut usize) -> Option<Self> {
        next(bytes, at).map(Text)
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.0);
    }
}

impl<const N: usize> Text<N> {
    /// The room with that text in it, and a zero behind it; none where it has not room enough.
    pub(super) fn of(text: &str) -> Option<Text<N>> {
        let mut room = [0; N];
        room.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        (text.len() < N).then_some(Text(room))
    }

    /// The text.
    pub(super) fn text(&self) -> String {
        crate::attribute::text(&self.0)
    }
}

impl<T: Plain, const N: usize> Plain for [T; N] {
    const ALIGN: usize = T::ALIGN;

    fn zero() -> Self {
        core::array::from_fn(|_| T::zero())
    }

    fn take(bytes: &[u8], at: &mut usize) -> Option<Self> {
        let all: Option<Vec<T>> = (0..N).map(|_| T::take(bytes, at)).collect();
        all?.try_into().ok()
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|each| each.put(out));
    }
}

/// Room of the kernel's own for a pointer: nothing that anybody else could know of.
#[derive(Clone, Copy)]
pub(super) struct Own;

impl Plain for Own {
    const ALIGN: usize = 8;

    fn zero() -> Self {
        Own
    }

    fn take(bytes: &[u8], at: &mut usize) -> Option<Self> {
        u64::take(bytes, at).map(|_| Own)
    }

    fn put(&self, out: &mut Vec<u8>) {
        0u64.put(out);
    }
}

/// The greatest of some alignments.
pub(super) const fn greatest(all: &[usize]) -> usize {
    let (mut most, mut at) = (1, 0);
    while at < all.len() {
        if all[at] > most {
            most = all[at];
        }
        at += 1;
    }
    most
}

/// Structures, each by its fields in their order.
macro_rules! layout {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$meta])*
            pub(in crate::xt) struct $name {
                $(pub(in crate::xt) $field: $type,)*
            }

            impl crate::xt::layout::Plain for $name {
                const ALIGN: usize = crate::xt::layout::greatest(&[
                    $(<$type as crate::xt::layout::Plain>::ALIGN,)*
                ]);

                fn zero() -> Self {
                    $name { $($field: crate::xt::layout::Plain::zero(),)* }
                }

                fn take(bytes: &[u8], at: &mut usize) -> Option<Self> {
                    *at = at.next_multiple_of(Self::ALIGN);
                    let found = $name { $($field: crate::xt::layout::Plain::take(bytes, at)?,)* };
                    *at = at.next_multiple_of(Self::ALIGN);
                    Some(found)
                }

                fn put(&self, out: &mut Vec<u8>) {
                    out.resize(out.len().next_multiple_of(Self::ALIGN), 0);
                    $(self.$field.put(out);)*
                    out.resize(out.len().next_multiple_of(Self::ALIGN), 0);
                }
            }
        )*
    };
}

pub(super) use layout;

/// A thing that is asked for where `bit` is among `flags`, and asked the other way round where it is
/// among `inverted`.
pub(super) fn asked<T, F>(flags: F, inverted: F, bit: F, is: T) -> Option<Not<T>>
where
    F: Copy + core::ops::BitAnd<Output = F> + PartialEq + Default,
{
    let not = inverted & bit != F::default();
    (flags & bit != F::default()).then_some(Not { is, not })
}

/// The other way round: the bits of what is asked for, and of what is asked the other way round.
#[derive(Default)]
pub(super) struct Flags {
    pub(super) asked: u16,
    pub(super) inverted: u16,
}

impl Flags {
    /// Notes a thing that can be asked for; what it is, or nothing of it.
    pub(super) fn of<T: Copy>(&mut self, bit: u16, thing: Option<Not<T>>) -> Option<T> {
        let Not { is, not } = thing?;
        self.asked |= bit;
        if not {
            self.inverted |= bit;
        }
        Some(is)
    }

    /// Notes a thing that is there or not.
    pub(super) fn set(&mut self, bit: u16, there: bool) {
        if there {
            self.asked |= bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    layout! {
        /// Fields of several alignments.
        Mixed { a: u8, b: u32, c: Be16, d: [u8; 3], e: Own }
    }

    #[test]
    fn fields_stand_at_multiples_of_their_alignment() {
        let bytes = Mixed {
            a: 1,
            b: 2,
            c: Be16(3),
            d: [4, 5, 6],
            e: Own,
        }
        .bytes();
        assert_eq!(bytes.len(), 24);
        assert_eq!(bytes[..13], [1, 0, 0, 0, 2, 0, 0, 0, 0, 3, 4, 5, 6]);
        let read = Mixed::read(&bytes).map(|m| (m.a, m.b, m.c.0, m.d));
        assert_eq!(read, Some((1, 2, 3, [4, 5, 6])));
        assert!(Mixed::read(&bytes[..20]).is_none());
    }

    #[test]
    fn a_text_has_a_zero_behind_it() {
        assert!(Text::<4>::of("four").is_none());
        assert_eq!(
            Text::<4>::of("abc").map(|t| t.text()),
            Some("abc".to_owned())
        );
    }
}
