//! The same packets through two worlds: from everybody to everybody, by the ports at which programs wait and
//! those that rules name, and from outside.

use super::parts::waits;
use crate::explain::{self, Asked, Endpoints, Question, brief, words};
use crate::hosts::Hosts;
use netloom_model::journey::{DropReason, Verdict};
use netloom_model::link::LinkKind;
use netloom_model::ruleset::TableRef;
use netloom_model::socket::SocketKind;
use netloom_model::socket_list::ListedSocket;
use netloom_model::state::Parts;
use netloom_model::{Namespace, NsName, State, World, spans};
use netloom_tools::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// What was found.
pub(super) struct Compared {
    pub(super) changed: Vec<Changed>,
    /// How many packets were compared.
    pub(super) compared: usize,
    /// Whether there are more.
    pub(super) more: bool,
}

/// Packets that fare otherwise, all alike: from one to one, by the ports of one protocol.
pub(super) struct Changed {
    /// From where to where.
    ends: String,
    /// One protocol's, in order.
    services: Vec<Service>,
    pub(super) fate: Fates,
}

/// What became of a packet before and after, and why.
#[derive(PartialEq, Eq)]
pub(super) struct Fates {
    pub(super) before: String,
    pub(super) after: String,
    pub(super) blame: Vec<String>,
}

/// A packet that is compared.
struct Packet {
    /// From where to where.
    ends: String,
    service: Service,
    question: Question,
}

impl Changed {
    /// What the packets are called: `web to 10.0.0.2, tcp 80, 8080-8082`.
    pub(super) fn packets(&self) -> String {
        let mut told = self.ends.clone();
        let ports: BTreeSet<u16> = self
            .services
            .iter()
            .flatten()
            .map(|(_, port)| *port)
            .collect();
        match self.services.first() {
            Some(Some((protocol, _))) => told.push_str(&format!(", {protocol} {}", spans(ports))),
            _ => told.push_str(", icmp"),
        }
        told
    }

    /// Whether a packet is one of these.
    fn takes(&self, packet: &Packet, fate: &Fates) -> bool {
        let protocol = |service: &Service| service.map(|(protocol, _)| protocol);
        let own = self.services.first().and_then(protocol);
        self.ends == packet.ends && own == protocol(&packet.service) && self.fate == *fate
    }
}

/// A port, with its protocol; none: an echo request.
type Service = Option<(&'static str, u16)>;

/// The most services that rules name which are asked for.
const NAMED: usize = 16;

/// Somewhere on the internet, where nobody is (RFC 5737).
const ANYWHERE: &str = "198.51.100.1";

/// Sends packets through both.
pub(super) fn changed(
    cx: &mut Context<'_>,
    before: &mut Hosts,
    after: &mut Hosts,
    most: usize,
) -> Result<Compared, String> {
    let (old, new) = (state(before)?, state(after)?);
    // One more, to know whether there are more; who asks for none wants to hear of none.
    let enough = if most > 0 { most.saturating_add(1) } else { 0 };
    let questions = questions(&[&old, &new], enough);
    let more = questions.len() > most;
    let mut found = Compared {
        changed: Vec::new(),
        compared: questions.len().min(most),
        more,
    };
    for packet in questions.into_iter().take(most) {
        let was = ask(cx, before, &packet.question);
        let is = ask(cx, after, &packet.question);
        let Some(fate) = compare(&was, &is) else {
            continue;
        };
        let mut alike = found.changed.iter_mut();
        match alike.find(|changed| changed.takes(&packet, &fate)) {
            Some(changed) => changed.services.push(packet.service),
            None => found.changed.push(Changed {
                ends: packet.ends,
                services: vec![packet.service],
                fate,
            }),
        }
    }
    Ok(found)
}

fn state(hosts: &mut Hosts) -> Result<State, String> {
    let state = hosts.snapshot(None, Parts::ALL);
    state.map_err(|error| error.to_string())
}

/// Where a packet went; none where nobody can send it.
fn ask(cx: &mut Context<'_>, hosts: &mut Hosts, question: &Question) -> Option<Asked> {
    let asked = explain::ask(&mut hosts.within(cx), question);
    asked.ok()?.into_iter().next()
}

/// Whether a packet fares otherwise.
fn compare(was: &Option<Asked>, is: &Option<Asked>) -> Option<Fates> {
    if fate(was.as_ref()) == fate(is.as_ref()) {
        return None;
    }
    let stopped = |asked: &Option<Asked>| {
        let lines = asked
            .as_ref()
            .map(|asked| brief::stopped_by(&asked.journey));
        lines.unwrap_or_default()
    };
    let now = stopped(is);
    let blame = match now.is_empty() {
        true => stopped(was)
            .iter()
            .map(|line| format!("it was: {line}"))
            .collect(),
        false => now,
    };
    Some(Fates {
        before: end(was.as_ref()),
        after: end(is.as_ref()),
        blame,
    })
}

/// What becomes of a packet, in so far as it matters: where it comes to and with which addresses, and
/// whether its answer comes back. For what reason it is lost does not, nor that nobody can send it any more.
fn fate(asked: Option<&Asked>) -> String {
    const LOST: &str = "lost";
    let Some(Asked { journey, .. }) = asked else {
        return LOST.to_owned();
    };
    let came = match &journey.verdict {
        Verdict::Delivered { ns, .. }
        | Verdict::Dropped {
            ns,
            reason: DropReason::NoSocket,
            ..
        } => format!("to {ns}"),
        Verdict::Left { ns, dev } => format!("out of {ns} by {dev}"),
        Verdict::Dropped { .. } => return LOST.to_owned(),
        Verdict::Unknown { .. } => return "unknown".to_owned(),
    };
    let heard = matches!(journey.verdict, Verdict::Delivered { .. });
    let flow = brief::ends_as(journey).map(|flow| (flow.source, flow.destination));
    let answer = match &journey.back {
        Some(Verdict::Dropped { .. }) => LOST,
        Some(Verdict::Unknown { .. }) => "unknown",
        Some(Verdict::Delivered { .. } | Verdict::Left { .. }) | None => "there",
    };
    format!("{came} {heard} {flow:?} {answer}")
}

/// How a packet ends, and what became of its addresses.
fn end(asked: Option<&Asked>) -> String {
    let Some(asked) = asked else {
        return "nobody can send it".to_owned();
    };
    let journey = &asked.journey;
    let mut text = brief::verdict(&journey.verdict);
    let arrives = !matches!(journey.verdict, Verdict::Dropped { .. });
    if let Some(flow) = brief::ends_as(journey).filter(|_| arrives) {
        text.push_str(&format!(", from {} to {}", flow.source, flow.destination));
    }
    match &journey.back {
        Some(back @ (Verdict::Dropped { .. } | Verdict::Unknown { .. })) => {
            format!("{text}; its answer: {}", brief::verdict(back))
        }
        _ => text,
    }
}

/// The sockets that wait for packets or connections of anybody, with their protocol.
pub(super) fn listening(here: &Namespace) -> impl Iterator<Item = (&ListedSocket, &'static str)> {
    here.sockets.iter().filter_map(|socket| {
        let protocol = match socket.kind {
            SocketKind::Udp | SocketKind::Udp6 => "udp",
            kind if kind.is_tcp() => "tcp",
            _ => return None,
        };
        let waits = waits(socket.state, socket.remote.is_some());
        (waits && socket.local.1 != 0).then_some((socket, protocol))
    })
}

/// The packets that can be compared, of which there may be very many: no more than are `enough`.
fn questions(states: &[&State], enough: usize) -> Vec<Packet> {
    let mut addresses: BTreeMap<&NsName, BTreeSet<IpAddr>> = BTreeMap::new();
    let mut services: BTreeMap<&NsName, BTreeSet<Service>> = BTreeMap::new();
    let mut uplinks: BTreeSet<(&NsName, &str)> = BTreeSet::new();
    let mut named: BTreeSet<Service> = BTreeSet::new();
    for (ns, here) in states.iter().flat_map(|state| &state.namespaces) {
        let own = Endpoints::addresses_of(here);
        addresses.entry(ns).or_default().extend(own);
        let ports = listening(here).map(|(socket, protocol)| Some((protocol, socket.local.1)));
        services.entry(ns).or_default().extend(ports.chain([None]));
        uplinks.extend(outside(here).map(|dev| (ns, dev)));
        named.extend(ports_of_rules(here));
    }
    let named: Vec<Service> = named.into_iter().take(NAMED).collect();
    let mut all = Vec::new();
    for (to, own) in &addresses {
        for address in own {
            let mut asked = services.get(to).cloned().unwrap_or_default();
            asked.extend(&named);
            for service in asked {
                if all.len() >= enough {
                    break;
                }
                for from in addresses.keys().filter(|from| *from != to) {
                    all.push(one(
                        from.as_str(),
                        Question::new((*from).clone()),
                        *address,
                        service,
                    ));
                }
                for (ns, dev) in &uplinks {
                    let mut question = Question::new((*ns).clone());
                    let source = question.option("--src", ANYWHERE);
                    if address.is_ipv4() && source.and(question.option("--dev", dev)).is_ok() {
                        all.push(one(&format!("outside {dev}"), question, *address, service));
                    }
                }
            }
        }
    }
    if let Ok(anywhere) = ANYWHERE.parse() {
        for from in addresses.keys() {
            all.push(one(
                from.as_str(),
                Question::new((*from).clone()),
                anywhere,
                None,
            ));
        }
    }
    all.truncate(enough);
    all
}

fn one(from: &str, mut question: Question, to: IpAddr, service: Service) -> Packet {
    match service {
        None => question.send_to(to, 0),
        Some((protocol, port)) => {
            // A protocol of this program's own words is never refused.
            let _ = question.option("--proto", protocol);
            question.send_to(to, port);
        }
    }
    Packet {
        ends: format!("{from} to {to}"),
        service,
        question,
    }
}

/// The devices by which others come in.
fn outside(here: &Namespace) -> impl Iterator<Item = &str> {
    let wires = here.links.iter().filter(|link| match &link.kind {
        LinkKind::Other(other) => other.kind.is_none(),
        _ => false,
    });
    wires.map(|link| link.name.as_str())
}

/// The ports that rules ask for.
fn ports_of_rules(here: &Namespace) -> BTreeSet<Service> {
    let mut found = BTreeSet::new();
    for table in &here.ruleset.tables {
        let of = TableRef {
            backend: table.backend,
            ..TableRef::new(table.family, &table.name)
        };
        for rule in table.chains.iter().flat_map(|chain| &chain.rules) {
            let words = words(&of, rule);
            let protocol = if words.contains("udp") { "udp" } else { "tcp" };
            let mut words = words.split_whitespace();
            while let Some(word) = words.next() {
                let port = match word {
                    "--dport" | "dport" => words.next().and_then(|port| port.parse().ok()),
                    _ => None,
                };
                found.extend(port.map(|port| Some((protocol, port))));
            }
        }
    }
    found
}
