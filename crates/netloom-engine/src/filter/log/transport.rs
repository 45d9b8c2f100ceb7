//! What a line says of TCP and UDP (`nf_log_dump_tcp_header`, `nf_log_dump_udp_header`).

use super::Detail;
use core::fmt::{Result, Write};
use netloom_model::ruleset::statement::log_flag;
use netloom_wire::tcp::{self, Flags};

/// The order in which flags are told.
const FLAGS: [(Flags, &str); 8] = [
    (Flags::CWR, "CWR "),
    (Flags::ECE, "ECE "),
    (Flags::URG, "URG "),
    (Flags::ACK, "ACK "),
    (Flags::PSH, "PSH "),
    (Flags::RST, "RST "),
    (Flags::SYN, "SYN "),
    (Flags::FIN, "FIN "),
];

pub(super) fn incomplete(text: &mut String, bytes: &[u8]) -> Result {
    write!(text, "INCOMPLETE [{} bytes] ", bytes.len())
}

/// Bytes of options.
pub(super) fn options(text: &mut String, bytes: &[u8]) -> Result {
    text.push_str("OPT (");
    for byte in bytes {
        write!(text, "{byte:02X}")?;
    }
    text.push_str(") ");
    Ok(())
}

/// A segment; of a later fragment there is no header.
pub(super) fn tcp(text: &mut String, bytes: &[u8], later: bool, detail: Detail) -> Result {
    text.push_str("PROTO=TCP ");
    if later {
        return Ok(());
    }
    if bytes.len() < tcp::HEADER_LEN {
        return incomplete(text, bytes);
    }
    let segment = tcp::Packet::new_unchecked(bytes);
    write!(
        text,
        "SPT={} DPT={} ",
        segment.src_port(),
        segment.dst_port()
    )?;
    if detail.has(log_flag::TCP_SEQUENCE) {
        write!(text, "SEQ={} ACK={} ", segment.seq(), segment.ack())?;
    }
    write!(text, "WINDOW={} ", segment.window())?;
    write!(text, "RES=0x{:02x} ", (bytes[12] & 0xf) << 2)?;
    for (flag, word) in FLAGS {
        if segment.flags().contains(flag) {
            text.push_str(word);
        }
    }
    write!(text, "URGP={} ", segment.urgent())?;
    let header = segment.header_len();
    if detail.has(log_flag::TCP_OPTIONS) && header > tcp::HEADER_LEN {
        match bytes.get(tcp::HEADER_LEN..header) {
            Some(bytes) => options(text, bytes)?,
            None => text.push_str("OPT (TRUNCATED)"),
        }
    }
    Ok(())
}

/// A datagram.
pub(super) fn udp(text: &mut String, bytes: &[u8], (name, later): (&str, bool)) -> Result {
    write!(text, "PROTO={name} ")?;
    if later {
        return Ok(());
    }
    let word = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    if bytes.len() < 8 {
        return incomplete(text, bytes);
    }
    write!(text, "SPT={} DPT={} LEN={} ", word(0), word(2), word(4))
}

/// The security parameters index of AH or ESP.
pub(super) fn spi(text: &mut String, bytes: &[u8], at: usize) -> Result {
    match bytes.get(at..at + 4) {
        Some(spi) => {
            let spi = u32::from_be_bytes([spi[0], spi[1], spi[2], spi[3]]);
            write!(text, "SPI=0x{spi:x} ")
        }
        None => incomplete(text, bytes),
    }
}
