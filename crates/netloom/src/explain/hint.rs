//! What is to blame for a drop, and what to look at.

use super::command::{exec, ip};
use super::{filter, rule, stp, tcp, text, vlan};
use netloom_model::journey::{DropReason, Event, Journey, Origin, Stage, Step, Verdict};
use netloom_model::{Rule, RuleAction, setting};

/// A hint for a verdict that needs one.
pub(super) fn of(journey: &Journey, verdict: &Verdict) -> Option<String> {
    let Verdict::Dropped {
        step,
        ns,
        dev,
        reason,
    } = verdict
    else {
        return None;
    };
    let dev = dev.as_deref().unwrap_or("the device");
    let dotted = setting::dotted(dev);
    let at = *step;
    let before = || {
        let at = at.map_or(0, |at| at as usize);
        let packet = journey.steps.get(at).map(|s| s.packet);
        let steps = journey.steps.get(..at).unwrap_or_default().iter().rev();
        steps.filter(move |s| Some(s.packet) == packet)
    };
    let next_hop = || {
        before().find_map(|s| match &s.event {
            Event::Waits { address, .. } | Event::Resolved { address, .. } => Some(*address),
            _ => None,
        })
    };
    let seen_in = || {
        before().find_map(|s| match &s.event {
            Event::Vlan { vid, .. } => Some(*vid),
            _ => None,
        })
    };
    let decided = || {
        before().find_map(|s| match &s.event {
            Event::Routed(trace) => trace.rules.last().map(|(rule, _)| rule),
            _ => None,
        })
    };
    let text = match reason {
        DropReason::RuleDrop
        | DropReason::RulePolicy
        | DropReason::RuleReject
        | DropReason::RuleQueue
        | DropReason::RuleCannot
        | DropReason::RuleNoSocket
        | DropReason::ForwardLoop
        | DropReason::RuleUnknown => return filter::hint(ns, journey, verdict),
        DropReason::DeviceDown => {
            format!("{dev} in {ns} is down: {} link set {dev} up", ip(ns))
        }
        DropReason::NoCarrier | DropReason::NoPeer => {
            format!("the other end of {dev} is down: bring it up too")
        }
        DropReason::NoRoute => format!(
            "no rule and table of {ns} leads there: see \"{0} route\", \"{0} rule\"; add a route, or a default route",
            ip(ns)
        ),
        DropReason::RouteUnreachable | DropReason::RouteBlackhole | DropReason::RouteProhibit => {
            match decided() {
                Some(Rule {
                    action: RuleAction::Lookup(table),
                    ..
                }) => {
                    let table = text::table_name(*table);
                    let see = format!("{} route show table {table}", ip(ns));
                    format!("a route of {ns} forbids it: see \"{see}\"")
                }
                Some(rule) => format!(
                    "a rule of {ns} forbids it: {}; {} rule del pref {} takes it away",
                    rule::rule_text(rule),
                    ip(ns),
                    rule.priority.unwrap_or(0)
                ),
                None => format!("a route or rule of {ns} forbids it"),
            }
        }
        DropReason::ForwardingOff => {
            let stage = at.and_then(|at| journey.steps.get(at as usize));
            let key = if stage.is_some_and(|s| s.stage == Stage::Ip6Forward) {
                "net.ipv6.conf.all.forwarding"
            } else {
                "net.ipv4.ip_forward"
            };
            let set = exec(ns, &format!("sysctl -w {key}=1"));
            format!("{ns} is asked to route and does not: {set}")
        }
        DropReason::ReversePath => format!(
            "rp_filter on {dev}: the route back to the source leaves by another device, or there is \
             none; net.ipv4.conf.{dotted}.rp_filter=2 takes any device, 0 asks for no route (conf.all \
             counts too), or mend the route back"
        ),
        DropReason::LocalSource => format!(
            "the source is an address of {ns} itself: {}",
            exec(ns, &format!("sysctl -w net.ipv4.conf.{dotted}.accept_local=1"))
        ),
        DropReason::SourceRoute => format!(
            "source routes are refused by default: sysctl -w net.ipv4.conf.all.accept_source_route=1 \
             and net.ipv4.conf.{dotted}.accept_source_route=1 accept them"
        ),
        DropReason::MartianSource | DropReason::MartianDestination => {
            format!(
                "such an address does not come from outside: 0/8, a group as a source, or 127/8, \
                 which net.ipv4.conf.{dotted}.route_localnet=1 lets in"
            )
        }
        DropReason::NeighbourFailed => match (asking(journey, verdict), next_hop()) {
            (Some(asking), _) => asking,
            (None, Some(hop)) => format!(
                "nobody answers ARP for {hop} on {dev}: is it there, up, on this link and with this address?"
            ),
            (None, None) => format!("nobody answers ARP on {dev}: is the next hop there and up?"),
        },
        DropReason::TtlExceeded => {
            "its TTL ended at this router: send with a greater one, or look for a loop".to_owned()
        }
        DropReason::FragmentationNeeded | DropReason::TooLong => {
            let stage = at.and_then(|at| journey.steps.get(at as usize));
            let sends = |step: &Step| {
                matches!(step.stage, Stage::PingSend | Stage::UdpSend | Stage::RawSend)
            };
            let told = match stage.is_some_and(sends) {
                true => "its program is told so at once (EMSGSIZE), with the way's MTU",
                false => "it is longer than an MTU on the way",
            };
            let see = format!("see \"{} link\"", ip(ns));
            format!("{told}: {see}; raise that MTU or send less")
        }
        DropReason::ReassemblyFull => format!(
            "the memory of {ns} for fragments is full: see net.ipv4.ipfrag_high_thresh, \
             net.ipv6.ip6frag_high_thresh"
        ),
        DropReason::ReassemblyIncomplete => {
            "a part of it was lost on the way: what is longer than a link takes is better not sent"
                .to_owned()
        }
        DropReason::Ipv6TooManyOptions => format!(
            "{ns} takes no more options: see net.ipv6.max_hbh_opts_number and max_dst_opts_number"
        ),
        DropReason::RouterIgnored => format!(
            "{ns} believes no routers there: see net.ipv6.conf.{dotted}.accept_ra (2 while it \
             forwards), accept_ra_from_local"
        ),
        DropReason::NdpFragmented => format!(
            "neighbour discovery in fragments is refused: net.ipv6.conf.{dotted}.suppress_frag_ndisc=0 \
             lets it in"
        ),
        DropReason::RoutingHeader => {
            "no host follows a routing header (RFC 5095): send without it".to_owned()
        }
        DropReason::BridgeIsolated => {
            "both ports are isolated: bridge link set dev PORT isolated off".to_owned()
        }
        DropReason::BridgeNoMember => {
            let group = group(journey, verdict).unwrap_or_else(|| "the group".to_owned());
            format!(
                "nobody behind the bridge of {dev} joined {group}, or its entry aged: see \"{}\"; add it there, or turn mcast_snooping off",
                exec(ns, "bridge -s mdb")
            )
        }
        DropReason::NoMulticastMember => format!(
            "nobody in {ns} joined the group on {dev}: see \"{0} maddr show dev {dev}\"; {0} addr add GROUP dev {dev} autojoin",
            ip(ns)
        ),
        DropReason::BridgeLocked => {
            format!("{dev} is locked: bridge fdb add MAC dev {dev} master static, or locked off")
        }
        DropReason::BridgeDown => format!("the bridge of {dev} is down: ip link set BRIDGE up"),
        DropReason::BridgeNoPort => {
            let kept = before().find_map(|s| match &s.event {
                Event::Flooded { not, .. } if !not.is_empty() => Some(listed(not)),
                _ => None,
            });
            return kept.map(|ports| format!("it was not sent out of {ports}"));
        }
        DropReason::VlanNoPvid
        | DropReason::VlanNotMember
        | DropReason::VlanEgress
        | DropReason::VlanState
        | DropReason::VlanBridge
        | DropReason::NoVlanDevice => return vlan::hint(*reason, (ns, dev), seen_in()),
        DropReason::TcpSequence
        | DropReason::TcpPaws
        | DropReason::TcpAck
        | DropReason::TcpNoAck
        | DropReason::AcceptQueueFull
        | DropReason::SynQueueFull
        | DropReason::TcpNoConnection => return tcp::hint(*reason, ns),
        DropReason::NoSocket => "the packet arrived: no program listens at that port".to_owned(),
        DropReason::IcmpIgnored => {
            let v6 = at.and_then(|at| journey.steps.get(at as usize));
            let keys = if v6.is_some_and(|step| step.stage == Stage::Icmp6Echo) {
                "net.ipv6.icmp.echo_ignore_all, echo_ignore_multicast and echo_ignore_anycast"
            } else {
                "net.ipv4.icmp_echo_ignore_all and icmp_echo_ignore_broadcasts"
            };
            format!("{ns} ignores it: see {keys}")
        }
        DropReason::ConntrackFull => format!(
            "{ns} remembers as many connections as it may: see \"{}\", or raise net.netfilter.nf_conntrack_max",
            exec(ns, "sysctl net.netfilter.nf_conntrack_count")
        ),
        DropReason::ConntrackClash => format!(
            "two connections of {ns} came to have the same addresses and ports: the first of them stays"
        ),
        DropReason::NatNoAddress => format!(
            "{dev} has no address of the packet's version: give it one, or translate to a given address (SNAT)"
        ),
        DropReason::NatRedirect => {
            "a router told of a better way, but translated packets do not go by it".to_owned()
        }
        DropReason::NatOtherWay => format!(
            "the way changed while the connection lived, and its address belongs to another device than {dev}: connections made anew go this way"
        ),
        DropReason::ArpIgnored => format!("arp_ignore of {dev} forbids the answer"),
        DropReason::OtherHost => format!(
            "the frame is for another hardware address than {dev}'s: a stale neighbour entry? See \"ip neigh\" of the sender"
        ),
        DropReason::LoopLimit => {
            "there is a loop of links: take one out, or let its bridges run STP: ip link set BRIDGE type bridge stp_state 1".to_owned()
        }
        _ => return stp::hint(*reason, ns, dev),
    };
    Some(text)
}

/// The group that a bridge looked for before it ended a packet.
pub(super) fn group(journey: &Journey, verdict: &Verdict) -> Option<String> {
    let Verdict::Dropped { step, .. } = verdict else {
        return None;
    };
    let upto = journey.steps.get(..(*step)? as usize)?;
    upto.iter().rev().find_map(|step| match &step.event {
        Event::Mdb { group, .. } => Some(group.clone()),
        _ => None,
    })
}

/// Where and why the ARP request ended that a packet waited for in vain.
pub(super) fn asking_ended<'j>(
    journey: &'j Journey,
    verdict: &Verdict,
) -> Option<(&'j Step, DropReason)> {
    journey
        .steps
        .iter()
        .rev()
        .find_map(|step| match step.event {
            // That others do not answer is as it should be.
            Event::Dropped(DropReason::ArpNotOurs) => None,
            Event::Dropped(reason) if asks(journey, verdict, step.packet) => Some((step, reason)),
            _ => None,
        })
}

/// Where a bridge flooded that ARP request, and the ports that did not get it, with the reasons.
pub(super) fn kept_from<'j>(
    journey: &'j Journey,
    verdict: &Verdict,
) -> Option<(&'j Step, &'j [(String, String)])> {
    journey
        .steps
        .iter()
        .rev()
        .find_map(|step| match &step.event {
            Event::Flooded { not, .. }
                if !not.is_empty() && asks(journey, verdict, step.packet) =>
            {
                Some((step, &not[..]))
            }
            _ => None,
        })
}

/// Whether a packet is an ARP request, or its copy, for whose answer the dropped packet waited.
fn asks(journey: &Journey, verdict: &Verdict, id: u32) -> bool {
    let Verdict::Dropped { step: Some(at), .. } = verdict else {
        return false;
    };
    let waiting = journey.steps.get(*at as usize).map(|step| step.packet);
    let packet = |id: u32| journey.packets.iter().find(|p| p.id == id);
    let mut now = packet(id);
    while let Some(p) = now {
        if p.origin == Origin::ArpRequest {
            return p.parent == waiting;
        }
        now = p.parent.and_then(packet);
    }
    false
}

/// Ports that do not get a frame, each with the reason.
fn listed(ports: &[(String, String)]) -> String {
    let ports = ports.iter().map(|(port, why)| format!("{port} ({why})"));
    ports.collect::<Vec<_>>().join(", ")
}

fn asking(journey: &Journey, verdict: &Verdict) -> Option<String> {
    let ended = asking_ended(journey, verdict).map(|(step, reason)| {
        let (place, why) = (text::place(step), reason.text());
        let dev = step.dev.as_deref();
        let more = dev.and_then(|dev| stp::hint(reason, &step.ns, dev));
        let more = more.map_or_else(String::new, |more| format!("; {more}"));
        (reason, format!("{place}: {why}{more}"))
    });
    // That the bridge itself is not in a VLAN matters to those alone who ask for it.
    let kept = match &ended {
        Some((reason, _)) if *reason != DropReason::VlanBridge => None,
        _ => kept_from(journey, verdict),
    };
    let asked = "the ARP request for it";
    match (kept, ended) {
        (Some((_, ports)), Some((_, end))) => {
            let ports = listed(ports);
            Some(format!(
                "{asked} was not sent out of {ports}, nor taken at {end}"
            ))
        }
        (Some((_, ports)), None) => Some(format!("{asked} was not sent out of {}", listed(ports))),
        (None, Some((_, end))) => Some(format!("{asked} ended at {end}")),
        (None, None) => None,
    }
}
