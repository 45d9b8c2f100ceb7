//! The options of `ndisc6` and `rdisc6`.

use super::Tool;
use core::net::{Ipv4Addr, Ipv6Addr};

/// What the command line says.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// Whom it is about, as it was written.
    pub(super) name: String,
    pub(super) device: String,
    pub(super) source: Option<Ipv6Addr>,
    pub(super) attempts: u32,
    /// Milliseconds for each attempt.
    pub(super) wait: u32,
    pub(super) multiple: bool,
    pub(super) quiet: bool,
    pub(super) solicit: bool,
}

/// What becomes of the words.
#[derive(Debug)]
pub(super) enum Parsed {
    Run(Options),
    Say(String),
}

/// The options: letter, word, and whether a value follows.
const KNOWN: [(char, &str, bool); 11] = [
    ('1', "single", false),
    ('d', "no-solicit", false),
    ('h', "help", false),
    ('m', "multiple", false),
    ('n', "numeric", false),
    ('q', "quiet", false),
    ('r', "retry", true),
    ('s', "source", true),
    ('V', "version", false),
    ('v', "verbose", false),
    ('w', "wait", true),
];

const OPTIONS: &str = "
  -1, --single      ends with the first answer
  -m, --multiple    waits for other answers too
  -r, --retry N     asks so often (3)
  -w, --wait MS     waits so long for answers (1000)
  -s, --source ADDRESS  asks from there
  -d, --no-solicit  asks nobody, and listens
  -q, --quiet       prints what was asked for alone
  -n, --numeric     looks up no names; as always
  -v, --verbose     prints everything; as always
  -V, --version     which version this is
";

fn usage(tool: Tool) -> String {
    match tool {
        Tool::Neighbour => format!(
            "Usage: ndisc6 [OPTION]... ADDRESS DEVICE\nAsks for the hardware address of a \
             neighbour\n{OPTIONS}"
        ),
        Tool::Router => format!(
            "Usage: rdisc6 [OPTION]... [ADDRESS] DEVICE\nAsks for the routers of a link\n{OPTIONS}"
        ),
    }
}

fn complaint(tool: Tool, why: &str) -> String {
    let name = tool.name();
    let why = if why.is_empty() {
        String::new()
    } else {
        format!("{name}: {why}\n")
    };
    format!("{why}Try \"{name} -h\" for more information.")
}

impl Options {
    /// Reads the words behind the command; a complaint otherwise.
    pub(super) fn parse(tool: Tool, args: &[String]) -> Result<Parsed, String> {
        let mut options = Options {
            name: "ff02::2".to_owned(),
            device: String::new(),
            source: None,
            attempts: 3,
            wait: 1000,
            multiple: tool == Tool::Router,
            quiet: false,
            solicit: true,
        };
        let mut operands = Vec::new();
        let mut words = args.iter().map(String::as_str);
        while let Some(word) = words.next() {
            let found = if let Some(long) = word.strip_prefix("--").filter(|w| !w.is_empty()) {
                let (name, value) = long
                    .split_once('=')
                    .map_or((long, None), |(n, v)| (n, Some(v)));
                let known = KNOWN.iter().find(|(_, known, _)| *known == name);
                let known = known
                    .ok_or_else(|| complaint(tool, &format!("unrecognized option '{word}'")))?;
                vec![(known, value)]
            } else if let Some(letters) = word.strip_prefix('-').filter(|w| !w.is_empty()) {
                letters_of(tool, letters)?
            } else {
                operands.push(word);
                continue;
            };
            for ((letter, _, valued), value) in found {
                let value = match (valued, value) {
                    (true, None) => words.next().ok_or_else(|| {
                        let why = format!("option requires an argument -- '{letter}'");
                        complaint(tool, &why)
                    })?,
                    (_, value) => value.unwrap_or_default(),
                };
                match letter {
                    'h' => return Ok(Parsed::Say(usage(tool))),
                    'V' => {
                        let text = format!("{}: 1.0.5 ({})\n", tool.name(), crate::VERSION);
                        return Ok(Parsed::Say(text));
                    }
                    letter => options
                        .take(*letter, value)
                        .ok_or_else(|| complaint(tool, ""))?,
                }
            }
        }
        options.operands(tool, &operands)?;
        Ok(Parsed::Run(options))
    }

    fn take(&mut self, letter: char, value: &str) -> Option<()> {
        match letter {
            '1' => self.multiple = false,
            'm' => self.multiple = true,
            'd' => self.solicit = false,
            'q' => self.quiet = true,
            'v' => self.quiet = false,
            'r' => self.attempts = value.parse().ok()?,
            'w' => self.wait = value.parse().ok()?,
            's' => self.source = Some(value.parse().ok()?),
            _ => {}
        }
        Some(())
    }

    fn operands(&mut self, tool: Tool, operands: &[&str]) -> Result<(), String> {
        let (target, device) = match (tool, operands) {
            (_, [target, device]) => (Some(*target), *device),
            (Tool::Router, [device]) => (None, *device),
            _ => return Err(complaint(tool, "")),
        };
        device.clone_into(&mut self.device);
        if let Some(target) = target {
            target.clone_into(&mut self.name);
        }
        Ok(())
    }

    /// The address of whom it is about.
    pub(super) fn target(&self) -> Result<Ipv6Addr, String> {
        let name = &self.name;
        let address = name
            .split_once('%')
            .map_or(&name[..], |(address, _)| address);
        address.parse().map_err(|_| {
            let v4 = address.parse::<Ipv4Addr>().is_ok();
            let why = if v4 {
                "Address family for hostname not supported"
            } else {
                "Name or service not known"
            };
            format!("{name}: {why}")
        })
    }
}

type Known = (char, &'static str, bool);

/// The letters of one word; behind one with a value the rest is its value.
fn letters_of(tool: Tool, letters: &str) -> Result<Vec<(&'static Known, Option<&str>)>, String> {
    let mut found = Vec::new();
    for (at, letter) in letters.char_indices() {
        let known = KNOWN.iter().find(|(known, ..)| *known == letter);
        let known =
            known.ok_or_else(|| complaint(tool, &format!("invalid option -- '{letter}'")))?;
        let rest = &letters[at + letter.len_utf8()..];
        if known.2 && !rest.is_empty() {
            found.push((known, Some(rest)));
            break;
        }
        found.push((known, None));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(tool: Tool, line: &str) -> Result<Options, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match Options::parse(tool, &words)? {
            Parsed::Run(options) => Ok(options),
            Parsed::Say(text) => Err(text),
        }
    }

    #[test]
    fn letters_and_words_are_the_same_options() {
        let one = parse(Tool::Neighbour, "-q1r5 -w 200 fe80::1%eth0 eth0").unwrap();
        assert_eq!((one.quiet, one.attempts, one.wait), (true, 5, 200));
        assert_eq!(one.target().unwrap().to_string(), "fe80::1");
        let other = parse(Tool::Router, "--quiet --retry=5 --wait 200 eth0").unwrap();
        assert_eq!((other.quiet, other.attempts, other.wait), (true, 5, 200));
        assert!(other.multiple);
    }

    #[test]
    fn what_is_wrong_is_told_in_the_words_of_the_original() {
        let told = |line| parse(Tool::Neighbour, line).unwrap_err();
        let more = "Try \"ndisc6 -h\" for more information.";
        assert_eq!(told(""), more);
        assert_eq!(told("fe80::1"), more);
        assert_eq!(told("-Y"), format!("ndisc6: invalid option -- 'Y'\n{more}"));
        let other = parse(Tool::Neighbour, "10.0.0.1 eth0").unwrap();
        assert_eq!(
            other.target().unwrap_err(),
            "10.0.0.1: Address family for hostname not supported"
        );
    }
}
