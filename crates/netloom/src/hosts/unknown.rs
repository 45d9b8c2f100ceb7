//! What nobody knows of a packet's way: it meets a part of a host that could not be read, a program, or a
//! device of another kind than netloom has. How it ends is unknown then; what would become of it otherwise
//! is told beside.

use super::tunnel::{self, Tunnel};
use netloom_model::journey::{
    DropReason, Event, Explain, Journey, Look, Origin, Probe, ProbeProtocol, RouteTrace, Stage,
    Step, Verdict,
};
use netloom_model::ruleset::xt::{XtMatch, XtTarget};
use netloom_model::ruleset::{Ruleset, Statement};
use netloom_model::snapshot::{Missing, Program};
use netloom_model::{LinkRef, NsName, Result, Route, Rule, Snapshot, State};
use std::collections::BTreeSet;
use std::sync::Arc;

fn unknown(verdict: &Verdict, why: String) -> Verdict {
    let otherwise = match verdict {
        Verdict::Delivered { ns, to } => format!("; without that it is delivered in {ns}: {to}"),
        Verdict::Left { ns, dev } => format!("; without that it leaves {ns} by {dev}"),
        Verdict::Dropped {
            reason: DropReason::DeviceUnknown,
            ..
        }
        | Verdict::Unknown { .. } => String::new(),
        Verdict::Dropped { ns, reason, .. } => {
            format!("; without that it is dropped in {ns}: {}", reason.text())
        }
    };
    let why = why + &otherwise;
    Verdict::Unknown { why }
}

/// Packets, and their copies.
fn lineage(journey: &Journey, first: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut ids = Vec::new();
    for packet in &journey.packets {
        let copied =
            packet.origin == Origin::Copy && packet.parent.is_some_and(|id| ids.contains(&id));
        if copied || first(packet.id) {
            ids.push(packet.id);
        }
    }
    ids
}

/// What is known of hosts, and what is not.
pub(crate) struct Known {
    /// The hosts, without their states.
    pub(super) hosts: Arc<Vec<Snapshot>>,
    /// The programs that decide about packets, each with the name of its device.
    programs: Vec<(Program, String)>,
    /// What the engine could not take.
    lost: Vec<Missing>,
    /// The ends of tunnels between them.
    tunnels: Vec<Tunnel>,
    /// The namespaces whose rules ask sets of xtables.
    asking: BTreeSet<NsName>,
    /// Routes and rules of which the kernel says more than is known here.
    beyond: Beyond,
}

/// Routes and rules of which the kernel says more than is known here, with their namespaces.
#[derive(Default)]
struct Beyond {
    routes: Vec<(NsName, Route)>,
    rules: Vec<(NsName, Rule)>,
}

impl Beyond {
    fn of(state: &State) -> Beyond {
        let mut all = Beyond::default();
        for (ns, here) in &state.namespaces {
            let routes = here.routes.iter().filter(|route| !route.beyond.is_empty());
            all.routes
                .extend(routes.map(|route| (ns.clone(), route.clone())));
            let rules = here.rules.iter().filter(|rule| !rule.beyond.is_empty());
            all.rules
                .extend(rules.map(|rule| (ns.clone(), rule.clone())));
        }
        all
    }

    /// Why a lookup in a namespace may have found another route on the host.
    fn gap(&self, ns: &NsName, found: &RouteTrace) -> Option<String> {
        let rule = self.rules.iter().find(|(there, rule)| {
            let asked = found.rules.iter().filter(|(_, said)| said.asked());
            let mut alike = asked.filter(|(one, _)| {
                (one.family, one.priority, one.action) == (rule.family, rule.priority, rule.action)
            });
            there == ns && alike.next().is_some()
        });
        if let Some((_, rule)) = rule {
            let (priority, words) = (rule.priority.unwrap_or(0), rule.beyond.join(", "));
            return Some(format!(
                "the rule {priority} of {ns} says \"{words}\", which netloom does not know"
            ));
        }
        let route = found.route.as_ref()?;
        let (_, beyond) = self.routes.iter().find(|(there, one)| {
            let key = |route: &Route| (route.dst, route.table, route.metric, route.tos);
            there == ns && key(one) == key(route)
        })?;
        let (dst, words) = (beyond.dst, beyond.beyond.join(", "));
        Some(format!(
            "the route to {dst} of {ns} says \"{words}\", which netloom does not know"
        ))
    }
}

/// A question put to what is known.
struct Asked<'k> {
    known: &'k Known,
    /// Whether the packet begins a connection of its own.
    begins: bool,
}

/// Asks the engine in which the hosts are.
pub(crate) type Ask<'a> = &'a mut dyn FnMut(Explain) -> Result<Journey>;

/// Whether a packet begins a connection, so that it is of none of those that there are: one that comes
/// from a port which nobody has yet, and a new echo. One whose port is given may be of an earlier one.
const fn begins(probe: &Probe) -> bool {
    match probe {
        Probe::Send(packet) | Probe::ReceiveIp { packet, .. } => {
            packet.source_port.is_none() || matches!(packet.protocol, ProbeProtocol::Icmp)
        }
        Probe::Receive { .. } => false,
    }
}

/// Whether a ruleset asks sets of xtables.
fn asks_sets(ruleset: &Ruleset) -> bool {
    let chains = ruleset.tables.iter().flat_map(|table| &table.chains);
    let mut rules = chains.flat_map(|chain| &chain.rules);
    rules.any(|rule| {
        let mut statements = rule.statements.iter();
        statements.any(|statement| {
            matches!(
                statement,
                Statement::XtMatch(XtMatch::Set(_)) | Statement::XtTarget(XtTarget::Set(_))
            )
        })
    })
}

/// The programs of a host that are on a device, with its name.
fn programs<'h>(host: &'h Snapshot, state: &'h State) -> impl Iterator<Item = (Program, String)> {
    host.programs.iter().filter_map(|program| {
        let there = state.namespaces.get(&program.ns)?;
        let name = match program.link {
            0 => String::new(),
            index => there.link(&LinkRef::Index(index))?.name.clone(),
        };
        Some((program.clone(), name))
    })
}

impl Known {
    /// What is known of hosts that together are in a state, and what of it the engine could not take.
    pub(super) fn of(hosts: Vec<Snapshot>, state: &State, lost: Vec<Missing>) -> Known {
        let asking = state.namespaces.iter();
        let asking = asking.filter(|(_, there)| asks_sets(&there.ruleset));
        Known {
            programs: hosts
                .iter()
                .flat_map(|host| programs(host, state))
                .collect(),
            tunnels: tunnel::all(state),
            asking: asking.map(|(ns, _)| ns.clone()).collect(),
            hosts: Arc::new(hosts),
            lost,
            beyond: Beyond::of(state),
        }
    }

    /// What of the hosts the engine could not take.
    pub(super) fn lost(&self) -> impl Iterator<Item = &Missing> {
        self.lost.iter()
    }

    /// Makes the verdicts of a journey unknown where they are.
    pub(crate) fn admit(&self, journey: &mut Journey, probe: &Probe, ask: Ask<'_>) {
        let asked = Asked {
            known: self,
            begins: begins(probe),
        };
        asked.admit(journey, &mut |step| {
            let judge = |outer: &mut Journey| asked.admit(outer, &mut |_| None);
            tunnel::broken(step, &self.tunnels, ask, &judge)
        });
    }
}

impl Asked<'_> {
    /// Makes the verdicts of a journey unknown where they are; `broken` says why a step may not be taken.
    fn admit(&self, journey: &mut Journey, broken: &mut dyn FnMut(&Step) -> Option<String>) {
        let asked = lineage(journey, |packet| packet == 0);
        if let Some(why) = self.first_gap(journey, &asked, broken) {
            journey.verdict = unknown(&journey.verdict, why);
            return;
        }
        let answers = lineage(journey, |packet| {
            let mut packets = journey.packets.iter().filter(|p| p.id == packet);
            packets.any(|p| p.origin.answers() && p.parent.is_some_and(|id| asked.contains(&id)))
        });
        if let Some(back) = &journey.back
            && let Some(why) = self.first_gap(journey, &answers, broken)
        {
            journey.back = Some(unknown(back, why));
        }
    }

    /// The first thing that these packets meet and nobody knows.
    fn first_gap(
        &self,
        journey: &Journey,
        ids: &[u32],
        broken: &mut dyn FnMut(&Step) -> Option<String>,
    ) -> Option<String> {
        let own = journey
            .steps
            .iter()
            .filter(|step| ids.contains(&step.packet));
        own.into_iter()
            .find_map(|step| self.gap(step).or_else(|| broken(step)))
    }

    fn gap(&self, step: &Step) -> Option<String> {
        let ns = &step.ns;
        let mut hosts = self.known.hosts.iter();
        let host = hosts.find(|host| host.state.namespaces.contains_key(ns))?;
        if let (Event::Dropped(DropReason::DeviceUnknown), Some(dev)) = (&step.event, &step.dev) {
            return Some(format!(
                "{dev} of {ns} is a device of a kind that netloom does not know"
            ));
        }
        if let Event::Routed(found) = &step.event
            && let Some(why) = self.known.beyond.gap(ns, found)
        {
            return Some(why);
        }
        let mut programs = self.known.programs.iter();
        if let Some((program, _)) = programs.find(|(program, dev)| runs(program, dev, step)) {
            let Program { hook, name, id, .. } = program;
            let id = id.map_or_else(String::new, |id| format!(" (number {id})"));
            let dev = step.dev.as_deref().unwrap_or_default();
            let place = match program.link {
                0 => format!("for all processes of {ns}"),
                _ => format!("at {dev} of {ns}"),
            };
            return Some(format!(
                "the program \"{name}\"{id} decides {place}, {hook}, and what it does is not known"
            ));
        }
        let asked = |part: &&&str| match **part {
            "connections" => !self.begins,
            "ipsets" => self.known.asking.contains(ns),
            _ => true,
        };
        parts(step).iter().filter(asked).find_map(|part| {
            let lost = self.known.lost.iter().find(|lost| {
                *part != "links" && lost.part == *part && lost.ns.as_ref() == Some(ns)
            });
            let lost =
                lost.map(|lost| format!("the {part} of {ns} could not be loaded: {}", lost.why));
            let why = host.why_missing(ns, part);
            lost.or(why.map(|why| format!("the {part} of {ns} could not be read: {why}")))
        })
    }
}

/// Whether a program on device `dev` is asked at a step: as the device receives, or as it sends.
fn runs(program: &Program, dev: &str, step: &Step) -> bool {
    if program.link == 0 {
        return program.ns == step.ns && runs_for_processes(&program.hook, step.stage);
    }
    let sends = program.hook.contains("egress");
    let asked = match step.stage {
        Stage::Receive | Stage::Backlog => !sends,
        Stage::DeviceTransmit => sends || program.hook.starts_with("netkit"),
        _ => false,
    };
    asked && program.ns == step.ns && step.dev.as_deref() == Some(dev)
}

/// Whether a program of a control group is asked at a stage (linux/bpf.h, `BPF_CGROUP_*`).
fn runs_for_processes(hook: &str, stage: Stage) -> bool {
    let sends = matches!(
        stage,
        Stage::PingSend | Stage::RawSend | Stage::UdpSend | Stage::TcpSend
    );
    match hook {
        "cgroup ingress" => matches!(stage, Stage::UdpReceive | Stage::TcpReceive),
        "cgroup connect4" | "cgroup connect6" => matches!(stage, Stage::UdpSend | Stage::TcpSend),
        "cgroup sendmsg4" | "cgroup sendmsg6" => stage == Stage::UdpSend,
        _ => sends,
    }
}

/// The parts of a namespace that a step asks.
fn parts(step: &Step) -> Vec<&'static str> {
    let looks = step.stage.looks().iter();
    let mut parts: Vec<&str> = looks.flat_map(|look| of_look(*look)).copied().collect();
    match step.stage {
        // Rules would be asked here, if there were any.
        Stage::IpReceive
        | Stage::LocalOut
        | Stage::IpForward
        | Stage::IpOutput
        | Stage::LocalDeliver
        | Stage::Ip6Receive
        | Stage::Ip6Forward
        | Stage::Local6Deliver
        | Stage::Route6Output
        | Stage::BridgeForward
        | Stage::BridgeFlood => parts.push("ruleset"),
        Stage::UdpReceive | Stage::TcpReceive => parts.push("sockets"),
        Stage::Receive | Stage::DeviceTransmit => parts.push("programs"),
        _ => {}
    }
    parts
}

/// The parts that a look is a look at.
const fn of_look(look: Look) -> &'static [&'static str] {
    match look {
        Look::Device | Look::Ports => &["links"],
        Look::Fdb => &["fdb"],
        Look::Vlans => &["vlans"],
        Look::Mdb => &["mdb"],
        Look::Routes => &["routes", "rules", "addresses", "nexthops"],
        Look::Neighbours => &["neighbours"],
        Look::Connections => &["connections"],
        Look::Ruleset => &["ruleset", "ipsets"],
        Look::Settings(_) => &["sysctls"],
    }
}
