//! The segments that a proxy reads and sends: a header with the options that begin a connection.

use netloom_wire::tcp::{self, Flags, HEADER_LEN, TcpOption};

/// A segment without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) flags: Flags,
    pub(super) window: u16,
    pub(super) options: Options,
}

/// The options that begin a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) mss: Option<u16>,
    pub(super) scale: Option<u8>,
    pub(super) sack: bool,
    /// The sender's clock, and the other one given back.
    pub(super) clocks: Option<(u32, u32)>,
}

/// The longest that they can be written.
pub(super) const LONGEST: usize = 20;

impl Segment {
    /// Reads a segment from its header on.
    pub(super) fn of(upper: &[u8]) -> Option<Segment> {
        let header = tcp::Packet::new_checked(upper).ok()?;
        let mut options = Options::default();
        for option in header.options_iter().map_while(Result::ok) {
            match option {
                TcpOption::MaxSegmentSize(mss) => options.mss = Some(mss),
                TcpOption::WindowScale(scale) => options.scale = Some(scale.min(14)),
                TcpOption::SackPermitted => options.sack = true,
                TcpOption::Timestamps { value, echo } => options.clocks = Some((value, echo)),
                _ => {}
            }
        }
        Some(Segment {
            seq: header.seq(),
            ack: header.ack(),
            flags: header.flags(),
            window: header.window(),
            options,
        })
    }

    /// Whether of SYN, ACK, FIN and RST it has these and no other.
    pub(super) fn is(&self, flags: Flags) -> bool {
        let all = Flags::SYN | Flags::ACK | Flags::FIN | Flags::RST;
        self.flags.0 & all.0 == flags.0
    }

    pub(super) fn has(&self, flag: Flags) -> bool {
        self.flags.contains(flag)
    }
}

impl Options {
    /// Writes them, each where Linux has it; how many bytes they are.
    pub(super) fn write(&self, to: &mut [u8; LONGEST]) -> usize {
        const NOP: u8 = 1;
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            to[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        if let Some(mss) = self.mss {
            put(&[2, 4]);
            put(&mss.to_be_bytes());
        }
        match (self.sack, self.clocks) {
            (true, _) if self.clocks.is_some() => put(&[4, 2]),
            (true, _) => put(&[NOP, NOP, 4, 2]),
            (false, Some(_)) => put(&[NOP, NOP]),
            (false, None) => {}
        }
        if let Some((value, echo)) = self.clocks {
            put(&[8, 10]);
            put(&value.to_be_bytes());
            put(&echo.to_be_bytes());
        }
        if let Some(scale) = self.scale {
            put(&[NOP, 3, 3, scale]);
        }
        at
    }
}

/// Where the clocks stand in a segment that tells them.
pub(super) fn clocks_at(upper: &[u8]) -> Option<usize> {
    const CLOCKS: (u8, usize) = (8, 10);
    let header = upper.get(..usize::from(upper.get(12)? >> 4) * 4)?;
    let mut at = HEADER_LEN;
    while let Some(Ok((kind, place))) = tcp::option_at(header, at) {
        if (kind, place.len()) == CLOCKS {
            return Some(place.start + 2);
        }
        at = place.end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_the_same() {
        for options in [
            Options::default(),
            Options {
                mss: Some(1460),
                ..Options::default()
            },
            Options {
                sack: true,
                scale: Some(7),
                ..Options::default()
            },
            Options {
                clocks: Some((1, 2)),
                ..Options::default()
            },
            Options {
                mss: Some(9),
                scale: Some(3),
                sack: true,
                clocks: Some((5, 6)),
            },
        ] {
            let mut bytes = [0; LONGEST];
            let len = options.write(&mut bytes);
            let repr = tcp::Repr {
                options: &bytes[..len],
                ..tcp::Repr::default()
            };
            let mut segment = [0; HEADER_LEN + LONGEST];
            repr.emit(&mut segment[..repr.buffer_len()]);
            let segment = &segment[..repr.buffer_len()];
            assert_eq!(Segment::of(segment).map(|read| read.options), Some(options));
            let at = clocks_at(segment).map(|at| segment[at + 3]);
            assert_eq!(at, options.clocks.map(|(value, _)| value as u8));
        }
    }
}
