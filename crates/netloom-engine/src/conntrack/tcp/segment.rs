//! A segment as it comes: what counts of its header, and whether it can be one.

use netloom_wire::tcp::Flags;

/// A segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) window: u16,
    pub(super) flags: Flags,
    pub(super) options: &'a [u8],
    /// The sequence number behind it.
    pub(super) end: u32,
    /// By how much what it acknowledges was shifted.
    pub(super) shifted: i32,
}

impl<'a> Segment<'a> {
    /// Reads a segment from its header on.
    pub(super) fn of(upper: &'a [u8]) -> Option<Segment<'a>> {
        let header = netloom_wire::tcp::Packet::new_checked(upper).ok()?;
        let flags = header.flags();
        let takes = |flag| u32::from(flags.contains(flag));
        let length = (upper.len() - header.header_len()) as u32;
        let counts = length + takes(Flags::SYN) + takes(Flags::FIN);
        Some(Segment {
            seq: header.seq(),
            ack: header.ack(),
            window: header.window(),
            flags,
            options: &upper[netloom_wire::tcp::HEADER_LEN..header.header_len()],
            end: header.seq().wrapping_add(counts),
            shifted: 0,
        })
    }
}

/// Whether the bits of a segment can stand together: exactly one of SYN, FIN with ACK, RST, ACK, each
/// with what may be beside it (`tcp_valid_flags`).
pub(super) fn is_possible(flags: Flags) -> bool {
    let bare = flags.0 & !(Flags::ECE.0 | Flags::CWR.0 | Flags::PSH.0);
    let one = |flags: &[Flags]| flags.iter().fold(0, |all, flag| all | flag.0);
    [
        one(&[Flags::SYN]),
        one(&[Flags::SYN, Flags::URG]),
        one(&[Flags::SYN, Flags::ACK]),
        one(&[Flags::RST]),
        one(&[Flags::RST, Flags::ACK]),
        one(&[Flags::FIN, Flags::ACK]),
        one(&[Flags::FIN, Flags::ACK, Flags::URG]),
        one(&[Flags::ACK]),
        one(&[Flags::ACK, Flags::URG]),
    ]
    .contains(&bare)
}
