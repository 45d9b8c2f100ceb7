//! "Linux cooked" headers, version 2: what stands for the link layer in captures of all devices.

use netloom_wire::EtherType;

use super::{DeviceName, Fields, Printed, Text, ethernet, put};

/// Protocol, reserved, index, hardware type, packet type, address length, address.
pub(crate) const SLL2_HEADER_LEN: usize = 20;

pub(super) fn print(
    text: &mut Text<'_>,
    device_name: DeviceName<'_>,
    data: &[u8],
    length: usize,
) -> Printed {
    let fields = Fields::new("sll2", data);
    fields.bytes(0, SLL2_HEADER_LEN)?;
    let ethertype = EtherType(fields.u16(0)?);
    let index = fields.u32(4)?;
    let packet_type = match fields.u8(10)? {
        0 => "In",
        1 => "B",
        2 => "M",
        3 => "P",
        4 => "Out",
        _ => "?",
    };
    put!(text, "{:<5} {packet_type:<3} ", device_name(index));
    if text.style.link {
        put!(text, "ifindex {index} ");
        if fields.u8(11)? == 6 {
            put!(text, "{} ", fields.mac(12)?);
        }
        if !text.style.quiet {
            ethernet::type_name(text, ethertype);
            put!(text, ", ");
        }
        put!(text, "length {length}: ");
    }
    let rest = fields.after(SLL2_HEADER_LEN);
    let inner = length.saturating_sub(SLL2_HEADER_LEN);
    if let Some(printed) = ethernet::payload(text, ethertype, rest, inner) {
        return printed;
    }
    if !text.style.link {
        ethernet::type_name(text, ethertype);
        put!(text, ", length {length}: ");
    }
    if !text.style.no_default_dump {
        text.dump(rest);
    }
    Ok(())
}
