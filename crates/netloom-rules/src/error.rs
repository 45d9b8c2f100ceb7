//! What can go wrong: what, where, and what to do about it.

use core::fmt;
use netloom_model::Errno;
use std::time::Duration;

/// What a call of this library answers.
pub type Result<T> = core::result::Result<T, Error>;

/// Why a call did nothing. No call does half of what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// iptables knows no table of that name.
    NoTable {
        /// The name.
        table: String,
    },
    /// There is no such chain: the one that was named, or one that a rule leads to.
    NoChain {
        /// Its table.
        table: String,
        /// The name.
        chain: String,
    },
    /// No rule of the chain says the same.
    NoRule {
        /// The table.
        table: String,
        /// The chain.
        chain: String,
        /// The rule, as `iptables -S` prints it.
        rule: String,
    },
    /// The chain has no rule of that number, or no place for one.
    NoSuchNumber {
        /// The table.
        table: String,
        /// The chain.
        chain: String,
        /// The number, counted from 1.
        number: usize,
        /// How many rules it has.
        rules: usize,
    },
    /// A rule asks a set that `ipset` has not made.
    NoSet {
        /// The set's name.
        set: String,
    },
    /// There is a chain of that name already.
    Exists {
        /// Its table.
        table: String,
        /// The name.
        chain: String,
    },
    /// The chain has rules, or rules lead to it.
    InUse {
        /// Its table.
        table: String,
        /// The name.
        chain: String,
    },
    /// The chain is none of the table's own: it has no policy.
    NotBuiltIn {
        /// Its table.
        table: String,
        /// The name.
        chain: String,
    },
    /// The words are no rule, or no name of a chain.
    Syntax {
        /// All of them.
        words: Vec<String>,
        /// Which one is wrong, counted from 0.
        at: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A file of rules is wrong.
    File {
        /// The line, where that is known.
        line: Option<usize>,
        /// What is wrong.
        why: String,
    },
    /// Whoever calls may not do it.
    Permission,
    /// Others changed the rules all the while, or held the lock.
    Busy {
        /// How long it was tried.
        waited: Duration,
    },
    /// The kernel did not take it.
    Refused {
        /// What it did not take, in words of iptables.
        what: String,
        /// Its number for why.
        errno: Errno,
        /// Its sentence, where it gave one.
        said: Option<String>,
    },
    /// The world could not be asked at all.
    World(netloom_model::Error),
}

impl Error {
    /// Whether it is that something does not exist: a table, a chain or a rule (what go-iptables calls
    /// `IsNotExist`).
    #[must_use]
    pub const fn is_not_exist(&self) -> bool {
        matches!(
            self,
            Error::NoTable { .. } | Error::NoChain { .. } | Error::NoRule { .. }
        )
    }

    /// Whether it is that a chain is there already.
    #[must_use]
    pub const fn is_exist(&self) -> bool {
        matches!(self, Error::Exists { .. })
    }

    /// Whether it would be done by who has the right to.
    #[must_use]
    pub const fn is_permission(&self) -> bool {
        matches!(self, Error::Permission)
    }

    /// Whether it could work later.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self, Error::Busy { .. } | Error::InUse { .. })
    }

    /// The word that is wrong, of words that are no rule.
    #[must_use]
    pub fn word(&self) -> Option<&str> {
        match self {
            Error::Syntax { words, at, .. } => words.get(*at).map(String::as_str),
            _ => None,
        }
    }

    /// What can be done about it.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self {
            Error::NoTable { .. } => "the tables are filter, nat, mangle, raw and security",
            Error::NoChain { .. } => "make it with new_chain or clear_chain; list_chains tells all",
            Error::NoRule { .. } => "list tells what is there; delete_if_exists does not mind",
            Error::NoSuchNumber { .. } => "rules are counted from 1",
            Error::NoSet { .. } => "make it with ipset create",
            Error::Exists { .. } => "clear_chain takes one that is there too, and empties it",
            Error::InUse { .. } => {
                "delete its rules and those that lead to it first; clear_and_delete_chain empties it"
            }
            Error::NotBuiltIn { .. } => "policies are of INPUT, FORWARD and their like alone",
            Error::Syntax { .. } => "see iptables(8) and iptables-extensions(8)",
            Error::File { .. } => "the form is that of iptables-save(8)",
            Error::Permission => "it takes CAP_NET_ADMIN in the network namespace",
            Error::Busy { .. } => "try again, or allow more time with timeout",
            Error::Refused { .. } => {
                "a match or target may be for other tables, chains or protocols"
            }
            Error::World(_) => "look whether the world is still there",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoTable { table } => write!(f, "there is no table `{table}'"),
            Error::NoChain { table, chain } => {
                write!(f, "there is no chain `{chain}' in table {table}")
            }
            Error::NoRule { table, chain, rule } => {
                write!(f, "no rule in chain {chain} of table {table} says `{rule}'")
            }
            Error::NoSuchNumber {
                table,
                chain,
                number,
                rules,
            } => write!(
                f,
                "number {number} does not fit chain {chain} of table {table}, which has {rules} rules"
            ),
            Error::NoSet { set } => write!(f, "there is no set `{set}'"),
            Error::Exists { table, chain } => {
                write!(f, "there is a chain `{chain}' in table {table} already")
            }
            Error::InUse { table, chain } => {
                write!(f, "chain {chain} of table {table} is in use")
            }
            Error::NotBuiltIn { table, chain } => {
                write!(f, "`{chain}' is none of the own chains of table {table}")
            }
            Error::Syntax { words, at, why } => match words.get(*at) {
                Some(word) => {
                    let all = words.join(" ");
                    write!(f, "`{word}', word {} of `{all}': {why}", at + 1)
                }
                None => f.write_str(why),
            },
            Error::File {
                line: Some(line),
                why,
            } => write!(f, "line {line}: {why}"),
            Error::File { line: None, why } => f.write_str(why),
            Error::Permission => f.write_str("the rules may not be read or changed"),
            Error::Busy { waited } => write!(
                f,
                "others changed the rules or held the lock all the while ({waited:?})"
            ),
            Error::Refused { what, errno, said } => {
                write!(f, "the kernel refused `{what}': ")?;
                match said {
                    Some(said) => write!(f, "{said} ({errno})"),
                    None => write!(f, "{errno}"),
                }
            }
            Error::World(error) => write!(f, "the world did not answer: {error}"),
        }?;
        write!(f, "; {}", self.advice())
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Error::World(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_is_wrong_where_and_what_to_do() {
        let words = ["-p", "tcp", "--dport", "x"].map(str::to_owned).to_vec();
        let error = Error::Syntax {
            words,
            at: 3,
            why: "invalid port".to_owned(),
        };
        assert_eq!(error.word(), Some("x"));
        assert_eq!(
            error.to_string(),
            "`x', word 4 of `-p tcp --dport x': invalid port; \
             see iptables(8) and iptables-extensions(8)"
        );
    }
}
