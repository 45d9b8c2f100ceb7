//! Sequence numbers: 32 bits that wrap (RFC 9293 section 3.4).

/// Whether `a` is earlier than `b`.
#[inline]
pub(super) const fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

/// Whether `a` is later than `b`.
#[inline]
pub(super) const fn after(a: u32, b: u32) -> bool {
    before(b, a)
}

/// How far it is from `from` to `to`; 0 where `to` is earlier.
#[inline]
pub(super) const fn distance(from: u32, to: u32) -> u32 {
    if before(to, from) {
        0
    } else {
        to.wrapping_sub(from)
    }
}

/// The later of two.
#[inline]
pub(super) const fn later(a: u32, b: u32) -> u32 {
    if before(a, b) { b } else { a }
}

/// The earlier of two.
#[inline]
pub(super) const fn earlier(a: u32, b: u32) -> u32 {
    if before(a, b) { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_wrap() {
        assert!(before(u32::MAX, 3) && after(3, u32::MAX) && !before(3, 3));
        assert_eq!(distance(u32::MAX, 3), 4);
        assert_eq!(distance(3, u32::MAX), 0);
        assert_eq!((later(u32::MAX, 3), earlier(u32::MAX, 3)), (3, u32::MAX));
    }
}
