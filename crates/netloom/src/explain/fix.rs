//! The smallest change that delivers a packet: candidates for what is to blame, each tried in the
//! engine before it is told. Where one drop hides another, the changes add up.

use super::delivered;
use netloom_model::journey::{DropReason, Event, Explain, Journey, Probe, Verdict};
use netloom_model::state::Parts;
use netloom_model::{
    Address, Change, IpNet, LinkFlags, LinkRef, LinkSettings, Mode, Namespace, NextHop, NsName,
    Route, State,
};
use netloom_tools::Context;
use std::net::IpAddr;

/// A change, and the command that makes it.
#[derive(Clone)]
struct Candidate {
    change: Change,
    command: String,
}

/// Changes that are tried one on top of the other at most.
const DEEPEST: usize = 6;

/// Looks for changes that deliver the packet and tells them as commands.
pub(super) fn tell(cx: &mut Context<'_>, ask: &Explain, journey: &Journey) -> Result<(), String> {
    if delivered(journey) {
        return Ok(());
    }
    let state = cx
        .world
        .snapshot(None, Parts::ALL)
        .map_err(|e| e.to_string())?;
    let mut chosen: Vec<Candidate> = Vec::new();
    let mut now = journey.clone();
    while chosen.len() < DEEPEST {
        let before = progress(&now);
        let mut best: Option<(Candidate, Journey)> = None;
        for candidate in candidates(&state, ask, &now) {
            let Some(after) = attempt(cx, ask, &chosen, &candidate) else {
                continue;
            };
            let better = best
                .as_ref()
                .is_none_or(|(_, b)| progress(&after) > progress(b));
            if progress(&after) > before && better {
                let done = delivered(&after);
                best = Some((candidate, after));
                if done {
                    break;
                }
            }
        }
        let Some((candidate, after)) = best else {
            break;
        };
        chosen.push(candidate);
        now = after;
        if delivered(&now) {
            return say(cx, &chosen);
        }
    }
    writeln!(cx.out, "fix: no small change was found that delivers it").map_err(|e| e.to_string())
}

fn say(cx: &mut Context<'_>, chosen: &[Candidate]) -> Result<(), String> {
    writeln!(cx.out, "fix: tried, and it delivers the packet:").map_err(|e| e.to_string())?;
    for candidate in chosen {
        writeln!(cx.out, "  {}", candidate.command).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// How far a packet came: whether it arrived, then how many steps it and its answer took.
fn progress(journey: &Journey) -> (bool, bool, usize) {
    let arrived = !matches!(journey.verdict, Verdict::Dropped { .. });
    let steps = journey
        .steps
        .iter()
        .filter(|s| !matches!(s.event, Event::Backlogged { .. }));
    (delivered(journey), arrived, steps.count())
}

fn attempt(
    cx: &mut Context<'_>,
    ask: &Explain,
    chosen: &[Candidate],
    candidate: &Candidate,
) -> Option<Journey> {
    let changes = chosen.iter().chain([candidate]).map(|c| c.change.clone());
    let ask = Explain {
        what_if: changes.collect(),
        ..ask.clone()
    };
    cx.world.explain(ask).ok()
}

/// `ip -n NS`, or `ip` in the first namespace.
fn ip(ns: &NsName) -> String {
    if ns.is_first() {
        "ip".to_owned()
    } else {
        format!("ip -n {}", ns.as_str())
    }
}

/// `ip netns exec NS COMMAND`, or the command alone.
fn exec(ns: &NsName, command: &str) -> String {
    if ns.is_first() {
        command.to_owned()
    } else {
        format!("ip netns exec {} {command}", ns.as_str())
    }
}

/// What could help against the drop that ended the packet, or its answer.
fn candidates(state: &State, ask: &Explain, journey: &Journey) -> Vec<Candidate> {
    let dropped = |v: &Verdict| matches!(v, Verdict::Dropped { .. });
    let verdict = match &journey.back {
        Some(back) if !dropped(&journey.verdict) => back,
        _ => &journey.verdict,
    };
    let Verdict::Dropped {
        step,
        ns,
        dev,
        reason,
    } = verdict
    else {
        return Vec::new();
    };
    let Some(here) = state.namespaces.get(ns) else {
        return Vec::new();
    };
    let dev = dev.as_deref();
    match reason {
        DropReason::DeviceDown
        | DropReason::NoCarrier
        | DropReason::BridgeDown
        | DropReason::BridgePortState
        | DropReason::NeighbourFailed => {
            let mut all = links_up(state);
            all.extend(addresses(state, journey, ns));
            all
        }
        DropReason::NoRoute
        | DropReason::RouteUnreachable
        | DropReason::RouteBlackhole
        | DropReason::RouteProhibit => {
            let mut all = links_up(state);
            all.extend(routes(state, ns, here, destination(journey, *step, ask)));
            all
        }
        DropReason::ForwardingOff => {
            vec![sysctl(ns, "net.ipv4.ip_forward", "1")]
        }
        DropReason::ReversePath => dev.map_or_else(Vec::new, |dev| {
            vec![
                sysctl(ns, &format!("net.ipv4.conf.{dev}.rp_filter"), "2"),
                sysctl(ns, &format!("net.ipv4.conf.{dev}.rp_filter"), "0"),
                sysctl(ns, "net.ipv4.conf.all.rp_filter", "2"),
                sysctl(ns, "net.ipv4.conf.all.rp_filter", "0"),
            ]
        }),
        DropReason::LocalSource => dev.map_or_else(Vec::new, |dev| {
            vec![sysctl(
                ns,
                &format!("net.ipv4.conf.{dev}.accept_local"),
                "1",
            )]
        }),
        DropReason::MartianSource | DropReason::MartianDestination => {
            dev.map_or_else(Vec::new, |dev| {
                vec![sysctl(
                    ns,
                    &format!("net.ipv4.conf.{dev}.route_localnet"),
                    "1",
                )]
            })
        }
        DropReason::IcmpIgnored => vec![
            sysctl(ns, "net.ipv4.icmp_echo_ignore_all", "0"),
            sysctl(ns, "net.ipv4.icmp_echo_ignore_broadcasts", "0"),
        ],
        DropReason::BridgeIsolated => ports(ns, here, "isolated"),
        DropReason::BridgeLocked => ports(ns, here, "locked"),
        DropReason::FragmentationNeeded | DropReason::TooLong => mtus(state),
        _ => Vec::new(),
    }
}

fn sysctl(ns: &NsName, name: &str, value: &str) -> Candidate {
    Candidate {
        command: exec(ns, &format!("sysctl -w {name}={value}")),
        change: Change::SetSysctl {
            ns: ns.clone(),
            name: name.to_owned(),
            value: value.to_owned(),
        },
    }
}

fn set_link(ns: &NsName, index: u32, set: LinkSettings, command: String) -> Candidate {
    let change = Change::SetLink {
        ns: ns.clone(),
        link: LinkRef::Index(index),
        set: Box::new(set),
    };
    Candidate { change, command }
}

/// Every device that is down, up.
fn links_up(state: &State) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (ns, here) in &state.namespaces {
        for link in here
            .links
            .iter()
            .filter(|l| !l.flags.contains(LinkFlags::UP))
        {
            let set = LinkSettings {
                up: Some(true),
                ..LinkSettings::default()
            };
            let command = format!("{} link set {} up", ip(ns), link.name);
            all.push(set_link(ns, link.index, set, command));
        }
    }
    all
}

/// Every device with a smaller MTU, with as much as Ethernet usually has.
fn mtus(state: &State) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (ns, here) in &state.namespaces {
        for link in here.links.iter().filter(|l| l.mtu < 1500) {
            let set = LinkSettings {
                mtu: Some(1500),
                ..LinkSettings::default()
            };
            let command = format!("{} link set {} mtu 1500", ip(ns), link.name);
            all.push(set_link(ns, link.index, set, command));
        }
    }
    all
}

/// Every port of a namespace without the switch.
fn ports(ns: &NsName, here: &Namespace, switch: &str) -> Vec<Candidate> {
    let ports = here.links.iter().filter(|l| {
        l.bridge_port.as_ref().is_some_and(|p| {
            if switch == "isolated" {
                p.flags.isolated
            } else {
                p.flags.locked
            }
        })
    });
    ports
        .map(|link| {
            let port = netloom_model::BridgePortSettings {
                isolated: (switch == "isolated").then_some(false),
                locked: (switch == "locked").then_some(false),
                ..Default::default()
            };
            let set = LinkSettings {
                bridge_port: Some(port),
                ..LinkSettings::default()
            };
            let command = format!("bridge link set dev {} {switch} off", link.name);
            set_link(ns, link.index, set, exec(ns, &command))
        })
        .collect()
}

/// Where the dropped packet was going.
fn destination(journey: &Journey, step: Option<u32>, ask: &Explain) -> Option<IpAddr> {
    let packet = step
        .and_then(|at| journey.steps.get(at as usize))
        .map(|s| s.packet);
    let routed = journey.steps.iter().rev().find_map(|s| match &s.event {
        Event::Routed(trace) if Some(s.packet) == packet => Some(trace.to),
        _ => None,
    });
    routed.or(match &ask.probe {
        Probe::Send(packet) | Probe::ReceiveIp { packet, .. } => Some(packet.to),
        Probe::Receive { .. } => None,
    })
}

/// Default routes over every neighbour that could be a router: the addresses of other namespaces
/// on this one's links.
fn routes(state: &State, ns: &NsName, here: &Namespace, to: Option<IpAddr>) -> Vec<Candidate> {
    let mut all = Vec::new();
    let on_link = |addr: IpAddr| here.addresses.iter().any(|a| a.prefix().contains(addr));
    for there in state
        .namespaces
        .iter()
        .filter(|(name, _)| *name != ns)
        .map(|(_, there)| there)
    {
        for gateway in there
            .addresses
            .iter()
            .map(|a| a.local.addr)
            .filter(|a| on_link(*a))
        {
            let Some(to) = to else { continue };
            let net = network_of(state, to).unwrap_or(IpNet::host(to));
            for (dst, word) in [
                (IpNet::default_of(net.family()), "default".to_owned()),
                (net, net.to_string()),
            ] {
                let hop = NextHop {
                    via: Some(gateway),
                    weight: 1,
                    ..NextHop::default()
                };
                let route = Route {
                    nexthops: vec![hop],
                    ..Route::new(dst)
                };
                all.push(Candidate {
                    command: format!("{} route add {word} via {gateway}", ip(ns)),
                    change: Change::AddRoute {
                        ns: ns.clone(),
                        route,
                        mode: Mode::Add,
                    },
                });
            }
        }
    }
    all
}

/// The prefix of somebody's address that an address lies in.
fn network_of(state: &State, addr: IpAddr) -> Option<IpNet> {
    let all = state.namespaces.values().flat_map(|ns| &ns.addresses);
    let mut nets = all
        .map(Address::prefix)
        .filter(|net| net.contains(addr) && net.len > 0);
    nets.next()
}

/// The address that nobody answers for, on each device at the other end that has none.
fn addresses(state: &State, journey: &Journey, from: &NsName) -> Vec<Candidate> {
    let wanted = journey.steps.iter().rev().find_map(|s| match &s.event {
        Event::Waits { address, .. } => Some(*address),
        _ => None,
    });
    let Some(wanted) = wanted else {
        return Vec::new();
    };
    let len = state.namespaces.get(from).and_then(|ns| {
        ns.addresses
            .iter()
            .map(Address::prefix)
            .find(|p| p.contains(wanted))
            .map(|p| p.len)
    });
    let local = IpNet::new(wanted, len.unwrap_or(24));
    let mut all = Vec::new();
    for (ns, there) in state.namespaces.iter().filter(|(name, _)| *name != from) {
        let bare = |index: u32| !there.addresses.iter().any(|a| a.dev == index);
        for link in there
            .links
            .iter()
            .filter(|l| l.index > 1 && bare(l.index) && l.master.is_none())
        {
            let address = Address::new(link.index, local, link.name.clone());
            all.push(Candidate {
                command: format!("{} addr add {local} dev {}", ip(ns), link.name),
                change: Change::AddAddress {
                    ns: ns.clone(),
                    address,
                    mode: Mode::Add,
                },
            });
        }
    }
    all
}
