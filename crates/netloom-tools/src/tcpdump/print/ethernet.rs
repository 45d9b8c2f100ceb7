//! Ethernet frames, 802.3 frames and VLAN tags.

use netloom_wire::{EtherType, ethernet, vlan};

use super::{Fields, Printed, Text, arp, first, ip, ip6, llc, names, put};

pub(super) fn print(text: &mut Text<'_>, data: &[u8], length: usize) -> Printed {
    let fields = Fields::new("ether", data);
    let frame = ethernet::Frame::new_checked(data).map_err(|_| fields.truncated())?;
    if text.style.link {
        put!(text, "{} > {}, ", frame.src(), frame.dst());
    }
    let mut ethertype = frame.ethertype();
    let mut rest = frame.payload();
    let mut inner = length.saturating_sub(ethernet::HEADER_LEN);
    let mut said_length = false;
    while ethertype.is_vlan() || matches!(ethertype.0, 0x9100 | 0x9200) {
        let tag =
            vlan::Tag::new_checked(rest).map_err(|_| Fields::new("vlan", rest).truncated())?;
        if text.style.link {
            type_and_length(text, ethertype, length, &mut said_length);
            let dei = if tag.dei() { ", DEI" } else { "" };
            put!(text, "vlan {}, p {}{dei}, ", tag.id(), tag.pcp());
        }
        ethertype = tag.ethertype();
        rest = &rest[vlan::HEADER_LEN..];
        inner = inner.saturating_sub(vlan::HEADER_LEN);
    }
    if ethertype.is_length() {
        return ieee_802_3(text, &frame.header(), ethertype, rest, inner, said_length);
    }
    if text.style.link {
        type_and_length(text, ethertype, length, &mut said_length);
    }
    if let Some(printed) = payload(text, ethertype, rest, inner) {
        return printed;
    }
    if !text.style.link {
        put!(text, "{} > {}, ", frame.src(), frame.dst());
        type_and_length(text, ethertype, length, &mut false);
    }
    if !text.style.no_default_dump {
        text.dump(rest);
    }
    Ok(())
}

fn type_and_length(text: &mut Text<'_>, ethertype: EtherType, length: usize, said: &mut bool) {
    type_name(text, ethertype);
    if *said {
        put!(text, ", ");
    } else {
        put!(text, ", length {length}: ");
        *said = true;
    }
}

/// The EtherType as `-e` shows it.
pub(super) fn type_name(text: &mut Text<'_>, ethertype: EtherType) {
    match (names::ethertype(ethertype), text.style.quiet) {
        (name, false) => put!(
            text,
            "ethertype {} ({ethertype})",
            name.unwrap_or("Unknown")
        ),
        (Some(name), true) => put!(text, "{name}"),
        (None, true) => put!(text, "Unknown Ethertype ({ethertype})"),
    }
}

fn ieee_802_3(
    text: &mut Text<'_>,
    header: &ethernet::Header,
    ethertype: EtherType,
    rest: &[u8],
    inner: usize,
    said_length: bool,
) -> Printed {
    let announced = usize::from(ethertype.0);
    if text.style.link {
        put!(text, "802.3");
        if said_length {
            put!(text, ", ");
        } else {
            put!(text, ", length {announced}: ");
        }
    }
    let rest = first(rest, announced);
    llc::print(text, header, rest, inner.min(announced))
}

/// Prints what an EtherType says; `None` if it says nothing to tcpdump.
pub(super) fn payload(
    text: &mut Text<'_>,
    ethertype: EtherType,
    data: &[u8],
    length: usize,
) -> Option<Printed> {
    Some(match ethertype {
        EtherType::IPV4 => ip::print(text, data, length),
        EtherType::IPV6 => ip6::print(text, data, length),
        EtherType::ARP | EtherType::RARP => arp::print(text, data, length),
        _ => return None,
    })
}
