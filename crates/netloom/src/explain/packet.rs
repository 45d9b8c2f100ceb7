//! A packet's first bytes in words.

use netloom_model::journey::Head;
use netloom_wire::{EtherType, IpProtocol, arp, ethernet, icmpv4, ipv4, tcp, udp};

/// A packet in a few words: `10.0.0.1 > 10.0.0.2 ICMP echo request, 84 bytes`.
pub(super) fn describe(head: &Head) -> String {
    let (ethertype, bytes) = network(head);
    match ethertype {
        EtherType::IPV4 => describe_ip(bytes),
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

/// The EtherType, and the bytes from the network header on.
fn network(head: &Head) -> (EtherType, &[u8]) {
    if !head.ethernet {
        return (EtherType::IPV4, &head.bytes);
    }
    match ethernet::Frame::new_checked(&head.bytes[..]) {
        Ok(frame) => (frame.ethertype(), head.bytes.get(14..).unwrap_or_default()),
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
        IpProtocol::UDP => match udp::Packet::new_header(payload) {
            Ok(udp) => format!("UDP {} > {}", udp.src_port(), udp.dst_port()),
            Err(_) => "UDP".to_owned(),
        },
        IpProtocol::TCP => match tcp::Packet::new_checked(payload) {
            Ok(tcp) => format!("TCP {} > {}", tcp.src_port(), tcp.dst_port()),
            Err(_) => "TCP".to_owned(),
        },
        other => format!("protocol {}", other.0),
    };
    format!(
        "{} > {} {what}, {} bytes",
        ip.src(),
        ip.dst(),
        ip.total_len()
    )
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
    lines
}
