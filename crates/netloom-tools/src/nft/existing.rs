//! Commands about what is there: it is deleted, emptied, renamed or listed (nft(8), RULESET, TABLES,
//! CHAINS, RULES).

use super::hint;
use super::parser::{Command, Get, List, Listed, Parser};
use super::source::{Problem, Read};
use netloom_model::Errno;
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::{ObjectKind, TableFamily};

impl Parser<'_> {
    pub(super) fn delete(&mut self) -> Read<()> {
        let word = self.next();
        match word.text.as_str() {
            "table" => {
                let (table, name) = self.table()?;
                self.push(RulesetChange::DelTable(table), name.at);
            }
            "chain" => {
                let (chain, name) = self.chain()?;
                self.push(
                    RulesetChange::DelChain {
                        chain,
                        empty: false,
                    },
                    name.at,
                );
            }
            "rule" => {
                let (chain, _) = self.chain()?;
                self.expect("handle")?;
                let handle = self.number()?;
                let at = self.tokens[self.at - 1].at;
                self.push(RulesetChange::DelRule { chain, handle }, at);
            }
            "set" | "map" => {
                let (table, _) = self.table()?;
                let name = self.name()?;
                let set = name.text;
                self.push(RulesetChange::DelSet { table, set }, name.at);
            }
            "element" => return self.elements(false, true),
            "flowtable" => {
                let (table, _) = self.table()?;
                let name = self.name()?;
                let change = RulesetChange::DelFlowtable {
                    table,
                    name: name.text,
                };
                self.push(change, name.at);
            }
            _ if self.delete_object()? => {}
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        }
        Ok(())
    }

    /// `KIND [FAMILY] TABLE NAME`, the first word of which was taken; whether it was one.
    fn delete_object(&mut self) -> Read<bool> {
        self.at -= 1;
        let Some(kind) = self.object_word() else {
            self.at += 1;
            return Ok(false);
        };
        let (table, _) = self.table()?;
        let name = self.name()?;
        let change = RulesetChange::DelObject {
            table,
            kind,
            name: name.text,
        };
        self.push(change, name.at);
        Ok(true)
    }

    pub(super) fn flush(&mut self) -> Read<()> {
        let word = self.next();
        match word.text.as_str() {
            "ruleset" => {
                let family = self.family();
                self.push(RulesetChange::Flush(family), word.at);
            }
            "table" => {
                let (table, name) = self.table()?;
                self.push(RulesetChange::FlushChain { table, chain: None }, name.at);
            }
            "chain" => {
                let (chain, name) = self.chain()?;
                let change = RulesetChange::FlushChain {
                    table: chain.table,
                    chain: Some(chain.chain),
                };
                self.push(change, name.at);
            }
            "set" | "map" => {
                let (table, _) = self.table()?;
                let name = self.name()?;
                let set = name.text;
                self.push(RulesetChange::FlushSet { table, set }, name.at);
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        }
        Ok(())
    }

    pub(super) fn rename(&mut self) -> Read<()> {
        let from = self.at - 1;
        self.expect("chain")?;
        let (chain, name) = self.chain()?;
        let new = self.name()?.text;
        self.push(RulesetChange::RenameChain { chain, name: new }, name.at);
        // A name that another has is the fault of the whole line.
        let mut whole = self.since(from);
        whole.to += 1;
        if let Some(Command::Change(step)) = self.commands.last_mut() {
            step.marks.push((Errno::EXIST, whole));
        }
        Ok(())
    }

    pub(super) fn list(&mut self) -> Read<()> {
        let list = self.listed()?;
        self.commands.push(Command::List(list));
        Ok(())
    }

    /// What is listed: its words.
    fn listed(&mut self) -> Read<List> {
        let what = self.listed_word()?;
        let one = matches!(
            what,
            Listed::Table
                | Listed::Chain
                | Listed::Set
                | Listed::Map
                | Listed::Meter
                | Listed::Object(_)
                | Listed::Flowtable
        );
        // `list counters table T` is about one table.
        let of_table = matches!(what, Listed::Objects(_) | Listed::Sets) && self.eat("table");
        let family = self.family();
        self.family = family.unwrap_or(TableFamily::Ip);
        let (mut table, mut name) = (None, None);
        if one || of_table {
            let token = self.name()?;
            table = Some((token.text, token.at));
        }
        if one && what != Listed::Table {
            let token = self.name()?;
            name = Some((token.text, token.at));
        }
        Ok(List {
            what,
            family: family.or((one || of_table).then_some(TableFamily::Ip)),
            table,
            name,
        })
    }

    fn listed_word(&mut self) -> Read<Listed> {
        let word = self.peek().text.clone();
        let second = self.tokens.get(self.at + 1).map(|t| t.text.clone());
        let (what, words) = match word.as_str() {
            "ruleset" => (Listed::Ruleset, 1),
            "tables" => (Listed::Tables, 1),
            "table" => (Listed::Table, 1),
            "chains" => (Listed::Chains, 1),
            "chain" => (Listed::Chain, 1),
            "sets" => (Listed::Sets, 1),
            "set" => (Listed::Set, 1),
            "maps" => (Listed::Maps, 1),
            "map" => (Listed::Map, 1),
            "meters" => (Listed::Meters, 1),
            "meter" => (Listed::Meter, 1),
            "flow" if second.as_deref() == Some("table") => (Listed::Meter, 2),
            "counters" => (Listed::Objects(ObjectKind::Counter), 1),
            "quotas" => (Listed::Objects(ObjectKind::Quota), 1),
            "limits" => (Listed::Objects(ObjectKind::Limit), 1),
            "synproxys" => (Listed::Objects(ObjectKind::Synproxy), 1),
            "secmarks" => (Listed::Objects(ObjectKind::Secmark), 1),
            "flow" if second.as_deref() == Some("tables") => (Listed::Meters, 2),
            "flowtables" => (Listed::Flowtables, 1),
            "flowtable" => (Listed::Flowtable, 1),
            "hooks" => (Listed::Nothing, 1),
            "ct" => match second.as_deref() {
                Some("helpers") => (Listed::Objects(ObjectKind::CtHelper), 2),
                Some("helper") => (Listed::Object(ObjectKind::CtHelper), 2),
                Some("timeout") => (Listed::Object(ObjectKind::CtTimeout), 2),
                Some("expectation") => (Listed::Object(ObjectKind::CtExpectation), 2),
                _ => {
                    self.at += 1;
                    return Err(self.unexpected("timeout or expectation or helper or helpers"));
                }
            },
            _ => match self.object_word() {
                Some(kind) => (Listed::Object(kind), 0),
                None => return Err(self.unexpected("")),
            },
        };
        self.at += words;
        if let (Listed::Objects(ObjectKind::CtHelper), false) = (what, self.is("table")) {
            return Err(self.unexpected("table"));
        }
        Ok(what)
    }

    /// `export` and `import`, which nft does not do any more.
    pub(super) fn export(&mut self) -> Read<()> {
        let from = self.at;
        let message = match self.is("export") {
            true => "JSON export is no longer supported, use 'nft -j list ruleset' instead",
            false => "Could not process rule: Operation not supported",
        };
        self.at += 1;
        if self.is("ruleset") || self.is("vm") {
            self.at += 1;
        }
        if !self.eat("json") {
            self.expect("vm")?;
        }
        let mut whole = self.since(from);
        whole.to += 1;
        Err(Problem::new(message, whole))
    }

    /// `reset counter|quota|counters|quotas ...`.
    pub(super) fn reset(&mut self) -> Read<()> {
        let from = self.at - 1;
        let known = ["counter", "counters", "quota", "quotas"];
        if !known.iter().any(|word| self.is(word)) {
            return Err(self.unexpected("counter or counters or quotas or quota"));
        }
        let list = self.listed()?;
        let kinds = [ObjectKind::Counter, ObjectKind::Quota];
        match list.what {
            Listed::Objects(kind) | Listed::Object(kind) if kinds.contains(&kind) => {}
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        }
        let mut whole = self.since(from);
        whole.to += 1;
        self.commands.push(Command::Reset(list, whole));
        Ok(())
    }

    /// `get element [FAMILY] TABLE SET { ... }`.
    pub(super) fn get(&mut self, from: usize) -> Read<()> {
        self.expect("element")?;
        let (table, at) = self.table()?;
        let name = self.name()?;
        if self.ruleset.table(&table).is_none() {
            return Err(hint::no_table(self.ruleset, &table.name, at.at, true));
        }
        let Some((key, _)) = self.known_set(&table, &name.text) else {
            return Err(hint::absent(
                self.ruleset,
                hint::Kind::Set,
                &name.text,
                name.at,
            ));
        };
        let elements = self.set(&key, None)?;
        let mut at = self.since(from);
        at.to += 1;
        self.commands.push(Command::Get(Box::new(Get {
            table,
            set: name.text,
            elements,
            at,
        })));
        Ok(())
    }
}
