//! IPv6 headers with their extension headers.

use netloom_wire::{IpProtocol, ipv6};

use super::ip::{self, Envelope};
use super::{Fields, Printed, Text, first, names, put};

pub(super) fn print(text: &mut Text<'_>, data: &[u8], length: usize) -> Printed {
    let fields = Fields::new("ip6", data);
    let header = ipv6::Packet::new_unchecked(fields.bytes(0, ipv6::HEADER_LEN)?);
    if !text.style.link {
        put!(text, "IP6 ");
    }
    if header.version() != 6 {
        put!(text, "version error: {} != 6", header.version());
        return Ok(());
    }
    let payload_len = usize::from(header.payload_len());
    let total = payload_len + ipv6::HEADER_LEN;
    if length < total {
        put!(text, "truncated-ip6 - {} bytes missing!", total - length);
    }
    if text.style.verbose > 0 {
        verbose_header(text, &header);
    }
    let mut envelope = Envelope {
        src: header.src().into(),
        dst: header.dst().into(),
        last_dst: header.dst().into(),
        fragment: false,
        show_addresses: true,
    };
    let mut next = header.next_header();
    if !matches!(next, IpProtocol::TCP | IpProtocol::UDP) {
        let (src, dst) = (text.style.host(envelope.src), text.style.host(envelope.dst));
        put!(text, "{src} > {dst}: ");
        envelope.show_addresses = false;
    }
    let mut rest = &first(data, total)[ipv6::HEADER_LEN..];
    let mut left = payload_len;
    loop {
        let (name, after) = match next {
            IpProtocol::HOP_BY_HOP => ("HBH", options(text, "hbhopt", "HBH", rest)?),
            IpProtocol::DESTINATION_OPTIONS => ("DSTOPT", options(text, "dstopt", "DSTOPT", rest)?),
            IpProtocol::ROUTING => ("RT6", routing(text, &mut envelope, rest)?),
            IpProtocol::FRAGMENT => {
                if !fragment(text, &mut envelope, rest, left)? {
                    return Ok(());
                }
                ("frag", 8)
            }
            IpProtocol::NO_NEXT_HEADER => {
                put!(text, "no next header");
                return Ok(());
            }
            _ => return ip::payload(text, next, &envelope, rest, left),
        };
        if after > left {
            put!(text, "[{name} length {after} > {left}]");
            return Ok(());
        }
        next = IpProtocol(rest[0]);
        match rest.get(after..) {
            Some(following) => rest = following,
            None => return Ok(()),
        }
        left -= after;
    }
}

fn verbose_header(text: &mut Text<'_>, header: &ipv6::Packet<&[u8]>) {
    put!(text, "(");
    if header.traffic_class() != 0 {
        put!(text, "class 0x{:02x}, ", header.traffic_class());
    }
    if header.flow_label() != 0 {
        put!(text, "flowlabel 0x{:05x}, ", header.flow_label());
    }
    let next = header.next_header();
    put!(
        text,
        "hlim {}, next-header {} ({})",
        header.hop_limit(),
        names::ip_protocol(next),
        next.0
    );
    put!(text, " payload length: {}) ", header.payload_len());
}

/// Hop-by-hop or destination options: how long they are.
fn options(
    text: &mut Text<'_>,
    mark: &'static str,
    name: &str,
    data: &[u8],
) -> Result<usize, super::Truncated> {
    let fields = Fields::new(mark, data);
    let length = (usize::from(fields.u8(1)?) + 1) * 8;
    let fields = Fields::new(mark, fields.bytes(0, length)?);
    put!(text, "{name} ");
    if text.style.verbose == 0 {
        return Ok(length);
    }
    let mut at = 2;
    while at < length {
        let kind = fields.u8(at)?;
        if kind == 0 {
            put!(text, "(pad1)");
            at += 1;
            continue;
        }
        let Ok(option_len) = fields.u8(at + 1) else {
            break;
        };
        match kind {
            1 => put!(text, "(padn)"),
            5 if option_len == 2 => put!(text, "(rtalert: 0x{:04x}) ", fields.u16(at + 2)?),
            _ => put!(text, "(opt_type 0x{kind:02x}: len={option_len})"),
        }
        at += 2 + usize::from(option_len);
    }
    put!(text, " ");
    Ok(length)
}

fn routing(
    text: &mut Text<'_>,
    envelope: &mut Envelope,
    data: &[u8],
) -> Result<usize, super::Truncated> {
    let fields = Fields::new("rt6", data);
    let (words, kind, left) = (fields.u8(1)?, fields.u8(2)?, fields.u8(3)?);
    put!(text, "RT6 (len={words}, type={kind}");
    match kind {
        0 => put!(text, " [Deprecated]"),
        2 => put!(text, " [Mobile]"),
        4 => put!(text, " [SRv6]"),
        _ => {}
    }
    put!(text, ", segleft={left}");
    let length = (usize::from(words) + 1) * 8;
    if matches!(kind, 0 | 2) {
        let reserved = fields.u32(4)?;
        if reserved != 0 || text.style.verbose > 0 {
            put!(text, ", rsv=0x{reserved:x}");
        }
        for number in 0..usize::from(words) / 2 {
            let hop = fields.ipv6(8 + number * 16)?;
            put!(text, ", [{number}]{hop}");
            envelope.last_dst = hop.into();
        }
    }
    put!(text, ") ");
    Ok(length)
}

/// A fragment header; whether its payload begins with an upper layer's header.
fn fragment(
    text: &mut Text<'_>,
    envelope: &mut Envelope,
    data: &[u8],
    length: usize,
) -> Result<bool, super::Truncated> {
    let fields = Fields::new("frag6", data);
    let offset = fields.u16(2)?;
    let (start, payload) = (offset & !7, length.saturating_sub(8));
    if text.style.verbose > 0 {
        put!(text, "frag (0x{:08x}:{start}|{payload})", fields.u32(4)?);
    } else {
        put!(text, "frag ({start}|{payload})");
    }
    envelope.fragment = true;
    if start != 0 {
        return Ok(false);
    }
    put!(text, " ");
    Ok(true)
}
