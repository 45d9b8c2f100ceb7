//! What iptables knows of rules, for other programs: words read into rules, rules printed as `-S` and
//! `-L` print them, and what belongs to its tables. Carrying changes out is the caller's.

use super::arguments::{self, Command};
use super::draft::Draft;
use super::spec::header_of;
use super::tables::Builtin;
use super::{Variant, command, list, place, rules, save, show, variant};
use netloom_model::Family;
use netloom_model::ruleset::check::leads_to;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{Base, Chain, Expr, Field, Header, Rule, TableRef};

/// A table that iptables knows.
#[derive(Clone, Copy)]
pub struct KnownTable {
    variant: Variant,
    builtin: &'static Builtin,
}

impl core::fmt::Debug for KnownTable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}", self.variant.name, self.builtin.name)
    }
}

/// Words that are no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong, as iptables says it.
    pub why: String,
    /// The first word with which it is wrong, by its place.
    pub at: usize,
}

/// A rule as `-L -n -v -x` prints it, column by column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// How many packets it counted.
    pub packets: u64,
    /// And how many bytes.
    pub bytes: u64,
    /// The target; empty where it has none.
    pub target: String,
    /// The protocol's number, 0 for all; with `!` before it where it is another one.
    pub protocol: String,
    /// `--`, or `-f` and `!f` where it asks for fragments.
    pub opt: String,
    /// The device that it came by, `*` for any.
    pub input: String,
    /// The device that it leaves by, `*` for any.
    pub output: String,
    /// The network that it is from.
    pub source: String,
    /// The network that it goes to.
    pub destination: String,
    /// What its matches and its target say.
    pub options: String,
}

/// Whether two rules say the same, whatever they counted, and whichever of a segment's ports and flags
/// they ask first: iptables has the kernel asked for flags before ports.
#[must_use]
pub fn alike(one: &Rule, other: &Rule) -> bool {
    says(one).eq(says(other))
        || says(one).any(asks_flags)
            && says(other).any(asks_flags)
            && flags_last(one) == flags_last(other)
}

fn says(rule: &Rule) -> impl Iterator<Item = &Statement> {
    let statements = rule.statements.iter();
    statements.filter(|s| !matches!(s, Statement::Counter(_)))
}

/// Whether it asks for flags of TCP.
fn asks_flags(statement: &Statement) -> bool {
    matches!(statement, Statement::Match { left: Expr::Bits(_, field, _), .. }
        if **field == Expr::Field(Field::TcpFlags))
}

/// What a rule says, with flags behind the ports that are asked next to them.
fn flags_last(rule: &Rule) -> Vec<&Statement> {
    let mut all: Vec<&Statement> = says(rule).collect();
    let of_tcp = |statement: &&Statement| header_of(statement) == Some(Header::Tcp);
    for together in all.chunk_by_mut(|a, b| of_tcp(a) && of_tcp(b)) {
        together.sort_by_key(|statement| asks_flags(statement));
    }
    all
}

/// Cuts a line into words as `iptables-restore` does.
#[must_use]
pub fn split(line: &str) -> Vec<String> {
    super::restore::words(line)
}

/// The chains that a rule leads to.
pub fn leads(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.statements.iter().filter_map(leads_to)
}

impl KnownTable {
    /// The table, if it is one of iptables.
    #[must_use]
    pub fn new(table: &TableRef) -> Option<KnownTable> {
        let variant = variant(table)?;
        let builtin = variant.table(&table.name)?;
        Some(KnownTable { variant, builtin })
    }

    pub(super) const fn of(draft: &Draft) -> KnownTable {
        KnownTable {
            variant: draft.variant,
            builtin: draft.builtin,
        }
    }

    /// Whether it is one of IPv4 or of IPv6.
    #[must_use]
    pub const fn family(self) -> Family {
        self.variant.family
    }

    /// The names of the tables, in the order in which `iptables-save` prints them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.variant.builtins().iter().map(|table| table.name)
    }

    /// Its own chains with what makes them so, in the order of their hooks.
    pub fn own_chains(self) -> impl Iterator<Item = (String, Base)> {
        self.builtin.chains(self.variant.backend)
    }

    /// Whether a chain of that name is its own.
    #[must_use]
    pub fn owns(self, chain: &str) -> bool {
        self.builtin.has(chain)
    }

    /// The rules that words behind `-A CHAIN` stand for: several where an address is several.
    ///
    /// # Errors
    /// What is wrong with them, and where.
    pub fn parse(self, chain: &str, words: &[String]) -> Result<Vec<Rule>, Mistake> {
        self.read(chain, words).map_err(|why| {
            // It is wrong from the first word on with which it is wrong in that way.
            let wrong = |end: &usize| self.read(chain, &words[..*end]).as_ref() == Err(&why);
            let at = (1..words.len()).find(wrong).unwrap_or(words.len());
            Mistake {
                why: why.clone(),
                at: at.saturating_sub(1),
            }
        })
    }

    fn read(self, chain: &str, words: &[String]) -> Result<Vec<Rule>, String> {
        let command = ["-t", self.builtin.name, "-A", chain].map(str::to_owned);
        let all = [&command, words].concat();
        let parsed = arguments::parse(self.variant, &all).map_err(|f| self.bare(&f.text))?;
        if parsed.table != self.builtin.name || !matches!(parsed.command, Command::Append(_)) {
            return Err("a rule says neither its table nor a command".to_owned());
        }
        Ok(rules::plain(&parsed))
    }

    /// What a message says, without who says it and where help is.
    fn bare(self, text: &str) -> String {
        let version = self.variant.version();
        let said = text.strip_prefix(&version).unwrap_or(text);
        let said = said.split("\nTry `").next().unwrap_or(said);
        said.trim_start_matches(':').trim().to_owned()
    }

    /// Checks the name of a new chain.
    ///
    /// # Errors
    /// Why no chain can have it.
    pub fn check_name(self, name: &str) -> Result<(), String> {
        if name.is_empty() {
            return Err("a chain has a name".to_owned());
        }
        if name.len() > 28 {
            let text = format!("chain name `{name}' too long (must be under 29 chars)");
            return Err(text);
        }
        command::check_name(self.variant, name).map_err(|failure| self.bare(&failure.text))
    }

    /// Whether a rule may not be in a chain: a match or target of it is for other tables, chains or
    /// protocols.
    #[must_use]
    pub fn refuses(self, chain: &str, rule: &Rule) -> bool {
        place::refused(self.builtin, chain, rule) || place::unsayable(rule)
    }

    /// A rule as `-S` prints it, with what it counted (`-v`) or without.
    #[must_use]
    pub fn print(self, chain: &str, rule: &Rule, counters: bool) -> String {
        let (before, target) = show::words(self.variant, rule);
        let counted = save::counted(rule.counter(), counters);
        format!("-A {chain}{before}{counted}{target}")
    }

    /// What `-S` prints of a chain before its rules.
    #[must_use]
    pub fn print_head(self, chain: &Chain, counters: bool) -> String {
        let Some(base) = &chain.base else {
            return format!("-N {}", chain.name);
        };
        let policy = base.policy.name().to_uppercase();
        let counter = base.counter.unwrap_or_default();
        let counted = save::counted(Some(counter), counters);
        format!("-P {} {policy}{counted}", chain.name)
    }

    /// A rule as `-L -n -v -x` prints it.
    #[must_use]
    pub fn row(self, rule: &Rule) -> Row {
        let row = list::row(self.variant, rule, true);
        let words: Vec<&str> = row.options.split_whitespace().collect();
        Row {
            options: words.join(" "),
            ..row
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::ruleset::TableFamily;

    fn filter() -> KnownTable {
        KnownTable::new(&TableRef::new(TableFamily::Ip, "filter")).unwrap()
    }

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn words_are_printed_again_as_iptables_prints_them() {
        let rules = filter().parse("INPUT", &words("-p tcp --dport 80 -s 10.1.2.3/8 -j ACCEPT"));
        let printed = filter().print("INPUT", &rules.unwrap()[0], false);
        let expected = "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j ACCEPT";
        assert_eq!(printed, expected);
    }

    #[test]
    fn a_mistake_is_told_with_the_word_that_made_it() {
        for (line, at, why) in [
            (
                "-p tcp --dport 99999 -j DROP",
                3,
                "invalid port/service `99999' specified",
            ),
            ("-p tcp --dprt 5", 2, "unknown option \"--dprt\""),
            (
                "-s 10.0.0.300 -j DROP",
                1,
                "host/network `10.0.0.300' not found",
            ),
            (
                "-p tcp -j DROP --dport",
                4,
                "option \"--dport\" requires an argument",
            ),
            ("-j DROP -D INPUT", 2, "Cannot use -D with -A"),
            (
                "-t nat -j DROP",
                1,
                "a rule says neither its table nor a command",
            ),
            ("INPUT -j DROP", 0, "Bad argument `INPUT'"),
        ] {
            let mistake = filter().parse("INPUT", &words(line)).unwrap_err();
            assert_eq!((mistake.at, mistake.why.as_str()), (at, why), "{line}");
        }
    }

    #[test]
    fn flags_and_ports_of_segments_are_asked_in_any_order() {
        let read = |line: &str| filter().parse("INPUT", &words(line)).unwrap().remove(0);
        let one = read("-p tcp --syn -m tcp --dport 80 -j DROP");
        let other = read("-p tcp --dport 80 --syn -j DROP");
        assert!(alike(&one, &other));
        let printed = filter().print("INPUT", &one, false);
        let flags = "--tcp-flags FIN,SYN,RST,ACK SYN";
        assert_eq!(
            printed,
            format!("-A INPUT -p tcp -m tcp --dport 80 {flags} -j DROP")
        );
        assert!(!alike(&one, &read("-p tcp --dport 81 --syn -j DROP")));
    }

    #[test]
    fn a_row_has_a_column_each() {
        let line =
            "! -s 10.0.0.0/8 -i eth+ -p udp -m udp --dport 53 -c 7 99 -m comment --comment x";
        let rules = filter().parse("INPUT", &words(line)).unwrap();
        let row = filter().row(&rules[0]);
        assert_eq!((row.packets, row.bytes), (7, 99));
        assert_eq!((row.target.as_str(), row.protocol.as_str()), ("", "17"));
        assert_eq!((row.input.as_str(), row.output.as_str()), ("eth+", "*"));
        assert_eq!(
            (row.source.as_str(), row.destination.as_str()),
            ("!10.0.0.0/8", "0.0.0.0/0")
        );
        assert_eq!(row.options, "udp dpt:53 /* x */");
    }
}
