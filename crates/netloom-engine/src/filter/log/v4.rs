//! What a line says of an IPv4 packet (`dump_ipv4_packet`).

use super::{Detail, transport};
use core::fmt::{Result, Write};
use core::net::Ipv4Addr;
use netloom_model::ruleset::statement::log_flag;
use netloom_wire::icmpv4::{Type, code};
use netloom_wire::ipv4;

/// Writes it down.
pub(super) fn write(text: &mut String, bytes: &[u8], detail: Detail) -> Result {
    if bytes.len() < ipv4::HEADER_LEN {
        return write!(text, "TRUNCATED");
    }
    let header = ipv4::Packet::new_unchecked(bytes);
    write!(text, "SRC={} DST={} ", header.src(), header.dst())?;
    let tos = header.tos();
    write!(
        text,
        "LEN={} TOS=0x{:02X} PREC=0x{:02X} TTL={} ID={} ",
        header.total_len(),
        tos & 0x1e,
        tos & 0xe0,
        header.ttl(),
        header.ident()
    )?;
    let fragment = u16::from_be_bytes([bytes[6], bytes[7]]);
    for (bit, word) in [(0x8000, "CE "), (0x4000, "DF "), (0x2000, "MF ")] {
        if fragment & bit != 0 {
            text.push_str(word);
        }
    }
    let later = fragment & 0x1fff;
    if later != 0 {
        write!(text, "FRAG:{later} ")?;
    }
    let end = usize::from(bytes[0] & 0xf) * 4;
    if detail.has(log_flag::IP_OPTIONS) && end > ipv4::HEADER_LEN {
        match bytes.get(ipv4::HEADER_LEN..end) {
            Some(bytes) => transport::options(text, bytes)?,
            None => text.push_str("TRUNCATED"),
        }
    }
    let upper = bytes.get(end..).unwrap_or_default();
    let later = later != 0;
    match header.protocol().0 {
        1 => icmp(text, upper, later, detail),
        6 => transport::tcp(text, upper, later, detail),
        17 => transport::udp(text, upper, ("UDP", later)),
        136 => transport::udp(text, upper, ("UDPLITE", later)),
        protocol @ (50 | 51) => {
            let (name, at) = if protocol == 51 {
                ("AH", 4)
            } else {
                ("ESP", 0)
            };
            write!(text, "PROTO={name} ")?;
            if later {
                return Ok(());
            }
            transport::spi(text, upper, at)
        }
        other => write!(text, "PROTO={other} "),
    }
}

fn icmp(text: &mut String, bytes: &[u8], later: bool, detail: Detail) -> Result {
    text.push_str("PROTO=ICMP ");
    if later {
        return Ok(());
    }
    if bytes.len() < 8 {
        return transport::incomplete(text, bytes);
    }
    let (kind, code) = (Type(bytes[0]), bytes[1]);
    let word = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    write!(text, "TYPE={} CODE={code} ", kind.0)?;
    match kind.0 {
        0 | 8 => return write!(text, "ID={} SEQ={} ", word(4), word(6)),
        12 => return write!(text, "PARAMETER={} ", bytes[4]),
        5 => {
            let gateway = Ipv4Addr::new(bytes[4], bytes[5], bytes[6], bytes[7]);
            write!(text, "GATEWAY={gateway} ")?;
        }
        3 | 4 | 11 => {}
        _ => return Ok(()),
    }
    if !detail.inner {
        text.push('[');
        write_inner(text, &bytes[8..], detail)?;
        text.push_str("] ");
    }
    if kind.0 == 3 && code == code::FRAGMENTATION_NEEDED {
        write!(text, "MTU={} ", word(6))?;
    }
    Ok(())
}

fn write_inner(text: &mut String, bytes: &[u8], detail: Detail) -> Result {
    write(text, bytes, detail.within())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Detail = Detail {
        flags: 0x2f,
        inner: false,
    };

    fn header(protocol: u8, len: u16) -> Vec<u8> {
        let mut bytes = vec![0x45, 0x28, 0, 0, 0, 7, 0x40, 0, 64, protocol, 0, 0];
        bytes[2..4].copy_from_slice(&len.to_be_bytes());
        bytes.extend([10, 0, 0, 1, 10, 0, 0, 2]);
        bytes
    }

    #[test]
    fn a_syn_is_told_with_its_options() {
        let mut bytes = header(6, 44);
        bytes.extend([
            0x13, 0x88, 0, 80, 0, 0, 0, 9, 0, 0, 0, 0, 0x60, 2, 0xfa, 0xf0, 0, 0, 0, 0,
        ]);
        bytes.extend([2, 4, 5, 0xb4]);
        let mut text = String::new();
        write(&mut text, &bytes, ALL).expect("a string");
        assert_eq!(
            text,
            "SRC=10.0.0.1 DST=10.0.0.2 LEN=44 TOS=0x08 PREC=0x20 TTL=64 ID=7 DF PROTO=TCP SPT=5000 \
             DPT=80 SEQ=9 ACK=0 WINDOW=64240 RES=0x00 SYN URGP=0 OPT (020405B4) "
        );
    }

    #[test]
    fn an_error_tells_of_the_packet_inside_but_not_of_another_inside_of_that() {
        let mut inner = header(1, 56);
        inner.extend([3, 3, 0, 0, 0, 0, 0, 0]);
        let mut bytes = header(1, 84);
        bytes.extend([11, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(&inner);
        let mut text = String::new();
        write(&mut text, &bytes, ALL).expect("a string");
        assert!(
            text.ends_with(
                "PROTO=ICMP TYPE=11 CODE=0 [SRC=10.0.0.1 DST=10.0.0.2 LEN=56 TOS=0x08 \
                            PREC=0x20 TTL=64 ID=7 DF PROTO=ICMP TYPE=3 CODE=3 ] "
            ),
            "{text}"
        );
    }
}
