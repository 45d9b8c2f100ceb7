//! A packet that is followed (`meta nftrace set 1`, `-j TRACE`): each rule that it meets is told, of
//! nft's tables to who listens (`nft monitor trace`), of legacy's in the kernel's log.

use super::compile::{Go, Rule};
use super::facts::{Facts, Proto};
use super::{ChainId, Filter, log};
use crate::device::DevId;
use crate::net::Net;
use crate::notify;
use crate::packet::Packet;
use netloom_model::notice::About;
use netloom_model::ruleset::statement::log_flag;
use netloom_model::ruleset::{Backend, Hook, Policy, Statement, Verdict};
use netloom_model::trace::{TraceStep, Traced, TracedPacket};

/// What lines of legacy tell of a packet, and how serious they are.
const FLAGS: u8 =
    log_flag::TCP_SEQUENCE | log_flag::TCP_OPTIONS | log_flag::IP_OPTIONS | log_flag::SKUID;
const WARN: u8 = 4;

/// Whether a packet was told in a base chain already.
#[derive(Default)]
pub(super) struct Told(bool);

/// How a rule ended: where the packet goes on, or that it ends.
pub(super) type Said = Option<Go>;

/// A rule was carried out. `before`: the mark that the packet had, if it was followed then.
/// Legacy tells of it before its target is carried out.
pub(super) fn rule(
    (net, filter, told): (&mut Net, &Filter, &mut Told),
    (chain, at): (ChainId, usize),
    (rule, before): (&Rule, Option<u32>),
    said: Said,
    facts: &Facts,
    packet: &mut Packet,
) {
    let of = &filter.chains[chain.0];
    if of.table.backend == Backend::Legacy {
        if let Some(mark) = before {
            let last = ends_chain(rule);
            let comment = match (last, of.base.is_some()) {
                (false, _) => "rule",
                (true, true) => "policy",
                (true, false) => "return",
            };
            let now = core::mem::replace(&mut packet.mark, mark);
            line(net, filter, (chain, comment, at + 1), facts, packet);
            packet.mark = now;
        }
        return;
    }
    let verdict = match said {
        None | Some(Go::Drop) => Verdict::Drop,
        Some(Go::Accept) => Verdict::Accept,
        Some(Go::Continue) => Verdict::Continue,
        Some(Go::Return) => Verdict::Return,
        Some(Go::Jump(to)) => Verdict::Jump(filter.chains[to.0].name.clone()),
        Some(Go::Goto(to)) => Verdict::Goto(filter.chains[to.0].name.clone()),
    };
    let step = |filter: &Filter| TraceStep::Rule {
        rule: Box::new(filter.chains[chain.0].states[at].describe(rule)),
        verdict,
    };
    tell((net, filter, told), chain, step, facts, packet);
}

/// Whether it looks as legacy's own last rule of a chain: it asks nothing and decides.
fn ends_chain(rule: &Rule) -> bool {
    let decides = |statement: &Statement| {
        matches!(
            statement,
            Statement::Verdict(Verdict::Accept | Verdict::Drop | Verdict::Return)
        )
    };
    let statements = rule.rule.statements.iter();
    let mut statements = statements.filter(|statement| !matches!(statement, Statement::Counter(_)));
    statements.next().is_some_and(decides) && statements.next().is_none()
}

/// A chain that was called has no more rules.
pub(super) fn returns(
    net: &mut Net,
    filter: &Filter,
    chain: ChainId,
    facts: &Facts,
    packet: &Packet,
) {
    let of = &filter.chains[chain.0];
    if of.table.backend == Backend::Legacy {
        let number = of.rules.len() + 1;
        line(net, filter, (chain, "return", number), facts, packet);
    }
}

/// A base chain has no more rules.
pub(super) fn policy(
    (net, filter, told): (&mut Net, &Filter, &mut Told),
    (chain, policy): (ChainId, Policy),
    facts: &Facts,
    packet: &Packet,
) {
    let of = &filter.chains[chain.0];
    if of.table.backend == Backend::Legacy {
        let number = of.rules.len() + 1;
        return line(net, filter, (chain, "policy", number), facts, packet);
    }
    let step = |_: &Filter| TraceStep::Policy(policy);
    tell((net, filter, told), chain, step, facts, packet);
}

/// Writes a line of legacy.
fn line(
    net: &mut Net,
    filter: &Filter,
    (chain, comment, number): (ChainId, &str, usize),
    facts: &Facts,
    packet: &Packet,
) {
    let of = &filter.chains[chain.0];
    let prefix = format!("TRACE: {}:{}:{comment}:{number} ", of.table.name, of.name);
    log::line(net, (&prefix, WARN, FLAGS), facts, packet);
}

fn tell(
    (net, filter, told): (&mut Net, &Filter, &mut Told),
    chain: ChainId,
    step: impl FnOnce(&Filter) -> TraceStep,
    facts: &Facts,
    packet: &Packet,
) {
    let first = !core::mem::replace(&mut told.0, true);
    notify::tell(net, facts.ns, false, |net| {
        let of = &filter.chains[chain.0];
        let input = facts.input.some().map_or(0, |dev| net.dev(dev).index);
        About::Traced(Box::new(Traced {
            id: packet.trace ^ input.wrapping_mul(0x9e37_79b9),
            table: of.table.clone(),
            chain: of.name.clone(),
            family: match facts.proto {
                Proto::V4 => 2,
                Proto::Arp => 3,
                Proto::Netdev => 5,
                Proto::Bridge => 7,
                Proto::V6 => 10,
            },
            mark: packet.mark,
            packet: first.then(|| Box::new(of_packet(net, facts, packet))),
            step: step(filter),
        }))
    });
}

fn of_packet(net: &Net, facts: &Facts, packet: &Packet) -> TracedPacket {
    let name = |dev: DevId| dev.some().map_or("", |dev| &net.dev(dev).name).to_owned();
    let network = packet.network();
    let header = facts.transport.map_or(network.len(), usize::from);
    let transport = network.get(header..).unwrap_or_default();
    let input = match facts.hook {
        Hook::Output => None,
        _ => facts.input.some(),
    };
    TracedPacket {
        input: name(facts.input),
        output: name(facts.output),
        loopback: input.is_some_and(|dev| net.dev(dev).is_loopback()),
        link: match (input, packet.link_header()) {
            (Some(_), Some(link)) => link.to_vec(),
            _ => Vec::new(),
        },
        network: network[..header.min(network.len()).min(40)].to_vec(),
        transport: transport[..transport.len().min(20)].to_vec(),
        protocol: facts.protocol,
    }
}
