//! Twins: a router of the running kernel, drawn at random (routes, policy rules, next hops, settings,
//! rules for packets beside what all cases have), is read as a host is, loaded into the engine, and the same
//! frames are sent through both. What comes out must agree.
//!
//! 300 hosts, or as many as `NETLOOM_CASES` says; from the seed `NETLOOM_SEED`; `NETLOOM_CASE=SEED`
//! plays one again. One that differs is made as small as it can be.

use crate::apart::Apart;
use crate::case::{Case, Line};
use crate::dice::Dice;
use crate::draw;
use crate::engine::Inside;
use crate::fewer::fewer;
use crate::kernel::Outside;
use crate::lane::number;
use crate::play::{Side, play};
use crate::transcript::difference;
use libtest_mimic::Failed;
use netloom_kernel::Kernel;
use netloom_model::state::Parts;
use netloom_model::{LinkKind, NsName, State, World};
use std::fmt::Write;
use std::io;

/// How many hosts are drawn.
const HOSTS: u64 = 300;
/// How often a host must differ: on a busy machine some frames come late.
const TRIES: usize = 3;
/// How many hosts that differ are made smaller and told.
const TOLD: usize = 3;

/// What decides about packets of a host at rest.
pub(crate) const READ: Parts = Parts {
    counters: false,
    sockets: false,
    connections: false,
    ipsets: false,
    ..Parts::ALL
};

/// A host: what makes it, and the packets that are sent to it.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) commands: Vec<String>,
    /// Settings and rules for packets.
    pub(crate) rules: Case,
    packets: Case,
}

/// The host of a seed.
pub(crate) fn host(seed: u64) -> Host {
    let mut dice = Dice::new(seed);
    let count = 3 + dice.below(12);
    let commands = (0..count).map(|_| command(&mut dice)).collect();
    let lines = draw::draw(seed).lines.into_iter();
    let lines = lines.filter(|line| !goes_on(line));
    let (packets, rules) = lines.partition(|line| matches!(line, Line::Packet(_)));
    Host {
        commands,
        rules: Case { lines: rules },
        packets: Case { lines: packets },
    }
}

/// Whether a rule goes on from packet to packet: how far it has come nobody tells of a host, whose own packets
/// of IPv6 it counts too, and those come when they like.
fn goes_on(line: &Line) -> bool {
    match line {
        Line::Text(text) => text.contains("numgen inc") || text.contains("--mode nth"),
        _ => false,
    }
}

/// A command that changes where packets go, or `set NAME VALUE`, for one version of IP or the other.
fn command(dice: &mut Dice) -> String {
    let v6 = dice.chance(35);
    let n = dice.below(3);
    let dev = format!("t{n}");
    let (near, far, other) = match v6 {
        false => (format!("10.0.{n}"), format!("10.10{n}"), "10.77.0.0/16"),
        true => (format!("fd00:{n}:"), format!("fd00:10{n}"), "fd00:77::/32"),
    };
    let (family, host) = if v6 { ("-6 ", ":") } else { ("", ".") };
    let via = format!("via {near}{host}{}", [2, 3, 77][dice.below(3)]);
    let part = match v6 {
        false => format!("{far}.{}.0/24", dice.below(3)),
        true => format!("{far}:{}::/48", dice.below(3)),
    };
    let table = [100, 101][dice.below(2)];
    let priority = 100 + dice.below(20);
    match dice.below(16) {
        0 | 1 => format!("ip {family}route add {part} {via} dev {dev}"),
        2 => {
            let kind = *dice.of(&["blackhole", "unreachable", "prohibit", "throw"]);
            format!("ip {family}route add {kind} {part}")
        }
        3 => format!("ip {family}route add {other} {via} dev {dev} table {table}"),
        4 => format!("ip {family}route add {part} {via} dev {dev} table {table}"),
        5 => format!("ip {family}rule add iif {dev} lookup {table} priority {priority}"),
        6 => format!("ip {family}rule add to {part} lookup {table} priority {priority}"),
        7 => {
            let action = *dice.of(&["blackhole", "unreachable", "prohibit"]);
            format!("ip {family}rule add to {part} {action} priority {priority}")
        }
        8 => format!("ip {family}route add {part} {via} dev {dev} mtu lock 1280 metric 5"),
        9 => format!("ip {family}neigh del {near}{host}3 dev {dev}"),
        10 => format!(
            "ip {family}addr add {near}{host}9/{} dev {dev}{}",
            if v6 { 64 } else { 24 },
            if v6 { " nodad" } else { "" }
        ),
        11 => {
            let key = *dice.of(&["rp_filter", "forwarding", "accept_local", "send_redirects"]);
            format!("set net.ipv4.conf.{dev}.{key} {}", dice.below(2))
        }
        12 => format!(
            "set net.ipv{}.conf.{dev}.forwarding 0",
            if v6 { 6 } else { 4 }
        ),
        13 => {
            let id = 1 + dice.below(4);
            format!("ip {family}nexthop add id {id} {via} dev {dev}")
        }
        14 => format!("ip {family}route add {part} nhid {}", 1 + dice.below(4)),
        _ => {
            let size = 1280 + dice.below(200);
            format!("ip link set {dev} mtu {size}")
        }
    }
}

/// The router as the kernel tells of it.
fn read() -> io::Result<State> {
    let state = Kernel::new().snapshot(Some(&NsName::first()), READ);
    state.map_err(|error| io::Error::other(error.to_string()))
}

/// How a host and its twin differ: in what the twin tells, and in what becomes of packets.
fn compare(apart: &Apart, host: &Host) -> io::Result<String> {
    let mut kernel = Outside::new(apart)?;
    for command in &host.commands {
        // One that makes no sense where it stands is refused, and changes nothing.
        let setting = command.strip_prefix("set ");
        match setting.and_then(|setting| setting.split_once(' ')) {
            Some((name, value)) => {
                let _ = kernel.set(name, value);
            }
            None => {
                let _ = kernel.run(command, "");
            }
        }
    }
    play(&mut kernel, &host.rules);
    kernel.take();
    let state = read()?;
    let (mut twin, missing) = Inside::twin(&state);
    let mut told = String::new();
    for missing in missing {
        let _ = writeln!(told, "not loaded: {}: {}", missing.part, missing.why);
    }
    told.push_str(&otherwise(&state, &twin.state()));
    let engine = play(&mut twin, &host.packets).out;
    let kernel = play(&mut kernel, &host.packets).out;
    told.push_str(&difference(&engine, &kernel));
    Ok(told)
}

/// Lines of the twin's state that are others than those of the host.
fn otherwise(host: &State, twin: &State) -> String {
    let ns = NsName::first();
    let of = |state: &State| {
        let mut told = state.namespaces.get(&ns).cloned().unwrap_or_default();
        // A kernel tells of the addresses of IPv4 first, then of those of IPv6.
        told.addresses
            .sort_by_key(|address| (address.dev, address.local.family()));
        told.neighbours
            .sort_by_key(|neighbour| (neighbour.proxy, neighbour.dev, neighbour.dst));
        // How old they are is told in other moments, and who holds them is the kernel's own affair.
        for neighbour in &mut told.neighbours {
            neighbour.ages = (0, 0, 0);
            neighbour.refcnt = 0;
        }
        // Whether a program holds a TUN netlink does not tell.
        for link in &mut told.links {
            if let LinkKind::Tun(tun) = &mut link.kind {
                tun.attached = true;
            }
        }
        format!("{told:#?}")
    };
    let (host, twin) = (of(host), of(twin));
    let lines = host
        .lines()
        .zip(twin.lines())
        .filter(|(one, other)| one != other);
    let told = lines
        .take(8)
        .map(|(one, other)| format!("told: {} -> {}\n", one.trim(), other.trim()));
    told.collect()
}

fn differs(apart: &Apart, host: &Host) -> Option<String> {
    let mut told = String::new();
    for _ in 0..TRIES {
        told = compare(apart, host).unwrap_or_else(|error| format!("the kernel: {error}\n"));
        if told.is_empty() {
            return None;
        }
    }
    Some(told)
}

/// Plays the share `part` of `parts` of all hosts.
pub(crate) fn run(part: usize, parts: usize) -> Result<(), Failed> {
    let hosts = number("NETLOOM_CASES", HOSTS)?;
    let first = number("NETLOOM_SEED", 1)?.wrapping_mul(1_000_003);
    let mut seeds: Vec<u64> = (0..hosts).map(|n| first.wrapping_add(n)).collect();
    if let Ok(named) = std::env::var("NETLOOM_CASE") {
        seeds = named
            .split(',')
            .filter_map(|seed| seed.parse().ok())
            .collect();
    }
    let own = seeds
        .iter()
        .enumerate()
        .filter(|(at, _)| at % parts == part);
    let own: Vec<u64> = own.map(|(_, seed)| *seed).collect();
    let played = std::thread::spawn(move || {
        let apart = Apart::leave().map_err(|error| error.to_string())?;
        let mut out = String::new();
        let mut count = 0;
        for seed in &own {
            let host = host(*seed);
            let Some(told) = differs(&apart, &host) else {
                continue;
            };
            count += 1;
            let (host, told) = match count {
                0..=TOLD => smaller(&apart, host, told),
                _ => (host, told),
            };
            let (commands, rules) = (host.commands.join("\n  "), &host.rules);
            let _ = writeln!(out, "\n{seed}:\n  {commands}\n{rules}\n{told}");
        }
        match count {
            0 => Ok(()),
            _ => Err(format!(
                "{count} of {} hosts differ from their twins\n{out}",
                own.len()
            )),
        }
    });
    match played.join() {
        Ok(done) => done.map_err(Failed::from),
        Err(_) => Err("a twin panicked".into()),
    }
}

/// The host with no more than what makes it differ.
fn smaller(apart: &Apart, host: Host, told: String) -> (Host, String) {
    let still = |host: &Host| compare(apart, host).is_ok_and(|told| !told.is_empty());
    let commands = fewer(host.commands.clone(), |commands| {
        still(&Host {
            commands: commands.to_vec(),
            ..host.clone()
        })
    });
    let host = Host { commands, ..host };
    let lines = fewer(host.rules.lines.clone(), |lines| {
        let rules = Case {
            lines: lines.to_vec(),
        };
        still(&Host {
            rules,
            ..host.clone()
        })
    });
    let rules = Case { lines };
    let host = Host { rules, ..host };
    let lines = fewer(host.packets.lines.clone(), |lines| {
        let packets = Case {
            lines: lines.to_vec(),
        };
        still(&Host {
            packets,
            ..host.clone()
        })
    });
    let packets = Case { lines };
    let host = Host { packets, ..host };
    let told = compare(apart, &host).unwrap_or(told);
    (host, told)
}
