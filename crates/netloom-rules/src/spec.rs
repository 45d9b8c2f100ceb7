//! What a rule can be given as.

use crate::error::{Error, Result};
use netloom_model::ruleset::Rule;
use netloom_tools::iptables::library::{KnownTable, split};

/// A rule as it can be given: in words of iptables, or typed.
///
/// Words are what comes behind `iptables -A CHAIN`, as an array, a slice or a vector of strings, or as
/// one line. Several addresses (`-s 10.0.0.1,10.0.0.2`) make several rules, as with iptables.
///
/// ```
/// # use netloom_engine::{Engine, Simulation};
/// # use netloom_rules::{Family, IpTables, Protocol, Rule, Target};
/// # let world = Simulation { engine: Engine::new(1) };
/// let mut tables = IpTables::new(world, Family::V4);
/// tables.append("filter", "INPUT", ["-p", "tcp", "--dport", "80", "-j", "ACCEPT"])?;
/// tables.append("filter", "INPUT", "-p tcp --dport 81 -m comment --comment \"two words\"")?;
/// let typed = Rule::new().protocol(Protocol::Tcp).destination_port(82).jump(Target::Accept);
/// tables.append("filter", "INPUT", &typed)?;
/// assert_eq!(tables.list("filter", "INPUT")?.len(), 4);
/// # Ok::<(), netloom_rules::Error>(())
/// ```
pub trait RuleSpec {
    /// The rules that it stands for in a chain of a table.
    ///
    /// # Errors
    /// [`Error::Syntax`] where its words are none.
    fn rules(&self, table: KnownTable, chain: &str) -> Result<Vec<Rule>>;
}

/// The rules that words stand for.
pub(crate) fn of_words(table: KnownTable, chain: &str, words: Vec<String>) -> Result<Vec<Rule>> {
    let read = table.parse(chain, &words);
    read.map_err(|mistake| Error::Syntax {
        words,
        at: mistake.at,
        why: mistake.why,
    })
}

impl<S: AsRef<str>> RuleSpec for [S] {
    fn rules(&self, table: KnownTable, chain: &str) -> Result<Vec<Rule>> {
        let words = self.iter().map(|word| word.as_ref().to_owned());
        of_words(table, chain, words.collect())
    }
}

impl<S: AsRef<str>, const N: usize> RuleSpec for [S; N] {
    fn rules(&self, table: KnownTable, chain: &str) -> Result<Vec<Rule>> {
        self.as_slice().rules(table, chain)
    }
}

impl<S: AsRef<str>> RuleSpec for Vec<S> {
    fn rules(&self, table: KnownTable, chain: &str) -> Result<Vec<Rule>> {
        self.as_slice().rules(table, chain)
    }
}

impl RuleSpec for str {
    fn rules(&self, table: KnownTable, chain: &str) -> Result<Vec<Rule>> {
        of_words(table, chain, split(self))
    }
}

/// A rule of the model, statement by statement.
impl RuleSpec for Rule {
    fn rules(&self, _: KnownTable, _: &str) -> Result<Vec<Rule>> {
        let rule = Rule {
            handle: 0,
            ..self.clone()
        };
        Ok(vec![rule])
    }
}

impl<T: RuleSpec + ?Sized> RuleSpec for &T {
    fn rules(&self, table: KnownTable, chain: &str) -> Result<Vec<Rule>> {
        (**self).rules(table, chain)
    }
}
