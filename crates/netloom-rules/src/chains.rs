//! Calls on chains.

use crate::carry::Carry;
use crate::error::Result;
use crate::tables::IpTables;
use netloom_model::ruleset::Policy;

impl<C: Carry> IpTables<C> {
    /// The names of a table's chains: its own in the order of their hooks, then the others.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.new_chain("filter", "web")?;
    /// assert_eq!(tables.list_chains("filter")?, ["INPUT", "FORWARD", "OUTPUT", "web"]);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoTable`](crate::Error::NoTable), [`Permission`](crate::Error::Permission).
    pub fn list_chains(&mut self, table: &str) -> Result<Vec<String>> {
        self.look(|draft| draft.chains(table))
    }

    /// Whether there is a chain of that name. A table's own are always there.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// assert!(tables.chain_exists("filter", "INPUT")?);
    /// assert!(!tables.chain_exists("filter", "web")?);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`list_chains`](IpTables::list_chains).
    pub fn chain_exists(&mut self, table: &str, chain: &str) -> Result<bool> {
        self.look(|draft| draft.has(table, chain))
    }

    /// Makes a chain (`-N`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.new_chain("filter", "web")?;
    /// assert!(tables.new_chain("filter", "web").unwrap_err().is_exist());
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Exists`](crate::Error::Exists); [`Syntax`](crate::Error::Syntax) where no chain can have that
    /// name; [`NoTable`](crate::Error::NoTable), [`Permission`](crate::Error::Permission),
    /// [`Busy`](crate::Error::Busy).
    pub fn new_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        self.change(|draft| draft.new_chain(table, chain))
    }

    /// Takes all rules out of a chain (`-F`), and makes it if it is not there.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.clear_chain("filter", "web")?;
    /// tables.append("filter", "web", "-j DROP")?;
    /// tables.clear_chain("filter", "web")?;
    /// assert_eq!(tables.list("filter", "web")?, ["-N web"]);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`new_chain`](IpTables::new_chain), but for what is there.
    pub fn clear_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        self.change(|draft| draft.clear_chain(table, chain))
    }

    /// Gives a chain another name (`-E`); rules that lead to it go on to.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.new_chain("filter", "web")?;
    /// tables.append("filter", "INPUT", "-j web")?;
    /// tables.rename_chain("filter", "web", "http")?;
    /// assert_eq!(tables.list_by_id("filter", "INPUT", 1)?, "-A INPUT -j http");
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoChain`](crate::Error::NoChain), [`Exists`](crate::Error::Exists); as
    /// [`new_chain`](IpTables::new_chain).
    pub fn rename_chain(&mut self, table: &str, from: &str, to: &str) -> Result<()> {
        self.change(|draft| draft.rename_chain(table, from, to))
    }

    /// Deletes a chain (`-X`), which has no rules and to which none leads.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Error, Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.new_chain("filter", "web")?;
    /// tables.append("filter", "web", "-j DROP")?;
    /// assert!(matches!(tables.delete_chain("filter", "web"), Err(Error::InUse { .. })));
    /// tables.clear_chain("filter", "web")?;
    /// tables.delete_chain("filter", "web")?;
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoChain`](crate::Error::NoChain), [`InUse`](crate::Error::InUse);
    /// [`Permission`](crate::Error::Permission), [`Busy`](crate::Error::Busy).
    pub fn delete_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        self.change(|draft| draft.delete_chain(table, chain))
    }

    /// Deletes a chain with its rules; it is fine if it is not there.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.clear_and_delete_chain("filter", "web")?;
    /// tables.new_chain("filter", "web")?;
    /// tables.append("filter", "web", "-j DROP")?;
    /// tables.clear_and_delete_chain("filter", "web")?;
    /// assert!(!tables.chain_exists("filter", "web")?);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`delete_chain`](IpTables::delete_chain), but for what is not there.
    pub fn clear_and_delete_chain(&mut self, table: &str, chain: &str) -> Result<()> {
        self.change(|draft| draft.clear_and_delete_chain(table, chain))
    }

    /// Takes all rules out of all chains of table `filter` (`iptables -F`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-j DROP")?;
    /// tables.clear_all()?;
    /// assert_eq!(tables.list("filter", "INPUT")?, ["-P INPUT ACCEPT"]);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Permission`](crate::Error::Permission), [`Busy`](crate::Error::Busy).
    pub fn clear_all(&mut self) -> Result<()> {
        self.change(|draft| draft.clear_all("filter"))
    }

    /// Deletes all chains of table `filter` that are not its own (`iptables -X`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.new_chain("filter", "web")?;
    /// tables.delete_all()?;
    /// assert_eq!(tables.list_chains("filter")?, ["INPUT", "FORWARD", "OUTPUT"]);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`delete_chain`](IpTables::delete_chain).
    pub fn delete_all(&mut self) -> Result<()> {
        self.change(|draft| draft.delete_all("filter"))
    }

    /// Sets what becomes of packets at the end of one of a table's own chains (`-P`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables, Policy};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.change_policy("filter", "FORWARD", Policy::Drop)?;
    /// assert_eq!(tables.list("filter", "FORWARD")?, ["-P FORWARD DROP"]);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NotBuiltIn`](crate::Error::NotBuiltIn); [`Permission`](crate::Error::Permission),
    /// [`Busy`](crate::Error::Busy).
    pub fn change_policy(&mut self, table: &str, chain: &str, policy: Policy) -> Result<()> {
        self.change(|draft| draft.set_policy(table, chain, policy))
    }
}
