//! Calls that tell what is there.

use crate::carry::Carry;
use crate::error::Result;
use crate::stat::Stat;
use crate::tables::IpTables;

impl<C: Carry> IpTables<C> {
    /// A chain with its rules, as `iptables -S CHAIN` prints it: the first line is its policy (`-P`),
    /// or that it was made (`-N`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-p icmp -j DROP")?;
    /// assert_eq!(
    ///     tables.list("filter", "INPUT")?,
    ///     ["-P INPUT ACCEPT", "-A INPUT -p icmp -j DROP"]
    /// );
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoChain`](crate::Error::NoChain), [`NoTable`](crate::Error::NoTable),
    /// [`Permission`](crate::Error::Permission).
    pub fn list(&mut self, table: &str, chain: &str) -> Result<Vec<String>> {
        self.look(|draft| draft.list(table, chain, false))
    }

    /// The same with what was counted (`-v`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-p icmp -c 3 252 -j DROP")?;
    /// assert_eq!(
    ///     tables.list_with_counters("filter", "INPUT")?,
    ///     ["-P INPUT ACCEPT -c 0 0", "-A INPUT -p icmp -c 3 252 -j DROP"]
    /// );
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`list`](IpTables::list).
    pub fn list_with_counters(&mut self, table: &str, chain: &str) -> Result<Vec<String>> {
        self.look(|draft| draft.list(table, chain, true))
    }

    /// The rule of that number, counted from 1 (`-S CHAIN NUMBER`).
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-p icmp -j DROP")?;
    /// assert_eq!(tables.list_by_id("filter", "INPUT", 1)?, "-A INPUT -p icmp -j DROP");
    /// assert!(tables.list_by_id("filter", "INPUT", 2).is_err());
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoSuchNumber`](crate::Error::NoSuchNumber); as [`list`](IpTables::list).
    pub fn list_by_id(&mut self, table: &str, chain: &str, number: usize) -> Result<String> {
        self.look(|draft| draft.list_number(table, chain, number))
    }

    /// A row for each rule, of ten columns: packets, bytes, target, protocol, `opt`, in, out, source,
    /// destination, and what else it says (`-L CHAIN -n -v -x`). Networks have their mask in any case.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-s 10.0.0.1 -p tcp --dport 80 -j ACCEPT")?;
    /// assert_eq!(
    ///     tables.stats("filter", "INPUT")?[0],
    ///     ["0", "0", "ACCEPT", "6", "--", "*", "*", "10.0.0.1/32", "0.0.0.0/0", "tcp dpt:80"]
    /// );
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`list`](IpTables::list).
    pub fn stats(&mut self, table: &str, chain: &str) -> Result<Vec<[String; 10]>> {
        self.look(|draft| draft.stats(table, chain))
    }

    /// The same, typed.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "! -s 10.0.0.0/8 -c 3 252 -j DROP")?;
    /// let stat = &tables.structured_stats("filter", "INPUT")?[0];
    /// assert_eq!((stat.packets, stat.bytes), (3, 252));
    /// assert!(stat.source.not);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`list`](IpTables::list).
    pub fn structured_stats(&mut self, table: &str, chain: &str) -> Result<Vec<Stat>> {
        let rows = self.stats(table, chain)?;
        rows.iter().map(Stat::parse).collect()
    }
}
