//! A packet's first bytes in words.

use core::net::IpAddr;
use netloom_model::journey::Head;
use netloom_wire::icmpv6::{self, Type};
use netloom_wire::ipv6::{self, extension};
use netloom_wire::{EtherType, IpProtocol, arp, ethernet, icmpv4, ipv4, tcp, udp, vlan};

/// A packet in a few words: `10.0.0.1 > 10.0.0.2 ICMP echo request, 84 bytes`.
pub(super) fn describe(head: &Head) -> String {
    let tags = tags(head).into_iter();
    let tags: String = tags.map(|(_, id, _)| format!("[VLAN {id}] ")).collect();
    format!("{tags}{}", describe_untagged(head))
}

fn describe_untagged(head: &Head) -> String {
    let (ethertype, bytes) = network(head);
    match ethertype {
        EtherType::IPV4 => describe_ip(bytes),
        EtherType::IPV6 => describe_ipv6(bytes),
        EtherType::ARP => match arp::Packet::new_checked(bytes) {
            Ok(arp) if arp.operation() == arp::Operation::REQUEST => {
                format!("who has {}? tell {}", arp.target_ip(), arp.sender_ip())
            }
            Ok(arp) => format!("{} is at {}", arp.sender_ip(), arp.sender_mac()),
            Err(_) => "ARP, malformed".to_owned(),
        },
        _ if head.len == 0 => String::new(),
        other => format!("EtherType {:#06x}, {} bytes", other.0, head.len),
    }
}

/// The VLAN tags of a frame, the outer one first: TPID, number and priority.
fn tags(head: &Head) -> Vec<(EtherType, u16, u8)> {
    let mut tags = Vec::new();
    if !head.ethernet {
        return tags;
    }
    let Ok(frame) = ethernet::Frame::new_checked(&head.bytes[..]) else {
        return tags;
    };
    let mut ethertype = frame.ethertype();
    while ethertype.is_vlan() {
        let at = ethernet::HEADER_LEN + tags.len() * vlan::HEADER_LEN;
        let rest = head.bytes.get(at..).unwrap_or_default();
        let Ok(tag) = vlan::Tag::new_checked(rest) else {
            break;
        };
        tags.push((ethertype, tag.id(), tag.pcp()));
        ethertype = tag.ethertype();
    }
    tags
}

/// The EtherType, and the bytes from the network header on.
fn network(head: &Head) -> (EtherType, &[u8]) {
    if !head.ethernet {
        let version = head.bytes.first().map(|byte| byte >> 4);
        let kind = if version == Some(6) {
            EtherType::IPV6
        } else {
            EtherType::IPV4
        };
        return (kind, &head.bytes);
    }
    match ethernet::Frame::new_checked(&head.bytes[..]) {
        Ok(_) => {
            // Behind the tags; the EtherType is what stands last before.
            let at = ethernet::HEADER_LEN + tags(head).len() * vlan::HEADER_LEN;
            let kind = EtherType(u16::from_be_bytes([head.bytes[at - 2], head.bytes[at - 1]]));
            (kind, head.bytes.get(at..).unwrap_or_default())
        }
        Err(_) => (EtherType(0), &[]),
    }
}

fn describe_ip(bytes: &[u8]) -> String {
    let Ok(ip) = ipv4::Packet::new_header(bytes) else {
        return "IPv4, malformed".to_owned();
    };
    let payload = bytes.get(ip.header_len()..).unwrap_or_default();
    let what = match ip.protocol() {
        IpProtocol::ICMP => match icmpv4::Packet::new_checked(payload) {
            Ok(icmp) => icmpv4::description(icmp.msg_type(), icmp.code())
                .map_or_else(|| "ICMP".to_owned(), |text| format!("ICMP {text}")),
            Err(_) => "ICMP".to_owned(),
        },
        protocol => transport(protocol, payload),
    };
    format!(
        "{} > {} {what}, {} bytes",
        ip.src(),
        ip.dst(),
        ip.total_len()
    )
}

/// What of a packet tells its flow from others.
pub(crate) struct Flow {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(super) protocol: u8,
    /// Source and destination port, or type and code of ICMP.
    pub(crate) ports: Option<(u16, u16)>,
}

/// The flow of a packet; none if it is none of IP.
pub(super) fn flow(head: &Head) -> Option<Flow> {
    let (ethertype, bytes) = network(head);
    let (source, destination, protocol, payload): (IpAddr, IpAddr, _, _) = match ethertype {
        EtherType::IPV4 => {
            let ip = ipv4::Packet::new_header(bytes).ok()?;
            let payload = bytes.get(ip.header_len()..).unwrap_or_default();
            (ip.src().into(), ip.dst().into(), ip.protocol(), payload)
        }
        EtherType::IPV6 => {
            let ip = ipv6::Packet::new_header(bytes).ok()?;
            let behind = bytes.get(ipv6::HEADER_LEN..).unwrap_or_default();
            let upper = extension::walk(ip.next_header(), behind).last()?;
            (ip.src().into(), ip.dst().into(), upper.kind, upper.bytes)
        }
        _ => return None,
    };
    let ports = match (protocol, payload) {
        (IpProtocol::UDP | IpProtocol::TCP, [a, b, c, d, ..]) => {
            Some((u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d])))
        }
        (IpProtocol::ICMP | IpProtocol::ICMPV6, [kind, code, ..]) => {
            Some((u16::from(*kind), u16::from(*code)))
        }
        _ => None,
    };
    Some(Flow {
        source,
        destination,
        protocol: protocol.0,
        ports,
    })
}

/// A transport's ports.
fn transport(protocol: IpProtocol, payload: &[u8]) -> String {
    match protocol {
        IpProtocol::UDP => match udp::Packet::new_header(payload) {
            Ok(udp) => format!("UDP {} > {}", udp.src_port(), udp.dst_port()),
            Err(_) => "UDP".to_owned(),
        },
        IpProtocol::TCP => match tcp::Packet::new_checked(payload) {
            Ok(tcp) => format!("TCP {} > {}", tcp.src_port(), tcp.dst_port()),
            Err(_) => "TCP".to_owned(),
        },
        other => format!("protocol {}", other.0),
    }
}

fn describe_ipv6(bytes: &[u8]) -> String {
    let Ok(ip) = ipv6::Packet::new_header(bytes) else {
        return "IPv6, malformed".to_owned();
    };
    let len = ipv6::HEADER_LEN + usize::from(ip.payload_len());
    let behind = bytes.get(ipv6::HEADER_LEN..).unwrap_or_default();
    let upper = extension::walk(ip.next_header(), behind).last();
    let what = upper.map_or_else(String::new, |upper| match upper.kind {
        IpProtocol::ICMPV6 => icmp6(upper.bytes),
        // Behind the header of a fragment that is not the first there is but data.
        IpProtocol::FRAGMENT => match extension::Fragment::new(upper.bytes) {
            Some(fragment) => format!("fragment at {}", fragment.offset()),
            None => "fragment, cut off".to_owned(),
        },
        protocol => transport(protocol, upper.bytes),
    });
    format!("{} > {} {what}, {len} bytes", ip.src(), ip.dst())
}

/// What an ICMPv6 message says.
fn icmp6(bytes: &[u8]) -> String {
    let Ok(message) = icmpv6::Packet::new_checked(bytes) else {
        return "ICMPv6".to_owned();
    };
    let target = || message.target().map_or_else(String::new, |t| t.to_string());
    let text = match message.msg_type() {
        Type::ECHO_REQUEST => "echo request".to_owned(),
        Type::ECHO_REPLY => "echo reply".to_owned(),
        Type::NEIGHBOUR_SOLICITATION => format!("who has {}?", target()),
        Type::NEIGHBOUR_ADVERTISEMENT => format!("{} is here", target()),
        Type::ROUTER_SOLICITATION => "who is a router?".to_owned(),
        Type::ROUTER_ADVERTISEMENT => "here is a router".to_owned(),
        Type::REDIRECT => "redirect".to_owned(),
        kind => icmpv6::description(kind, message.code())
            .map_or_else(|| format!("type {}", kind.0), str::to_owned),
    };
    format!("ICMPv6 {text}")
}

/// The headers, a line each.
pub(super) fn headers(head: &Head) -> Vec<String> {
    let mut lines = Vec::new();
    if head.ethernet
        && let Ok(frame) = ethernet::Frame::new_checked(&head.bytes[..])
    {
        let (src, dst, kind) = (frame.src(), frame.dst(), frame.ethertype().0);
        lines.push(format!(
            "Ethernet {src} > {dst}, type {kind:#06x}, {} bytes",
            head.len
        ));
        for (tpid, id, priority) in tags(head) {
            lines.push(format!(
                "VLAN {id}, priority {priority}, TPID {:#06x}",
                tpid.0
            ));
        }
    }
    let (ethertype, bytes) = network(head);
    if ethertype == EtherType::IPV4
        && let Ok(ip) = ipv4::Packet::new_header(bytes)
    {
        let df = if ip.df() { ", DF" } else { "" };
        lines.push(format!(
            "IPv4 {} > {}, ttl {}, tos {:#04x}, id {}{df}, checksum {:#06x}",
            ip.src(),
            ip.dst(),
            ip.ttl(),
            ip.tos(),
            ip.ident(),
            ip.checksum()
        ));
    }
    if ethertype == EtherType::IPV6
        && let Ok(ip) = ipv6::Packet::new_header(bytes)
    {
        lines.push(format!(
            "IPv6 {} > {}, hop limit {}, class {:#04x}, flow {:#x}",
            ip.src(),
            ip.dst(),
            ip.hop_limit(),
            ip.traffic_class(),
            ip.flow_label()
        ));
    }
    lines
}
