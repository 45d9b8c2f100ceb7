//! Entries into chains of rules.

use super::entry::{ERROR, Entry, Target};
use super::{ACCEPT, DROP, Form, Info, QUEUE, RETURN, base, empty, entry};
use core::fmt::Write as _;
use netloom_model::ruleset::statement::{Counter, Verdict};
use netloom_model::ruleset::{Base, Chain, Policy, Rule, Statement, Table, TableRef};
use std::collections::HashMap;

/// A table as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The table.
    pub table: Table,
    /// For each entry what it counted, and the rule (or else the chain whose policy it is) that it is.
    pub counters: Vec<(Counter, Owner)>,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A rule, by its handle.
    Rule(u64),
    /// The policy of a chain.
    Policy(String),
    /// What no packet is counted at.
    Nothing,
}

/// Reads the entries of a table; none where they are not what they should be.
#[must_use]
pub fn decode(named: &TableRef, form: Form, info: &Info, bytes: &[u8]) -> Option<Read> {
    let entries = all(named, bytes)?;
    let starts = starts(form, info, &entries);
    let mut found = Read {
        table: empty(named),
        counters: Vec::new(),
    };
    let mut handles = Handles::default();
    let mut at = 0;
    while let Some((offset, first)) = entries.get(at) {
        let name = match &first.target {
            Target::Name(name) => {
                found.counters.push((Counter::default(), Owner::Nothing));
                at += 1;
                if name == ERROR && at == entries.len() {
                    break;
                }
                name.clone()
            }
            _ => starts.get(offset)?.clone(),
        };
        let hook = (0..).zip(&info.chains).find(|(hook, (begin, _))| {
            info.hooks >> hook & 1 != 0 && *begin as usize == entries.get(at).map_or(0, |e| e.0)
        });
        let hook = hook.filter(|_| !matches!(first.target, Target::Name(_)));
        let end = match hook {
            Some((_, (_, end))) => {
                let end = entries
                    .iter()
                    .position(|(offset, _)| *offset == *end as usize)?;
                (end >= at).then_some(end)?
            }
            // The last before the next chain.
            None => {
                let more = entries[at..].iter();
                let next = more
                    .clone()
                    .position(|(_, e)| matches!(e.target, Target::Name(_)))?;
                at + next.checked_sub(1)?
            }
        };
        let mut chain = Chain {
            handle: found.table.chains.len() as u64 + 1,
            base: None,
            comment: None,
            rules: Vec::new(),
            name,
        };
        for (offset, entry) in &entries[at..end] {
            let rule = rule(*offset, entry, &starts);
            let handle = handles.of(&chain.name, &rule);
            found.counters.push((entry.counter, Owner::Rule(handle)));
            chain.rules.push(Rule { handle, ..rule });
        }
        let (_, last) = &entries[end];
        chain.base = match hook {
            Some((hook, _)) => Some(policy(named, *form.hooks.get(hook)?, last)?),
            None => None,
        };
        let owner = match chain.base {
            Some(_) => Owner::Policy(chain.name.clone()),
            None => Owner::Nothing,
        };
        found.counters.push((last.counter, owner));
        found.table.chains.push(chain);
        at = end + 1;
    }
    Some(found)
}

/// The entries, each with where it begins.
fn all(named: &TableRef, bytes: &[u8]) -> Option<Vec<(usize, Entry)>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let entry = entry::read(named.family, &bytes[at..])?;
        let len = entry.len;
        all.push((at, entry));
        at += len;
    }
    Some(all)
}

/// The chains, by where their first entries are.
fn starts(form: Form, info: &Info, entries: &[(usize, Entry)]) -> HashMap<usize, String> {
    let mut starts = HashMap::new();
    for (number, hook) in form.hooks.iter().enumerate() {
        if let Some((begin, _)) = info.chains.get(number)
            && info.hooks >> number & 1 != 0
        {
            starts.insert(*begin as usize, hook.name().to_uppercase());
        }
    }
    for (offset, entry) in entries {
        if let Target::Name(name) = &entry.target {
            starts.insert(offset + entry.len, name.clone());
        }
    }
    starts
}

fn policy(named: &TableRef, hook: netloom_model::ruleset::Hook, last: &Entry) -> Option<Base> {
    let policy = match last.target {
        Target::Standard(ACCEPT) => Policy::Accept,
        Target::Standard(DROP) => Policy::Drop,
        _ => return None,
    };
    Some(base(&named.name, hook, policy, last.counter))
}

fn rule(offset: usize, entry: &Entry, starts: &HashMap<usize, String>) -> Rule {
    let mut statements = entry.statements.clone();
    statements.push(Statement::Counter(entry.counter));
    let verdict = |verdict| vec![Statement::Verdict(verdict)];
    statements.extend(match &entry.target {
        Target::Own(own) => own.clone(),
        Target::Name(name) => vec![Statement::Unknown(name.clone())],
        Target::Standard(ACCEPT) => verdict(Verdict::Accept),
        Target::Standard(DROP) => verdict(Verdict::Drop),
        Target::Standard(RETURN) => verdict(Verdict::Return),
        Target::Standard(QUEUE) => vec![Statement::Unknown("QUEUE".to_owned())],
        // A rule that does nothing goes on to the next one.
        Target::Standard(to) if usize::try_from(*to) == Ok(offset + entry.len) => Vec::new(),
        Target::Standard(to) => {
            let chain = usize::try_from(*to).ok().and_then(|to| starts.get(&to));
            match chain {
                Some(chain) if entry.goto => verdict(Verdict::Goto(chain.clone())),
                Some(chain) => verdict(Verdict::Jump(chain.clone())),
                None => vec![Statement::Unknown(format!("verdict {to}"))],
            }
        }
    });
    Rule {
        statements,
        ..Rule::default()
    }
}

/// Numbers for rules, made of what they say: FNV-1a, and which of several alike it is.
#[derive(Default)]
struct Handles(HashMap<u64, u64>);

/// FNV-1a of what is written.
pub(super) struct Hash(u64);

impl Default for Hash {
    fn default() -> Hash {
        Hash(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    pub(super) const fn value(&self) -> u64 {
        self.0
    }
}

impl core::fmt::Write for Hash {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        Ok(())
    }
}

impl Handles {
    fn of(&mut self, chain: &str, rule: &Rule) -> u64 {
        let mut hash = Hash::default();
        let counted = |s: &&Statement| !matches!(s, Statement::Counter(_));
        // Nothing is written that could fail.
        let _ = write!(hash, "{chain} ");
        for statement in rule.statements.iter().filter(counted) {
            let _ = write!(hash, "{statement:?}");
        }
        let which = self.0.entry(hash.0).or_default();
        *which += 1;
        let _ = write!(hash, "{which}");
        hash.0 >> 2 | 1 << 61
    }
}
