//! Where a packet's way meets the rules (`NF_HOOK`).

use super::facts::{Facts, Proto};
use super::judge::{self, Judged, Unwritten, Written};
use super::turn::{self, Turned};
use super::{Asked, ChainId, Filter, act, reject};
use crate::conntrack::nat::{self, Manip};
use crate::conntrack::{self, Direction, Reference, Standing};
use crate::device::DevId;
use crate::ip::reassembly;
use crate::ip::version::V4;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::synproxy::{self, Plan};
use netloom_model::journey::{ChainTrace, DropReason, Event, Stage};
use netloom_model::ruleset::statement::Reject;
use netloom_model::ruleset::{Backend, Base, ChainKind, Hook};
use netloom_wire::ipv4;

/// Asks the rules at a hook. Gives the packet back if it goes on; its front is its network header.
#[inline]
pub(crate) fn at<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, proto, hook): (NsId, Proto, Hook),
    devices: (DevId, DevId),
    packet: Packet,
) -> Option<Packet> {
    among(cx, (ns, proto, hook), devices, ALL, packet)
}

/// The priorities from which to which there are chains.
pub(crate) type Among = (i32, i32);

/// All of them.
pub(crate) const ALL: Among = (i32::MIN, i32::MAX);

/// Asks the rules at a hook whose chains have one of some priorities.
#[inline]
pub(crate) fn among<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, proto, hook): (NsId, Proto, Hook),
    devices: (DevId, DevId),
    priorities: Among,
    packet: Packet,
) -> Option<Packet> {
    match &cx.net.ns(ns).filter {
        None => Some(packet),
        Some(filter) if filter.entries(proto, hook).is_empty() => Some(packet),
        Some(_) => asked(cx, (ns, proto, hook), devices, priorities, packet),
    }
}

/// Whether connections of a protocol are tracked in a namespace.
pub(crate) fn tracks(net: &Net, ns: NsId, proto: Proto) -> bool {
    let filter = net.ns(ns).filter.as_deref();
    filter.is_some_and(|filter| filter.tracking[proto as usize])
}

/// How a packet came out of a hook.
enum Outcome {
    Passes,
    Drops(DropReason),
    Rejects(Proto, Reject),
    /// It leaves by another device.
    Leaves(act::forward::Way),
    /// It ends, and this is sent in its place.
    Proxied(Plan),
    /// It was changed, and there is no way for it any more.
    NoWay(DropReason),
    Unknown,
}

fn asked<O: Observer>(
    cx: &mut Cx<'_, O>,
    place: (NsId, Proto, Hook),
    (input, output): (DevId, DevId),
    priorities: Among,
    mut packet: Packet,
) -> Option<Packet> {
    let (ns, proto, hook) = place;
    packet.set_network();
    if let (Some(dev), Hook::Prerouting) = (input.some(), hook) {
        packet = whole(cx, (ns, dev, proto), packet)?;
    }
    // Rules see all of the network but themselves: they are put back before anything is sent.
    let mut filter = cx.net.ns_mut(ns).filter.take()?;
    filter.expire(cx.net.now);
    let mut turned = None;
    let outcome = each(
        cx,
        &mut filter,
        place,
        (input, output),
        priorities,
        (&mut packet, &mut turned),
    );
    cx.net.ns_mut(ns).filter = Some(filter);
    if !cx.net.copies.is_empty() {
        act::copy::send(cx, ns);
    }
    let (stage, reason) = match outcome {
        Outcome::Passes => {
            cx.net.turned = turned;
            return Some(packet);
        }
        Outcome::Drops(reason) => (Stage::Rules, reason),
        Outcome::NoWay(reason) => (Stage::RouteOutput, reason),
        Outcome::Leaves(way) => {
            act::forward::send(cx, ns, way, packet);
            return None;
        }
        Outcome::Proxied(plan) => {
            let facts = Facts::of(&packet, (ns, proto, hook), (input, output));
            let dev = at_device(hook, (input, output)).unwrap_or(output);
            synproxy::carry_out(cx, &facts, dev, packet, plan);
            return None;
        }
        Outcome::Rejects(proto, reject) => {
            let facts = Facts::of(&packet, (ns, proto, hook), (input, output));
            reject::tell(cx, &facts, &packet, reject);
            (Stage::Rules, DropReason::RuleReject)
        }
        Outcome::Unknown => (Stage::Rules, DropReason::RuleUnknown),
    };
    match at_device(hook, (input, output)) {
        Some(dev) => cx.drop(packet, dev, stage, reason),
        None => cx.drop_in(packet, ns, stage, reason),
    }
    None
}

/// The device at which a packet meets a hook.
fn at_device(hook: Hook, (input, output): (DevId, DevId)) -> Option<DevId> {
    match hook {
        Hook::Postrouting => output.some(),
        _ => input.some().or(output.some()),
    }
}

/// Where connections are tracked, fragments are joined before all else (`nf_defrag_ipv4`,
/// `nf_defrag_ipv6`).
fn whole<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, dev, proto): (NsId, DevId, Proto),
    packet: Packet,
) -> Option<Packet> {
    let tracking = |filter: &Filter| filter.tracking[proto as usize];
    if !cx.net.ns(ns).filter.as_deref().is_some_and(tracking) {
        return Some(packet);
    }
    if proto == Proto::V6 {
        let mut joined = crate::ip::v6::reassembly::on_the_way(cx, dev, packet)?;
        joined.set_network();
        return Some(joined);
    }
    if proto != Proto::V4 || !ipv4::Packet::new_unchecked(packet.bytes()).is_fragment() {
        return Some(packet);
    }
    let key = reassembly::Key4::of(&packet);
    let mut joined = reassembly::take::<V4, O>(cx, dev, key, packet)?;
    joined.set_network();
    Some(joined)
}

/// Asks one chain after the other. Of what goes another way all of them see the device of the first.
fn each<O: Observer>(
    cx: &mut Cx<'_, O>,
    filter: &mut Filter,
    place: (NsId, Proto, Hook),
    devices: (DevId, DevId),
    (from, to): Among,
    (packet, turned): (&mut Packet, &mut Option<Turned>),
) -> Outcome {
    let (ns, proto, hook) = place;
    let mut facts = Facts::of(packet, place, devices);
    let mut written = false;
    for at in 0..filter.entries(proto, hook).len() {
        let entry = &filter.entries(proto, hook)[at];
        if !(from..=to).contains(&entry.priority) {
            continue;
        }
        let asked = entry.asked.clone();
        let Some(seen) = seen_by(filter, &asked, proto, packet) else {
            continue;
        };
        // Rules write to packets; what tracks connections leaves the headers where they are.
        if core::mem::take(&mut written) || seen != facts.proto {
            facts = Facts::of(packet, (ns, seen, hook), devices);
        }
        let before = turn::Asked::at(&facts, packet);
        let mut turns = false;
        let outcome = match asked {
            Asked::Chain(_, base) if !is_at(cx.net, &base, devices) => continue,
            Asked::Chain(chain, base) => {
                let outcome = one(cx, filter, (chain, &base), &facts, packet);
                written = true;
                let routes = base.kind == ChainKind::Route;
                turns = routes && turn::Asked::changed(before, &facts, packet);
                outcome
            }
            Asked::Translate => {
                let outcome = translate(cx, filter, &facts, packet);
                written = true;
                turns = turn::Asked::has_other_goal(before, &facts, packet);
                outcome
            }
            Asked::Track => track(cx, &facts.behind_authentication(packet), packet),
            Asked::Confirm => confirm(cx, &facts.behind_authentication(packet), packet),
        };
        if !matches!(outcome, Outcome::Passes) {
            return outcome;
        }
        if turns {
            match turn::again(cx.net, &facts, packet) {
                Ok(way) => *turned = Some(way),
                Err(reason) => return Outcome::NoWay(reason),
            }
        }
    }
    Outcome::Passes
}

/// As what a packet is seen by who is asked; none: it is not.
fn seen_by(filter: &Filter, asked: &Asked, proto: Proto, packet: &Packet) -> Option<Proto> {
    match asked {
        Asked::Chain(chain, _) if proto == Proto::Netdev => {
            proto.seen_by(filter.chains[chain.0].table.family, packet)
        }
        _ => Some(proto),
    }
}

/// Looks the packet's connection up.
fn track<O: Observer>(cx: &mut Cx<'_, O>, facts: &Facts, packet: &mut Packet) -> Outcome {
    if !O::ON || packet.ct.is_settled() {
        let tracked = conntrack::track(cx.net, facts, packet);
        if let Some(recording) = cx.watch.recording() {
            recording.tracked(cx.net, facts, packet);
        }
        return done(tracked);
    }
    let before = conntrack::trace::before(cx.net, facts, packet);
    let tracked = conntrack::track(cx.net, facts, packet);
    if tracked.is_ok() {
        let event = conntrack::trace::tracked(cx.net, facts, packet, before);
        note(cx, facts, packet, Stage::Conntrack, event);
    }
    done(tracked)
}

/// Keeps the packet's connection, if it is new.
fn confirm<O: Observer>(cx: &mut Cx<'_, O>, facts: &Facts, packet: &mut Packet) -> Outcome {
    if let Some(plan) = synproxy::pass(cx.net, facts, packet) {
        return Outcome::Proxied(plan);
    }
    let fresh = packet.ct.fresh;
    let confirmed = conntrack::confirm(cx.net, facts, packet);
    if O::ON && fresh && !packet.ct.fresh && confirmed.is_ok() {
        let event = conntrack::trace::confirmed(cx.net, facts, packet);
        if let Some(event) = event {
            note(cx, facts, packet, Stage::Confirm, event);
        }
    }
    done(confirmed)
}

/// Tells the observer of a step at a hook.
fn note<O: Observer>(
    cx: &mut Cx<'_, O>,
    facts: &Facts,
    packet: &Packet,
    stage: Stage,
    event: Event,
) {
    match at_device(facts.hook, (facts.input, facts.output)) {
        Some(dev) => cx.see(packet, dev, stage, |_| event),
        None => cx.see_in(packet, facts.ns, stage, |_| event),
    }
}

/// Whether a chain is there for the device, where it is one of devices.
fn is_at(net: &Net, base: &Base, (input, output): (DevId, DevId)) -> bool {
    let of = |dev: DevId| base.devices.contains(&net.dev(dev).name);
    base.devices.is_empty() || input.some().or(output.some()).is_some_and(of)
}

fn done(result: Result<(), DropReason>) -> Outcome {
    result.map_or_else(Outcome::Drops, |()| Outcome::Passes)
}

/// Asks a base chain.
fn one<O: Observer>(
    cx: &mut Cx<'_, O>,
    filter: &mut Filter,
    chain: (ChainId, &Base),
    facts: &Facts,
    packet: &mut Packet,
) -> Outcome {
    let legacy = filter.chains[chain.0.0].table.backend == Backend::Legacy;
    let behind = legacy.then(|| facts.behind_authentication(packet));
    let facts = behind.as_ref().unwrap_or(facts);
    let judged = if O::ON {
        let mut trail = Written::default();
        let judged = judge::chain(cx.net, filter, chain, facts, packet, &mut trail);
        see(cx, filter, (chain.0, facts), trail, judged, packet);
        judged
    } else if let Some(recording) = cx.watch.recording() {
        judge::chain(cx.net, filter, chain, facts, packet, recording.rules())
    } else {
        judge::chain(cx.net, filter, chain, facts, packet, &mut Unwritten)
    };
    match judged {
        Judged::Accept => Outcome::Passes,
        Judged::Drop(reason) => Outcome::Drops(reason),
        Judged::Reject(reject) => Outcome::Rejects(facts.proto, reject),
        Judged::Leaves(way) => Outcome::Leaves(way),
        Judged::Proxied(plan) => Outcome::Proxied(plan),
        Judged::Unknown => Outcome::Unknown,
    }
}

/// Has the first packet of a connection settle what it is translated to, and translates packets
/// (`nf_nat_inet_fn`).
fn translate<O: Observer>(
    cx: &mut Cx<'_, O>,
    filter: &mut Filter,
    facts: &Facts,
    packet: &mut Packet,
) -> Outcome {
    let manip = Manip::at(facts.hook);
    let of = |cx: &Cx<'_, O>, packet: &Packet| {
        let connection = conntrack::of_packet(cx.net, facts.ns, packet);
        connection.map(|connection| (connection.is_bound(manip), connection.masquerade))
    };
    let Some((bound, masquerade)) = of(cx, packet) else {
        return Outcome::Passes;
    };
    let device = facts.output.some().map_or(0, |dev| cx.net.dev(dev).index);
    let leaves = facts.hook == Hook::Postrouting && masquerade != 0;
    if leaves && packet.ct.direction == Direction::Original && masquerade != device && bound {
        conntrack::forget(cx.net, facts.ns, packet.ct.place());
        packet.ct = Reference::NONE;
        return Outcome::Drops(DropReason::NatOtherWay);
    }
    // Of those related the first packet of a connection that was announced, and the reset that refuses a
    // first packet, but no error.
    let begins = match packet.ct.standing {
        Standing::New => true,
        Standing::Related => !facts.is_icmp(),
        _ => false,
    };
    if begins && !bound {
        let count = filter.nat[facts.proto as usize][facts.hook as usize].len();
        for at in 0..count {
            let entry = &filter.nat[facts.proto as usize][facts.hook as usize][at];
            let Asked::Chain(chain, base) = entry.asked.clone() else {
                continue;
            };
            let outcome = one(cx, filter, (chain, &base), facts, packet);
            if !matches!(outcome, Outcome::Passes) {
                return outcome;
            }
            if of(cx, packet).is_some_and(|(bound, _)| bound) {
                break;
            }
        }
        nat::bind_to_itself(cx.net, facts, packet);
    }
    let before = O::ON
        .then(|| conntrack::trace::both(facts, packet))
        .flatten();
    let translated = nat::translate(cx.net, &facts.behind_authentication(packet), packet);
    let event = before.and_then(|ends| conntrack::trace::translated(facts, packet, ends));
    if let Some(event) = event {
        note(cx, facts, packet, Stage::Nat, event);
    }
    done(translated)
}

/// Tells the observer which rules were tried.
fn see<O: Observer>(
    cx: &mut Cx<'_, O>,
    filter: &mut Filter,
    (chain, facts): (ChainId, &Facts),
    trail: Written,
    judged: Judged,
    packet: &Packet,
) {
    let told = &filter.chains[chain.0];
    let trace = ChainTrace {
        table: told.table.clone(),
        chain: told.name.clone(),
        hook: facts.hook,
        tried: trail.tried,
        verdict: judged.tell(),
        policy: trail.policy,
    };
    let event = Event::Rules(Box::new(trace));
    // Who watches may look at the rules: they are in their place while it is told.
    let rules = Box::new(core::mem::take(filter));
    cx.net.ns_mut(facts.ns).filter = Some(rules);
    note(cx, facts, packet, Stage::Rules, event);
    if let Some(rules) = cx.net.ns_mut(facts.ns).filter.take() {
        *filter = *rules;
    }
}
