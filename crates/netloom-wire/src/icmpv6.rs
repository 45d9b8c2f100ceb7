//! ICMP for IPv6: the header of RFC 4443, and the target of neighbour discovery (RFC 4861).
//!
//! The options of neighbour discovery are in [`crate::ndp`].

use core::net::Ipv6Addr;

use crate::field::{put, put_u16, put_u32, require, u16, u32};
use crate::{IpProtocol, Malformed, checksum};

/// Type, code, checksum and the rest of the header.
pub const HEADER_LEN: usize = 8;

/// The codes of errors.
pub mod code {
    /// Destination unreachable: no route.
    pub const NO_ROUTE: u8 = 0;
    /// Destination unreachable: administratively prohibited.
    pub const PROHIBITED: u8 = 1;
    /// Destination unreachable: beyond the scope of the source address.
    pub const BEYOND_SCOPE: u8 = 2;
    /// Destination unreachable: the address is not reached.
    pub const ADDRESS_UNREACHABLE: u8 = 3;
    /// Destination unreachable: nobody listens at the port.
    pub const PORT_UNREACHABLE: u8 = 4;
    /// Time exceeded: the hop limit.
    pub const HOP_LIMIT: u8 = 0;
    /// Time exceeded: reassembly.
    pub const REASSEMBLY: u8 = 1;
    /// Parameter problem: an erroneous field.
    pub const FIELD: u8 = 0;
    /// Parameter problem: an unknown next header.
    pub const NEXT_HEADER: u8 = 1;
    /// Parameter problem: an unknown option.
    pub const OPTION: u8 = 2;
    /// Parameter problem: a first fragment without all headers (RFC 7112).
    pub const CHAIN_CUT: u8 = 3;
}

/// The type of a message; errors are below 128.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Type(pub u8);

impl Type {
    /// Destination unreachable.
    pub const DEST_UNREACHABLE: Self = Self(1);
    /// Packet too big.
    pub const PACKET_TOO_BIG: Self = Self(2);
    /// Time exceeded.
    pub const TIME_EXCEEDED: Self = Self(3);
    /// Parameter problem.
    pub const PARAMETER_PROBLEM: Self = Self(4);
    /// Echo request.
    pub const ECHO_REQUEST: Self = Self(128);
    /// Echo reply.
    pub const ECHO_REPLY: Self = Self(129);
    /// Multicast listener query.
    pub const MLD_QUERY: Self = Self(130);
    /// Multicast listener report.
    pub const MLD_REPORT: Self = Self(131);
    /// Multicast listener done.
    pub const MLD_DONE: Self = Self(132);
    /// Router solicitation.
    pub const ROUTER_SOLICITATION: Self = Self(133);
    /// Router advertisement.
    pub const ROUTER_ADVERTISEMENT: Self = Self(134);
    /// Neighbour solicitation.
    pub const NEIGHBOUR_SOLICITATION: Self = Self(135);
    /// Neighbour advertisement.
    pub const NEIGHBOUR_ADVERTISEMENT: Self = Self(136);
    /// Redirect.
    pub const REDIRECT: Self = Self(137);
    /// Version 2 multicast listener report.
    pub const MLD2_REPORT: Self = Self(143);

    /// Whether it is an error, about which no error may be sent.
    #[inline]
    #[must_use]
    pub fn is_error(self) -> bool {
        self.0 < 128
    }
}

/// A message over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Packet<T> {
    /// Wraps bytes that hold at least a header.
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        require("ICMPv6 header", HEADER_LEN, bytes.as_ref())?;
        Ok(Self(bytes))
    }

    /// Wraps bytes that the caller knows to hold a header; getters panic otherwise.
    #[inline]
    pub fn new_unchecked(bytes: T) -> Self {
        Self(bytes)
    }

    /// The type.
    #[inline]
    pub fn msg_type(&self) -> Type {
        Type(self.0.as_ref()[0])
    }

    /// The code.
    #[inline]
    pub fn code(&self) -> u8 {
        self.0.as_ref()[1]
    }

    /// The checksum over the pseudo header and the whole message.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16(self.0.as_ref(), 2)
    }

    /// The second word of the header, whose meaning depends on the type.
    #[inline]
    pub fn rest_of_header(&self) -> u32 {
        u32(self.0.as_ref(), 4)
    }

    /// Of an echo: which conversation it belongs to.
    #[inline]
    pub fn echo_ident(&self) -> u16 {
        u16(self.0.as_ref(), 4)
    }

    /// Of an echo: its number in the conversation.
    #[inline]
    pub fn echo_seq(&self) -> u16 {
        u16(self.0.as_ref(), 6)
    }

    /// Of a neighbour solicitation or advertisement: the address it is about, if complete.
    #[inline]
    pub fn target(&self) -> Option<Ipv6Addr> {
        self.payload()
            .first_chunk::<16>()
            .map(|&octets| Ipv6Addr::from(octets))
    }

    /// What follows the header.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        &self.0.as_ref()[HEADER_LEN..]
    }

    /// Whether the checksum is right.
    #[inline]
    pub fn verify_checksum(&self, src: Ipv6Addr, dst: Ipv6Addr) -> bool {
        let data = self.0.as_ref();
        let pseudo = checksum::pseudo_v6(src, dst, IpProtocol::ICMPV6, data.len());
        checksum::combine(&[pseudo, checksum::sum(data)]) == 0xffff
    }
}

impl<T: AsRef<[u8]> + AsMut<[u8]>> Packet<T> {
    /// Sets the checksum.
    #[inline]
    pub fn set_checksum(&mut self, checksum: u16) {
        put_u16(self.0.as_mut(), 2, checksum);
    }

    /// Computes the checksum and sets it.
    #[inline]
    pub fn fill_checksum(&mut self, src: Ipv6Addr, dst: Ipv6Addr) {
        self.set_checksum(0);
        let data = self.0.as_ref();
        let pseudo = checksum::pseudo_v6(src, dst, IpProtocol::ICMPV6, data.len());
        let checksum = !checksum::combine(&[pseudo, checksum::sum(data)]);
        self.set_checksum(checksum);
    }
}

impl<T: AsRef<[u8]> + AsMut<[u8]>> Packet<T> {
    /// Sets the type.
    #[inline]
    pub fn set_msg_type(&mut self, kind: Type) {
        put(self.0.as_mut(), 0, [kind.0]);
    }

    /// Of an echo: sets which conversation it belongs to.
    #[inline]
    pub fn set_echo_ident(&mut self, ident: u16) {
        put_u16(self.0.as_mut(), 4, ident);
    }
}

/// A message: its type and code, the second word of its header, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repr<'a> {
    /// The type.
    pub msg_type: Type,
    /// The code.
    pub code: u8,
    /// The second word, whose meaning depends on the type.
    pub rest: u32,
    /// What follows the header.
    pub body: &'a [u8],
}

impl<'a> Repr<'a> {
    /// An echo request.
    #[must_use]
    pub const fn echo_request(ident: u16, seq: u16, data: &'a [u8]) -> Self {
        Repr {
            msg_type: Type::ECHO_REQUEST,
            code: 0,
            rest: (ident as u32) << 16 | seq as u32,
            body: data,
        }
    }

    /// The length of the message.
    #[inline]
    #[must_use]
    pub const fn buffer_len(&self) -> usize {
        HEADER_LEN + self.body.len()
    }

    /// Writes the message with its checksum to the start of `buf`.
    ///
    /// # Panics
    /// If `buf` is shorter than the message.
    pub fn emit(&self, buf: &mut [u8], src: Ipv6Addr, dst: Ipv6Addr) {
        put(buf, 0, [self.msg_type.0, self.code, 0, 0]);
        put_u32(buf, 4, self.rest);
        let len = self.buffer_len();
        buf[HEADER_LEN..len].copy_from_slice(self.body);
        Packet(&mut buf[..len]).fill_checksum(src, dst);
    }
}

/// What an error says, as `(type, code)` in words; none for what is no error or unknown.
#[must_use]
pub const fn description(kind: Type, code: u8) -> Option<&'static str> {
    Some(match (kind, code) {
        (Type::DEST_UNREACHABLE, code::NO_ROUTE) => "no route",
        (Type::DEST_UNREACHABLE, code::PROHIBITED) => "administratively prohibited",
        (Type::DEST_UNREACHABLE, code::BEYOND_SCOPE) => "beyond scope of the source address",
        (Type::DEST_UNREACHABLE, code::ADDRESS_UNREACHABLE) => "address unreachable",
        (Type::DEST_UNREACHABLE, code::PORT_UNREACHABLE) => "port unreachable",
        (Type::PACKET_TOO_BIG, _) => "packet too big",
        (Type::TIME_EXCEEDED, code::HOP_LIMIT) => "hop limit exceeded",
        (Type::TIME_EXCEEDED, _) => "reassembly time exceeded",
        (Type::PARAMETER_PROBLEM, _) => "parameter problem",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_solicitation_without_its_target_has_none() {
        let packet = Packet::new_checked([135u8; 20]).unwrap();
        assert_eq!(packet.msg_type(), Type::NEIGHBOUR_SOLICITATION);
        assert_eq!(packet.target(), None);
    }

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        let (src, dst) = (Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED);
        let repr = Repr::echo_request(7, 9, b"data");
        let mut bytes = [0; 12];
        repr.emit(&mut bytes, src, dst);
        let packet = Packet::new_checked(&bytes[..]).unwrap();
        assert!(packet.verify_checksum(src, dst));
        assert_eq!((packet.echo_ident(), packet.echo_seq()), (7, 9));
        assert_eq!(packet.payload(), b"data");
    }

    proptest! {
        #[test]
        fn the_checksum_covers_the_pseudo_header(
            mut bytes: [u8; 21], src: [u8; 16], dst: [u8; 16],
        ) {
            let mut packet = Packet::new_checked(&mut bytes[..]).unwrap();
            packet.fill_checksum(src.into(), dst.into());
            prop_assert!(packet.verify_checksum(src.into(), dst.into()));
            let ours = packet.checksum();
            let slice = etherparse::Icmpv6Slice::from_slice(&bytes).unwrap();
            prop_assert!(slice.is_checksum_valid(src, dst));
            prop_assert_eq!(slice.checksum(), ours);
        }
    }
}
