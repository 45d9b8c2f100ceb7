//! Chains that get another name: what leads to them is listed by it, and goes on to lead there.

use super::Filter;
use super::compile::{Op, Rule, Within};
use netloom_model::ruleset::Expr;
use netloom_model::ruleset::change::ChainRef;
use netloom_model::ruleset::set::{Element, ElementData};
use netloom_model::ruleset::statement::{Statement, Verdict};
use netloom_model::{Errno, Result};

impl Filter {
    pub(super) fn rename_chain(&mut self, chain: &ChainRef, name: &str) -> Result<()> {
        let at = self.table_at(&chain.table)?;
        let id = self.chain_id(chain)?;
        if self.tables[at].chain(name).is_some() {
            return Err(Errno::EXIST.into());
        }
        self.chains[id.0].name = name.to_owned();
        self.tables[at].rename_chain(&chain.chain, name);
        let table = &self.tables[at];
        for other in &table.chains {
            let chain_of = &mut self.chains[other.0];
            for at in 0..chain_of.rules.len() {
                if chain_of.rules[at].names(&chain.chain) {
                    chain_of.listed(at).rename(&chain.chain, name);
                }
            }
        }
        for (_, set) in &table.sets {
            let elements = self.sets[set.0].all_mut();
            elements.for_each(|element| rename_element(element, &chain.chain, name));
        }
        Ok(())
    }
}

impl Rule {
    /// Whether one of its verdicts names a chain.
    fn names(&self, chain: &str) -> bool {
        let named = |verdict: &Verdict| verdict.leads_to() == Some(chain);
        self.rule
            .statements
            .iter()
            .any(|statement| match statement {
                Statement::Verdict(verdict) => named(verdict),
                Statement::VerdictMap {
                    map: Expr::Set(elements),
                    ..
                } => elements.iter().any(
                    |e| matches!(&e.data, Some(ElementData::Verdict(verdict)) if named(verdict)),
                ),
                _ => false,
            })
    }

    /// Lists a chain that it leads to by its new name.
    fn rename(&mut self, from: &str, to: &str) {
        for statement in &mut self.rule.statements {
            match statement {
                Statement::Verdict(verdict) => rename_verdict(verdict, from, to),
                Statement::VerdictMap {
                    map: Expr::Set(elements),
                    ..
                } => elements
                    .iter_mut()
                    .for_each(|element| rename_element(element, from, to)),
                _ => {}
            }
        }
        for op in &mut self.ops {
            let op = match op {
                Op::Mapped(mapped) => &mut mapped.op,
                op => op,
            };
            if let Op::Map {
                map: Within::Own(index),
                ..
            } = op
            {
                let elements = index.all_mut();
                elements.for_each(|element| rename_element(element, from, to));
            }
        }
    }
}

fn rename_verdict(verdict: &mut Verdict, from: &str, to: &str) {
    if let Verdict::Jump(name) | Verdict::Goto(name) = verdict
        && name == from
    {
        to.clone_into(name);
    }
}

fn rename_element(element: &mut Element, from: &str, to: &str) {
    if let Some(ElementData::Verdict(verdict)) = &mut element.data {
        rename_verdict(verdict, from, to);
    }
}
