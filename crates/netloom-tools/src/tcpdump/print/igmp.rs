//! IGMP, versions 1 to 3.

use netloom_wire::{checksum, igmp::Type};

use super::{Fields, Printed, Text, put};

pub(super) fn print(text: &mut Text<'_>, data: &[u8], length: usize) -> Printed {
    if text.style.quiet {
        put!(text, "igmp");
        return Ok(());
    }
    let fields = Fields::new("igmp", data);
    match Type(fields.u8(0)?) {
        Type::QUERY => query(text, fields, length)?,
        Type::V1_REPORT => {
            put!(text, "igmp v1 report {}", fields.ipv4(4)?);
            if length != 8 {
                put!(text, " [len {length}]");
            }
        }
        Type::V2_REPORT => put!(text, "igmp v2 report {}", fields.ipv4(4)?),
        Type::LEAVE => put!(text, "igmp leave {}", fields.ipv4(4)?),
        Type::V3_REPORT => report(text, fields, length)?,
        Type(other) => put!(text, "igmp-{other}"),
    }
    if text.style.verbose > 0
        && let Some(whole) = data.get(..length)
        && !checksum::verify(whole)
    {
        put!(text, " bad igmp cksum {:x}!", fields.u16(2)?);
    }
    Ok(())
}

fn query(text: &mut Text<'_>, fields: Fields<'_>, length: usize) -> Printed {
    put!(text, "igmp query");
    if length >= 12 {
        return query_v3(text, fields, length);
    }
    let response = fields.u8(1)?;
    if response == 0 {
        put!(text, " v1");
    } else {
        put!(text, " v2");
        if response != 100 {
            put!(
                text,
                " [max resp time {}]",
                response_time(u32::from(response))
            );
        }
    }
    let group = fields.ipv4(4)?;
    if !group.is_unspecified() {
        put!(text, " [gaddr {group}]");
    }
    if length != 8 {
        put!(text, " [len {length}]");
    }
    Ok(())
}

/// A version 2 response time is shown as its bare number of tenths.
fn response_time(tenths: u32) -> String {
    if tenths < 600 {
        tenths.to_string()
    } else {
        duration(tenths / 10)
    }
}

fn duration(seconds: u32) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{}s", seconds / 60, seconds % 60),
        _ => format!("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

/// A code of 128 and more is a floating point number (RFC 3376, 4.1.1).
fn floating(code: u8) -> u32 {
    let code = u32::from(code);
    if code < 128 {
        code
    } else {
        ((code & 15) | 16) << (((code >> 4) & 7) + 3)
    }
}

fn query_v3(text: &mut Text<'_>, fields: Fields<'_>, length: usize) -> Printed {
    put!(text, " v3");
    let code = fields.u8(1)?;
    let tenths = floating(code);
    if tenths != 100 {
        put!(text, " [max resp time ");
        if tenths < 600 {
            put!(text, "{}.{}s", tenths / 10, tenths % 10);
        } else {
            put!(text, "{}", duration(tenths / 10));
        }
        put!(text, "]");
    }
    let group = fields.ipv4(4)?;
    if group.is_unspecified() {
        return Ok(());
    }
    put!(text, " [gaddr {group}");
    let count = fields.u16(10)?;
    if count > 0 {
        if 12 + usize::from(count) * 4 > length {
            put!(text, " [invalid number of sources {count}]");
        } else {
            sources(text, fields, 12, count)?;
        }
    }
    put!(text, "]");
    Ok(())
}

fn sources(text: &mut Text<'_>, fields: Fields<'_>, at: usize, count: u16) -> Printed {
    if text.style.verbose < 2 {
        put!(text, ", {count} source(s)");
        return Ok(());
    }
    put!(text, " {{");
    for number in 0..usize::from(count) {
        put!(text, " {}", fields.ipv4(at + number * 4)?);
    }
    put!(text, " }}");
    Ok(())
}

fn report(text: &mut Text<'_>, fields: Fields<'_>, length: usize) -> Printed {
    const KINDS: [&str; 6] = ["is_in", "is_ex", "to_in", "to_ex", "allow", "block"];
    put!(text, "igmp v3 report");
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
        if length < at + 8 {
            put!(text, " [invalid number of groups]");
            return Ok(());
        }
        put!(text, " [gaddr {}", fields.ipv4(at + 4)?);
        let kind = usize::from(fields.u8(at)?);
        match KINDS.get(kind.wrapping_sub(1)) {
            Some(name) => put!(text, " {name}"),
            None => put!(text, " [v3-report-#{kind}]"),
        }
        let number = fields.u16(at + 2)?;
        if length < at + 8 + usize::from(number) * 4 {
            put!(text, " [invalid number of sources {number}]");
            return Ok(());
        }
        sources(text, fields, at + 8, number)?;
        put!(text, "]");
        at += 8 + usize::from(number) * 4;
    }
    Ok(())
}
