//! What rules know of a packet at a hook, beside its bytes.

use crate::device::DevId;
use crate::namespace::NsId;
use crate::packet::Packet;
use netloom_model::Family;
use netloom_model::ruleset::statement::Reject;
use netloom_model::ruleset::{Hook, TableFamily};
use netloom_model::socket::PacketType;
use netloom_wire::ipv6::extension;
use netloom_wire::{EtherType, IpProtocol, ethernet, ipv4, ipv6};

/// Whose hooks a packet meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Proto {
    V4,
    V6,
    Arp,
    Bridge,
    Netdev,
}

impl Proto {
    pub(crate) const COUNT: usize = 5;

    /// The protocols whose packets meet the chains of a family.
    pub(crate) const fn of(family: TableFamily) -> &'static [Proto] {
        match family {
            TableFamily::Ip => &[Proto::V4],
            TableFamily::Ip6 => &[Proto::V6],
            TableFamily::Inet => &[Proto::V4, Proto::V6],
            TableFamily::Arp => &[Proto::Arp],
            TableFamily::Bridge => &[Proto::Bridge],
            TableFamily::Netdev => &[Proto::Netdev],
        }
    }

    /// The version of IP that a packet at its hooks is of.
    fn version_of(self, packet: &Packet) -> Option<Family> {
        match (self, packet.ethertype) {
            (Proto::V4, _) | (Proto::Bridge | Proto::Netdev, EtherType::IPV4) => Some(Family::V4),
            (Proto::V6, _) | (Proto::Bridge | Proto::Netdev, EtherType::IPV6) => Some(Family::V6),
            _ => None,
        }
    }

    /// As what a chain of a family sees a packet at its hooks: one of `inet` at a device sees packets
    /// of IP alone, as those of IP (`nft_do_chain_inet_ingress`); none: it sees nothing of this one.
    pub(super) fn seen_by(self, family: TableFamily, packet: &Packet) -> Option<Proto> {
        if self != Proto::Netdev || family != TableFamily::Inet {
            return Some(self);
        }
        Some(match self.version_of(packet)? {
            Family::V4 => Proto::V4,
            Family::V6 => Proto::V6,
        })
    }

    /// Its number (`NFPROTO_*`).
    pub(super) const fn number(self) -> u8 {
        match self {
            Proto::V4 => 2,
            Proto::Arp => 3,
            Proto::Netdev => 5,
            Proto::Bridge => 7,
            Proto::V6 => 10,
        }
    }
}

/// Where a packet is, and what its headers are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) ns: NsId,
    pub(crate) hook: Hook,
    pub(crate) proto: Proto,
    /// The device that it came by, and the one that it leaves by.
    pub(crate) input: DevId,
    pub(crate) output: DevId,
    /// The version of IP that it is a packet of, whatever the family of the hook.
    pub(crate) version: Option<Family>,
    /// Its protocol above IP, behind any extension headers.
    pub(crate) protocol: Option<u8>,
    /// Where the transport header begins, from the network header; none in a later fragment.
    pub(crate) transport: Option<u16>,
}

impl Facts {
    /// Whether it is a packet of IPv4.
    pub(crate) fn is_v4(&self) -> bool {
        self.version == Some(Family::V4)
    }

    /// Whether it is the ICMP of its version.
    pub(super) fn is_icmp(&self) -> bool {
        let own = match self.is_v6() {
            false => IpProtocol::ICMP,
            true => IpProtocol::ICMPV6,
        };
        self.protocol == Some(own.0)
    }

    /// Whether it is a packet of IPv6.
    pub(crate) fn is_v6(&self) -> bool {
        self.version == Some(Family::V6)
    }

    /// Those of a packet.
    pub(crate) fn of(
        packet: &Packet,
        (ns, proto, hook): (NsId, Proto, Hook),
        (input, output): (DevId, DevId),
    ) -> Facts {
        let version = proto.version_of(packet);
        let (protocol, transport) = match version {
            Some(Family::V4) => v4(packet.network()),
            Some(Family::V6) => v6(packet.network(), ipv6::HEADER_LEN, false),
            None => (None, None),
        };
        Facts {
            ns,
            hook,
            proto,
            input,
            output,
            version,
            protocol,
            transport,
        }
    }

    /// The same for who steps over a header of IPv6 that authenticates the packet: connections and legacy
    /// do, nft does not.
    #[inline]
    pub(super) fn behind_authentication(&self, packet: &Packet) -> Facts {
        let mut facts = *self;
        if let (Some(Family::V6), Some(51), Some(at)) =
            (self.version, self.protocol, self.transport)
        {
            (facts.protocol, facts.transport) = v6(packet.network(), usize::from(at), true);
        }
        facts
    }

    /// How long rules take a packet for: where it leaves a device, with its Ethernet header.
    pub(super) fn len(&self, packet: &Packet) -> u64 {
        let whole = matches!(
            (self.proto, self.hook),
            (Proto::Netdev, Hook::Egress) | (Proto::Arp, Hook::Output)
        );
        let link = if whole { ethernet::HEADER_LEN } else { 0 };
        (packet.network().len() + link) as u64
    }

    /// The Ethernet header, as rules see it: with the tag in its place.
    pub(super) fn link(&self, packet: &Packet) -> Option<([u8; 18], usize)> {
        let frame = matches!(self.proto, Proto::Bridge | Proto::Netdev);
        if packet.packet_type == PacketType::Outgoing && !frame {
            return None;
        }
        let header = packet.frame_header()?;
        let mut bytes = [0; 18];
        let tag = packet.tag;
        if !tag.is_present() {
            bytes[..14].copy_from_slice(header);
            return Some((bytes, 14));
        }
        bytes[..12].copy_from_slice(&header[..12]);
        bytes[12..14].copy_from_slice(&tag.protocol().0.to_be_bytes());
        bytes[14..16].copy_from_slice(&tag.tci().to_be_bytes());
        bytes[16..].copy_from_slice(&header[12..14]);
        Some((bytes, 18))
    }

    /// Whether the sender can be told so: a rule that tells it otherwise does not match.
    pub(super) fn can_be_told(&self, reject: Reject) -> bool {
        match reject {
            Reject::TcpReset => self.protocol == Some(IpProtocol::TCP.0),
            Reject::Icmp(_) => self.is_v4(),
            Reject::Icmpv6(_) => self.is_v6(),
            Reject::Icmpx(_) => true,
        }
    }
}

/// The protocol above IP of a packet from its network header on, and where its transport header begins;
/// of one that an error quotes too, of which the end is missing.
pub(crate) fn layers(proto: Proto, bytes: &[u8]) -> (Option<u8>, Option<u16>) {
    match proto {
        Proto::V4 => v4(bytes),
        Proto::V6 => v6(bytes, ipv6::HEADER_LEN, true),
        _ => (None, None),
    }
}

fn v4(bytes: &[u8]) -> (Option<u8>, Option<u16>) {
    let Ok(header) = ipv4::Packet::new_header(bytes) else {
        return (None, None);
    };
    let at = (header.frag_offset() == 0).then_some(header.header_len() as u16);
    (Some(header.protocol().0), at)
}

/// The same of IPv6, from a header on; a header that authenticates the packet is stepped over or taken
/// for what is above IP.
fn v6(bytes: &[u8], from: usize, over_ah: bool) -> (Option<u8>, Option<u16>) {
    let Ok(header) = ipv6::Packet::new_checked(bytes) else {
        return (None, None);
    };
    let (mut kind, mut at) = match from {
        ipv6::HEADER_LEN => (header.next_header(), from),
        at => (AUTHENTICATION, at),
    };
    while extension::is_extension(kind) || (over_ah && kind == AUTHENTICATION) {
        let [next, units, ..] = *bytes.get(at..).unwrap_or_default() else {
            return (None, None);
        };
        let units = usize::from(units);
        let len = match kind {
            IpProtocol::FRAGMENT => {
                let Some(fragment) = extension::Fragment::new(&bytes[at..]) else {
                    return (None, None);
                };
                // Behind the head of a later fragment there is data, not a header.
                if fragment.offset() != 0 {
                    return (Some(next), None);
                }
                extension::FRAGMENT_LEN
            }
            AUTHENTICATION => 4 * (units + 2),
            _ => 8 * (units + 1),
        };
        (kind, at) = (IpProtocol(next), at + len);
    }
    // Nobody looks whether all of a header is there that is stepped over: what it names may begin
    // behind the end.
    (Some(kind.0), Some(at.min(bytes.len()) as u16))
}

/// The header that authenticates a packet (RFC 4302).
const AUTHENTICATION: IpProtocol = IpProtocol(51);
