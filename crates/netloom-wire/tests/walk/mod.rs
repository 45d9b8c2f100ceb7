//! Reads everything that any view of some bytes offers.

use std::hint::black_box;
use std::net::{Ipv4Addr, Ipv6Addr};

use netloom_wire::{arp, ethernet, icmpv4, icmpv6, igmp, ipv4, ipv6, llc, stp, tcp, udp, vlan};

/// Wraps `bytes` in every format and reads every field.
pub(crate) fn every_view(bytes: &[u8]) {
    link_layer(bytes);
    internet_layer(bytes);
    transport_layer(bytes);
    in_place(bytes);
}

fn link_layer(bytes: &[u8]) {
    if let Ok(frame) = ethernet::Frame::new_checked(bytes) {
        black_box((frame.header(), frame.header_bytes(), frame.payload()));
        black_box((frame.ethertype().is_length(), frame.ethertype().is_vlan()));
    }
    if let Ok(tag) = vlan::Tag::new_checked(bytes) {
        black_box((
            tag.pcp(),
            tag.dei(),
            tag.id(),
            tag.ethertype(),
            tag.payload(),
        ));
    }
    if let Ok(llc) = llc::Packet::new_checked(bytes) {
        black_box((
            llc.dsap(),
            llc.ssap(),
            llc.control(),
            llc.snap(),
            llc.payload(),
        ));
    }
    if let Ok(bpdu) = stp::Bpdu::new_checked(bytes) {
        black_box((bpdu.version(), bpdu.bpdu_type(), bpdu.config()));
    }
    if let Ok(arp) = arp::Packet::new_checked(bytes) {
        black_box(arp.repr());
    }
}

fn internet_layer(bytes: &[u8]) {
    for packet in [
        ipv4::Packet::new_checked(bytes),
        ipv4::Packet::new_header(bytes),
    ] {
        let Ok(packet) = packet else { continue };
        black_box((
            ipv4::Repr::parse(&packet),
            packet.version(),
            packet.dscp(),
            packet.ecn(),
        ));
        black_box((
            packet.is_fragment(),
            packet.reserved_flag(),
            packet.checksum(),
        ));
        black_box((
            packet.payload(),
            packet.as_bytes(),
            packet.verify_checksum(),
        ));
        for option in packet.options_iter().flatten() {
            black_box((option.data(), option.kind.is_copied()));
        }
        assert!(packet.options_iter().count() <= packet.options().len());
    }
    for packet in [
        ipv6::Packet::new_checked(bytes),
        ipv6::Packet::new_header(bytes),
    ] {
        let Ok(packet) = packet else { continue };
        black_box((packet.version(), packet.repr(), packet.payload()));
    }
}

fn transport_layer(bytes: &[u8]) {
    let (v4, v6) = (Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
    if let Ok(icmp) = icmpv4::Packet::new_checked(bytes) {
        black_box((
            icmpv4::Repr::parse(&icmp),
            icmp.checksum(),
            icmp.verify_checksum(),
        ));
        black_box(icmpv4::description(icmp.msg_type(), icmp.code()));
    }
    if let Ok(icmp) = icmpv6::Packet::new_checked(bytes) {
        black_box((
            icmp.msg_type().is_error(),
            icmp.code(),
            icmp.echo_ident(),
            icmp.echo_seq(),
        ));
        black_box((
            icmp.rest_of_header(),
            icmp.target(),
            icmp.verify_checksum(v6, v6),
        ));
    }
    if let Ok(igmp) = igmp::Packet::new_checked(bytes) {
        black_box((
            igmp.msg_type(),
            igmp.max_response(),
            igmp.group(),
            igmp.checksum(),
        ));
        black_box((igmp.payload(), igmp.verify_checksum()));
    }
    for udp in [
        udp::Packet::new_checked(bytes),
        udp::Packet::new_header(bytes),
    ] {
        let Ok(udp) = udp else { continue };
        black_box((
            udp.src_port(),
            udp.dst_port(),
            udp.payload(),
            udp.as_bytes(),
        ));
        black_box((
            udp.verify_checksum_v4(v4, v4),
            udp.verify_checksum_v6(v6, v6),
        ));
    }
    if let Ok(tcp) = tcp::Packet::new_checked(bytes) {
        black_box((
            tcp.src_port(),
            tcp.dst_port(),
            tcp.seq(),
            tcp.ack(),
            tcp.flags(),
        ));
        black_box((tcp.window(), tcp.urgent(), tcp.payload(), tcp.checksum()));
        black_box((
            tcp.verify_checksum_v4(v4, v4),
            tcp.verify_checksum_v6(v6, v6),
        ));
        assert!(tcp.options_iter().count() <= tcp.options().len());
    }
}

/// What forwarding changes in place.
fn in_place(bytes: &[u8]) {
    let mut copy = bytes.to_vec();
    if let Ok(mut packet) = ipv4::Packet::new_checked(&mut copy[..]) {
        let valid = packet.verify_checksum();
        packet.decrement_ttl();
        assert_eq!(packet.verify_checksum(), valid);
        packet.options_mut().fill(0);
        packet.payload_mut().fill(0);
        packet.fill_checksum();
        assert!(packet.verify_checksum());
    }
    let mut copy = bytes.to_vec();
    if let Ok(mut udp) = udp::Packet::new_checked(&mut copy[..]) {
        udp.fill_checksum_v4(Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST);
        assert!(udp.verify_checksum_v4(Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST));
    }
}
