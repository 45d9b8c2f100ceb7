//! Packets that rules logged: TLVs, of which the payload is the packet.

use super::{Fields, Printed, Text, ip, ip6, put};

/// The header before the TLVs: family, version, group.
const HEADER_LEN: usize = 4;

/// `NFULA_PAYLOAD`.
const PAYLOAD: u16 = 9;

/// Where the packet is, and how long it was; none where it is not there, or a TLV is damaged.
pub(crate) fn payload(data: &[u8]) -> Option<(usize, usize)> {
    let mut at = HEADER_LEN;
    loop {
        let word = |at: usize| Some(u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?]));
        let (len, kind) = (usize::from(word(at)?), word(at + 2)?);
        if len < 4 {
            return None;
        }
        // The high bits say how the rest is written.
        if kind & 0x3fff == PAYLOAD {
            return Some((at + 4, len - 4));
        }
        at += len.next_multiple_of(4);
    }
}

pub(super) fn print(text: &mut Text<'_>, data: &[u8], length: usize) -> Printed {
    let fields = Fields::new("nflog", data);
    let family = fields.u8(0)?;
    let (version, group) = (fields.u8(1)?, fields.u16(2)?);
    let header = |text: &mut Text<'_>| {
        let name = match family {
            2 => "IPv4".to_owned(),
            10 => "IPv6".to_owned(),
            other => format!("Unknown NFLOG (0x{other:02x})"),
        };
        put!(text, "version {version}, resource ID {group}");
        if text.style.quiet {
            put!(text, ", {name}");
        } else {
            put!(text, ", family {name} ({family})");
        }
        put!(text, ", length {length}: ");
    };
    if text.style.link {
        header(text);
    }
    let (at, len) = payload(data).unwrap_or((data.len(), 0));
    let packet = data.get(at..).unwrap_or_default();
    let packet = &packet[..packet.len().min(len)];
    match family {
        2 => ip::print(text, packet, len),
        10 => ip6::print(text, packet, len),
        _ => {
            if !text.style.link {
                header(text);
            }
            if !text.style.no_default_dump {
                text.dump(packet);
            }
            Ok(())
        }
    }
}
