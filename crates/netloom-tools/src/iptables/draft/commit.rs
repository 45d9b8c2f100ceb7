//! What a draft has come to is carried out, whole or not at all, and what the world refuses of it told:
//! of a file every line, as far as each can be seen without those before it.

use super::{Draft, Label, table_ref};
use crate::Context;
use crate::ip::words::{Failure, Outcome};
use crate::iptables::asked::apply;
use crate::iptables::{LEGACY, Variant};
use netloom_model::Errno;
use netloom_model::ruleset::TableFamily;
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};

/// The most steps of a file that are kept to be asked one after the other if some are refused.
const ASKED: usize = 10_000;

impl Draft {
    /// Refuses a step: of a file the rest is read on, for all that the world refuses is told at once.
    pub(in crate::iptables) fn refuse(&mut self, label: &Label, errno: Errno) -> Outcome<()> {
        match self.variant.line {
            // The kernel sees what legacy has read once the table is whole.
            Some(line) => {
                self.refused.push((line, refusal(label, errno)));
                Ok(())
            }
            _ => Err(refused(self.variant, label, errno)),
        }
    }

    /// Carries everything out, whole or not at all.
    pub(in crate::iptables) fn commit(mut self, cx: &mut Context<'_>) -> Outcome<()> {
        let rewritten = core::mem::take(&mut self.rewritten);
        let lines = core::mem::take(&mut self.lines);
        let (mut lines, mut changes): (Vec<u32>, Vec<RulesetChange>) = lines
            .into_iter()
            .zip(core::mem::take(&mut self.changes))
            .filter(|(_, (chain, _))| chain.as_ref().is_none_or(|c| !rewritten.contains(c)))
            .map(|(line, (_, change))| (line, change))
            .unzip();
        for (at, place, line) in core::mem::take(&mut self.appended) {
            let chain = &mut self.table.chains[at];
            if !rewritten.contains(&chain.name) {
                let rule = core::mem::take(&mut chain.rules[place]);
                let name = chain.name.clone();
                let (chain, place) = (self.reference(&name), Place::Last);
                changes.push(RulesetChange::AddRule { chain, place, rule });
                lines.push(line);
            }
        }
        for name in &rewritten {
            let Ok(chain) = self.chain(name) else {
                continue;
            };
            changes.push(RulesetChange::FlushChain {
                table: table_ref(self.variant, self.builtin),
                chain: Some(name.clone()),
            });
            changes.extend(chain.rules.iter().map(|rule| RulesetChange::AddRule {
                chain: self.reference(name),
                place: Place::Last,
                rule: rule.clone(),
            }));
        }
        lines.resize(changes.len(), self.variant.line.unwrap_or_default());
        let of_file = self.variant.line.is_some() && self.variant.backend != LEGACY;
        if of_file {
            return self.commit_file(cx, lines, changes);
        }
        if !self.refused.is_empty() {
            return Err(refused(self.variant, &self.label, Errno::INVAL));
        }
        if changes.is_empty() {
            return Ok(());
        }
        apply(cx, changes).map_err(|error| refused(self.variant, &self.label, error.errno))
    }

    /// The same of a file: each line that is refused is told.
    fn commit_file(
        mut self,
        cx: &mut Context<'_>,
        mut lines: Vec<u32>,
        mut changes: Vec<RulesetChange>,
    ) -> Outcome<()> {
        let whole = self.refused.is_empty();
        if whole && changes.len() > ASKED {
            return apply(cx, changes).map_err(|error| {
                let line = error.step.and_then(|at| lines.get(at as usize)).copied();
                let line = line.or(self.variant.line);
                refused(
                    Variant {
                        line,
                        ..self.variant
                    },
                    &self.label,
                    error.errno,
                )
            });
        }
        if whole && (changes.is_empty() || apply(cx, changes.clone()).is_ok()) {
            return Ok(());
        }
        // What is refused in any case, so that nothing is done.
        changes.push(RulesetChange::DelTable(TableRef::new(
            TableFamily::Netdev,
            "",
        )));
        while let Err(error) = apply(cx, changes.clone())
            && let Some(at) = error.step.map(|at| at as usize)
            && at < lines.len()
        {
            let label = label_of(&changes.remove(at));
            self.refused
                .push((lines.remove(at), refusal(&label, error.errno)));
        }
        self.refused.sort_by_key(|(line, _)| *line);
        let mut told = format!("{}: ", self.variant.version());
        for (line, why) in &self.refused {
            told += &format!("\nline {line}: {why}");
        }
        Err(Failure::new(told, 4))
    }
}

/// What is told of a step that the world refuses.
fn label_of(change: &RulesetChange) -> Label {
    let rule = |chain: &ChainRef| format!("rule in chain {}", chain.chain);
    let chain = |chain: &ChainRef| format!("chain {}", chain.chain);
    match change {
        RulesetChange::AddRule {
            chain,
            place: Place::Last,
            ..
        } => ("RULE_APPEND", rule(chain)),
        RulesetChange::AddRule { chain, .. } => ("RULE_INSERT", rule(chain)),
        RulesetChange::ReplaceRule { chain, .. } => ("RULE_REPLACE", rule(chain)),
        RulesetChange::DelRule { chain, .. } => ("RULE_DELETE", rule(chain)),
        RulesetChange::FlushChain { .. } => ("RULE_FLUSH", String::new()),
        RulesetChange::SetPolicy { chain: of, .. } => ("CHAIN_UPDATE", chain(of)),
        RulesetChange::DelChain { chain: of, .. } => ("CHAIN_DEL", chain(of)),
        RulesetChange::RenameChain { chain: of, .. } => ("CHAIN_RENAME", chain(of)),
        RulesetChange::AddChain { chain: of, .. } => ("CHAIN_ADD", chain(of)),
        _ => ("TABLE_ADD", String::new()),
    }
}

fn refusal((what, of): &Label, errno: Errno) -> String {
    format!("{what} failed ({errno}): {of}")
}

/// Tells that the world refused, with what was tried.
pub(in crate::iptables) fn refused(variant: Variant, label: &Label, errno: Errno) -> Failure {
    if variant.backend == LEGACY {
        return variant.refusal(&match errno {
            Errno::BUSY => "Too many links.".to_owned(),
            Errno::INVAL => "Invalid argument. Run `dmesg' for more information.".to_owned(),
            errno => format!("{errno}."),
        });
    }
    let line = match variant.line {
        Some(line) => format!("\nline {line}: "),
        None => " ".to_owned(),
    };
    let version = variant.version();
    let why = refusal(label, errno);
    Failure::new(format!("{version}: {line}{why}"), 4)
}
