//! What is added to a hop that says more than that the time to live ended.

use netloom_wire::icmpv6::{Type, code};

/// For an unreachable destination of IPv4; the port alone says that it was reached.
pub(super) fn v4(code: u8, mtu: u32) -> String {
    match code {
        0 => " !N".to_owned(),
        1 => " !H".to_owned(),
        2 => " !P".to_owned(),
        3 => String::new(),
        4 => format!(" !F-{mtu}"),
        5 => " !S".to_owned(),
        9 | 10 | 13 => " !X".to_owned(),
        14 => " !V".to_owned(),
        15 => " !C".to_owned(),
        other => format!(" !<{other}>"),
    }
}

/// Whether an error of IPv6 ends the way, and what is added; none for what is no answer.
pub(super) fn of_v6(kind: Type, code: u8, rest: u32) -> Option<(bool, String)> {
    Some(match kind {
        Type::TIME_EXCEEDED => (false, String::new()),
        Type::PACKET_TOO_BIG => (true, format!(" !F-{rest}")),
        Type::DEST_UNREACHABLE => (true, unreachable(code)),
        Type::PARAMETER_PROBLEM if code == code::NEXT_HEADER => (true, " !P".to_owned()),
        _ => return None,
    })
}

fn unreachable(code: u8) -> String {
    match code {
        code::NO_ROUTE => " !N".to_owned(),
        code::BEYOND_SCOPE => " !S".to_owned(),
        code::ADDRESS_UNREACHABLE => " !H".to_owned(),
        code::PORT_UNREACHABLE => String::new(),
        code::PROHIBITED | 5 | 6 => " !X".to_owned(),
        other => format!(" !<{other}>"),
    }
}
