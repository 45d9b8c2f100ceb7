//! Changes of rules by which a packet passes: it is accepted just before what ended it, so that all
//! that stands before stays before; else what ended it goes.

use super::{Candidate, sets};
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
    let place = Blamed {
        ns,
        trace,
        program: iptables::program(&trace.table),
    };
    let users = place.accept_for_users(&flow);
    let mut all = sets::passing(ns, trace);
    all.extend(users);
    all.extend(place.accept(&flow));
    all.extend(place.delete());
    all
}

/// Chains that programs ask before their own rules and leave to those who run the host: what is added
/// there lasts, when what is put among the program's own rules goes with its next change.
const FOR_USERS: &[&str] = &[
    "DOCKER-USER",
    "ufw-user-forward",
    "ufw-user-input",
    "ufw-user-output",
    "ufw6-user-forward",
    "ufw6-user-input",
    "ufw6-user-output",
    "FORWARD_direct",
    "INPUT_direct",
    "OUTPUT_direct",
];

/// The base chain that ended a packet.
struct Blamed<'a> {
    ns: &'a NsName,
    trace: &'a ChainTrace,
    /// The program that drives its table; none: nft.
    program: Option<String>,
}

impl Blamed<'_> {
    fn candidate(&self, change: RulesetChange, command: &str) -> Candidate {
        Candidate {
            change: Change::Ruleset {
                ns: self.ns.clone(),
                changes: vec![change],
            },
            command: exec(self.ns, command),
        }
    }

    fn chain(&self, name: &str) -> ChainRef {
        ChainRef {
            table: self.trace.table.clone(),
            chain: name.to_owned(),
        }
    }

    /// The rule that accepts a flow, and its words.
    fn accepting(&self, flow: &Flow) -> Option<(Rule, String)> {
        let rule = Rule {
            statements: statements(flow, self.program.is_none())?,
            ..Rule::default()
        };
        let words = filter::words(&self.trace.table, &rule);
        Some((rule, words))
    }

    /// The command that puts a rule somewhere in a chain: of iptables by its number, of nft by its
    /// handle; none: at the end.
    fn command(&self, chain: &str, before: Option<(u32, u64)>, words: &str) -> String {
        let table = &self.trace.table;
        match (&self.program, before) {
            (Some(program), Some((number, _))) => {
                format!("{program} {}-I {chain} {number} {words}", self.table())
            }
            (Some(program), None) => format!("{program} {}-A {chain} {words}", self.table()),
            (None, before) => {
                let verb = if before.is_some() { "insert" } else { "add" };
                let at = before.map_or_else(String::new, |(_, handle)| format!(" handle {handle}"));
                let (family, name) = (table.family.name(), &table.name);
                format!("nft {verb} rule {family} {name} {chain}{at} {words}")
            }
        }
    }

    /// The words of iptables that name a table; none for the usual one.
    fn table(&self) -> String {
        match self.trace.table.name.as_str() {
            "filter" => String::new(),
            name => format!("-t {name} "),
        }
    }

    /// The flow is accepted in a chain that is there for it, if one was asked on the way.
    fn accept_for_users(&self, flow: &Flow) -> Option<Candidate> {
        let tried = self.trace.tried.iter();
        let mut jumps = tried.filter(|step| step.matched()).filter_map(|step| {
            let chain = step.rule.as_deref()?.leads_to()?;
            FOR_USERS.contains(&chain).then_some(chain)
        });
        let chain = jumps.next()?;
        let (rule, words) = self.accepting(flow)?;
        let program = self.program.as_ref()?;
        let add = RulesetChange::AddRule {
            chain: self.chain(chain),
            place: Place::First,
            rule,
        };
        let command = format!("{program} {}-I {chain} {words}", self.table());
        Some(self.candidate(add, &command))
    }

    /// The flow is accepted, just before the rule that ended it or at the end of the chain whose
    /// policy did.
    fn accept(&self, flow: &Flow) -> Option<Candidate> {
        let (rule, words) = self.accepting(flow)?;
        let (place, name, before) = match self.trace.deciding() {
            Some(step) => (
                Place::Before(step.handle),
                &step.chain,
                Some((step.number, step.handle)),
            ),
            None => (Place::Last, &self.trace.chain, None),
        };
        let add = RulesetChange::AddRule {
            chain: self.chain(name),
            place,
            rule,
        };
        Some(self.candidate(add, &self.command(name, before, &words)))
    }

    /// The rule that ended it goes.
    fn delete(&self) -> Option<Candidate> {
        let step = self.trace.deciding()?;
        let delete = RulesetChange::DelRule {
            chain: self.chain(&step.chain),
            handle: step.handle,
        };
        let table = &self.trace.table;
        let command = match &self.program {
            Some(program) => format!(
                "{program} {}-D {} {}",
                self.table(),
                step.chain,
                step.number
            ),
            None => format!(
                "nft delete rule {} {} {} handle {}",
                table.family.name(),
                table.name,
                step.chain,
                step.handle
            ),
        };
        Some(self.candidate(delete, &command))
    }
}

/// What accepts packets of a flow, in words of nft or of iptables. Of its ports the lower one is the
/// server's.
fn statements(flow: &Flow, native: bool) -> Option<Vec<Statement>> {
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
        (1, Some((kind, _))) if native => {
            all.push(equal(Field::IcmpType, u8::try_from(kind).ok()?.into()));
        }
        (58, Some((kind, _))) if native => {
            all.push(equal(Field::Icmpv6Type, u8::try_from(kind).ok()?.into()));
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
