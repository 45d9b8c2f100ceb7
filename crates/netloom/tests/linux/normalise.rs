//! Taking out of a command's output what differs by nature from run to run and from world to
//! world: addresses drawn at random, indexes, times, identifiers, how many queues a machine has.

use regex_lite::{Captures, Regex};
use std::collections::BTreeSet;

/// What is replaced, and by what; in this order, in every line.
const RULES: [(&str, &str); 18] = [
    // An interface's index: "3: veth0@if2:", "@NONE" stays.
    (r"^\d+: ([^ ]+?)(:| )", "N: $1$2"),
    (r"@if\d+", "@ifN"),
    (r#""(ifindex|link_index)":( ?)\d+"#, r#""$1":${2}N"#),
    (r"peer_ifindex: \d+", "peer_ifindex: N"),
    // How long things took.
    (r"time=[0-9.]+ ms", "time=T ms"),
    (r"time \d+ms", "time Tms"),
    (r"(rtt min/avg/max/mdev =) [0-9./]+ ms.*", "$1 T ms"),
    (r"\b[0-9]+\.[0-9]+ ?ms", "T ms"),
    (r"^( ?)\d\d:\d\d:\d\d\.\d+", "${1}TIME"),
    (r"timer\s+\d+\.\d+", "timer T"),
    (r"(yes|no)\t\t +\d+\.\d\d$", "$1\t\t   T"),
    (r"used \d+/\d+(/\d+)?", "used T"),
    (r"expires \d+sec", "expires Tsec"),
    // Identifiers that a sender draws at random: a ping's, an IPv4 packet's.
    (r"\bid \d+, ", "id ID, "),
    (
        r"numtxqueues \d+ numrxqueues \d+",
        "numtxqueues Q numrxqueues Q",
    ),
    (
        r#""num_([tr])x_queues":( ?)\d+"#,
        r#""num_${1}x_queues":${2}Q"#,
    ),
    // What was caught between the last packet printed and the end depends on the moment.
    (
        r"^\d+ packets? received by filter",
        "N packets received by filter",
    ),
    // A shell's own message names the script's file.
    (r"^/[^ ]*/([^/ ]+\.sh): line \d+: ", "$1: "),
];

/// The trap by which a script shows the status of a command that failed: bash prints it too,
/// before the status.
const TRAP: &str = r#"echo "exit status $?""#;

/// `printed`, the same wherever and whenever the script `text` ran.
pub(crate) fn normalise(printed: &str, text: &str) -> String {
    let rules = RULES.map(|(pattern, by)| (Regex::new(pattern).expect("a valid pattern"), by));
    let mut addresses = Addresses::new(text);
    let mut out = String::with_capacity(printed.len());
    for line in printed.lines().filter(|line| *line != TRAP) {
        let mut line = addresses.number(line);
        for (pattern, by) in &rules {
            line = pattern.replace_all(&line, *by).into_owned();
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// The link layer addresses drawn at random, numbered as they appear. Those that the script names
/// itself, groups, and the one of zeros stay as they are.
struct Addresses {
    pattern: Regex,
    bridge: Regex,
    named: BTreeSet<String>,
    seen: Vec<String>,
}

impl Addresses {
    fn new(text: &str) -> Self {
        let pattern = Regex::new(r"(?i)\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b").expect("a valid pattern");
        let named = pattern
            .find_iter(text)
            .map(|found| found.as_str().to_lowercase())
            .collect();
        let bridge = Regex::new(r"\b([0-9a-f]{4})\.([0-9a-f]{12})\b").expect("a valid pattern");
        Self {
            pattern,
            bridge,
            named,
            seen: Vec::new(),
        }
    }

    fn number(&mut self, line: &str) -> String {
        // brctl writes a bridge's identifier as 8000.0123456789ab.
        let bridge = self.bridge.clone();
        let line = bridge.replace_all(line, |found: &Captures<'_>| {
            let pairs: Vec<&str> = (0..6).map(|at| &found[2][2 * at..2 * at + 2]).collect();
            match self.name(&pairs.join(":")) {
                Some(name) => format!("{}.{name}", &found[1]),
                None => found[0].to_owned(),
            }
        });
        let pattern = self.pattern.clone();
        let by = |found: &Captures<'_>| self.name(&found[0]).unwrap_or_else(|| found[0].to_owned());
        pattern.replace_all(&line, by).into_owned()
    }

    fn name(&mut self, address: &str) -> Option<String> {
        let address = address.to_lowercase();
        let first = u8::from_str_radix(&address[..2], 16).unwrap_or(0);
        if first & 1 == 1 || address == "00:00:00:00:00:00" || self.named.contains(&address) {
            return None;
        }
        let known = self.seen.iter().position(|seen| *seen == address);
        let at = known.unwrap_or_else(|| {
            self.seen.push(address);
            self.seen.len() - 1
        });
        Some(format!("MAC{}", at + 1))
    }
}
