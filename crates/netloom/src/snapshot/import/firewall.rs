//! Rules, sets and connections, from the text that their own tools save: it is given to netloom's tools
//! of the same names in an engine of its own, and what these make of it is taken. So there is one reader
//! of that language, and what it does not know is known to be unknown.

use netloom_engine::{Engine, Simulation};
use netloom_model::ruleset::{Rule, Statement};
use netloom_model::state::Parts;
use netloom_model::{Change, Namespace, NewKind, NewLink, NsName, World};
use netloom_tools::{Context, NoMachine};

/// What stands for a rule that was not understood, until it is replaced.
pub(super) const MARK: &str = "netloom-unknown-rule-";

/// How many lines are read at once where some are not understood.
const PIECE: usize = 100;

/// A namespace's rules as they are put together.
pub(super) struct Firewall {
    world: Simulation,
    unknown: Vec<String>,
}

impl Firewall {
    /// None yet.
    pub(super) fn new() -> Firewall {
        Firewall {
            world: Simulation {
                engine: Engine::new(1),
            },
            unknown: Vec::new(),
        }
    }

    /// Has the devices that there are, which rules may ask for.
    pub(super) fn devices(&mut self, names: impl Iterator<Item = String>) {
        let ns = NsName::first();
        for name in names.filter(|name| name != "lo") {
            let link = NewLink::new(name, NewKind::Dummy);
            let ns = ns.clone();
            // What is no name for a device here is none that a rule could ask for.
            let _ = self.world.apply(vec![Change::AddLink { ns, link }]);
        }
    }

    /// Takes the connections that `conntrack -L -o save` tells.
    ///
    /// # Errors
    /// What the tool says of a line.
    pub(super) fn connections(&mut self, text: &str) -> Result<(), String> {
        for line in text.lines().filter(|line| line.starts_with("-A")) {
            let words: Vec<&str> = line.split_whitespace().collect();
            self.run("conntrack", &words, "")?;
        }
        Ok(())
    }

    /// Runs a tool with a text as its input.
    ///
    /// # Errors
    /// What it says.
    pub(super) fn run(&mut self, tool: &str, words: &[&str], text: &str) -> Result<(), String> {
        let applet = netloom_tools::applet(tool).ok_or("there is no such tool")?;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = applet(&mut Context {
            args: words.iter().map(|word| (*word).to_owned()).collect(),
            ns: NsName::first(),
            world: &mut self.world,
            host: &mut NoMachine,
            stdin: &mut text.as_bytes(),
            out: &mut out,
            err: &mut err,
        });
        match code {
            0 => Ok(()),
            _ => Err(String::from_utf8_lossy(&err).trim().to_owned()),
        }
    }

    /// Loads what a tool of iptables saved. A line that it does not take becomes a rule that is unknown.
    ///
    /// # Errors
    /// What the tool says of a line that is no rule.
    pub(super) fn restore(&mut self, tool: &str, text: &str) -> Result<(), String> {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if self.run(tool, &["--counters"], text).is_ok() {
            return Ok(());
        }
        // The tool ends at the first line that it does not take: in pieces few are read again for each.
        let mut at = 0;
        while at < lines.len() {
            let head = head(&lines, at);
            let end = lines.len().min(at + PIECE);
            let table_ends = lines[at..end].iter().position(|line| line == "COMMIT");
            let end = table_ends.map_or(end, |within| at + within);
            // What is wrong beside rules is said of the whole.
            let _ = self.mark_lines(tool, &["--counters", "--test"], &head, &mut lines[at..end]);
            at = end + usize::from(table_ends.is_some());
        }
        self.mark_lines(tool, &["--counters"], &[], &mut lines)
    }

    /// Gives a tool some lines behind others, until it takes them with a mark in place of each rule that it
    /// does not.
    fn mark_lines(
        &mut self,
        tool: &str,
        words: &[&str],
        head: &[String],
        lines: &mut [String],
    ) -> Result<(), String> {
        let commit = if head.is_empty() { "" } else { "COMMIT\n" };
        loop {
            let text = head.join("\n") + "\n" + &lines.join("\n") + "\n" + commit;
            let Err(said) = self.run(tool, words, &text) else {
                return Ok(());
            };
            // An empty head is an empty line.
            let before = head.len().max(1);
            let refused = wrong_line(&said).and_then(|number| number.checked_sub(before + 1));
            let refused = refused.and_then(|at| lines.get_mut(at));
            match refused.and_then(|line| Some((chain_of(line)?, line))) {
                Some((chain, line)) => {
                    let mark = self.unknown(std::mem::take(line));
                    *line = format!("-A {chain} -m comment --comment {mark}");
                }
                None => return Err(said),
            }
        }
    }

    /// A mark for a rule that is not understood: the words will be put in its place.
    pub(super) fn unknown(&mut self, words: String) -> String {
        self.unknown.push(words);
        format!("{MARK}{}", self.unknown.len() - 1)
    }

    /// What has come of it.
    pub(super) fn finish(mut self, into: &mut Namespace) {
        let parts = Parts {
            ruleset: true,
            ipsets: true,
            connections: true,
            ..Parts::NONE
        };
        let Ok(mut state) = self.world.snapshot(Some(&NsName::first()), parts) else {
            return;
        };
        let Some(found) = state.namespaces.remove(&NsName::first()) else {
            return;
        };
        into.ruleset = found.ruleset;
        into.ipsets = found.ipsets;
        into.connections = found.connections;
        let tables = into.ruleset.tables.iter_mut();
        for rule in tables
            .flat_map(|table| &mut table.chains)
            .flat_map(|chain| &mut chain.rules)
        {
            if let Some(number) = marked(rule) {
                let words = self.unknown.get(number).cloned().unwrap_or_default();
                rule.statements = vec![Statement::Unknown(words)];
            }
        }
    }
}

/// What stands before a line of a table: the table's name and its chains. At the table's begin it is
/// nothing.
fn head(lines: &[String], at: usize) -> Vec<String> {
    let begins = |line: &String| line.starts_with('*') || line == "COMMIT";
    let begin = lines[..at].iter().rposition(begins);
    let begin = begin.filter(|begin| lines[*begin] != "COMMIT");
    let above = begin.map_or(&[][..], |begin| &lines[begin..at]);
    let declares = |line: &&String| line.starts_with(['*', ':']);
    above.iter().filter(declares).cloned().collect()
}

/// The number of the line that a tool of iptables complains about: `line 7 failed`, `Error occurred at
/// line: 7`, `Bad argument at line 7` ...
fn wrong_line(said: &str) -> Option<usize> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let at = words
        .iter()
        .rposition(|word| matches!(*word, "line" | "line:"))?;
    let number = words
        .get(at + 1)?
        .trim_matches(|c: char| !c.is_ascii_digit());
    number.parse().ok().filter(|number| *number > 0)
}

/// The chain to which a line adds a rule; none for those that replace others.
fn chain_of(line: &str) -> Option<String> {
    if line.contains(MARK) {
        return None;
    }
    let mut words = line.split_whitespace();
    words.find(|word| matches!(*word, "-A" | "--append"))?;
    words.next().map(str::to_owned)
}

/// Which unknown rule a rule stands for.
fn marked(rule: &Rule) -> Option<usize> {
    let written = format!("{rule:?}");
    let (_, behind) = written.split_once(MARK)?;
    let digits = behind.chars().take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(of: &Namespace) -> Vec<&Rule> {
        let chains = of.ruleset.tables.iter().flat_map(|table| &table.chains);
        chains.flat_map(|chain| &chain.rules).collect()
    }

    #[test]
    fn a_line_that_is_not_understood_is_an_unknown_rule_and_the_others_stay() {
        let text = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [5:400]\n:OUTPUT ACCEPT [0:0]\n\
             [3:180] -A FORWARD -s 10.0.0.0/8 -j ACCEPT\n\
             [1:60] -A FORWARD -m quantum --spin up -j ACCEPT\n\
             -A FORWARD -j TELEPORT --to mars\nCOMMIT\n";
        let mut firewall = Firewall::new();
        firewall.restore("iptables-restore", text).unwrap();
        let mut into = Namespace::default();
        firewall.finish(&mut into);
        let rules = rules(&into);
        assert_eq!(rules.len(), 3);
        let unknown = |rule: &Rule| match &rule.statements[..] {
            [Statement::Unknown(words)] => Some(words.clone()),
            _ => None,
        };
        assert_eq!(unknown(rules[0]), None);
        assert!(unknown(rules[1]).unwrap().contains("quantum"));
        assert!(unknown(rules[2]).unwrap().contains("TELEPORT"));
    }

    #[test]
    fn very_many_lines_that_are_not_understood_are_all_marked() {
        let count = 1_000;
        let line = |n| {
            format!(
                "-A here -m quantum --spin {n} -j there\n-A there -s 10.0.0.{} -j DROP\n",
                n % 250
            )
        };
        let both: String = (0..count).map(line).collect();
        let table = format!(":INPUT ACCEPT [0:0]\n:here - [0:0]\n:there - [0:0]\n{both}COMMIT\n");
        let mut firewall = Firewall::new();
        let text = format!("*filter\n{table}# and more\n*mangle\n{table}");
        firewall.restore("iptables-restore", &text).unwrap();
        let mut into = Namespace::default();
        firewall.finish(&mut into);
        let rules = rules(&into);
        let unknown = |rule: &&&Rule| matches!(&rule.statements[..], [Statement::Unknown(_)]);
        assert_eq!(rules.len(), 4 * count);
        assert_eq!(rules.iter().filter(unknown).count(), 2 * count);
    }

    #[test]
    fn what_is_no_rule_is_refused_with_what_the_tool_says() {
        let said = Firewall::new()
            .restore("iptables-restore", "*nonsense\nCOMMIT\n")
            .unwrap_err();
        assert!(said.contains("nonsense"), "{said}");
        assert!(
            Firewall::new()
                .restore("iptables-restore", "*filter\n-A\nCOMMIT\n")
                .is_err()
        );
    }
}
