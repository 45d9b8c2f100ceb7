//! A case as plain data: settings, rulesets and packets, one a line, in the order in which they
//! happen. The text of a ruleset stands line by line behind `| `, so that what makes a case smaller
//! need not know any language.

use core::fmt;
use core::str::FromStr;

/// A case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Case {
    /// What happens, in order.
    pub(crate) lines: Vec<Line>,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A setting of the router is written.
    Setting { name: String, value: String },
    /// What follows is a ruleset that this command reads.
    Rules(String),
    /// A line of a ruleset.
    Text(String),
    /// A packet is sent.
    Packet(Step),
}

/// Sends a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Its number, by which others name it.
    pub(crate) number: u16,
    /// What kind of packet.
    pub(crate) how: How,
    /// What is not as ever: names, each with its value.
    pub(crate) words: Vec<(String, String)>,
}

/// Where a packet comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It arrives at a device.
    Send {
        dev: String,
        from: String,
        to: String,
        protocol: String,
    },
    /// The answer to what came out for another, by the device where it came out.
    Answer { of: u16 },
    /// An error of ICMP about what came out for another, by the device where it came out.
    Error { of: u16 },
    /// The router itself sends it.
    Local {
        from: String,
        to: String,
        protocol: String,
    },
}

/// The commands that read rulesets.
pub(crate) const LOADERS: [&str; 5] = [
    "iptables-nft-restore",
    "iptables-legacy-restore",
    "ip6tables-nft-restore",
    "ip6tables-legacy-restore",
    "nft",
];

impl Case {
    /// The rulesets: which command reads which text.
    pub(crate) fn rulesets(&self) -> Vec<(&str, String)> {
        let mut all: Vec<(&str, String)> = Vec::new();
        for line in &self.lines {
            match (line, all.last_mut()) {
                (Line::Rules(loader), _) => all.push((loader, String::new())),
                (Line::Text(text), Some((_, whole))) => {
                    whole.push_str(text);
                    whole.push('\n');
                }
                _ => {}
            }
        }
        all
    }

    /// How many rules it has.
    pub(crate) fn rules(&self) -> usize {
        let lines = self.lines.iter();
        lines
            .filter(|line| match line {
                Line::Text(text) => text.starts_with("-A") || text.starts_with("    "),
                _ => false,
            })
            .count()
    }

    /// How many packets it sends.
    pub(crate) fn packets(&self) -> usize {
        let lines = self.lines.iter();
        lines.filter(|line| matches!(line, Line::Packet(_))).count()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        match &self.how {
            How::Send {
                dev,
                from,
                to,
                protocol,
            } => write!(f, "send {number} {dev} {from} {to} {protocol}")?,
            How::Answer { of } => write!(f, "answer {number} {of}")?,
            How::Error { of } => write!(f, "error {number} {of}")?,
            How::Local { from, to, protocol } => {
                write!(f, "local {number} {from} {to} {protocol}")?;
            }
        }
        for (name, value) in &self.words {
            write!(f, " {name} {value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Setting { name, value } => write!(f, "setting {name}={value}"),
            Line::Rules(loader) => write!(f, "rules {loader}"),
            Line::Text(text) => write!(f, "| {text}"),
            Line::Packet(step) => step.fmt(f),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Step, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = |word: &str| word.parse().map_err(|_| format!("no number: {word}"));
        let own = |word: &&str| (*word).to_owned();
        let (number, how, words) = match &words[..] {
            ["send", n, dev, from, to, protocol, words @ ..] => {
                let [dev, from, to, protocol] = [dev, from, to, protocol].map(own);
                let how = How::Send {
                    dev,
                    from,
                    to,
                    protocol,
                };
                (number(n)?, how, words)
            }
            ["answer", n, of, words @ ..] => (number(n)?, How::Answer { of: number(of)? }, words),
            ["error", n, of, words @ ..] => (number(n)?, How::Error { of: number(of)? }, words),
            ["local", n, from, to, protocol, words @ ..] => {
                let [from, to, protocol] = [from, to, protocol].map(own);
                (number(n)?, How::Local { from, to, protocol }, words)
            }
            _ => return Err(format!("no line of a case: {text}")),
        };
        let words = words.chunks(2).map(|pair| match pair {
            [name, value] => Ok(((*name).to_owned(), (*value).to_owned())),
            _ => Err(format!("a word without its value: {text}")),
        });
        Ok(Step {
            number,
            how,
            words: words.collect::<Result<_, _>>()?,
        })
    }
}

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Line, String> {
        if let Some(text) = text.strip_prefix('|') {
            let text = text.strip_prefix(' ').unwrap_or(text);
            return Ok(Line::Text(text.to_owned()));
        }
        if let Some(setting) = text.strip_prefix("setting ") {
            let (name, value) = setting.split_once('=').ok_or("a setting without value")?;
            return Ok(Line::Setting {
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
        if let Some(loader) = text.strip_prefix("rules ") {
            let known = LOADERS.contains(&loader);
            return known
                .then(|| Line::Rules(loader.to_owned()))
                .ok_or_else(|| format!("nothing that loads rules: {loader}"));
        }
        text.parse().map(Line::Packet)
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Case, String> {
        let lines = text.lines();
        let lines = lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let lines = lines.map(str::parse).collect::<Result<Vec<Line>, _>>()?;
        if lines.is_empty() {
            return Err("no lines of a case".to_owned());
        }
        Ok(Case { lines })
    }
}
