//! ICMP for IPv4.
//!
//! Multi-part extensions (RFC 4884) are left out.

use netloom_wire::{IpProtocol, checksum, icmpv4::Type};

use super::ip::Envelope;
use super::names::Transport;
use super::{Fields, Printed, Style, Text, Truncated, ip, put};

/// Where the quoted packet begins in an error message.
const QUOTED: usize = 8;

pub(super) fn print(
    text: &mut Text<'_>,
    envelope: &Envelope,
    data: &[u8],
    length: usize,
) -> Printed {
    let fields = Fields::new("icmp", data);
    let kind = Type(fields.u8(0)?);
    let message = message(text.style, kind, fields)?;
    put!(text, "ICMP {message}, length {length}");
    if text.style.verbose == 0 {
        return Ok(());
    }
    if !envelope.fragment
        && let Some(whole) = data.get(..length)
        && whole.len() >= 4
        && !checksum::verify(whole)
    {
        let found = fields.u16(2)?;
        let right = !checksum::combine(&[checksum::sum(whole), !found]);
        put!(text, " (wrong icmp cksum {found:x} (->{right:x})!)");
    }
    if kind.is_error() {
        put!(text, "\n\t");
        let announced = fields.u16(QUOTED + 2)?;
        text.marked(|text| ip::print(text, fields.after(QUOTED), usize::from(announced)));
    }
    Ok(())
}

fn message(style: &Style, kind: Type, fields: Fields<'_>) -> Result<String, Truncated> {
    let code = || fields.u8(1);
    Ok(match kind {
        Type::ECHO_REQUEST | Type::ECHO_REPLY => {
            let name = if kind == Type::ECHO_REQUEST {
                "request"
            } else {
                "reply"
            };
            format!("echo {name}, id {}, seq {}", fields.u16(4)?, fields.u16(6)?)
        }
        Type::DEST_UNREACHABLE => unreachable(style, fields)?,
        Type::SOURCE_QUENCH => String::from("source quench"),
        Type::REDIRECT => redirect(style, fields)?,
        Type::ROUTER_ADVERTISEMENT => router_advertisement(style, fields)?,
        Type::ROUTER_SOLICITATION => String::from("router solicitation"),
        // Not before the whole quoted header is there.
        Type::TIME_EXCEEDED => match fields.bytes(QUOTED, 20).and_then(|_| code())? {
            0 => String::from("time exceeded in-transit"),
            1 => String::from("ip reassembly time exceeded"),
            other => format!("time exceeded-#{other}"),
        },
        Type::PARAMETER_PROBLEM => match code()? {
            0 => format!("parameter problem - octet {}", fields.u8(4)?),
            other => format!("parameter problem - code {other}"),
        },
        Type::TIMESTAMP_REQUEST => {
            format!(
                "time stamp query id {} seq {}",
                fields.u16(4)?,
                fields.u16(6)?
            )
        }
        Type::TIMESTAMP_REPLY => format!(
            "time stamp reply id {} seq {}: org {}, recv {}, xmit {}",
            fields.u16(4)?,
            fields.u16(6)?,
            time_of_day(fields.u32(8)?),
            time_of_day(fields.u32(12)?),
            time_of_day(fields.u32(16)?)
        ),
        Type::INFO_REQUEST => String::from("information request"),
        Type::INFO_REPLY => String::from("information reply"),
        Type::ADDRESS_MASK_REQUEST => String::from("address mask request"),
        Type::ADDRESS_MASK_REPLY => format!("address mask is 0x{:08x}", fields.u32(8)?),
        Type(other) => format!("type-#{other}"),
    })
}

fn unreachable(style: &Style, fields: Fields<'_>) -> Result<String, Truncated> {
    let code = fields.u8(1)?;
    let to = style.host(fields.ipv4(QUOTED + 16)?.into());
    Ok(match code {
        0 => format!("net {to} unreachable"),
        1 => format!("host {to} unreachable"),
        2 => format!("{to} protocol {} unreachable", fields.u8(QUOTED + 9)?),
        3 => port_unreachable(style, &to, fields)?,
        4 => match fields.u16(6)? {
            0 => format!("{to} unreachable - need to frag"),
            mtu => format!("{to} unreachable - need to frag (mtu {mtu})"),
        },
        5 => format!("{to} unreachable - source route failed"),
        6 => format!("net {to} unreachable - unknown"),
        7 => format!("host {to} unreachable - unknown"),
        8 => format!("{to} unreachable - source host isolated"),
        9 => format!("net {to} unreachable - admin prohibited"),
        10 => format!("host {to} unreachable - admin prohibited"),
        11 => format!("net {to} unreachable - tos prohibited"),
        12 => format!("host {to} unreachable - tos prohibited"),
        13 => format!("host {to} unreachable - admin prohibited filter"),
        14 => format!("host {to} unreachable - host precedence violation"),
        15 => format!("host {to} unreachable - precedence cutoff"),
        other => format!("{to} unreachable - #{other}"),
    })
}

fn port_unreachable(style: &Style, to: &str, fields: Fields<'_>) -> Result<String, Truncated> {
    let protocol = IpProtocol(fields.u8(QUOTED + 9)?);
    let header_len = usize::from(fields.u8(QUOTED)? & 15) * 4;
    let port = fields.u16(QUOTED + header_len + 2)?;
    Ok(match protocol {
        IpProtocol::TCP => format!(
            "{to} tcp port {} unreachable",
            style.port(Transport::Tcp, port)
        ),
        IpProtocol::UDP => format!(
            "{to} udp port {} unreachable",
            style.port(Transport::Udp, port)
        ),
        other => format!("{to} protocol {} port {port} unreachable", other.0),
    })
}

fn redirect(style: &Style, fields: Fields<'_>) -> Result<String, Truncated> {
    let code = fields.u8(1)?;
    let to = style.host(fields.ipv4(QUOTED + 16)?.into());
    let gateway = style.host(fields.ipv4(4)?.into());
    Ok(match code {
        0 => format!("redirect {to} to net {gateway}"),
        1 => format!("redirect {to} to host {gateway}"),
        2 => format!("redirect-tos {to} to net {gateway}"),
        3 => format!("redirect-tos {to} to host {gateway}"),
        other => format!("redirect-#{other} {to} to {gateway}"),
    })
}

fn router_advertisement(style: &Style, fields: Fields<'_>) -> Result<String, Truncated> {
    let (count, words, lifetime) = (fields.u8(4)?, fields.u8(5)?, fields.u16(6)?);
    let (minutes, seconds) = (lifetime / 60, lifetime % 60);
    let lifetime = match lifetime {
        0..60 => format!("{seconds}"),
        60..3600 => format!("{minutes}:{seconds:02}"),
        _ => format!("{}:{:02}:{seconds:02}", minutes / 60, minutes % 60),
    };
    let mut message = format!("router advertisement lifetime {lifetime} {count}:");
    if words != 2 {
        message += &format!(" [size {words}]");
        return Ok(message);
    }
    for number in 0..usize::from(count) {
        let at = QUOTED + number * 8;
        let router = style.host(fields.ipv4(at)?.into());
        message += &format!(" {{{router} {}}}", fields.u32(at + 4)?);
    }
    Ok(message)
}

/// Milliseconds since midnight.
fn time_of_day(milliseconds: u32) -> String {
    let (seconds, fraction) = (milliseconds / 1000, milliseconds % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!(
        "{:02}:{:02}:{seconds:02}.{fraction:03}",
        minutes / 60,
        minutes % 60
    )
}
