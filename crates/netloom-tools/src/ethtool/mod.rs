//! `ethtool` 6.1 (ethtool(8)): what it tells of virtual devices. It sets nothing but `tso`.

mod features;

use crate::Context;
use crate::ip::words::{self, Failure, Outcome};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Link, LinkFlags, LinkKind, LinkRef, LinkSettings, OperState};

const BAD: &str = "ethtool: bad command line argument(s)\nFor more information run ethtool -h";

/// Runs `ethtool`.
pub fn ethtool(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}

fn run(cx: &mut Context<'_>) -> Outcome<()> {
    let args = cx.args.clone();
    let Some((word, rest)) = args.split_first() else {
        return Err(Failure::new(BAD, 1));
    };
    let show: fn(&mut Context<'_>, &str) -> Outcome<()> = match word.as_str() {
        "--version" => {
            writeln!(cx.out, "ethtool version 6.1 ({})", crate::VERSION)?;
            return Ok(());
        }
        "-S" | "--statistics" => statistics,
        "-i" | "--driver" => driver,
        "-k" | "--show-features" | "--show-offload" => offloads,
        "-K" | "--features" | "--offload" => return set_offloads(cx, rest),
        "-s" | "--change" => {
            let text = format!("ethtool: \"{word}\" is not supported here");
            return Err(Failure::new(text, 1));
        }
        _ if word.starts_with('-') => return Err(Failure::new(BAD, 1)),
        name => return settings(cx, name),
    };
    match rest.first() {
        Some(name) => show(cx, name),
        None => Err(Failure::new(BAD, 1)),
    }
}

fn link(cx: &mut Context<'_>, name: &str) -> Outcome<Option<Link>> {
    let state = words::namespace(cx, Parts::LINKS)?;
    Ok(state.link(&name.into()).cloned())
}

/// What is said where a request of generic netlink finds no device.
const NO_DEVICE: &str =
    "netlink error: no device matches name (offset 24)\nnetlink error: No such device\n";

/// `ethtool DEV`.
fn settings(cx: &mut Context<'_>, name: &str) -> Outcome<()> {
    let Some(link) = link(cx, name)? else {
        // Five requests, each of which finds none.
        cx.err.write_all(NO_DEVICE.repeat(5).as_bytes())?;
        writeln!(cx.out, "No data available")?;
        let text = String::new();
        return Err(Failure { text, code: 75 });
    };
    let modes = "\
\tSupported ports: [  ]
\tSupported link modes:   Not reported
\tSupported pause frame use: No
\tSupports auto-negotiation: No
\tSupported FEC modes: Not reported
\tAdvertised link modes:  Not reported
\tAdvertised pause frame use: No
\tAdvertised auto-negotiation: No
\tAdvertised FEC modes: Not reported
";
    writeln!(cx.out, "Settings for {name}:")?;
    match link.kind {
        LinkKind::Veth | LinkKind::Tun(_) => writeln!(
            cx.out,
            "{modes}\tSpeed: 10000Mb/s\n\tDuplex: Full\n\tAuto-negotiation: off\n\
             \tPort: Twisted Pair\n\tPHYAD: 0\n\tTransceiver: internal\n\tMDI-X: Unknown"
        )?,
        LinkKind::Bridge(_) => {
            // As fast as the fastest of its ports that is up.
            let state = words::namespace(cx, Parts::LINKS)?;
            let is_up =
                |port: &Link| port.master == Some(link.index) && port.operstate == OperState::Up;
            let fast = |port: &Link| matches!(port.kind, LinkKind::Veth | LinkKind::Tun(_));
            let known = state.links.iter().any(|port| is_up(port) && fast(port));
            let speed = if known { "10000Mb/s" } else { "Unknown!" };
            writeln!(
                cx.out,
                "{modes}\tSpeed: {speed}\n\tDuplex: Unknown! (255)\n\tAuto-negotiation: off\n\
                 \tPort: Other\n\tPHYAD: 0\n\tTransceiver: internal"
            )?;
        }
        LinkKind::Loopback | LinkKind::Dummy | LinkKind::Other(_) => {}
    }
    if let LinkKind::Tun(_) = link.kind {
        let indent = " ".repeat(30);
        writeln!(
            cx.out,
            "        Current message level: 0x00000000 (0)\n{indent}"
        )?;
    }
    let up = link.flags.contains(LinkFlags::UP) && link.carrier;
    let word = if up { "yes" } else { "no" };
    writeln!(cx.out, "\tLink detected: {word}")?;
    Ok(())
}

/// `ethtool -i DEV`.
fn driver(cx: &mut Context<'_>, name: &str) -> Outcome<()> {
    let fail = |errno: Errno| Failure::new(format!("Cannot get driver information: {errno}"), 71);
    let link = link(cx, name)?.ok_or_else(|| fail(Errno::NODEV))?;
    let (driver, version, firmware, bus) = match link.kind {
        LinkKind::Veth => ("veth", "1.0", "", ""),
        LinkKind::Bridge(_) => ("bridge", "2.3", "N/A", "N/A"),
        LinkKind::Tun(ref tun) => ("tun", "1.6", "", tun.mode.name()),
        // A driver that does not tell has the kernel's version.
        LinkKind::Dummy => ("dummy", "6.18.0", "", ""),
        LinkKind::Loopback | LinkKind::Other(_) => return Err(fail(Errno::OPNOTSUPP)),
    };
    let counts = if link.kind == LinkKind::Veth {
        "yes"
    } else {
        "no"
    };
    writeln!(
        cx.out,
        "driver: {driver}\nversion: {version}\nfirmware-version: {firmware}\n\
         expansion-rom-version: \nbus-info: {bus}\nsupports-statistics: {counts}\n\
         supports-test: no\nsupports-eeprom-access: no\nsupports-register-dump: no\n\
         supports-priv-flags: no"
    )?;
    Ok(())
}

/// The counters of a veth's queues, which count frames that no XDP program is there to take.
const QUEUES: [&str; 9] = [
    "rx_queue_0_xdp_packets",
    "rx_queue_0_xdp_bytes",
    "rx_queue_0_drops",
    "rx_queue_0_xdp_redirect",
    "rx_queue_0_xdp_drops",
    "rx_queue_0_xdp_tx",
    "rx_queue_0_xdp_tx_errors",
    "tx_queue_0_xdp_xmit",
    "tx_queue_0_xdp_xmit_errors",
];

/// `ethtool -S DEV`.
fn statistics(cx: &mut Context<'_>, name: &str) -> Outcome<()> {
    let Some(link) = link(cx, name)? else {
        let text = "Cannot get stats strings information: No such device";
        return Err(Failure::new(text, 96));
    };
    let ns = cx.ns.clone();
    let Ok(mut counters) = cx.world.link_counters(&ns, link.index) else {
        return Err(Failure::new("no stats available", 94));
    };
    writeln!(cx.out, "NIC statistics:")?;
    if let Some(peer) = counters.remove("peer_ifindex") {
        writeln!(cx.out, "     peer_ifindex: {peer}")?;
    }
    if link.kind == LinkKind::Veth {
        for queue in QUEUES {
            let count = counters.remove(queue).unwrap_or(0);
            writeln!(cx.out, "     {queue}: {count}")?;
        }
    }
    for (counter, count) in counters {
        writeln!(cx.out, "     {counter}: {count}")?;
    }
    Ok(())
}

/// `ethtool -k DEV`.
fn offloads(cx: &mut Context<'_>, name: &str) -> Outcome<()> {
    let Some(link) = link(cx, name)? else {
        return Err(Failure {
            text: NO_DEVICE.to_owned(),
            code: 1,
        });
    };
    let list = features::list(&link.kind, link.tso);
    write!(cx.out, "Features for {name}:\n{list}")?;
    Ok(())
}

/// `ethtool -K DEV tso on|off`.
fn set_offloads(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let Some((name, pairs)) = words.split_first() else {
        return Err(Failure::new(BAD, 1));
    };
    if pairs.is_empty() {
        return Err(Failure::new("Could not change any device features", 1));
    }
    let mut tso = None;
    for pair in pairs.chunks(2) {
        let value = pair.get(1).map_or("(null)", String::as_str);
        let on = match value {
            "on" => true,
            "off" => false,
            other => {
                let text = format!(
                    "ethtool (-K): flag '{other}' for parameter '(null)' is not followed by 'on' or 'off'"
                );
                return Err(Failure::new(text, 1));
            }
        };
        match pair[0].as_str() {
            "tso" | "tcp-segmentation-offload" => tso = Some(on),
            other if features::is_known(other) => {
                let text = format!("ethtool: -K {other} is not supported here");
                return Err(Failure::new(text, 1));
            }
            _ => {
                let text = "netlink error: bit name not found (offset 52)\n\
                            netlink error: Operation not supported\n";
                let text = text.to_owned();
                return Err(Failure { text, code: 92 });
            }
        }
    }
    let Some(link) = link(cx, name)? else {
        let text = NO_DEVICE.to_owned();
        return Err(Failure { text, code: 92 });
    };
    let change = Change::SetLink {
        ns: cx.ns.clone(),
        link: LinkRef::Index(link.index),
        set: Box::new(LinkSettings {
            tso,
            ..LinkSettings::default()
        }),
    };
    let done = cx.world.apply(vec![change]);
    done.map_err(|error| Failure::new(format!("netlink error: {error}"), 92))
}
