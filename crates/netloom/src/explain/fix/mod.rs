//! The smallest change that delivers a packet: candidates for what is to blame, each tried in the
//! engine before it is told. Where one drop hides another, the changes add up.

mod groups;
mod links;
mod neighbours;
mod routing;
mod rules;
mod sets;
mod vlans;

use super::command::exec;
use super::{delivered, hint};
use netloom_model::journey::{DropReason, Event, Explain, Journey, Probe, Stage, Verdict};
use netloom_model::setting::dotted;
use netloom_model::state::Parts;
use netloom_model::{Change, Namespace, NsName, State};
use netloom_tools::Context;

/// A change, and the command that makes it.
#[derive(Clone)]
struct Candidate {
    change: Change,
    command: String,
}

/// Changes that are tried one on top of the other at most.
const DEEPEST: usize = 6;

/// Where a packet comes to by changes.
pub(super) enum End {
    /// A program has it.
    Delivered,
    /// It leaves the host, which an answer would come back to.
    Left,
    /// It comes to its host, where no program listens.
    Unheard,
}

/// Changes that were tried one on top of the other.
pub(super) struct Found {
    /// The commands that make them.
    pub(super) commands: Vec<String>,
    /// What becomes of the packet then.
    pub(super) end: End,
}

/// Looks for changes that deliver a packet that was dropped, none if no few changes do. Where nothing is
/// missing but a program that listens, what brings the packet there is told.
///
/// # Errors
/// If the world cannot be asked.
pub(super) fn find(
    cx: &mut Context<'_>,
    ask: &Explain,
    journey: &Journey,
) -> Result<Option<Found>, String> {
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
            break;
        }
    }
    let end = match &now.verdict {
        _ if unheard(&now) && !answer_is_lost(&now) => End::Unheard,
        _ if !delivered(&now) => return Ok(None),
        Verdict::Left { .. } => End::Left,
        _ => End::Delivered,
    };
    if chosen.is_empty() {
        return Ok(None);
    }
    Ok(Some(Found {
        commands: chosen.into_iter().map(|c| c.command).collect(),
        end,
    }))
}

/// Whether a packet came to its host, where no program listens.
fn unheard(journey: &Journey) -> bool {
    let reason = DropReason::NoSocket;
    matches!(journey.verdict, Verdict::Dropped { reason: found, .. } if found == reason)
}

fn answer_is_lost(journey: &Journey) -> bool {
    matches!(journey.back, Some(Verdict::Dropped { .. }))
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

/// What could help against the drop that ended the packet, or its answer.
fn candidates(state: &State, ask: &Explain, journey: &Journey) -> Vec<Candidate> {
    let dropped = |v: &Verdict| matches!(v, Verdict::Dropped { .. });
    let verdict = match &journey.back {
        // Who sent it is to hear that nobody listens.
        Some(back) if !dropped(&journey.verdict) || unheard(journey) => back,
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
        | DropReason::NeighbourFailed => [
            links::links_up(state),
            neighbours::arp_settings(journey, verdict),
            neighbours::addresses(state, journey, ns),
            blocked_asking(journey, verdict, state),
            vlans::members(state, journey),
            links::masters(state),
            routing::routes(state, ns, here, routing::destination(journey, *step, ask)),
        ]
        .concat(),
        DropReason::RuleDrop
        | DropReason::RulePolicy
        | DropReason::RuleReject
        | DropReason::RuleQueue
        | DropReason::RuleCannot
        | DropReason::RuleNoSocket
        | DropReason::ForwardLoop => rules::passing(ns, journey, verdict),
        DropReason::OtherHost => neighbours::set_by_hand(state),
        DropReason::NoRoute
        | DropReason::RouteUnreachable
        | DropReason::RouteBlackhole
        | DropReason::RouteProhibit => {
            let to = routing::destination(journey, *step, ask);
            [
                from_localhost(ns, ask),
                routing::forbidding(ns, here, to),
                links::links_up(state),
                routing::routes(state, ns, here, to),
            ]
            .concat()
        }
        DropReason::ForwardingOff => {
            let for_one = dev.and_then(|dev| forwarding_of(ns, here, dev));
            let at = step.and_then(|at| journey.steps.get(at as usize));
            let key = if at.is_some_and(|s| s.stage == Stage::Ip6Forward) {
                "net.ipv6.conf.all.forwarding"
            } else {
                "net.ipv4.ip_forward"
            };
            [sysctl(ns, key, "1")].into_iter().chain(for_one).collect()
        }
        // The port that it came from is the one that it must go out of.
        DropReason::BridgeSamePort => dev.map_or_else(Vec::new, |dev| {
            let all = links::ports(ns, here, "hairpin");
            let word = format!(" dev {dev} ");
            all.into_iter()
                .filter(|one| one.command.contains(&word))
                .collect()
        }),
        DropReason::ReversePath => dev.map_or_else(Vec::new, |dev| {
            vec![
                sysctl(ns, &format!("net.ipv4.conf.{}.rp_filter", dotted(dev)), "2"),
                sysctl(ns, &format!("net.ipv4.conf.{}.rp_filter", dotted(dev)), "0"),
                sysctl(ns, "net.ipv4.conf.all.rp_filter", "2"),
                sysctl(ns, "net.ipv4.conf.all.rp_filter", "0"),
            ]
        }),
        DropReason::LocalSource => dev.map_or_else(Vec::new, |dev| {
            vec![sysctl(
                ns,
                &format!("net.ipv4.conf.{}.accept_local", dotted(dev)),
                "1",
            )]
        }),
        DropReason::MartianSource | DropReason::MartianDestination => {
            dev.map_or_else(Vec::new, |dev| {
                vec![sysctl(
                    ns,
                    &format!("net.ipv4.conf.{}.route_localnet", dotted(dev)),
                    "1",
                )]
            })
        }
        DropReason::IcmpIgnored => [
            "net.ipv4.icmp_echo_ignore_all",
            "net.ipv4.icmp_echo_ignore_broadcasts",
            "net.ipv6.icmp.echo_ignore_all",
            "net.ipv6.icmp.echo_ignore_multicast",
            "net.ipv6.icmp.echo_ignore_anycast",
        ]
        .iter()
        .map(|name| sysctl(ns, name, "0"))
        .collect(),
        DropReason::Ipv6TooManyOptions => vec![
            sysctl(ns, "net.ipv6.max_hbh_opts_number", "255"),
            sysctl(ns, "net.ipv6.max_dst_opts_number", "255"),
        ],
        DropReason::ReassemblyFull => vec![
            sysctl(ns, "net.ipv4.ipfrag_high_thresh", "4194304"),
            sysctl(ns, "net.ipv6.ip6frag_high_thresh", "4194304"),
        ],
        DropReason::ConntrackFull => {
            vec![sysctl(ns, "net.netfilter.nf_conntrack_max", "1048576")]
        }
        DropReason::NdpFragmented => dev.map_or_else(Vec::new, |dev| {
            let name = format!("net.ipv6.conf.{}.suppress_frag_ndisc", dotted(dev));
            vec![sysctl(ns, &name, "0")]
        }),

        DropReason::BridgePortListening | DropReason::BridgePortLearning => links::states(ns, here),
        DropReason::BridgeIsolated => links::ports(ns, here, "isolated"),
        DropReason::BridgeNoMember => dev.map_or_else(Vec::new, |dev| {
            groups::members(ns, here, dev, journey, verdict)
        }),
        DropReason::NoMulticastMember => {
            let to = routing::destination(journey, *step, ask);
            let dev = dev.and_then(|dev| groups::join(ns, here, dev, to));
            dev.into_iter().collect()
        }
        DropReason::BridgeNoPort => ["flood", "bcast_flood", "mcast_flood"]
            .iter()
            .flat_map(|switch| links::ports(ns, here, switch))
            .chain(vlans::members(state, journey))
            .collect(),
        DropReason::BridgeLocked => links::ports(ns, here, "locked"),
        DropReason::VlanNoPvid
        | DropReason::VlanNotMember
        | DropReason::VlanEgress
        | DropReason::VlanState
        | DropReason::VlanBridge
        | DropReason::NoVlanDevice => vlans::members(state, journey),
        DropReason::FragmentationNeeded | DropReason::TooLong => links::mtus(state),
        _ => Vec::new(),
    }
}

/// What was sent to 127/8 and translated has a source that leaves by no other device, unless it may.
fn from_localhost(ns: &NsName, ask: &Explain) -> Vec<Candidate> {
    match &ask.probe {
        Probe::Send(packet) if packet.to.is_ipv4() && packet.to.is_loopback() => {
            vec![sysctl(ns, "net.ipv4.conf.all.route_localnet", "1")]
        }
        _ => Vec::new(),
    }
}

/// Forwarding of what a device alone receives, for which forwarding for all is not enough: of the bridge,
/// if it is a port of one.
fn forwarding_of(ns: &NsName, here: &Namespace, dev: &str) -> Option<Candidate> {
    let link = here.links.iter().find(|link| link.name == dev)?;
    let bridge = link.bridge_port.as_ref().and(link.master);
    let of = bridge.and_then(|master| here.links.iter().find(|link| link.index == master));
    let name = &of.unwrap_or(link).name;
    Some(sysctl(
        ns,
        &format!("net.ipv4.conf.{}.forwarding", dotted(name)),
        "1",
    ))
}

/// Ports that kept the ARP request from going where the answer is.
fn blocked_asking(journey: &Journey, verdict: &Verdict, state: &State) -> Vec<Candidate> {
    let ended = hint::asking_ended(journey, verdict).map(|(step, _)| &step.ns);
    let kept = hint::kept_from(journey, verdict).map(|(step, _)| &step.ns);
    let Some(here) = ended
        .or(kept)
        .and_then(|ns| state.namespaces.get_key_value(ns))
    else {
        return Vec::new();
    };
    ["isolated", "locked", "flood", "bcast_flood"]
        .iter()
        .flat_map(|switch| links::ports(here.0, here.1, switch))
        .chain(links::states(here.0, here.1))
        .collect()
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
