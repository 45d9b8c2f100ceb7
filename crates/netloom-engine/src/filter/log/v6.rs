//! What a line says of an IPv6 packet (`dump_ipv6_packet`).

use super::{Detail, transport};
use core::fmt::{Result, Write};
use core::net::Ipv6Addr;
use netloom_model::ruleset::statement::log_flag;
use netloom_wire::icmpv6::Type;
use netloom_wire::{IpProtocol, ipv6};

/// An address with all of its digits.
struct Whole(Ipv6Addr);

impl core::fmt::Display for Whole {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> Result {
        for (at, part) in self.0.segments().into_iter().enumerate() {
            let colon = if at == 0 { "" } else { ":" };
            write!(f, "{colon}{part:04x}")?;
        }
        Ok(())
    }
}

/// Writes it down.
pub(super) fn write(text: &mut String, bytes: &[u8], detail: Detail) -> Result {
    if bytes.len() < ipv6::HEADER_LEN {
        return write!(text, "TRUNCATED");
    }
    let header = ipv6::Packet::new_unchecked(bytes);
    let flow = u32::from_be_bytes([0, bytes[1] & 0xf, bytes[2], bytes[3]]);
    write!(
        text,
        "SRC={} DST={} LEN={} TC={} HOPLIMIT={} FLOWLBL={flow} ",
        Whole(header.src()),
        Whole(header.dst()),
        usize::from(header.payload_len()) + ipv6::HEADER_LEN,
        header.traffic_class(),
        header.hop_limit(),
    )?;
    let (mut kind, mut at, mut later) = (header.next_header(), ipv6::HEADER_LEN, false);
    while is_extension(kind) {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(len) = extension(text, (kind, rest), &mut later, detail)? else {
            return Ok(());
        };
        kind = IpProtocol(rest.first().copied().unwrap_or(NONE));
        at += len;
    }
    upper(
        text,
        (kind, bytes.get(at..).unwrap_or_default()),
        later,
        detail,
    )
}

const HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const ESP: u8 = 50;
const AUTH: u8 = 51;
const NONE: u8 = 59;
const DEST: u8 = 60;

fn is_extension(kind: IpProtocol) -> bool {
    matches!(kind.0, HOP | ROUTING | FRAGMENT | ESP | AUTH | DEST)
}

/// An extension header; how long it is, if something is to be told behind it.
fn extension(
    text: &mut String,
    (kind, bytes): (IpProtocol, &[u8]),
    later: &mut bool,
    detail: Detail,
) -> core::result::Result<Option<usize>, core::fmt::Error> {
    let words = detail.has(log_flag::IP_OPTIONS);
    if words {
        text.push_str("OPT ( ");
    }
    let Some(&[_, len, c, d, e, f, g, h]) = bytes.first_chunk::<8>() else {
        text.push_str("TRUNCATED");
        return Ok(None);
    };
    let len = match kind.0 {
        FRAGMENT => {
            let offset = u16::from_be_bytes([c, d]);
            write!(text, "FRAG:{} ", offset & 0xfff8)?;
            if offset & 1 != 0 {
                text.push_str("INCOMPLETE ");
            }
            write!(text, "ID:{:08x} ", u32::from_be_bytes([e, f, g, h]))?;
            *later |= offset & 0xfff8 != 0;
            8
        }
        ESP | AUTH => {
            if words {
                text.push_str(if kind.0 == ESP { "ESP " } else { "AH " });
            }
            if *later {
                if words {
                    text.push(')');
                }
                return Ok(None);
            }
            if words {
                let spi = match kind.0 {
                    ESP => u32::from_be_bytes([bytes[0], len, c, d]),
                    _ => u32::from_be_bytes([e, f, g, h]),
                };
                write!(text, "SPI=0x{spi:x} ")?;
                if kind.0 == ESP {
                    text.push(')');
                }
            }
            if kind.0 == ESP {
                return Ok(None);
            }
            (usize::from(len) + 2) * 4
        }
        _ => {
            if *later {
                if words {
                    text.push(')');
                }
                return Ok(None);
            }
            (usize::from(len) + 1) * 8
        }
    };
    if words {
        text.push_str(") ");
    }
    Ok(Some(len))
}

fn upper(
    text: &mut String,
    (kind, bytes): (IpProtocol, &[u8]),
    later: bool,
    detail: Detail,
) -> Result {
    match kind.0 {
        6 => transport::tcp(text, bytes, later, detail),
        17 => transport::udp(text, bytes, ("UDP", later)),
        136 => transport::udp(text, bytes, ("UDPLITE", later)),
        58 => icmp(text, bytes, later, detail),
        other => write!(text, "PROTO={other} "),
    }
}

fn icmp(text: &mut String, bytes: &[u8], later: bool, detail: Detail) -> Result {
    text.push_str("PROTO=ICMPv6 ");
    if later {
        return Ok(());
    }
    if bytes.len() < 8 {
        return transport::incomplete(text, bytes);
    }
    let kind = Type(bytes[0]);
    let word = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    let rest = u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
    write!(text, "TYPE={} CODE={} ", kind.0, bytes[1])?;
    match kind {
        Type::ECHO_REQUEST | Type::ECHO_REPLY => {
            return write!(text, "ID={} SEQ={} ", word(4), word(6));
        }
        Type::PARAMETER_PROBLEM => write!(text, "POINTER={rest:08x} ")?,
        Type::DEST_UNREACHABLE | Type::PACKET_TOO_BIG | Type::TIME_EXCEEDED => {}
        _ => return Ok(()),
    }
    if !detail.inner {
        text.push('[');
        write(text, &bytes[8..], detail.within())?;
        text.push_str("] ");
    }
    if kind == Type::PACKET_TOO_BIG {
        write!(text, "MTU={rest} ")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_behind_a_header_of_fragments_is_told() {
        let mut bytes = vec![0x60, 0x10, 0, 5, 0, 16, FRAGMENT, 64];
        bytes.extend(Ipv6Addr::new(0xfd01, 0, 0, 0, 0, 0, 0, 1).octets());
        bytes.extend(Ipv6Addr::LOCALHOST.octets());
        bytes.extend([58, 0, 0, 1, 0, 0, 0, 9]);
        bytes.extend([128, 0, 0, 0, 0, 3, 0, 1]);
        let mut text = String::new();
        let detail = Detail {
            flags: 0,
            inner: false,
        };
        write(&mut text, &bytes, detail).expect("a string");
        assert_eq!(
            text,
            "SRC=fd01:0000:0000:0000:0000:0000:0000:0001 DST=0000:0000:0000:0000:0000:0000:0000:0001 \
             LEN=56 TC=1 HOPLIMIT=64 FLOWLBL=5 FRAG:0 INCOMPLETE ID:00000009 PROTO=ICMPv6 TYPE=128 \
             CODE=0 ID=3 SEQ=1 "
        );
    }
}
