//! The options of IPv4 headers, as `-v` shows them.

use std::net::Ipv4Addr;

use netloom_wire::ipv4::{HEADER_LEN, OptionIter, OptionKind};

use super::{Fields, Printed, Text, put};

/// Prints `length` bytes of options, of which `data` was captured.
pub(super) fn print(text: &mut Text<'_>, data: &[u8], length: usize) -> Printed {
    let fields = Fields::new("ip", data);
    let mut at = 0;
    let mut separator = "";
    while at < length {
        put!(text, "{separator}");
        separator = ",";
        let kind = OptionKind(fields.u8(at)?);
        match name(kind) {
            Some(name) => put!(text, "{name}"),
            None => put!(text, "unknown {}", kind.0),
        }
        match kind {
            OptionKind::END => return Ok(()),
            OptionKind::NOP => {
                at += 1;
                continue;
            }
            _ => {}
        }
        let option_len = usize::from(fields.u8(at + 1)?);
        if option_len < 2 || option_len > length - at {
            put!(text, " [bad length {option_len}]");
            return Ok(());
        }
        let Some(option) = data.get(at..at + option_len) else {
            put!(text, " [truncated-option]");
            return Ok(());
        };
        match kind {
            OptionKind::RECORD_ROUTE
            | OptionKind::LOOSE_SOURCE_ROUTE
            | OptionKind::STRICT_SOURCE_ROUTE => route(text, option)?,
            OptionKind::TIMESTAMP => timestamp(text, option)?,
            OptionKind::ROUTER_ALERT => router_alert(text, option)?,
            _ => {}
        }
        at += option_len;
    }
    Ok(())
}

/// The last address of a source route among the options of a packet.
pub(super) fn last_hop(packet: &[u8], header_len: usize) -> Option<Ipv4Addr> {
    OptionIter::new(packet.get(HEADER_LEN..header_len)?)
        .flatten()
        .find(|option| {
            let route = [
                OptionKind::LOOSE_SOURCE_ROUTE,
                OptionKind::STRICT_SOURCE_ROUTE,
            ];
            route.contains(&option.kind) && option.bytes.len() >= 7
        })
        .and_then(|option| option.bytes.last_chunk::<4>().copied())
        .map(Ipv4Addr::from)
}

fn name(kind: OptionKind) -> Option<&'static str> {
    Some(match kind {
        OptionKind::END => "EOL",
        OptionKind::NOP => "NOP",
        OptionKind::RECORD_ROUTE => "RR",
        OptionKind::TIMESTAMP => "timestamp",
        OptionKind::SECURITY => "security",
        OptionKind::LOOSE_SOURCE_ROUTE => "LSRR",
        OptionKind::STRICT_SOURCE_ROUTE => "SSRR",
        OptionKind::ROUTER_ALERT => "RA",
        _ => return None,
    })
}

/// Addresses; those already passed end in a comma.
fn route(text: &mut Text<'_>, option: &[u8]) -> Printed {
    let fields = Fields::new("ip", option);
    if option.len() < 3 {
        put!(text, " [bad length {}]", option.len());
        return Ok(());
    }
    if !(option.len() + 1).is_multiple_of(4) {
        put!(text, " [bad length {}]", option.len());
    }
    // Counted from one.
    let pointer = usize::from(fields.u8(2)?);
    if pointer < 4 || !pointer.is_multiple_of(4) {
        put!(text, " [bad ptr {pointer}]");
    }
    let mut at = 3;
    while at + 4 <= option.len() {
        put!(text, " {}", text.style.host(fields.ipv4(at)?.into()));
        at += 4;
        if pointer > at {
            put!(text, ",");
        }
    }
    Ok(())
}

fn timestamp(text: &mut Text<'_>, option: &[u8]) -> Printed {
    let fields = Fields::new("ip", option);
    if option.len() < 4 {
        put!(text, "[bad length {}]", option.len());
        return Ok(());
    }
    put!(text, " TS{{");
    let (overflow, flag) = (fields.u8(3)? >> 4, fields.u8(3)? & 15);
    let hop_len = if flag == 0 { 4 } else { 8 };
    if !(option.len() - 4).is_multiple_of(hop_len) {
        put!(text, "[bad length {}]", option.len());
    }
    let pointer = usize::from(fields.u8(2)?);
    if pointer < 5 || !(pointer - 5).is_multiple_of(hop_len) || pointer > option.len() + 1 {
        put!(text, "[bad ptr {pointer}]");
    }
    match flag {
        0 => put!(text, "TSONLY"),
        1 => put!(text, "TS+ADDR"),
        3 => put!(text, "PRESPEC"),
        _ => {
            put!(text, "[bad ts type {flag}]}}");
            return Ok(());
        }
    }
    let mut kind = " ";
    let mut at = 4;
    while at + hop_len <= option.len() {
        if pointer == at + 1 {
            kind = " ^ ";
        }
        put!(text, "{kind}{}@", fields.u32(at + hop_len - 4)?);
        if hop_len == 8 {
            put!(text, "{}", text.style.host(fields.ipv4(at)?.into()));
        }
        kind = " ";
        at += hop_len;
    }
    if pointer == option.len() + 1 {
        put!(text, " ^ ");
    }
    if overflow > 0 {
        put!(text, " [{overflow} hops not recorded]}} ");
    } else {
        put!(text, "}}");
    }
    Ok(())
}

fn router_alert(text: &mut Text<'_>, option: &[u8]) -> Printed {
    let fields = Fields::new("ip", option);
    if option.len() < 4 {
        put!(text, " [bad length {}]", option.len());
    } else if fields.u16(2)? != 0 {
        put!(text, " value {}", fields.u16(2)?);
    }
    Ok(())
}
