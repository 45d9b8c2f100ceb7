//! TCP headers. What the ports stand for is not looked into.

use std::collections::HashMap;
use std::net::IpAddr;

use netloom_wire::{IpProtocol, tcp};

use super::ip::Envelope;
use super::names::Transport;
use super::{Fields, Printed, Text, first, flag_names, put};

const FLAGS: [(u32, &str); 8] = [
    (0x01, "F"),
    (0x02, "S"),
    (0x04, "R"),
    (0x08, "P"),
    (0x10, "."),
    (0x20, "U"),
    (0x40, "E"),
    (0x80, "W"),
];

/// Connections seen, each with the first sequence number of the side that sorts lower and of the
/// other, from which the shown ones count.
#[derive(Default)]
pub(super) struct Flows(HashMap<[(u16, IpAddr); 2], [u32; 2]>);

/// The numbers of a segment as they are shown.
#[derive(Clone, Copy)]
struct Numbers {
    seq: u32,
    ack: u32,
    /// From which selective acknowledgements count.
    sack_base: u32,
}

impl Flows {
    fn relative(
        &mut self,
        from: (u16, IpAddr),
        to: (u16, IpAddr),
        flags: tcp::Flags,
        numbers: Numbers,
    ) -> Numbers {
        let reversed = from > to;
        let (key, own, other) = if reversed {
            ([to, from], 1, 0)
        } else {
            ([from, to], 0, 1)
        };
        if !flags.contains(tcp::Flags::SYN)
            && let Some(base) = self.0.get(&key)
        {
            return Numbers {
                seq: numbers.seq.wrapping_sub(base[own]),
                ack: numbers.ack.wrapping_sub(base[other]),
                sack_base: base[other],
            };
        }
        let mut base = [0; 2];
        base[own] = numbers.seq;
        base[other] = numbers.ack.wrapping_sub(1);
        self.0.insert(key, base);
        Numbers {
            sack_base: base[other],
            ..numbers
        }
    }
}

pub(super) fn print(
    text: &mut Text<'_>,
    envelope: &Envelope,
    data: &[u8],
    length: usize,
) -> Printed {
    let fields = Fields::new("tcp", data);
    let (src, dst) = (text.style.host(envelope.src), text.style.host(envelope.dst));
    let (Ok(src_port), Ok(dst_port)) = (fields.u16(0), fields.u16(2)) else {
        if envelope.show_addresses {
            put!(text, "{src} > {dst}:");
        }
        return Err(fields.truncated());
    };
    let names = (
        text.style.port(Transport::Tcp, src_port),
        text.style.port(Transport::Tcp, dst_port),
    );
    if envelope.show_addresses {
        put!(text, "{src}.{} > {dst}.{}: ", names.0, names.1);
    } else {
        put!(text, "{} > {}: ", names.0, names.1);
    }
    let header = tcp::Packet::new_unchecked(fields.bytes(0, tcp::HEADER_LEN)?);
    let header_len = header.header_len();
    let payload_len = length.wrapping_sub(header_len);
    if header_len < tcp::HEADER_LEN {
        put!(
            text,
            " tcp {payload_len} [bad hdr length {header_len} - too short, < 20]"
        );
        return Ok(());
    }
    let too_long = header_len > length;
    if text.style.quiet {
        put!(text, "tcp {}", payload_len as u32);
    } else {
        put!(
            text,
            "Flags [{}]",
            flag_names(u32::from(header.flags().0), &FLAGS, "")
        );
    }
    let mut numbers = Numbers {
        seq: header.seq(),
        ack: header.ack(),
        sack_base: 0,
    };
    let (from, to) = ((src_port, envelope.src), (dst_port, envelope.dst));
    let track = !text.style.quiet && !text.style.absolute;
    if track && header.flags().contains(tcp::Flags::ACK) {
        numbers = text.flows.relative(from, to, header.flags(), numbers);
    }
    if too_long {
        put!(
            text,
            " [bad hdr length {header_len} - too long, > {length}]"
        );
    }
    if too_long || text.style.quiet {
        return Ok(());
    }
    if text.style.verbose > 0
        && !envelope.fragment
        && let Some(whole) = data.get(..length)
    {
        let found = header.checksum();
        match envelope.wrong_checksum(IpProtocol::TCP, whole, found) {
            None => put!(text, ", cksum 0x{found:04x} (correct)"),
            Some(right) => put!(text, ", cksum 0x{found:04x} (incorrect -> 0x{right:04x})"),
        }
    }
    sequence(text, &header, numbers, payload_len);
    if header_len > tcp::HEADER_LEN {
        put!(text, ", options [");
        let options = fields.after(tcp::HEADER_LEN);
        if !print_options(
            text,
            options,
            header_len - tcp::HEADER_LEN,
            numbers.sack_base,
        ) {
            return Ok(());
        }
        put!(text, "]");
    }
    put!(text, ", length {payload_len}");
    Ok(())
}

fn sequence(
    text: &mut Text<'_>,
    header: &tcp::Packet<&[u8]>,
    numbers: Numbers,
    payload_len: usize,
) {
    let flags = header.flags();
    let moves = flags.0 & (tcp::Flags::SYN | tcp::Flags::FIN | tcp::Flags::RST).0 != 0;
    if text.style.verbose > 1 || payload_len > 0 || moves {
        put!(text, ", seq {}", numbers.seq);
        if payload_len > 0 {
            put!(text, ":{}", numbers.seq.wrapping_add(payload_len as u32));
        }
    }
    if flags.contains(tcp::Flags::ACK) {
        put!(text, ", ack {}", numbers.ack);
    }
    put!(text, ", win {}", header.window());
    if flags.contains(tcp::Flags::URG) {
        put!(text, ", urg {}", header.urgent());
    }
}

fn option_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0 => "eol",
        1 => "nop",
        2 => "mss",
        3 => "wscale",
        4 => "sackOK",
        5 => "sack",
        6 => "echo",
        7 => "echoreply",
        8 => "TS",
        11 => "cc",
        12 => "ccnew",
        13 => "ccecho",
        19 => "md5",
        28 => "uto",
        29 => "tcp-ao",
        30 => "mptcp",
        34 => "tfo",
        254 => "exp",
        _ => return None,
    })
}

/// Prints the options; false if a bad or cut one ended everything.
fn print_options(text: &mut Text<'_>, data: &[u8], length: usize, sack_base: u32) -> bool {
    let mut separator = "";
    let complete = try_options(text, data, length, sack_base, &mut separator);
    if let Err(super::Truncated(name)) = complete {
        put!(text, " [|{name}]");
    }
    if complete != Ok(true) && !separator.is_empty() {
        put!(text, ">");
    }
    complete == Ok(true)
}

fn try_options(
    text: &mut Text<'_>,
    data: &[u8],
    length: usize,
    sack_base: u32,
    separator: &mut &str,
) -> Result<bool, super::Truncated> {
    let fields = Fields::new("tcp", data);
    let mut at = 0;
    while at < length {
        put!(text, "{separator}");
        // tcpdump closes with ">" what is cut within an option, not between two.
        let kind = fields.u8(at).inspect_err(|_| *separator = "")?;
        if kind <= 1 {
            put!(text, "{}", option_name(kind).unwrap_or_default());
            if kind == 0 {
                break;
            }
            at += 1;
            *separator = ",";
            continue;
        }
        let option_len = usize::from(if at + 1 < length {
            fields.u8(at + 1)?
        } else {
            0
        });
        if option_len < 2 || option_len > length - at {
            put!(text, "[bad opt]");
            return Ok(false);
        }
        match option_name(kind) {
            Some(name) => put!(text, "{name}"),
            None => put!(text, "unknown-{kind}"),
        }
        // Kinds of a fixed length are read in that length, whatever the option says.
        let read_len = 2 + fixed_len(kind).unwrap_or(option_len - 2);
        if read_len > length - at {
            put!(text, "[bad opt]");
            return Ok(false);
        }
        let option_fields = Fields::new("tcp", first(fields.after(at), read_len));
        option(text, kind, option_fields, read_len - 2, sack_base)?;
        if read_len != option_len {
            put!(text, "[len {option_len}]");
        }
        at += read_len;
        *separator = ",";
    }
    Ok(true)
}

/// How much data an option has whose kind says so.
fn fixed_len(kind: u8) -> Option<usize> {
    Some(match kind {
        2 | 28 => 2,
        3 => 1,
        4 => 0,
        8 => 8,
        _ => return None,
    })
}

/// Prints the data of one option: `length` bytes after kind and length.
fn option(
    text: &mut Text<'_>,
    kind: u8,
    fields: Fields<'_>,
    length: usize,
    sack_base: u32,
) -> Printed {
    let data = || fields.bytes(2, length);
    match kind {
        2 => put!(text, " {}", fields.u16(2)?),
        3 => put!(text, " {}", fields.u8(2)?),
        4 => {}
        5 if !length.is_multiple_of(8) => put!(text, " malformed sack"),
        5 => {
            put!(text, " {} ", length / 8);
            for block in 0..length / 8 {
                let begin = fields.u32(2 + block * 8)?.wrapping_sub(sack_base);
                let end = fields.u32(6 + block * 8)?.wrapping_sub(sack_base);
                put!(text, "{{{begin}:{end}}}");
            }
        }
        8 => put!(text, " val {} ecr {}", fields.u32(2)?, fields.u32(6)?),
        28 => {
            let timeout = fields.u16(2)?;
            let seconds = u32::from(timeout >> 1) * if timeout & 1 == 1 { 60 } else { 1 };
            put!(text, " 0x{timeout:x} {seconds}");
        }
        19 => {
            let digest = data()?;
            put!(text, " shared secret not supplied with -M, can't check - ");
            digits(text, digest);
        }
        34 if length == 0 => put!(text, "  cookiereq"),
        34 => {
            let cookie = data()?;
            put!(text, "  cookie ");
            digits(text, cookie);
        }
        254 if length >= 2 => put!(text, "-{:04x}", fields.u16(2)?),
        _ if length == 0 => {}
        _ => {
            put!(text, " 0x");
            digits(text, data()?);
        }
    }
    Ok(())
}

fn digits(text: &mut Text<'_>, data: &[u8]) {
    for byte in data {
        put!(text, "{byte:02x}");
    }
}
