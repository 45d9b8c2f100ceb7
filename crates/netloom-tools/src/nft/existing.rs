//! Commands about what is there: it is deleted, emptied, renamed or listed (nft(8), RULESET, TABLES,
//! CHAINS, RULES).

use super::parser::{Command, List, Listed, Parser};
use super::source::Read;
use netloom_model::ruleset::TableFamily;
use netloom_model::ruleset::change::RulesetChange;

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
                self.push(RulesetChange::DelChain { chain, empty: true }, name.at);
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
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        }
        Ok(())
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
        self.expect("chain")?;
        let (chain, name) = self.chain()?;
        let new = self.name()?.text;
        self.push(RulesetChange::RenameChain { chain, name: new }, name.at);
        Ok(())
    }

    pub(super) fn list(&mut self) -> Read<()> {
        let word = self.next();
        let what = match word.text.as_str() {
            "ruleset" => Listed::Ruleset,
            "tables" => Listed::Tables,
            "table" => Listed::Table,
            "chains" => Listed::Chains,
            "chain" => Listed::Chain,
            "sets" => Listed::Sets,
            "set" => Listed::Set,
            "maps" => Listed::Maps,
            "map" => Listed::Map,
            "counters" | "quotas" | "limits" | "flowtables" => Listed::Nothing,
            _ => {
                self.at -= 1;
                return Err(self.unexpected(""));
            }
        };
        let one = matches!(
            what,
            Listed::Table | Listed::Chain | Listed::Set | Listed::Map
        );
        let family = self.family();
        let (mut table, mut name) = (None, None);
        if one {
            let token = self.name()?;
            table = Some((token.text, token.at));
        }
        if one && what != Listed::Table {
            let token = self.name()?;
            name = Some((token.text, token.at));
        }
        self.commands.push(Command::List(List {
            what,
            family: family.or(one.then_some(TableFamily::Ip)),
            table,
            name,
        }));
        Ok(())
    }
}
