//! What rules and hashes ask of the layer above IP: its protocol and its ports (`flowi_proto`,
//! `flowi_uli`), as sockets fill them in and as they are read out of a packet received
//! (`fib4_rules_early_flow_dissect`).
//!
//! Of a fragment, be it the first one, the ports are not read. Left out: what is inside of tunnels,
//! at which Linux does not look either.

use netloom_wire::{IpProtocol, ipv4, ipv6};

/// What a flow is above IP; zeros where nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Upper {
    pub(crate) protocol: u8,
    /// Source and destination.
    pub(crate) ports: (u16, u16),
}

impl Upper {
    /// A flow of `protocol` between `ports`.
    pub(crate) fn new(protocol: IpProtocol, ports: (u16, u16)) -> Upper {
        Upper {
            protocol: protocol.0,
            ports,
        }
    }

    /// An ICMP message that a socket or the stack sends: Linux keeps its type and code where the
    /// destination port would be.
    pub(crate) fn icmp(protocol: IpProtocol, kind: u8, code: u8) -> Upper {
        Upper::new(protocol, (0, u16::from_be_bytes([kind, code])))
    }

    /// What a payload with its header says, as the socket of its protocol would.
    pub(crate) fn of_payload(protocol: IpProtocol, payload: &[u8]) -> Upper {
        Upper::new(protocol, ports(protocol, payload))
    }

    /// The same flow the other way.
    pub(crate) fn reversed(self) -> Upper {
        Upper {
            ports: (self.ports.1, self.ports.0),
            ..self
        }
    }

    /// What a packet of IPv4 says.
    pub(crate) fn of_v4(header: &ipv4::Packet<&[u8]>) -> Upper {
        let protocol = header.protocol();
        if header.is_fragment() {
            return Upper::new(protocol, (0, 0));
        }
        Upper::new(protocol, ports(protocol, header.payload()))
    }

    /// What a packet of IPv6 says, behind its extension headers.
    pub(crate) fn of_v6(header: &ipv6::Packet<&[u8]>) -> Upper {
        for part in ipv6::extension::walk(header.next_header(), header.payload()) {
            if part.kind == IpProtocol::FRAGMENT {
                let next = part
                    .bytes
                    .first()
                    .map_or(part.kind, |next| IpProtocol(*next));
                return Upper::new(next, (0, 0));
            }
            if !ipv6::extension::is_extension(part.kind) {
                return Upper::new(part.kind, ports(part.kind, part.bytes));
            }
        }
        Upper::default()
    }
}

/// The ports at the beginning of a protocol that has them (`proto_ports_offset`).
fn ports(protocol: IpProtocol, payload: &[u8]) -> (u16, u16) {
    const DCCP: u8 = 33;
    const UDP_LITE: u8 = 136;
    let has_ports = matches!(
        protocol,
        IpProtocol::TCP
            | IpProtocol::UDP
            | IpProtocol::SCTP
            | IpProtocol::ESP
            | IpProtocol(DCCP | UDP_LITE)
    );
    match payload {
        [a, b, c, d, ..] if has_ports => {
            (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]))
        }
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(protocol: IpProtocol, fragment: u16) -> Vec<u8> {
        let repr = ipv4::Repr {
            protocol,
            ttl: 64,
            payload_len: 8,
            ..ipv4::Repr::default()
        };
        let mut bytes = vec![0; ipv4::HEADER_LEN + 8];
        repr.emit(&mut bytes);
        bytes[6..8].copy_from_slice(&fragment.to_be_bytes());
        bytes[20..24].copy_from_slice(&[0x13, 0x88, 0, 80]);
        bytes
    }

    fn read(bytes: &[u8]) -> Upper {
        Upper::of_v4(&ipv4::Packet::new_unchecked(bytes))
    }

    #[test]
    fn ports_are_read_of_what_has_them() {
        let tcp = read(&packet(IpProtocol::TCP, 0));
        assert_eq!((tcp.protocol, tcp.ports), (6, (5000, 80)));
        assert_eq!(tcp.reversed().ports, (80, 5000));
        assert_eq!(read(&packet(IpProtocol::ICMP, 0)).ports, (0, 0));
    }

    #[test]
    fn a_first_fragment_has_a_protocol_but_no_ports() {
        let first = read(&packet(IpProtocol::UDP, 0x2000));
        assert_eq!((first.protocol, first.ports), (17, (0, 0)));
    }

    #[test]
    fn the_headers_of_ipv6_are_stepped_over() {
        let mut bytes = vec![0; ipv6::HEADER_LEN + 16];
        let repr = ipv6::Repr {
            next_header: IpProtocol::HOP_BY_HOP,
            payload_len: 16,
            ..ipv6::Repr::default()
        };
        repr.emit(&mut bytes);
        bytes[40] = IpProtocol::UDP.0;
        bytes[48..52].copy_from_slice(&[0, 53, 0x13, 0x88]);
        let read = |bytes: &[u8]| Upper::of_v6(&ipv6::Packet::new_unchecked(bytes));
        let upper = read(&bytes);
        assert_eq!((upper.protocol, upper.ports), (17, (53, 5000)));
        bytes[6] = IpProtocol::FRAGMENT.0;
        let upper = read(&bytes);
        assert_eq!((upper.protocol, upper.ports), (17, (0, 0)));
    }
}
