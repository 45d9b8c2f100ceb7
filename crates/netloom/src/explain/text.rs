//! A journey as text: a line a device, a line a decision, or everything.

use super::question::View;
use super::rule::rule_text;
use super::{connection, filter, hint, lookup, packet, tree, tunnel, vlan};
use netloom_model::journey::{
    DropReason, Event, FdbFound, Head, Journey, Learning, MdbFound, MultipathChoice, Origin,
    RouteTrace, RuleOutcome, Stage, Step, Verdict,
};
use netloom_model::route::table;
use netloom_model::socket::PacketType;
use netloom_model::{MacAddr, Route, RouteType, Rule};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;

/// Where a step happens: `NS dev`, or the namespace alone.
pub(super) fn place(step: &Step) -> String {
    let ns = if step.ns.is_first() {
        ""
    } else {
        step.ns.as_str()
    };
    match (&step.dev, ns) {
        (Some(dev), "") => dev.clone(),
        (Some(dev), ns) => format!("{ns}/{dev}"),
        (None, "") => "(first)".to_owned(),
        (None, ns) => ns.to_owned(),
    }
}

/// The journey in a view.
pub(super) fn render(journey: &Journey, view: View) -> String {
    let mut out = String::new();
    match view {
        View::Summary => summary(&mut out, journey),
        View::Decisions | View::Detail => decisions(&mut out, journey, view == View::Detail),
        // Played before the end is told.
        View::Step => {}
    }
    verdicts(&mut out, journey);
    out
}

/// A line for each device that a packet came to.
fn summary(out: &mut String, journey: &Journey) {
    let mut last = None;
    for step in journey.steps.iter().filter(|s| s.dev.is_some()) {
        let here = (step.packet, place(step));
        let ends = matches!(step.event, Event::Dropped(_) | Event::Delivered { .. });
        if last.as_ref() == Some(&here) && !ends {
            continue;
        }
        let what = if ends {
            sentence(step)
        } else {
            passing(step).to_owned()
        };
        let _ = writeln!(out, "{:<24} {}{what}", here.1, name(journey, step.packet));
        last = Some(here);
    }
}

/// What a packet does at a device, in a word.
fn passing(step: &Step) -> &'static str {
    match step.stage {
        Stage::Receive | Stage::Backlog => "arrives",
        Stage::BridgeUp => "goes up",
        Stage::Neighbour | Stage::IpOutput | Stage::ArpSend => "is about to leave",
        _ => "leaves",
    }
}

/// Which packet it is, where it is not the one asked about.
fn name(journey: &Journey, id: u32) -> String {
    let Some(packet) = journey.packets.iter().find(|p| p.id == id) else {
        return String::new();
    };
    let what = match packet.origin {
        Origin::Probe => return String::new(),
        Origin::Other => "other packet",
        Origin::Copy => "copy",
        Origin::ArpRequest => "ARP request",
        Origin::ArpReply => "ARP reply",
        Origin::IcmpReply => "reply",
        Origin::IcmpError => "ICMP error",
        Origin::TcpReset => "TCP reset",
        Origin::TcpReply => "TCP reply",
        Origin::NeighbourSolicitation => "neighbour solicitation",
        Origin::NeighbourAdvertisement => "neighbour advertisement",
        Origin::OutsideAnswer => "answer from outside",
        Origin::UdpReply => "UDP reply",
    };
    format!("[{what} #{id}] ")
}

/// A line for each decision.
fn decisions(out: &mut String, journey: &Journey, detail: bool) {
    let mut current = None;
    // What each packet looks like by now.
    let mut heads: BTreeMap<u32, &Head> = BTreeMap::new();
    for step in &journey.steps {
        if let Some(head) = &step.head {
            heads.insert(step.packet, head);
        }
        if !detail && is_quiet(step) {
            continue;
        }
        if current != Some(step.packet) {
            let first = journey.packets.iter().find(|p| p.id == step.packet);
            let head = heads.get(&step.packet).copied();
            let head = head.or(first.map(|p| &p.head));
            let described = head.map_or_else(String::new, packet::describe);
            let heading = format!("{}{described}", heading(journey, step.packet));
            let _ = writeln!(out, "{}", heading.trim_end());
            current = Some(step.packet);
        }
        let (said, below) = match &step.event {
            Event::Rules(trace) if tree::is_one(trace) => {
                (filter::heading(trace), tree::lines(trace))
            }
            Event::Rules(trace) => (sentence(step), lookup::told(trace)),
            _ => (sentence(step), Vec::new()),
        };
        let _ = writeln!(out, "  {:<20} {said}", place(step));
        if detail {
            details(out, step);
            continue;
        }
        for line in below {
            let _ = writeln!(out, "{:25}{line}", "");
        }
    }
}

pub(super) fn heading(journey: &Journey, id: u32) -> String {
    let name = name(journey, id);
    if name.is_empty() {
        "packet ".to_owned()
    } else {
        name
    }
}

/// Steps that say nothing unless every step is wanted.
fn is_quiet(step: &Step) -> bool {
    match (&step.event, step.stage) {
        (Event::Backlogged { .. } | Event::Transmit, _) => true,
        (Event::Accepted, stage) => stage != Stage::BridgeForward,
        (Event::SourceAccepted { rp_filter }, _) => *rp_filter == 0,
        (Event::Confirmed(made), _) => connection::mirrored(&made.original, &made.reply),
        (Event::Received { packet_type }, _) => *packet_type == PacketType::Outgoing,
        (Event::Learned { change, .. }, _) => *change == Learning::Refreshed,
        _ => false,
    }
}

/// What every step has beside its sentence.
fn details(out: &mut String, step: &Step) {
    let pad = " ".repeat(23);
    let _ = writeln!(
        out,
        "{pad}{}(): {}",
        step.stage.function(),
        step.stage.does()
    );
    if let Event::Routed(trace) = &step.event {
        for (rule, outcome) in &trace.rules {
            let said = match outcome {
                RuleOutcome::NotMatched => "does not match",
                RuleOutcome::NoRoute => "no route",
                RuleOutcome::Throw => "throw",
                RuleOutcome::Suppressed => "its route is passed over: too short a prefix",
                RuleOutcome::Decided => "decides",
            };
            let _ = writeln!(out, "{pad}rule {}: {said}", rule_text(rule));
        }
        if let Some(route) = &trace.route {
            let _ = writeln!(
                out,
                "{pad}route {}",
                route_text(route, trace.dev.as_deref())
            );
        }
    }
    if let Event::Rules(trace) = &step.event {
        for line in filter::details(trace) {
            let _ = writeln!(out, "{pad}{line}");
        }
    }
    if let Some(head) = &step.head {
        for line in packet::headers(head) {
            let _ = writeln!(out, "{pad}{line}");
        }
    }
}

/// A step as a sentence.
pub(super) fn sentence(step: &Step) -> String {
    match &step.event {
        Event::Sent { from, to } => {
            let to = to.map_or_else(|| "a frame".to_owned(), |to| format!("to {to}"));
            let from = from.map_or_else(String::new, |from| format!(" from {from}"));
            format!("a program sends {to}{from}")
        }
        Event::Transmit => "the device sends it".to_owned(),
        Event::Crossed { ns, dev } if ns.is_first() => format!("crosses to {dev}"),
        Event::Crossed { ns, dev } if *ns == step.ns && step.dev.as_ref() == Some(dev) => {
            format!("comes back by {dev}")
        }
        Event::Crossed { ns, dev } => format!("crosses to {ns}/{dev}"),
        Event::Carried {
            ns, dev, behind, ..
        } => tunnel::carried(ns, dev, behind),
        Event::Backlogged { ahead } => format!("waits in the backlog, {ahead} ahead"),
        Event::Received { packet_type } => received(*packet_type).to_owned(),
        Event::Learned {
            address,
            vlan,
            change,
        } => learned(&vlan::station(address, *vlan), change),
        Event::Fdb {
            address,
            vlan,
            found,
        } => {
            let station = vlan::station(address, *vlan);
            match found {
                FdbFound::Local => format!("{station} is an address of the bridge"),
                FdbFound::Port(port) => format!("{station} is behind port {port}"),
                FdbFound::Nothing => format!("{station} is not in the database: flood"),
                FdbFound::Group => format!("{station} is a group: flood"),
            }
        }
        Event::Vlan { vid, decision } => vlan::sentence(*vid, *decision),
        Event::Mdb { group, found } => members(group, found),
        Event::Flooded { to, not } => flooded(to, not),
        Event::PassedUp => "the bridge itself receives it".to_owned(),
        Event::Routed(trace) => routed(trace),
        Event::Rules(trace) => filter::sentence(trace),
        Event::Tracked(trace) => connection::tracked(trace),
        Event::Confirmed(connection) => connection::confirmed(connection),
        Event::Translated {
            source,
            destination,
        } => connection::translated(source.as_ref(), destination.as_ref()),
        Event::SourceAccepted { rp_filter } => {
            format!("the source is accepted (rp_filter {rp_filter})")
        }
        Event::Resolved {
            address,
            lladdr,
            state,
        } => {
            format!("neighbour {address} is at {lladdr} ({})", state.name())
        }
        Event::Waits { address, queued } => {
            format!("neighbour {address} is not known: the packet waits ({queued} in the queue)")
        }
        Event::Released { lladdr } => format!("the neighbour is at {lladdr}: the packet goes on"),
        Event::Arp { what } if step.stage == Stage::NdpReceive => format!("NDP: {what}"),
        Event::Arp { what } => format!("ARP: {what}"),
        Event::Ttl { from, to } => format!("forwarded: TTL {from} -> {to}"),
        Event::Recorded { address } => format!("its IP options meet {address}"),
        Event::Accepted => step.stage.does().to_owned(),
        Event::Fragmented { pieces } => format!("cut into {pieces} pieces"),
        Event::WaitsForRest => "a fragment: waits for the others".to_owned(),
        Event::Joined { pieces } => format!("{pieces} fragments are joined"),
        Event::Answered { what, .. } => format!("answers: {what}"),
        Event::Delivered { to } => format!("DELIVERED to {to}"),
        Event::Assumed { address } => {
            format!(
                "nobody told of neighbour {address}, who is outside: somebody is taken to answer"
            )
        }
        Event::LeftHost { lladdr, neighbour } => left_host(step, *lladdr, *neighbour),
        Event::Left => "leaves what netloom sees".to_owned(),
        // As it should be for all but one of those who are asked.
        Event::Dropped(DropReason::ArpNotOurs) => {
            format!("is not concerned: {}", DropReason::ArpNotOurs.text())
        }
        Event::Dropped(reason) => format!("DROPPED: {}", reason.text()),
    }
}

/// Where it went, as far as this host knows.
fn left_host(step: &Step, lladdr: MacAddr, neighbour: Option<IpAddr>) -> String {
    let dev = step.dev.as_deref().unwrap_or_default();
    let known = neighbour.map(|address| format!(" (neighbour {address})"));
    let known = known.unwrap_or_default();
    format!("left by {dev} to {lladdr}{known}, unknown from there")
}

fn received(packet_type: PacketType) -> &'static str {
    match packet_type {
        PacketType::Host => "received: to this device's address",
        PacketType::Broadcast => "received: broadcast",
        PacketType::Multicast => "received: multicast",
        PacketType::OtherHost => "received: to another device's address",
        PacketType::Outgoing => "received: sent here",
    }
}

fn learned(address: &str, change: &Learning) -> String {
    match change {
        Learning::New => format!("learns that {address} is here"),
        Learning::Refreshed => format!("knows that {address} is here"),
        Learning::Moved(from) => format!("learns that {address} moved here from {from}"),
        Learning::Not(why) => format!("does not learn {address}: {why}"),
    }
}

fn members(group: &str, found: &MdbFound) -> String {
    match found {
        MdbFound::Everybody => format!("everybody listens to {group}"),
        MdbFound::NoQuerier { known: true } => {
            format!("{group} has an entry, but there is no querier to keep it complete: flood")
        }
        MdbFound::NoQuerier { known: false } => {
            format!("nobody asks who listens to {group}: flood")
        }
        MdbFound::Members { ports, host } => {
            let mut who = ports.clone();
            if *host {
                who.push("the bridge itself".to_owned());
            }
            if who.is_empty() {
                format!("nobody joined {group}")
            } else {
                format!("{group} is wanted by {}", who.join(", "))
            }
        }
    }
}

fn flooded(to: &[String], not: &[(String, String)]) -> String {
    let mut text = if to.is_empty() {
        "flooded to no port".to_owned()
    } else {
        format!("flooded to {}", to.join(", "))
    };
    for (port, why) in not {
        let _ = write!(text, "; not to {port}: {why}");
    }
    text
}

/// The rule that decided, where it asked for more than the header of IP tells.
fn decided_by_port(trace: &RouteTrace) -> Option<&Rule> {
    let (rule, outcome) = trace.rules.last()?;
    (rule.asks_upper() && *outcome == RuleOutcome::Decided).then_some(rule)
}

fn routed(trace: &RouteTrace) -> String {
    let Some(route) = &trace.route else {
        return format!("route to {}: none", trace.to);
    };
    let mut text = format!(
        "route to {}: {}",
        trace.to,
        route_text(route, trace.dev.as_deref())
    );
    if let Some(rule) = decided_by_port(trace) {
        let _ = write!(text, ", by rule {}", rule_text(rule));
    }
    if let Some(choice) = &trace.choice {
        text.push_str(&choice_text(choice));
    }
    text
}

/// Which of several next hops was chosen, and why.
pub(super) fn choice_text(choice: &MultipathChoice) -> String {
    let alive = choice.hops.iter().filter(|hop| hop.upto.is_some());
    let over = match choice.policy {
        0 => "addresses",
        1 => "addresses, protocol and ports",
        2 => "the addresses inside",
        _ => "the fields that are set",
    };
    let mut text = format!(", {} next hops by a hash of {over}:", alive.clone().count());
    let total: u32 = alive.map(|hop| u32::from(hop.weight)).sum();
    for hop in &choice.hops {
        let via = hop
            .via
            .map_or_else(String::new, |via| format!(" via {via}"));
        let _ = write!(text, "{via} dev {}", hop.dev);
        let _ = match hop.upto {
            None => write!(text, " (down)"),
            Some(_) => write!(text, " ({} of {total})", hop.weight),
        };
        text.push_str(if hop.chosen { " <- taken;" } else { ";" });
    }
    text.pop();
    text
}

/// A route as `ip route` would say it.
pub(super) fn route_text(route: &Route, dev: Option<&str>) -> String {
    let mut text = String::new();
    if route.kind != RouteType::Unicast {
        let _ = write!(text, "{} ", route.kind.name());
    }
    if route.dst.len == 0 {
        text.push_str("default");
    } else if route.dst.is_host() {
        let _ = write!(text, "{}", route.dst.addr);
    } else {
        let _ = write!(text, "{}", route.dst);
    }
    if let Some(nhid) = route.nhid {
        let _ = write!(text, " nhid {nhid}");
    }
    let only = match &route.nexthops[..] {
        [hop] => Some(hop),
        _ => None, // one of several: told apart
    };
    if let Some(via) = only.and_then(|hop| hop.via) {
        let _ = write!(text, " via {via}");
    }
    if let Some(dev) = dev {
        let _ = write!(text, " dev {dev}");
    }
    let _ = write!(text, " (table {})", table_name(route.table));
    text
}

pub(super) fn table_name(id: u32) -> String {
    match id {
        table::LOCAL => "local".to_owned(),
        table::MAIN => "main".to_owned(),
        table::DEFAULT => "default".to_owned(),
        id => id.to_string(),
    }
}

/// How it ends: the packet, its answer, and what is to blame.
fn verdicts(out: &mut String, journey: &Journey) {
    let said = verdict(&journey.verdict, "the packet");
    let _ = writeln!(
        out,
        "{}",
        said.replace(": unknown from there", &left_to(journey))
    );
    if let Some(back) = &journey.back {
        let supposed = |origin| matches!(origin, Origin::OutsideAnswer | Origin::UdpReply);
        let what = match journey.packets.iter().any(|p| supposed(p.origin)) {
            true => "an answer from there",
            false => "its answer",
        };
        let _ = writeln!(out, "{}", verdict(back, what));
    }
    let blamed = [Some(&journey.verdict), journey.back.as_ref()];
    for blamed in blamed.into_iter().flatten() {
        if let Some(hint) = hint::of(journey, blamed) {
            let _ = writeln!(out, "hint: {hint}");
        }
    }
    if journey.truncated {
        let _ = writeln!(out, "(more steps happened than are told)");
    }
}

/// What is known of where a packet left to.
pub(super) fn left_to(journey: &Journey) -> String {
    let to = journey.steps.iter().find_map(|step| match &step.event {
        Event::LeftHost { lladdr, neighbour } if step.packet == 0 => Some((*lladdr, *neighbour)),
        _ => None,
    });
    let to = to.map_or_else(String::new, |(lladdr, neighbour)| {
        let neighbour = neighbour.map_or_else(String::new, |address| format!(" ({address})"));
        format!(" to {lladdr}{neighbour}")
    });
    format!("{to}: unknown from there")
}

/// A verdict as a sentence.
pub(super) fn verdict(verdict: &Verdict, what: &str) -> String {
    match verdict {
        Verdict::Delivered { ns, to } => format!("=> {what} is delivered in {ns}: {to}"),
        Verdict::Left { ns, dev } => format!("=> {what} left {ns} by {dev}: unknown from there"),
        Verdict::Dropped {
            ns, dev, reason, ..
        } => {
            let at = dev
                .as_ref()
                .map_or_else(String::new, |dev| format!(" at {dev}"));
            format!(
                "=> {what} is dropped in {ns}{at}: {} ({})",
                reason.text(),
                reason.id()
            )
        }
        Verdict::Unknown { why } => format!("=> {what}: unknown, {why}"),
    }
}
