//! Targets in words of nft.

use super::span;
use core::net::IpAddr;
use netloom_model::Family;
use netloom_model::ruleset::DataType;
use netloom_model::ruleset::statement::{Log, NatFlags, Reject, Statement, Synproxy, log_flag};
use netloom_model::ruleset::xt::{ConnmarkOp, Masked, NatRange, XtTarget};

/// The words of a target; none where it has no translation.
pub(super) fn words(family: Family, statement: &Statement) -> Option<String> {
    match statement {
        Statement::XtTarget(target) => of_xt(family, target),
        Statement::Reject(reject) => reject_words(*reject),
        Statement::Log(log) => Some(log_words(log)),
        Statement::Notrack => Some("notrack".to_owned()),
        Statement::Set { .. } => Some("nftrace set 1".to_owned()),
        _ => None,
    }
}

fn of_xt(family: Family, target: &XtTarget) -> Option<String> {
    Some(match target {
        XtTarget::Classify(0) => "meta priority set none".to_owned(),
        XtTarget::Classify(class) => {
            format!("meta priority set {:x}:{:x}", class >> 16, class & 0xffff)
        }
        XtTarget::Connmark {
            op,
            ctmask,
            nfmask,
            value,
        } => connmark(*op, (*ctmask, *nfmask, *value)),
        XtTarget::Ct(ct) if ct.notrack => "notrack".to_owned(),
        XtTarget::Dnat(range) if range.base_port.is_some() => return None,
        XtTarget::Dnat(range) => nat("dnat", range),
        XtTarget::Snat(range) => nat("snat", range),
        XtTarget::Masquerade(range) => nat("masquerade", range),
        XtTarget::Redirect(range) => nat("redirect", range),
        XtTarget::Dscp(class) => {
            let ip = if family == Family::V4 { "ip" } else { "ip6" };
            format!("{ip} dscp set {class:#04x}")
        }
        // The original says so of IPv4 too.
        XtTarget::Tos { value, .. } => format!("ip6 dscp set {:#04x}", value >> 2),
        XtTarget::Mark(mark) => mark_words(*mark),
        XtTarget::Nfqueue {
            queues,
            bypass,
            fanout,
        } => {
            let flags = match (bypass, fanout) {
                (true, true) => " bypass,fanout",
                (true, false) => " bypass",
                (false, true) => " fanout",
                (false, false) => "",
            };
            format!("queue num {}{flags}", span(*queues))
        }
        XtTarget::Reject(reject) => reject_words(*reject)?,
        XtTarget::Log {
            level,
            prefix,
            flags,
        } => log_words(&Log {
            prefix: (!prefix.is_empty()).then(|| prefix.clone()),
            level: Some(*level),
            flags: *flags,
            ..Log::default()
        }),
        XtTarget::Audit(_) => "log level audit".to_owned(),
        XtTarget::Synproxy(proxy) => synproxy(proxy),
        XtTarget::Tcpmss(None) => "tcp option maxseg size set rt mtu".to_owned(),
        XtTarget::Tcpmss(Some(size)) => format!("tcp option maxseg size set {size}"),
        XtTarget::Tee { gateway, device } => {
            let device = device
                .as_ref()
                .map_or_else(String::new, |dev| format!(" device {dev}"));
            format!("dup to {gateway}{device}")
        }
        _ => return None,
    })
}

fn connmark(op: ConnmarkOp, (ctmask, nfmask, value): (u32, u32, u32)) -> String {
    match op {
        ConnmarkOp::Set if ctmask == u32::MAX => format!("ct mark set {value:#x}"),
        ConnmarkOp::Set => {
            format!("ct mark set ct mark xor {value:#x} and {:#x}", !ctmask)
        }
        ConnmarkOp::Save if (ctmask, nfmask) == (u32::MAX, u32::MAX) => {
            "ct mark set mark".to_owned()
        }
        ConnmarkOp::Save => format!("ct mark set mark and {nfmask:#x}"),
        ConnmarkOp::Restore if (ctmask, nfmask) == (u32::MAX, u32::MAX) => {
            "meta mark set ct mark".to_owned()
        }
        ConnmarkOp::Restore => format!("meta mark set ct mark and {nfmask:#x}"),
    }
}

fn mark_words(mark: Masked) -> String {
    let Masked { value, mask } = mark;
    match (value, mask) {
        (value, u32::MAX) => format!("meta mark set {value:#x}"),
        (0, mask) => format!("meta mark set mark and {:#x}", !mask),
        (value, mask) if value == mask => format!("meta mark set mark or {value:#x}"),
        (value, 0) => format!("meta mark set mark xor {value:#x}"),
        (value, mask) => format!("meta mark set mark and {:#x} xor {value:#x}", !mask),
    }
}

fn nat(name: &str, range: &NatRange) -> String {
    let mut text = name.to_owned();
    let host = |address: IpAddr| match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) if range.ports.is_some() => format!("[{address}]"),
        IpAddr::V6(address) => address.to_string(),
    };
    let ports = range.ports.map(|ports| format!(":{}", span(ports)));
    let ports = ports.unwrap_or_default();
    let addresses = range.addresses.map(|(first, last)| {
        if first == last {
            host(first)
        } else {
            format!("{}-{}", host(first), host(last))
        }
    });
    if addresses.is_some() || !ports.is_empty() {
        text += &format!(" to {}{ports}", addresses.unwrap_or_default());
    }
    let NatFlags {
        random,
        fully_random,
        persistent,
    } = range.flags;
    let flags = [
        (random, "random"),
        (fully_random, "fully-random"),
        (persistent, "persistent"),
    ];
    let flags = flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name);
    let flags: Vec<&str> = flags.collect();
    if !flags.is_empty() {
        text += &format!(" {}", flags.join(","));
    }
    text
}

fn reject_words(reject: Reject) -> Option<String> {
    let with = |word: &str, codes: DataType, code: u8| {
        let name = codes.symbol(code.into())?;
        Some(format!("reject with {word} type {name}"))
    };
    match reject {
        Reject::Icmp(3) | Reject::Icmpv6(4) => Some("reject".to_owned()),
        Reject::Icmp(code) => with("icmp", DataType::IcmpCode, code),
        Reject::Icmpv6(code) => with("icmpv6", DataType::Icmpv6Code, code),
        Reject::Icmpx(code) => with("icmpx", DataType::IcmpxCode, code),
        Reject::TcpReset => Some("reject with tcp reset".to_owned()),
    }
}

fn log_words(log: &Log) -> String {
    const LEVELS: [&str; 8] = [
        "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
    ];
    let mut text = "log".to_owned();
    if let Some(prefix) = log.prefix.as_ref().filter(|prefix| !prefix.is_empty()) {
        text += &format!(" prefix \"{prefix}\"");
    }
    if let Some(group) = log.group {
        if let Some(len) = log.snaplen.filter(|len| *len > 0) {
            text += &format!(" snaplen {len}");
        }
        if let Some(threshold) = log.queue_threshold.filter(|threshold| *threshold > 1) {
            text += &format!(" queue-threshold {threshold}");
        }
        return text + &format!(" group {group}");
    }
    if let Some(level) = log.level.filter(|level| *level != 4) {
        text += &format!(" level {}", LEVELS[usize::from(level & 7)]);
    }
    let tcp = match (
        log.flags & log_flag::TCP_SEQUENCE != 0,
        log.flags & log_flag::TCP_OPTIONS != 0,
    ) {
        (true, true) => " flags tcp sequence,options",
        (true, false) => " flags tcp sequence",
        (false, true) => " flags tcp options",
        (false, false) => "",
    };
    text += tcp;
    for (flag, words) in [
        (log_flag::IP_OPTIONS, " flags ip options"),
        (log_flag::SKUID, " flags skuid"),
        (log_flag::ETHER, " flags ether"),
    ] {
        if log.flags & flag != 0 {
            text += words;
        }
    }
    text
}

fn synproxy(proxy: &Synproxy) -> String {
    let mut text = "synproxy".to_owned();
    if proxy.sack_perm {
        text += " sack-perm";
    }
    if proxy.timestamp {
        text += " timestamp";
    }
    if proxy.wscale > 0 {
        text += &format!(" wscale {}", proxy.wscale);
    }
    if proxy.mss > 0 {
        text += &format!(" mss {}", proxy.mss);
    }
    text
}
