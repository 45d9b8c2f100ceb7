//! IPv4 headers, and who prints what they carry.

use std::net::IpAddr;

use netloom_wire::{IpProtocol, checksum, ipv4};

use super::{
    Fields, Printed, Text, first, icmp, icmp6, igmp, ip_options, ip6, names, put, tcp, udp,
};

/// The addresses around a payload, for its checksum and its line.
#[derive(Clone, Copy)]
pub(super) struct Envelope {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    /// Where a source route leads in the end: what the checksum covers.
    pub(super) last_dst: IpAddr,
    /// Part of a longer packet: no checksum can be verified.
    pub(super) fragment: bool,
    /// The addresses are printed with the ports (not after IPv6 extension headers).
    pub(super) show_addresses: bool,
}

impl Envelope {
    /// The sum of the pseudo header over `length` bytes.
    pub(super) fn pseudo(&self, protocol: IpProtocol, length: usize) -> u16 {
        match (self.src, self.last_dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => checksum::pseudo_v4(src, dst, protocol, length),
            (IpAddr::V6(src), IpAddr::V6(dst)) => checksum::pseudo_v6(src, dst, protocol, length),
            // The two addresses come from one header.
            _ => 0,
        }
    }

    /// What the checksum `found` in `covered` should be, if it is not that.
    pub(super) fn wrong_checksum(
        &self,
        protocol: IpProtocol,
        covered: &[u8],
        found: u16,
    ) -> Option<u16> {
        let total =
            checksum::combine(&[self.pseudo(protocol, covered.len()), checksum::sum(covered)]);
        (total != 0xffff).then(|| !checksum::combine(&[total, !found]))
    }
}

pub(super) fn print(text: &mut Text<'_>, data: &[u8], length: usize) -> Printed {
    let fields = Fields::new("ip", data);
    let version = fields.u8(0)? >> 4;
    if version != 4 {
        if version == 6 {
            put!(text, "IP6, wrong link-layer encapsulation (invalid)");
        } else {
            put!(text, "IP{version} (invalid)");
        }
        return Ok(());
    }
    if !text.style.link {
        put!(text, "IP ");
    }
    let header = ipv4::Packet::new_unchecked(fields.bytes(0, ipv4::HEADER_LEN)?);
    if length < ipv4::HEADER_LEN {
        return Err(fields.truncated());
    }
    let (header_len, total) = (header.header_len(), usize::from(header.total_len()));
    if header_len < ipv4::HEADER_LEN {
        put!(text, "bad-hlen {header_len}");
        return Ok(());
    }
    if length < total {
        put!(text, "truncated-ip - {} bytes missing! ", total - length);
    }
    if total < header_len {
        put!(text, "bad-len {total}");
        return Ok(());
    }
    let data = first(data, total);
    if text.style.verbose > 0 {
        verbose_header(text, &header, data)?;
    }
    let envelope = Envelope {
        src: header.src().into(),
        dst: header.dst().into(),
        last_dst: ip_options::last_hop(data, header_len)
            .unwrap_or(header.dst())
            .into(),
        fragment: header.is_fragment(),
        show_addresses: true,
    };
    let addresses = (text.style.host(envelope.src), text.style.host(envelope.dst));
    if header.frag_offset() != 0 {
        // Only the first fragment has the header that would tell more.
        put!(text, "{} > {}:", addresses.0, addresses.1);
        protocol_name(text, header.protocol());
        return Ok(());
    }
    if !matches!(header.protocol(), IpProtocol::TCP | IpProtocol::UDP) {
        put!(text, "{} > {}: ", addresses.0, addresses.1);
    }
    let Some(rest) = data.get(header_len..) else {
        if text.style.verbose == 0 {
            let captured = data.len();
            put!(
                text,
                " [remaining caplen({captured}) < header length({header_len})]"
            );
        } else if matches!(header.protocol(), IpProtocol::TCP | IpProtocol::UDP) {
            put!(text, "{} > {}: ", addresses.0, addresses.1);
        }
        return Err(fields.truncated());
    };
    payload(text, header.protocol(), &envelope, rest, total - header_len)
}

/// Prints what an IP protocol number says, for both versions of IP.
pub(super) fn payload(
    text: &mut Text<'_>,
    protocol: IpProtocol,
    envelope: &Envelope,
    data: &[u8],
    length: usize,
) -> Printed {
    match protocol {
        IpProtocol::ICMP if envelope.src.is_ipv6() => {
            put!(text, "[ICMP requires IPv4] (invalid)");
            Ok(())
        }
        IpProtocol::ICMP => icmp::print(text, envelope, data, length),
        IpProtocol::IGMP => igmp::print(text, data, length),
        IpProtocol::TCP => tcp::print(text, envelope, data, length),
        IpProtocol::UDP => udp::print(text, envelope, data, length),
        IpProtocol::IPIP => print(text, data, length),
        IpProtocol::IPV6 => ip6::print(text, data, length),
        IpProtocol::ICMPV6 => icmp6::print(text, envelope, data, length),
        _ => {
            protocol_name(text, protocol);
            put!(text, " {length}");
            Ok(())
        }
    }
}

fn protocol_name(text: &mut Text<'_>, protocol: IpProtocol) {
    match protocol.name() {
        Some(name) if !text.style.numeric => put!(text, " {name}"),
        _ => put!(text, " ip-proto-{}", protocol.0),
    }
}

fn verbose_header(text: &mut Text<'_>, header: &ipv4::Packet<&[u8]>, data: &[u8]) -> Printed {
    put!(text, "(tos 0x{:x}", header.tos());
    match header.ecn() {
        1 => put!(text, ",ECT(1)"),
        2 => put!(text, ",ECT(0)"),
        3 => put!(text, ",CE"),
        _ => {}
    }
    if header.ttl() >= 1 {
        put!(text, ", ttl {}", header.ttl());
    }
    put!(
        text,
        ", id {}, offset {}, flags [",
        header.ident(),
        header.frag_offset()
    );
    let flags = [
        (header.mf(), "+"),
        (header.df(), "DF"),
        (header.reserved_flag(), "rsvd"),
    ];
    let set: Vec<_> = flags
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| *name)
        .collect();
    put!(
        text,
        "{}]",
        if set.is_empty() {
            String::from("none")
        } else {
            set.join(", ")
        }
    );
    let protocol = header.protocol();
    put!(
        text,
        ", proto {} ({})",
        names::ip_protocol(protocol),
        protocol.0
    );
    put!(text, ", length {}", header.total_len());
    if header.header_len() > ipv4::HEADER_LEN {
        put!(text, ", options (");
        let end = header.header_len().min(data.len());
        let options = &data[ipv4::HEADER_LEN..end];
        ip_options::print(text, options, header.header_len() - ipv4::HEADER_LEN)?;
        put!(text, ")");
    }
    if let Some(whole) = data.get(..header.header_len())
        && !checksum::verify(whole)
    {
        let right = !checksum::combine(&[checksum::sum(whole), !header.checksum()]);
        put!(text, ", bad cksum {:x} (->{right:x})!", header.checksum());
    }
    put!(text, ")\n    ");
    Ok(())
}
