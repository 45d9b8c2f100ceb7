//! ICMP messages as values, and their writing.

use core::net::Ipv4Addr;

use super::{HEADER_LEN, Packet, Type, code};
use crate::field::{put, put_u16, put_u32};

/// The fields of an echo request or reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Echo<'a> {
    /// Which conversation it belongs to.
    pub ident: u16,
    /// Its number in the conversation.
    pub seq: u16,
    /// What the reply gives back unchanged.
    pub data: &'a [u8],
}

/// A message that this crate can build. Errors carry the start of the packet they are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repr<'a> {
    /// Are you there?
    EchoRequest(Echo<'a>),
    /// Yes.
    EchoReply(Echo<'a>),
    /// The packet could not be delivered.
    DestUnreachable {
        /// Why.
        code: u8,
        /// The MTU of the next hop, with "fragmentation needed"; zero otherwise.
        mtu: u16,
        /// The packet.
        original: &'a [u8],
    },
    /// The packet's time to live ran out, or a fragment's companions never came.
    TimeExceeded {
        /// Which of both.
        code: u8,
        /// The packet.
        original: &'a [u8],
    },
    /// The packet's header is wrong.
    ParameterProblem {
        /// Zero: see the pointer.
        code: u8,
        /// The offset of the bad byte.
        pointer: u8,
        /// The packet.
        original: &'a [u8],
    },
    /// The packet was forwarded, but there is a better gateway.
    Redirect {
        /// For network or host.
        code: u8,
        /// The better gateway.
        gateway: Ipv4Addr,
        /// The packet.
        original: &'a [u8],
    },
    /// Any other message.
    Other {
        /// Its type.
        kind: Type,
        /// Its code.
        code: u8,
        /// The second word of its header.
        rest: u32,
        /// What follows the header.
        data: &'a [u8],
    },
}

impl<'a> Repr<'a> {
    /// The message in a packet.
    #[must_use]
    pub fn parse<T: AsRef<[u8]>>(packet: &'a Packet<T>) -> Self {
        let (kind, code, data) = (packet.msg_type(), packet.code(), packet.payload());
        let echo = Echo {
            ident: packet.echo_ident(),
            seq: packet.echo_seq(),
            data,
        };
        let rest = packet.rest_of_header();
        match kind {
            Type::ECHO_REQUEST if code == 0 => Self::EchoRequest(echo),
            Type::ECHO_REPLY if code == 0 => Self::EchoReply(echo),
            Type::DEST_UNREACHABLE if rest >> 16 == 0 => Self::DestUnreachable {
                code,
                mtu: packet.mtu(),
                original: data,
            },
            Type::TIME_EXCEEDED if rest == 0 => Self::TimeExceeded {
                code,
                original: data,
            },
            Type::PARAMETER_PROBLEM if rest & 0x00ff_ffff == 0 => Self::ParameterProblem {
                code,
                pointer: packet.pointer(),
                original: data,
            },
            Type::REDIRECT => Self::Redirect {
                code,
                gateway: packet.gateway(),
                original: data,
            },
            _ => Self::Other {
                kind,
                code,
                rest,
                data,
            },
        }
    }

    /// "Fragmentation needed" about `original`, for a next hop of this MTU.
    #[must_use]
    pub fn fragmentation_needed(mtu: u16, original: &'a [u8]) -> Self {
        Self::DestUnreachable {
            code: code::FRAGMENTATION_NEEDED,
            mtu,
            original,
        }
    }

    /// What follows the header.
    #[must_use]
    pub fn data(&self) -> &'a [u8] {
        match *self {
            Self::EchoRequest(echo) | Self::EchoReply(echo) => echo.data,
            Self::DestUnreachable { original, .. }
            | Self::TimeExceeded { original, .. }
            | Self::ParameterProblem { original, .. }
            | Self::Redirect { original, .. } => original,
            Self::Other { data, .. } => data,
        }
    }

    /// The type and code.
    #[must_use]
    pub fn type_and_code(&self) -> (Type, u8) {
        match *self {
            Self::EchoRequest(_) => (Type::ECHO_REQUEST, 0),
            Self::EchoReply(_) => (Type::ECHO_REPLY, 0),
            Self::DestUnreachable { code, .. } => (Type::DEST_UNREACHABLE, code),
            Self::TimeExceeded { code, .. } => (Type::TIME_EXCEEDED, code),
            Self::ParameterProblem { code, .. } => (Type::PARAMETER_PROBLEM, code),
            Self::Redirect { code, .. } => (Type::REDIRECT, code),
            Self::Other { kind, code, .. } => (kind, code),
        }
    }

    /// The length of the whole message.
    #[inline]
    #[must_use]
    pub fn buffer_len(&self) -> usize {
        HEADER_LEN + self.data().len()
    }

    /// Writes the whole message to the start of `buf`, its checksum too.
    ///
    /// # Panics
    /// If `buf` is shorter than [`buffer_len`](Self::buffer_len).
    pub fn emit(&self, buf: &mut [u8]) {
        let buf = &mut buf[..self.buffer_len()];
        let (kind, code) = self.type_and_code();
        put(buf, 0, [kind.0, code]);
        put_u32(buf, 4, 0);
        match *self {
            Self::EchoRequest(echo) | Self::EchoReply(echo) => {
                put_u16(buf, 4, echo.ident);
                put_u16(buf, 6, echo.seq);
            }
            Self::DestUnreachable { mtu, .. } => put_u16(buf, 6, mtu),
            Self::TimeExceeded { .. } => {}
            Self::ParameterProblem { pointer, .. } => buf[4] = pointer,
            Self::Redirect { gateway, .. } => put(buf, 4, gateway.octets()),
            Self::Other { rest, .. } => put_u32(buf, 4, rest),
        }
        buf[HEADER_LEN..].copy_from_slice(self.data());
        Packet::new_unchecked(buf).fill_checksum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn any_repr(data: &[u8]) -> impl Strategy<Value = Repr<'_>> {
        let echo = (any::<u16>(), any::<u16>());
        let echo = echo.prop_map(move |(ident, seq)| Echo { ident, seq, data });
        prop_oneof![
            echo.clone().prop_map(Repr::EchoRequest),
            echo.prop_map(Repr::EchoReply),
            (0u8..16)
                .prop_filter("has an MTU", |&code| code != code::FRAGMENTATION_NEEDED)
                .prop_map(move |code| Repr::DestUnreachable {
                    code,
                    mtu: 0,
                    original: data
                }),
            any::<u16>().prop_map(move |mtu| Repr::fragmentation_needed(mtu, data)),
            (0u8..2).prop_map(move |code| Repr::TimeExceeded {
                code,
                original: data
            }),
            any::<u8>().prop_map(move |pointer| Repr::ParameterProblem {
                code: 0,
                pointer,
                original: data
            }),
            any::<[u8; 4]>().prop_map(move |gateway| Repr::Redirect {
                code: 1,
                gateway: gateway.into(),
                original: data
            }),
        ]
    }

    const DATA: &[u8] = b"the data of an odd length";

    proptest! {
        #[test]
        fn a_message_reads_back_as_it_was_written(repr in any_repr(DATA)) {
            let mut buf: Vec<u8> = std::vec![0xee; repr.buffer_len()];
            repr.emit(&mut buf);
            let packet = Packet::new_checked(&buf).unwrap();
            prop_assert!(packet.verify_checksum());
            prop_assert_eq!(Repr::parse(&packet), repr);
            let theirs = etherparse::Icmpv4Slice::from_slice(&buf).unwrap();
            prop_assert_eq!(theirs.type_u8(), repr.type_and_code().0.0);
            prop_assert_eq!(theirs.code_u8(), repr.type_and_code().1);
            prop_assert_eq!(
                theirs.checksum(),
                theirs.icmp_type().calc_checksum(theirs.payload())
            );
        }

        #[test]
        fn any_message_at_all_survives_parse_and_emit(mut bytes: [u8; 20]) {
            Packet::new_unchecked(&mut bytes[..]).fill_checksum();
            let packet = Packet::new_checked(&bytes).unwrap();
            let mut again = [0; 20];
            Repr::parse(&packet).emit(&mut again);
            prop_assert_eq!(again, bytes);
        }
    }
}
