//! Changes of rules by which a packet passes: it is accepted just before what ended it, so that all
//! that stands before stays before; else what ended it goes.

use super::Candidate;
use crate::explain::command::exec;
use crate::explain::filter;
use crate::explain::packet::{self, Flow};
use core::net::IpAddr;
use netloom_model::journey::{ChainTrace, Journey, Verdict};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange};
use netloom_model::ruleset::expr::MetaKey;
use netloom_model::ruleset::statement::{self, Counter, Statement};
use netloom_model::ruleset::xt::{IcmpTypes, Not, XtMatch};
use netloom_model::ruleset::{Expr, Field, Rule, Value};
use netloom_model::{Change, NsName};
use netloom_tools::iptables;

/// What lets a packet pass that rules ended.
pub(super) fn passing(ns: &NsName, journey: &Journey, verdict: &Verdict) -> Vec<Candidate> {
    let Verdict::Dropped { step: Some(at), .. } = verdict else {
        return Vec::new();
    };
    let upto = journey.steps.get(..=*at as usize).unwrap_or_default();
    let packet = upto.last().map(|step| step.packet);
    let mut before = upto.iter().rev().filter(|step| Some(step.packet) == packet);
    let flow = before.find_map(|step| packet::flow(step.head.as_ref()?));
    let (Some(flow), Some(trace)) = (flow, filter::decided(journey, verdict)) else {
        return Vec::new();
    };
    let Some(program) = iptables::program(&trace.table) else {
        return Vec::new();
    };
    let accept = accept(ns, &program, trace, &flow);
    accept
        .into_iter()
        .chain(delete(ns, &program, trace))
        .collect()
}

fn change(ns: &NsName, change: RulesetChange) -> Change {
    Change::Ruleset {
        ns: ns.clone(),
        changes: vec![change],
    }
}

fn chain(trace: &ChainTrace, name: &str) -> ChainRef {
    ChainRef {
        table: trace.table.clone(),
        chain: name.to_owned(),
    }
}

/// The words that name a table; none for the usual one.
fn table(trace: &ChainTrace) -> String {
    match trace.table.name.as_str() {
        "filter" => String::new(),
        name => format!("-t {name} "),
    }
}

/// The flow is accepted, just before the rule that ended it or at the end of the chain whose policy
/// did.
fn accept(ns: &NsName, program: &str, trace: &ChainTrace, flow: &Flow) -> Option<Candidate> {
    let rule = Rule {
        statements: statements(flow)?,
        ..Rule::default()
    };
    let words = iptables::words(&trace.table, &rule)?;
    let last = trace.tried.last().filter(|step| step.rule.is_some());
    let table = table(trace);
    let (place, name, command) = match last {
        Some(step) => (
            Place::Before(step.handle),
            &step.chain,
            format!("{program} {table}-I {} {} {words}", step.chain, step.number),
        ),
        None => (
            Place::Last,
            &trace.chain,
            format!("{program} {table}-A {} {words}", trace.chain),
        ),
    };
    let add = RulesetChange::AddRule {
        chain: chain(trace, name),
        place,
        rule,
    };
    Some(Candidate {
        change: change(ns, add),
        command: exec(ns, &command),
    })
}

/// The rule that ended it goes.
fn delete(ns: &NsName, program: &str, trace: &ChainTrace) -> Option<Candidate> {
    let step = trace.tried.last().filter(|step| step.rule.is_some())?;
    let delete = RulesetChange::DelRule {
        chain: chain(trace, &step.chain),
        handle: step.handle,
    };
    let table = table(trace);
    let command = format!("{program} {table}-D {} {}", step.chain, step.number);
    Some(Candidate {
        change: change(ns, delete),
        command: exec(ns, &command),
    })
}

/// What accepts packets of a flow. Of its ports the lower one is the server's.
fn statements(flow: &Flow) -> Option<Vec<Statement>> {
    let (source, destination) = match flow.source {
        IpAddr::V4(_) => (Field::IpSaddr, Field::IpDaddr),
        IpAddr::V6(_) => (Field::Ip6Saddr, Field::Ip6Daddr),
    };
    let equal = |field, value: Value| Statement::equal(Expr::Field(field), Expr::Value(value));
    let protocol = Statement::equal(
        Expr::Meta(MetaKey::L4Proto),
        Expr::Value(flow.protocol.into()),
    );
    let mut all = vec![
        equal(source, flow.source.into()),
        equal(destination, flow.destination.into()),
    ];
    match (flow.protocol, flow.ports) {
        (6 | 17, Some((from, to))) => {
            let field = match (flow.protocol, to <= from) {
                (6, true) => Field::TcpDport,
                (6, false) => Field::TcpSport,
                (_, true) => Field::UdpDport,
                (_, false) => Field::UdpSport,
            };
            all.push(equal(field, to.min(from).into()));
        }
        (number @ (1 | 58), Some((kind, _))) => {
            let types = Not::is(IcmpTypes {
                icmp_type: u8::try_from(kind).ok()?,
                codes: (0, 255),
            });
            let icmp = if number == 1 {
                XtMatch::Icmp(types)
            } else {
                XtMatch::Icmp6(types)
            };
            all.extend([protocol, Statement::XtMatch(icmp)]);
        }
        _ => all.push(protocol),
    }
    all.push(Statement::Counter(Counter::default()));
    all.push(Statement::Verdict(statement::Verdict::Accept));
    Some(all)
}
