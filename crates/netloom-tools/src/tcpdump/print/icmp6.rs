//! ICMP for IPv6: errors, echo, neighbour discovery, multicast listeners.
//!
//! Rare neighbour discovery options are shown by number.

use netloom_wire::{IpProtocol, MacAddr, icmpv6::Type};

use super::ip::Envelope;
use super::names::Transport;
use super::{Fields, Printed, Text, flag_names, hex, put};

/// Where the quoted packet begins in an error message.
const QUOTED: usize = 8;

pub(super) fn print(
    text: &mut Text<'_>,
    envelope: &Envelope,
    data: &[u8],
    length: usize,
) -> Printed {
    let fields = Fields::new("icmp6", data);
    let kind = Type(fields.u8(0)?);
    if text.style.verbose > 0
        && !envelope.fragment
        && let Some(whole) = data.get(..length)
        && length >= 4
    {
        let found = fields.u16(2)?;
        match envelope.wrong_checksum(IpProtocol::ICMPV6, whole, found) {
            None => put!(text, "[icmp6 sum ok] "),
            Some(right) => put!(text, "[bad icmp6 cksum 0x{found:04x} -> 0x{right:04x}!] "),
        }
    }
    put!(text, "ICMP6, ");
    match name(kind) {
        Some(name) => put!(text, "{name}"),
        None => put!(text, "unknown icmp6 type ({})", kind.0),
    }
    match kind {
        Type::DEST_UNREACHABLE => unreachable(text, fields)?,
        Type::PACKET_TOO_BIG => put!(text, ", mtu {}", fields.u32(4)?),
        Type::TIME_EXCEEDED => match fields.u8(1)? {
            0 => put!(text, " for {}", text.style.host(quoted_dst(fields)?)),
            1 => put!(text, " (reassembly)"),
            other => put!(text, ", unknown code ({other})"),
        },
        Type::PARAMETER_PROBLEM => {
            quoted_dst(fields)?;
            let octet = fields.u32(4)?;
            match fields.u8(1)? {
                0 => put!(text, ", erroneous - octet {octet}"),
                1 => put!(text, ", next header - octet {octet}"),
                2 => put!(text, ", option - octet {octet}"),
                3 => put!(text, ", incomplete header chain - octet {octet}"),
                other => put!(text, ", code-#{other}"),
            }
        }
        Type::ECHO_REQUEST | Type::ECHO_REPLY => {
            put!(text, ", id {}, seq {}", fields.u16(4)?, fields.u16(6)?);
        }
        Type::MLD_QUERY | Type::MLD_REPORT | Type::MLD_DONE => {
            let group = fields.ipv6(8)?;
            put!(text, "max resp delay: {} addr: {group}", fields.u16(4)?);
        }
        Type::MLD2_REPORT => listener_report(text, fields, length)?,
        Type::ROUTER_SOLICITATION
        | Type::ROUTER_ADVERTISEMENT
        | Type::NEIGHBOUR_SOLICITATION
        | Type::NEIGHBOUR_ADVERTISEMENT
        | Type::REDIRECT => return discovery(text, kind, fields, length),
        _ => {
            put!(text, ", length {length}");
            if text.style.verbose < 2 {
                hex(&mut text.out, "\n\t", data);
            }
            return Ok(());
        }
    }
    if text.style.verbose == 0 && !unknown_unreachable(kind, data) {
        put!(text, ", length {length}");
    }
    Ok(())
}

fn name(kind: Type) -> Option<&'static str> {
    Some(match kind {
        Type::DEST_UNREACHABLE => "destination unreachable",
        Type::PACKET_TOO_BIG => "packet too big",
        Type::TIME_EXCEEDED => "time exceeded in-transit",
        Type::PARAMETER_PROBLEM => "parameter problem",
        Type::ECHO_REQUEST => "echo request",
        Type::ECHO_REPLY => "echo reply",
        Type::MLD_QUERY => "multicast listener query",
        Type::MLD_REPORT => "multicast listener report",
        Type::MLD_DONE => "multicast listener done",
        Type::ROUTER_SOLICITATION => "router solicitation",
        Type::ROUTER_ADVERTISEMENT => "router advertisement",
        Type::NEIGHBOUR_SOLICITATION => "neighbor solicitation",
        Type::NEIGHBOUR_ADVERTISEMENT => "neighbor advertisement",
        Type::REDIRECT => "redirect",
        Type(138) => "router renumbering",
        Type(139) => "node information query",
        Type(140) => "node information reply",
        Type::MLD2_REPORT => "multicast listener report v2",
        Type(200) => "mtrace response",
        Type(201) => "mtrace",
        _ => return None,
    })
}

fn quoted_dst(fields: Fields<'_>) -> Result<std::net::IpAddr, super::Truncated> {
    fields.ipv6(QUOTED + 24).map(Into::into)
}

/// Codes without a name are dumped instead of measured.
fn unknown_unreachable(kind: Type, data: &[u8]) -> bool {
    kind == Type::DEST_UNREACHABLE && data.get(1).is_some_and(|&code| code > 4)
}

fn unreachable(text: &mut Text<'_>, fields: Fields<'_>) -> Printed {
    let code = fields.u8(1)?;
    match code {
        0 => put!(text, ", unreachable route"),
        1 => put!(text, ",  unreachable prohibited"),
        2 => put!(text, ", beyond scope"),
        3 => put!(text, ", unreachable address"),
        4 => put!(text, ", unreachable port"),
        _ => {
            put!(text, ", unknown unreach code ({code})");
            if text.style.verbose < 2 {
                hex(&mut text.out, "\n\t", fields.data);
            }
            return Ok(());
        }
    }
    let dst = text.style.host(quoted_dst(fields)?);
    match code {
        2 => {
            let src = text.style.host(fields.ipv6(QUOTED + 8)?.into());
            put!(text, " {dst}, source address {src}");
        }
        4 => {
            let port = fields.u16(QUOTED + 40 + 2)?;
            match IpProtocol(fields.u8(QUOTED + 6)?) {
                IpProtocol::TCP => {
                    put!(
                        text,
                        ", {dst} tcp port {}",
                        text.style.port(Transport::Tcp, port)
                    );
                }
                IpProtocol::UDP => {
                    put!(
                        text,
                        ", {dst} udp port {}",
                        text.style.port(Transport::Udp, port)
                    );
                }
                other => put!(text, ", {dst} protocol {} port {port} unreachable", other.0),
            }
        }
        _ => put!(text, " {dst}"),
    }
    Ok(())
}

fn listener_report(text: &mut Text<'_>, fields: Fields<'_>, length: usize) -> Printed {
    const KINDS: [&str; 6] = ["is_in", "is_ex", "to_in", "to_ex", "allow", "block"];
    if length < 16 {
        put!(text, " [invalid len {length}]");
        return Ok(());
    }
    let count = fields.u16(6)?;
    put!(text, ", {count} group record(s)");
    if text.style.verbose == 0 {
        return Ok(());
    }
    let mut at = 8;
    for _ in 0..count {
        if length < at + 20 {
            put!(text, " [invalid number of groups]");
            return Ok(());
        }
        put!(text, " [gaddr {}", fields.ipv6(at + 4)?);
        let kind = usize::from(fields.u8(at)?);
        match KINDS.get(kind.wrapping_sub(1)) {
            Some(name) => put!(text, " {name}"),
            None => put!(text, " [v2-report-#{kind}]"),
        }
        let sources = usize::from(fields.u16(at + 2)?);
        if length < at + 20 + sources * 16 {
            put!(text, " [invalid number of sources {sources}]");
            return Ok(());
        }
        if text.style.verbose == 1 {
            put!(text, ", {sources} source(s)");
        } else {
            put!(text, " {{");
            for number in 0..sources {
                put!(text, " {}", fields.ipv6(at + 20 + number * 16)?);
            }
            put!(text, " }}");
        }
        put!(text, "]");
        at += 20 + sources * 16;
    }
    Ok(())
}

/// Neighbour discovery (RFC 4861): the length comes first when the details follow.
fn discovery(text: &mut Text<'_>, kind: Type, fields: Fields<'_>, length: usize) -> Printed {
    let verbose = text.style.verbose > 0;
    if verbose {
        put!(text, ", length {length}");
    }
    let options = match kind {
        Type::ROUTER_SOLICITATION => 8,
        Type::ROUTER_ADVERTISEMENT => {
            if verbose {
                router_advertisement(text, fields)?;
            }
            16
        }
        Type::NEIGHBOUR_SOLICITATION => {
            put!(text, ", who has {}", fields.ipv6(8)?);
            24
        }
        Type::NEIGHBOUR_ADVERTISEMENT => {
            put!(text, ", tgt is {}", fields.ipv6(8)?);
            if verbose {
                const FLAGS: [(u32, &str); 3] = [
                    (0x8000_0000, "router"),
                    (0x4000_0000, "solicited"),
                    (0x2000_0000, "override"),
                ];
                put!(
                    text,
                    ", Flags [{}]",
                    flag_names(fields.u32(4)?, &FLAGS, ", ")
                );
            }
            24
        }
        _ => {
            put!(text, ", {} to {}", fields.ipv6(24)?, fields.ipv6(8)?);
            40
        }
    };
    if verbose {
        discovery_options(text, fields, options, length)
    } else {
        put!(text, ", length {length}");
        Ok(())
    }
}

fn router_advertisement(text: &mut Text<'_>, fields: Fields<'_>) -> Printed {
    fields.bytes(0, 16)?;
    const FLAGS: [(u32, &str); 3] = [
        (0x80, "managed"),
        (0x40, "other stateful"),
        (0x20, "home agent"),
    ];
    let flags = fields.u8(5)?;
    let preference = ["medium", "high", "unknown (0x2)", "low"][usize::from((flags >> 3) & 3)];
    put!(text, "\n\thop limit {}, Flags [", fields.u8(4)?);
    put!(
        text,
        "{}], pref {preference}",
        flag_names(u32::from(flags), &FLAGS, ", ")
    );
    put!(text, ", router lifetime {}s", fields.u16(6)?);
    put!(
        text,
        ", reachable time {}ms, retrans timer {}ms",
        fields.u32(8)?,
        fields.u32(12)?
    );
    Ok(())
}

fn discovery_options(
    text: &mut Text<'_>,
    fields: Fields<'_>,
    mut at: usize,
    length: usize,
) -> Printed {
    while at < length.min(fields.data.len()) {
        let (kind, words) = (fields.u8(at)?, fields.u8(at + 1)?);
        let option_len = usize::from(words) * 8;
        let name = match kind {
            1 => "source link-address",
            2 => "destination link-address",
            3 => "prefix info",
            4 => "redirected header",
            5 => "mtu",
            24 => "route info",
            25 => "rdnss",
            31 => "dnssl",
            _ => "unknown",
        };
        put!(
            text,
            "\n\t  {name} option ({kind}), length {option_len} ({words}): "
        );
        if option_len == 0 || at + option_len > length {
            return Ok(());
        }
        let option = Fields::new("icmp6", fields.bytes(at, option_len)?);
        match kind {
            1 | 2 if option_len == 8 => put!(text, "{}", MacAddr(option.array(2)?)),
            3 if option_len == 32 => {
                const FLAGS: [(u32, &str); 3] =
                    [(0x80, "onlink"), (0x40, "auto"), (0x20, "router")];
                let lifetime = |at| {
                    option.u32(at).map(|s| match s {
                        u32::MAX => String::from("infinity"),
                        s => format!("{s}s"),
                    })
                };
                put!(text, "{}/{}", option.ipv6(16)?, option.u8(2)?);
                put!(
                    text,
                    ", Flags [{}]",
                    flag_names(u32::from(option.u8(3)?), &FLAGS, ", ")
                );
                put!(
                    text,
                    ", valid time {}, pref. time {}",
                    lifetime(4)?,
                    lifetime(8)?
                );
            }
            5 if option_len == 8 => put!(text, " {}", option.u32(4)?),
            _ => {}
        }
        if text.style.verbose > 1 {
            hex(&mut text.out, "\n\t    ", option.after(2));
        }
        at += option_len;
    }
    Ok(())
}
