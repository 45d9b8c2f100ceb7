//! One step of a transaction on a ruleset, as fine as one message of `nf_tables`.

use super::object::{Flowtable, Object, ObjectKind};
use super::set::{Element, Set};
use super::{Backend, Base, Policy, Rule, TableFamily};
use serde::{Deserialize, Serialize};

/// Which table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableRef {
    /// Its family.
    pub family: TableFamily,
    /// Where it lives.
    pub backend: Backend,
    /// Its name.
    pub name: String,
}

impl TableRef {
    /// Table `name` of `family`, as nft means it.
    pub fn new(family: TableFamily, name: impl Into<String>) -> TableRef {
        TableRef {
            family,
            backend: Backend::Nft,
            name: name.into(),
        }
    }
}

/// Which chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChainRef {
    /// Its table.
    pub table: TableRef,
    /// Its name.
    pub chain: String,
}

/// Where a new rule goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Behind all others.
    Last,
    /// Before all others.
    First,
    /// Behind the rule of this handle.
    After(u64),
    /// Before the rule of this handle.
    Before(u64),
}

/// One step. A transaction of several happens whole or not at all; packets see it at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RulesetChange {
    /// Asks that nothing of `nf_tables` has changed since the ruleset was of that generation: whoever
    /// read it then and changes it by what was read loses nothing of what others did meanwhile.
    /// Otherwise the transaction ends with `ERESTART`.
    Unchanged {
        /// [`Ruleset::generation`](super::Ruleset::generation) as it was read.
        generation: u32,
    },
    /// Makes a table; one that is there gets the flags.
    AddTable {
        /// Which.
        table: TableRef,
        /// Whether its chains are not asked.
        dormant: bool,
        /// What its maker says of it.
        comment: Option<String>,
        /// Whether it must not be there.
        exclusive: bool,
    },
    /// Deletes a table with all that is in it.
    DelTable(TableRef),
    /// Deletes every table of a family (none: of all), of `nf_tables`.
    Flush(Option<TableFamily>),
    /// Makes a chain; one that is there gets the policy.
    AddChain {
        /// Which.
        chain: ChainRef,
        /// Where packets come into it.
        base: Option<Box<Base>>,
        /// What its maker says of it.
        comment: Option<String>,
        /// Whether it must not be there.
        exclusive: bool,
    },
    /// Sets what becomes of packets at the end of a base chain, and what it counted so far.
    SetPolicy {
        /// Which.
        chain: ChainRef,
        /// What becomes of them.
        policy: Policy,
        /// What it counted; none: as it is.
        counter: Option<super::Counter>,
    },
    /// Gives a chain another name; what jumps to it goes on to.
    RenameChain {
        /// Which.
        chain: ChainRef,
        /// The new name.
        name: String,
    },
    /// Deletes a chain, which must be empty of rules where `empty` says so, and nothing may jump to.
    DelChain {
        /// Which.
        chain: ChainRef,
        /// Whether it may have no rules.
        empty: bool,
    },
    /// Deletes the rules of a chain; of all chains of the table where none is named.
    FlushChain {
        /// The table.
        table: TableRef,
        /// The chain.
        chain: Option<String>,
    },
    /// Puts a rule into a chain.
    AddRule {
        /// Which chain.
        chain: ChainRef,
        /// Where in it.
        place: Place,
        /// The rule.
        rule: Rule,
    },
    /// Puts a rule in the place of another.
    ReplaceRule {
        /// Which chain.
        chain: ChainRef,
        /// The other's number.
        handle: u64,
        /// The rule.
        rule: Rule,
    },
    /// Deletes a rule.
    DelRule {
        /// Which chain.
        chain: ChainRef,
        /// Its number.
        handle: u64,
    },
    /// Sets the counters of a chain to nothing: of one rule, or of all and the policy.
    Zero {
        /// Which chain.
        chain: ChainRef,
        /// The rule's number.
        handle: Option<u64>,
    },
    /// Makes a set or map, with the elements that it has.
    AddSet {
        /// The table.
        table: TableRef,
        /// The set.
        set: Box<Set>,
        /// Whether it must not be there.
        exclusive: bool,
    },
    /// Deletes a set, which no rule may use.
    DelSet {
        /// The table.
        table: TableRef,
        /// The set's name.
        set: String,
    },
    /// Takes every element from a set.
    FlushSet {
        /// The table.
        table: TableRef,
        /// The set's name.
        set: String,
    },
    /// Puts elements into a set.
    AddElements {
        /// The table.
        table: TableRef,
        /// The set's name.
        set: String,
        /// The elements.
        elements: Vec<Element>,
        /// Whether none of them may be there.
        exclusive: bool,
    },
    /// Takes elements from a set, which must be there.
    DelElements {
        /// The table.
        table: TableRef,
        /// The set's name.
        set: String,
        /// The elements; their keys alone are looked at.
        elements: Vec<Element>,
    },
    /// Makes an object, or changes it.
    AddObject {
        /// The table.
        table: TableRef,
        /// The object.
        object: Object,
        /// Whether it must not be there.
        exclusive: bool,
    },
    /// Deletes an object, which nothing may use.
    DelObject {
        /// The table.
        table: TableRef,
        /// Its kind.
        kind: ObjectKind,
        /// Its name.
        name: String,
    },
    /// Sets what an object counted to nothing.
    ResetObject {
        /// The table.
        table: TableRef,
        /// Its kind.
        kind: ObjectKind,
        /// Its name.
        name: String,
    },
    /// Makes a flow table, or gives it more devices.
    AddFlowtable {
        /// The table.
        table: TableRef,
        /// The flow table.
        flowtable: Flowtable,
        /// Whether it must not be there.
        exclusive: bool,
    },
    /// Deletes a flow table, which no rule may use.
    DelFlowtable {
        /// The table.
        table: TableRef,
        /// Its name.
        name: String,
    },
}
