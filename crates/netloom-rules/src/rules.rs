//! Calls on the rules of a chain.

use crate::carry::Carry;
use crate::draft::Spot;
use crate::error::{Error, Result};
use crate::spec::RuleSpec;
use crate::tables::IpTables;
use netloom_model::ruleset::Rule;
use netloom_model::ruleset::change::Place;

impl<C: Carry> IpTables<C> {
    fn specified(&self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<Vec<Rule>> {
        rule.rules(self.whose.known(table)?, chain)
    }

    /// Whether a rule is there that says the same, whatever it counted (`-C`). A chain that is not
    /// there has none.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-s 10.0.0.0/8 -j DROP")?;
    /// assert!(tables.exists("filter", "INPUT", "-j DROP -s 10.1.2.3/8")?);
    /// assert!(!tables.exists("filter", "web", "-j DROP")?);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoChain`](crate::Error::NoChain) where the rule leads to a chain that is not there;
    /// [`Syntax`](crate::Error::Syntax), [`NoTable`](crate::Error::NoTable),
    /// [`Permission`](crate::Error::Permission).
    pub fn exists(&mut self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<bool> {
        let rules = self.specified(table, chain, rule)?;
        self.look(|draft| draft.exist(table, chain, &rules))
    }

    /// Puts a rule in before the one of that number, counted from 1 (`-I`); behind the last one where
    /// the number is one more than there are.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-j DROP")?;
    /// tables.insert("filter", "INPUT", 1, "-i lo -j ACCEPT")?;
    /// assert_eq!(tables.list("filter", "INPUT")?[1], "-A INPUT -i lo -j ACCEPT");
    /// assert!(tables.insert("filter", "INPUT", 4, "-j DROP").is_err());
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoSuchNumber`](crate::Error::NoSuchNumber); as [`append`](IpTables::append).
    pub fn insert(
        &mut self,
        table: &str,
        chain: &str,
        number: usize,
        rule: impl RuleSpec,
    ) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        if number == 1 && C::at_once(self, table, chain, Place::First, &rules)? {
            return Ok(());
        }
        self.change(|draft| draft.add(table, chain, Spot::Number(number), &rules))
    }

    /// The same, unless the chain has such a rule already, wherever.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// for _ in 0..2 {
    ///     tables.insert_unique("filter", "INPUT", 1, "-i lo -j ACCEPT")?;
    /// }
    /// assert_eq!(tables.list("filter", "INPUT")?.len(), 2);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`insert`](IpTables::insert).
    pub fn insert_unique(
        &mut self,
        table: &str,
        chain: &str,
        number: usize,
        rule: impl RuleSpec,
    ) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        let spot = Spot::Number(number);
        self.change(|draft| draft.add_unique(table, chain, spot, &rules))
    }

    /// Puts a rule in behind the others (`-A`). Nothing of what is there is read for it.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("nat", "POSTROUTING", ["-o", "eth0", "-j", "MASQUERADE"])?;
    /// let wrong = tables.append("filter", "INPUT", ["-p", "tcp", "--dport", "http-x"]);
    /// assert_eq!(wrong.unwrap_err().word(), Some("http-x"));
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Syntax`](crate::Error::Syntax) with the word; [`NoTable`](crate::Error::NoTable);
    /// [`NoChain`](crate::Error::NoChain), also for one that the rule leads to;
    /// [`Refused`](crate::Error::Refused) where the kernel does not take it there;
    /// [`Permission`](crate::Error::Permission), [`Busy`](crate::Error::Busy).
    pub fn append(&mut self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        if C::at_once(self, table, chain, Place::Last, &rules)? {
            return Ok(());
        }
        self.change(|draft| draft.add(table, chain, Spot::Last, &rules))
    }

    /// The same, unless the chain has such a rule already. Nobody can put one in between.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// for _ in 0..2 {
    ///     tables.append_unique("filter", "FORWARD", "-m conntrack --ctstate INVALID -j DROP")?;
    /// }
    /// assert_eq!(tables.list("filter", "FORWARD")?.len(), 2);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`append`](IpTables::append).
    pub fn append_unique(&mut self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        self.change(|draft| draft.add_unique(table, chain, Spot::Last, &rules))
    }

    /// Puts a rule in the place of the one of that number (`-R`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-p udp -j DROP")?;
    /// tables.replace("filter", "INPUT", 1, "-p udp -j ACCEPT")?;
    /// assert_eq!(tables.list_by_id("filter", "INPUT", 1)?, "-A INPUT -p udp -j ACCEPT");
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoSuchNumber`](crate::Error::NoSuchNumber); as [`append`](IpTables::append).
    pub fn replace(
        &mut self,
        table: &str,
        chain: &str,
        number: usize,
        rule: impl RuleSpec,
    ) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        match rules.as_slice() {
            [rule] => self.change(|draft| draft.replace(table, chain, number, rule)),
            _ => Err(Error::Syntax {
                words: Vec::new(),
                at: 0,
                why: "several addresses make several rules, of which one alone can be replaced"
                    .to_owned(),
            }),
        }
    }

    /// Deletes the first rule that says the same (`-D`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-p icmp -j DROP")?;
    /// tables.delete("filter", "INPUT", "-p icmp -j DROP")?;
    /// assert!(tables.delete("filter", "INPUT", "-p icmp -j DROP").unwrap_err().is_not_exist());
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoRule`](crate::Error::NoRule), [`NoChain`](crate::Error::NoChain);
    /// [`Syntax`](crate::Error::Syntax), [`Permission`](crate::Error::Permission),
    /// [`Busy`](crate::Error::Busy).
    pub fn delete(&mut self, table: &str, chain: &str, rule: impl RuleSpec) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        self.change(|draft| draft.delete(table, chain, &rules))
    }

    /// The same; it is fine if there is none, or no such chain.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.delete_if_exists("filter", "web", "-p icmp -j DROP")?;
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`exists`](IpTables::exists).
    pub fn delete_if_exists(
        &mut self,
        table: &str,
        chain: &str,
        rule: impl RuleSpec,
    ) -> Result<()> {
        let rules = self.specified(table, chain, rule)?;
        self.change(|draft| draft.delete_if_exists(table, chain, &rules))
    }

    /// Deletes the rule of that number, counted from 1 (`-D CHAIN NUMBER`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-p icmp -j DROP")?;
    /// tables.delete_by_id("filter", "INPUT", 1)?;
    /// assert_eq!(tables.list("filter", "INPUT")?, ["-P INPUT ACCEPT"]);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoSuchNumber`](crate::Error::NoSuchNumber), [`NoChain`](crate::Error::NoChain);
    /// [`Permission`](crate::Error::Permission), [`Busy`](crate::Error::Busy).
    pub fn delete_by_id(&mut self, table: &str, chain: &str, number: usize) -> Result<()> {
        self.change(|draft| draft.delete_number(table, chain, number))
    }
}
