//! Traps of rules among each other.

use super::change::{self, Change};
use super::finding::{Finding, Severity};
use super::place::{Place, Standing, standing};
use super::said::{Ending, asked, covers, ending, is_steady, translates_source};
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::{Backend, Expr, Field, Statement, Table, Value};
use std::collections::{BTreeSet, HashMap};

/// A rule that is never asked, and the one before it that takes all of its packets.
struct Shadow<'s> {
    first: Standing<'s>,
    later: Standing<'s>,
}

/// Every rule that is never asked.
fn shadows<'s>(place: &Place<'s>) -> Vec<Shadow<'s>> {
    let of_table = |table: &'s Table| {
        let jump = change::by_jump(table);
        let chains = table.chains.iter();
        chains.flat_map(move |chain| in_chain(standing(table, chain), jump))
    };
    place.tables().flat_map(of_table).collect()
}

fn in_chain<'s>(rules: impl Iterator<Item = Standing<'s>>, jump: Change) -> Vec<Shadow<'s>> {
    // Those that ask what a rule between may change are forgotten behind such a rule.
    let (mut of_packet, mut of_marks) = (Taken::default(), Taken::default());
    let mut all = Vec::new();
    for later in rules {
        if let Some(first) = of_packet.by(&later).or_else(|| of_marks.by(&later)) {
            all.push(Shadow { first, later });
            continue;
        }
        match change::outlasts_marks(later.rule) {
            true => of_packet.add(later),
            false => of_marks.add(later),
        }
        let changes = change::by(later.rule, jump);
        if changes >= Change::Marks {
            of_marks = Taken::default();
        }
        if changes == Change::Packet {
            of_packet.forget_asking();
        }
    }
    all
}

/// The rules so far that end what they are for.
#[derive(Default)]
struct Taken<'s> {
    /// Those that ask of no field for one value or one network.
    wide: Vec<Standing<'s>>,
    /// The others, by what they ask of a field.
    narrow: HashMap<Asked, Vec<Standing<'s>>>,
    /// How many bits these ask for.
    lens: BTreeSet<u8>,
}

/// What is asked of a field: how many bits, from its first one on, and these.
type Asked = (Field, u8, u128);

impl<'s> Taken<'s> {
    fn add(&mut self, at: Standing<'s>) {
        if ending(at.rule).is_none() || !is_steady(at.rule) {
            return;
        }
        match asked(at.rule).find_map(network) {
            Some(of) => {
                self.lens.insert(of.1);
                self.narrow.entry(of).or_default().push(at);
            }
            None => self.wide.push(at),
        }
    }

    /// Only those stay that ask nothing: the packet is another now.
    fn forget_asking(&mut self) {
        self.narrow.clear();
        self.lens.clear();
        self.wide.retain(|at| asked(at.rule).next().is_none());
    }

    /// The first of them that takes all that a later one is for.
    fn by(&self, later: &Standing<'s>) -> Option<Standing<'s>> {
        let values = asked(later.rule).filter_map(value);
        let around = values.flat_map(|(field, value)| {
            let lens = self.lens.iter();
            lens.filter_map(move |len| begin(field, value, *len))
        });
        let around = around.filter_map(|of| self.narrow.get(&of)).flatten();
        let before = self.wide.iter().chain(around);
        let all = before.filter(|first| covers(first.rule, later.rule));
        all.min_by_key(|first| first.number).copied()
    }
}

/// What a statement asks of a field, if only what asks that field for the same or for less implies it: a
/// protocol is implied by its ports too.
fn network(statement: &Statement) -> Option<Asked> {
    let (field, right) = of_field(statement)?;
    match right {
        Expr::Value(value) if value.bytes().len() > 1 => begin(field, value, bits(value)?),
        Expr::Prefix(value, len) => begin(field, value, *len),
        _ => None,
    }
}

/// A value that answers to what a statement asks of a field.
fn value(statement: &Statement) -> Option<(Field, &Value)> {
    let (field, right) = of_field(statement)?;
    match right {
        Expr::Value(value) | Expr::Range(value, _) | Expr::Prefix(value, _) => Some((field, value)),
        Expr::Set(elements) => Some((field, elements.first()?.from.first()?)),
        _ => None,
    }
}

fn of_field(statement: &Statement) -> Option<(Field, &Expr)> {
    match statement {
        Statement::Match {
            left: Expr::Field(field),
            relation: Relation::Eq,
            right,
        } => Some((*field, right)),
        _ => None,
    }
}

fn bits(value: &Value) -> Option<u8> {
    u8::try_from(value.bytes().len() * 8).ok()
}

/// The first bits of a value of a field.
fn begin(field: Field, value: &Value, len: u8) -> Option<Asked> {
    let behind = bits(value)?.checked_sub(len)?;
    let begin = value.to_number()?.checked_shr(behind.into()).unwrap_or(0);
    Some((field, len, begin))
}

/// Whether the later rule of a pair masquerades what the first lets pass.
fn is_masquerade(shadow: &Shadow<'_>) -> bool {
    translates_source(shadow.later.rule) && ending(shadow.first.rule) == Some(Ending::Passes)
}

/// Sources are to be translated, but a rule before lets them pass as they are.
pub(super) fn masquerade_behind(place: &Place<'_>) -> Vec<Finding> {
    let found = shadows(place).into_iter().filter(is_masquerade);
    let finding = |shadow: Shadow<'_>| {
        let text = format!(
            "rule {} of {} translates nothing: rule {} lets all of its packets pass before",
            shadow.later.number, shadow.later.chain.name, shadow.first.number
        );
        Finding::new(Severity::Warning, text)
            .seen(shadow.first.line())
            .seen(shadow.later.line())
            .mended_by(place.exec(&shadow.first.delete()))
    };
    found.map(finding).collect()
}

/// Rules that no packet comes to.
pub(super) fn never_asked(place: &Place<'_>) -> Vec<Finding> {
    let found = shadows(place)
        .into_iter()
        .filter(|shadow| !is_masquerade(shadow));
    let finding = |shadow: Shadow<'_>| {
        let does = ending(shadow.later.rule);
        let same = does == ending(shadow.first.rule);
        let text = format!(
            "rule {} of {} is never asked: rule {} takes all of its packets before",
            shadow.later.number, shadow.later.chain.name, shadow.first.number
        );
        let severity = if same {
            Severity::Note
        } else {
            Severity::Warning
        };
        Finding::new(severity, text)
            .seen(shadow.first.line())
            .seen(shadow.later.line())
            .mended_by(place.exec(&shadow.later.delete()))
    };
    found.map(finding).collect()
}

/// Rules of `iptables-legacy` and of nf_tables are loaded at once: both are asked, and each of their
/// programs shows one half.
pub(super) fn two_firewalls(place: &Place<'_>) -> Vec<Finding> {
    let with_rules = |backend: Backend| {
        let mut tables = place.tables().filter(move |table| table.backend == backend);
        tables.find(|table| has_rules(table))
    };
    let (Some(legacy), Some(native)) = (with_rules(Backend::Legacy), with_rules(Backend::Nft))
    else {
        return Vec::new();
    };
    let text = "rules of iptables-legacy and of nf_tables are loaded at once: a packet has to pass \
                both, and \"iptables -S\" shows one half";
    let mut finding = Finding::new(Severity::Warning, text);
    for table in [legacy, native] {
        let mut chains = table.chains.iter();
        let first = chains.find_map(|chain| standing(table, chain).next());
        finding.evidence.extend(first.map(|rule| rule.line()));
    }
    vec![finding]
}

fn has_rules(table: &Table) -> bool {
    table.chains.iter().any(|chain| !chain.rules.is_empty())
}
