//! Commands carried out: each is a few changes, or a listing.

use super::arguments::{Command, Parsed};
use super::tables::{self, Builtin};
use super::{Variant, list, show};
use crate::Context;
use crate::ip::words::{Failure, Outcome};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::check::leads_to;
use netloom_model::ruleset::statement::{Counter, Statement};
use netloom_model::ruleset::{Chain, Policy, Rule, Table};
use netloom_model::state::Parts;
use netloom_model::{Change, Error};

/// What a command works on.
struct Work<'a, 'b> {
    cx: &'a mut Context<'b>,
    variant: Variant,
    builtin: &'static Builtin,
    /// The table as it is, or would be if it were there.
    table: Table,
    /// Whether it is there.
    there: bool,
}

/// Carries a command out.
pub(super) fn run(cx: &mut Context<'_>, variant: Variant, parsed: &Parsed) -> Outcome<()> {
    match parsed.command {
        Command::Version => {
            writeln!(cx.out, "{}", variant.version())?;
            return Ok(());
        }
        Command::Help => return help(cx, variant),
        _ => {}
    }
    let Some(builtin) = tables::find(&parsed.table) else {
        let text = format!(
            "{}: table '{}' does not exist\nPerhaps {} or your kernel needs to be upgraded.",
            variant.version(),
            parsed.table,
            variant.name
        );
        return Err(Failure::new(text, 3));
    };
    let mut work = Work::new(cx, variant, builtin)?;
    work.run(parsed)
}

fn help(cx: &mut Context<'_>, variant: Variant) -> Outcome<()> {
    let name = variant.name;
    writeln!(
        cx.out,
        "{}\n\n\
         Usage: {name} [-t TABLE] COMMAND [RULE] [OPTIONS]\n\n\
         -A CHAIN RULE       appends a rule       -D CHAIN RULE|NUMBER  deletes it\n\
         -I CHAIN [NUMBER]   inserts one          -R CHAIN NUMBER RULE  replaces it\n\
         -C CHAIN RULE       whether it is there  -L|-S [CHAIN [NUMBER]] lists\n\
         -F [CHAIN]          deletes all rules    -Z [CHAIN [NUMBER]]   zeroes counters\n\
         -N CHAIN            makes a chain        -X [CHAIN]            deletes it\n\
         -P CHAIN POLICY     sets a policy        -E CHAIN NAME         renames a chain\n\n\
         A rule: [!] -p PROTOCOL, [!] -s ADDRESS, [!] -d ADDRESS, [!] -i DEVICE,\n\
         [!] -o DEVICE, [!] -f, -m MATCH [OPTIONS], -j TARGET [OPTIONS], -g CHAIN\n\
         Options: -v, -n, -x, --line-numbers, -c PACKETS BYTES, -w [SECONDS]",
        variant.version()
    )?;
    Ok(())
}

impl<'a, 'b> Work<'a, 'b> {
    fn new(
        cx: &'a mut Context<'b>,
        variant: Variant,
        builtin: &'static Builtin,
    ) -> Outcome<Work<'a, 'b>> {
        let parts = Parts {
            ruleset: true,
            ..Parts::NONE
        };
        let state = cx.world.snapshot(Some(&cx.ns), parts)?;
        let named = table_ref(variant, builtin);
        let found = state
            .namespaces
            .into_values()
            .flat_map(|ns| ns.ruleset.tables)
            .find(|table| table.is(&named));
        let there = found.is_some();
        Ok(Work {
            cx,
            variant,
            builtin,
            table: found.unwrap_or_else(|| as_if(&named, builtin)),
            there,
        })
    }

    fn run(&mut self, parsed: &Parsed) -> Outcome<()> {
        match &parsed.command {
            Command::Append(chain) => self.add(parsed, chain, Place::Last, "RULE_APPEND"),
            Command::Insert(chain, number) => self.insert(parsed, chain, *number),
            Command::Replace(chain, number) => self.replace(parsed, chain, *number),
            Command::Delete(chain, Some(number)) => {
                let handle = self.numbered(chain, *number)?;
                let handle = handle.ok_or_else(|| self.says("Index of deletion too big."))?;
                self.delete(chain, handle)
            }
            Command::Delete(chain, None) => {
                for handle in self.alike(parsed, chain)? {
                    self.delete(chain, handle)?;
                }
                Ok(())
            }
            Command::Check(chain) => self.alike(parsed, chain).map(drop),
            Command::List(chain, number) => self.list(parsed, chain.as_deref(), *number),
            Command::ListRules(chain, number) => self.list_rules(chain.as_deref(), *number, parsed),
            Command::Flush(chain) => self.flush(chain.as_deref()),
            Command::Zero(chain, number) => self.zero(chain.as_deref(), *number),
            Command::New(chain) => self.new_chain(chain),
            Command::DeleteChain(chain) => self.delete_chains(chain.as_deref()),
            Command::Policy(chain, policy) => self.policy(chain, policy),
            Command::Rename(from, to) => self.rename(from, to),
            Command::Version | Command::Help => Ok(()),
        }
    }

    fn says(&self, what: &str) -> Failure {
        self.variant.refusal(what)
    }

    fn no_chain(&self) -> Failure {
        self.says("No chain/target/match by that name.")
    }

    fn reference(&self, chain: &str) -> ChainRef {
        ChainRef {
            table: table_ref(self.variant, self.builtin),
            chain: chain.to_owned(),
        }
    }

    fn chain(&self, name: &str) -> Outcome<&Chain> {
        self.table.chain(name).ok_or_else(|| self.no_chain())
    }

    /// Carries changes out; the table is made first if it is not there.
    fn apply(&mut self, changes: Vec<RulesetChange>) -> Result<(), Error> {
        let mut all = Vec::new();
        if !self.there {
            all = make(&table_ref(self.variant, self.builtin), self.builtin);
        }
        all.extend(changes);
        let ns = self.cx.ns.clone();
        self.cx
            .world
            .apply(vec![Change::Ruleset { ns, changes: all }])?;
        self.there = true;
        Ok(())
    }

    /// The same; a refusal is told with what was tried.
    fn carry_out(&mut self, change: RulesetChange, what: &str, of: &str) -> Outcome<()> {
        let version = self.variant.version();
        self.apply(vec![change]).map_err(|error| {
            let text = format!("{version}:  {what} failed ({}): {of}", error.errno);
            Failure::new(text, 4)
        })
    }

    /// The rules that the words stand for, with their counters.
    fn rules(&self, parsed: &Parsed) -> Outcome<Vec<Rule>> {
        let rules = parsed.spec.rules().into_iter();
        rules
            .map(|(mut statements, target)| {
                let leads = target.iter().find_map(leads_to);
                if let Some(chain) = leads
                    && self.table.chain(chain).is_none()
                {
                    let text = format!("Chain '{chain}' does not exist");
                    return Err(self.variant.problem(&text));
                }
                statements.push(Statement::Counter(parsed.counters.unwrap_or_default()));
                statements.extend(target);
                Ok(Rule {
                    statements,
                    ..Rule::default()
                })
            })
            .collect()
    }

    fn add(&mut self, parsed: &Parsed, chain: &str, place: Place, what: &str) -> Outcome<()> {
        let rules = self.rules(parsed)?;
        self.chain(chain)?;
        for rule in rules {
            let change = RulesetChange::AddRule {
                chain: self.reference(chain),
                place,
                rule,
            };
            self.carry_out(change, what, &format!("rule in chain {chain}"))?;
        }
        Ok(())
    }

    fn insert(&mut self, parsed: &Parsed, chain: &str, number: u32) -> Outcome<()> {
        self.rules(parsed)?;
        let rules = &self.chain(chain)?.rules;
        let place = match number.checked_sub(1).map(|at| at as usize) {
            Some(0) => Place::First,
            Some(at) if at == rules.len() => Place::Last,
            Some(at) if at < rules.len() => Place::Before(rules[at].handle),
            _ => return Err(self.says("Index of insertion too big.")),
        };
        self.add(parsed, chain, place, "RULE_INSERT")
    }

    fn replace(&mut self, parsed: &Parsed, chain: &str, number: u32) -> Outcome<()> {
        let mut rules = self.rules(parsed)?;
        let handle = self.numbered(chain, number)?;
        let handle = handle.ok_or_else(|| self.no_chain())?;
        if rules.len() != 1 {
            return Err(self
                .variant
                .problem("Replacement rule does not specify a unique address"));
        }
        let change = RulesetChange::ReplaceRule {
            chain: self.reference(chain),
            handle,
            rule: rules.remove(0),
        };
        self.carry_out(change, "RULE_REPLACE", &format!("rule in chain {chain}"))
    }

    /// The handle of a chain's rule by its number.
    fn numbered(&self, chain: &str, number: u32) -> Outcome<Option<u64>> {
        let at = (number as usize).wrapping_sub(1);
        Ok(self.chain(chain)?.rules.get(at).map(|rule| rule.handle))
    }

    /// The handles of the first rules that say what the words say, whatever they counted.
    fn alike(&self, parsed: &Parsed, chain: &str) -> Outcome<Vec<u64>> {
        let wanted = self.rules(parsed)?;
        let chain = self.chain(chain)?;
        let says = |rule: &Rule| -> Vec<Statement> {
            let statements = rule.statements.iter();
            let counts = |s: &&Statement| !matches!(s, Statement::Counter(_));
            statements.filter(counts).cloned().collect()
        };
        let find = |wanted: &Rule| {
            let wanted = says(wanted);
            let found = chain.rules.iter().find(|rule| says(rule) == wanted);
            found
                .map(|rule| rule.handle)
                .ok_or_else(|| self.says("Bad rule (does a matching rule exist in that chain?)."))
        };
        wanted.iter().map(find).collect()
    }

    fn delete(&mut self, chain: &str, handle: u64) -> Outcome<()> {
        let change = RulesetChange::DelRule {
            chain: self.reference(chain),
            handle,
        };
        self.carry_out(change, "RULE_DELETE", &format!("rule in chain {chain}"))
    }

    /// Its own chains in the order of their hooks, then the others by name; or the one asked for.
    fn chains(&self, name: Option<&str>) -> Outcome<Vec<&Chain>> {
        if let Some(name) = name {
            return Ok(vec![self.chain(name)?]);
        }
        let mut chains: Vec<&Chain> = self.table.chains.iter().collect();
        chains.sort_by_key(|chain| match &chain.base {
            Some(base) => (Some(base.hook), ""),
            None => (None, chain.name.as_str()),
        });
        let others = chains
            .iter()
            .take_while(|chain| chain.base.is_none())
            .count();
        chains.rotate_left(others);
        Ok(chains)
    }

    fn list(&mut self, parsed: &Parsed, name: Option<&str>, number: Option<u32>) -> Outcome<()> {
        let mut text = Vec::new();
        for (at, chain) in self.chains(name)?.into_iter().enumerate() {
            if at > 0 {
                text.push(b'\n');
            }
            list::chain(
                &mut text,
                (self.variant, parsed),
                (&self.table, chain),
                number,
            )?;
        }
        self.cx.out.write_all(&text)?;
        Ok(())
    }

    fn list_rules(
        &mut self,
        name: Option<&str>,
        number: Option<u32>,
        parsed: &Parsed,
    ) -> Outcome<()> {
        let chains = self.chains(name)?;
        let mut text = String::new();
        let counted = |counter: Option<Counter>| match counter {
            Some(Counter { packets, bytes }) if parsed.verbose > 0 => {
                format!(" -c {packets} {bytes}")
            }
            _ => String::new(),
        };
        if number.is_none() {
            for chain in &chains {
                text += &match &chain.base {
                    Some(base) => {
                        let policy = base.policy.name().to_uppercase();
                        format!("-P {} {policy}{}\n", chain.name, counted(base.counter))
                    }
                    None => format!("-N {}\n", chain.name),
                };
            }
        }
        for chain in chains {
            for (at, rule) in (1..).zip(&chain.rules) {
                if number.is_none_or(|number| number == at) {
                    let words = show::words(self.variant, rule);
                    text += &format!("-A {}{words}{}\n", chain.name, counted(rule.counter()));
                }
            }
        }
        self.cx.out.write_all(text.as_bytes())?;
        Ok(())
    }

    fn flush(&mut self, name: Option<&str>) -> Outcome<()> {
        if let Some(name) = name {
            self.chain(name)?;
        } else if !self.there {
            return Ok(());
        }
        let change = RulesetChange::FlushChain {
            table: table_ref(self.variant, self.builtin),
            chain: name.map(str::to_owned),
        };
        self.carry_out(change, "RULE_FLUSH", "")
    }

    fn zero(&mut self, name: Option<&str>, number: Option<u32>) -> Outcome<()> {
        if name.is_none() && !self.there {
            return Ok(());
        }
        let handle = match (name, number) {
            (Some(name), Some(number)) => {
                let handle = self.numbered(name, number)?;
                Some(handle.ok_or_else(|| self.says("Index of zero too big."))?)
            }
            _ => None,
        };
        let names: Vec<String> = self.chains(name)?.iter().map(|c| c.name.clone()).collect();
        let changes = names.iter().map(|name| RulesetChange::Zero {
            chain: self.reference(name),
            handle,
        });
        let changes = changes.collect();
        self.apply(changes)?;
        Ok(())
    }

    fn new_chain(&mut self, name: &str) -> Outcome<()> {
        if super::extension::find_target(name).is_some() || super::spec::verdict(name).is_some() {
            let text = "chain name may not clash with target name";
            return Err(self.variant.problem(text));
        }
        if name.len() > 28 {
            let text = format!("chain name `{name}' too long (must be under 29 chars)");
            return Err(self.variant.problem(&text));
        }
        if self.table.chain(name).is_some() {
            return Err(self.says("Chain already exists."));
        }
        let change = RulesetChange::AddChain {
            chain: self.reference(name),
            base: None,
            comment: None,
            exclusive: true,
        };
        self.carry_out(change, "CHAIN_ADD", &format!("chain {name}"))
    }

    fn delete_chains(&mut self, name: Option<&str>) -> Outcome<()> {
        let names: Vec<String> = match name {
            Some(name) => vec![self.chain(name)?.name.clone()],
            None => {
                let chains = self.chains(None)?.into_iter();
                let own = chains.filter(|chain| chain.base.is_none());
                own.map(|chain| chain.name.clone()).collect()
            }
        };
        for name in names {
            let change = RulesetChange::DelChain {
                chain: self.reference(&name),
                empty: true,
            };
            self.carry_out(change, "CHAIN_DEL", &format!("chain {name}"))?;
        }
        Ok(())
    }

    fn policy(&mut self, name: &str, policy: &str) -> Outcome<()> {
        let policy = match policy {
            "ACCEPT" => Policy::Accept,
            "DROP" => Policy::Drop,
            _ => return Err(self.says("Bad policy name. Run `dmesg' for more information.")),
        };
        if self
            .table
            .chain(name)
            .is_none_or(|chain| chain.base.is_none())
        {
            return Err(self.says("Bad built-in chain name."));
        }
        let change = RulesetChange::SetPolicy {
            chain: self.reference(name),
            policy,
            counter: None,
        };
        self.carry_out(change, "CHAIN_UPDATE", &format!("chain {name}"))
    }

    fn rename(&mut self, from: &str, to: &str) -> Outcome<()> {
        self.chain(from)?;
        if self.table.chain(to).is_some() {
            return Err(self.says("File exists."));
        }
        let change = RulesetChange::RenameChain {
            chain: self.reference(from),
            name: to.to_owned(),
        };
        self.carry_out(change, "CHAIN_RENAME", &format!("chain {from}"))
    }
}

/// A table of iptables by its name.
pub(super) fn table_ref(variant: Variant, builtin: &Builtin) -> TableRef {
    TableRef {
        family: variant.tables(),
        backend: variant.backend,
        name: builtin.name.to_owned(),
    }
}

/// What makes a table with its own chains.
pub(super) fn make(table: &TableRef, builtin: &Builtin) -> Vec<RulesetChange> {
    let chains = builtin
        .chains()
        .map(|(name, base)| RulesetChange::AddChain {
            chain: ChainRef {
                table: table.clone(),
                chain: name,
            },
            base: Some(Box::new(base)),
            comment: None,
            exclusive: false,
        });
    let first = RulesetChange::AddTable {
        table: table.clone(),
        dormant: false,
        comment: None,
        exclusive: false,
    };
    core::iter::once(first).chain(chains).collect()
}

/// A table that is not there, as it would be if it were made now.
fn as_if(named: &TableRef, builtin: &Builtin) -> Table {
    let chains = builtin.chains().map(|(name, base)| Chain {
        name,
        handle: 0,
        base: Some(base),
        comment: None,
        rules: Vec::new(),
    });
    Table {
        family: named.family,
        name: named.name.clone(),
        backend: named.backend,
        handle: 0,
        dormant: false,
        comment: None,
        chains: chains.collect(),
        sets: Vec::new(),
        objects: Vec::new(),
        flowtables: Vec::new(),
    }
}
