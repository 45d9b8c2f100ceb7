//! What ss(8) is asked for: options, then states, then a filter.

use super::filter::{self, Filter};
use super::state::States;
use crate::ip::words::{Failure, Outcome};
use netloom_model::socket::{SocketKind, TcpState};

const USAGE: &str = "\
Usage: ss [-a|-l] [-n] [-o] [-e] [-m] [-i] [-p] [-H] [-O] [-4|-6] [-t] [-u] [-w] [-0]
          [-f FAMILY] [-A TABLE,...] [-F FILE] [-N NETNS] [state STATE] [exclude STATE] [FILTER]
       ss -s | -V | -h

  -a all, -l what listens, else what is connected; -t TCP, -u UDP, -w raw, -0 packet sockets
  -n numbers for names, -p programs, -o timers, -e details, -m memory, -i what TCP knows
  -H no heading, -O one line for each, -s a summary
  FAMILY: inet, inet6, link; TABLE: all, inet, tcp, udp, raw, packet, packet_raw, packet_dgram
  FILTER: src|dst PREFIX[:PORT], sport|dport = PORT, dev = NAME; and, or, not, ( )
";

/// Which kinds of sockets are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tables {
    pub(super) tcp: bool,
    pub(super) udp: bool,
    pub(super) raw: bool,
    pub(super) packet: bool,
    /// Those of which a world has none.
    pub(super) none: bool,
}

impl Tables {
    const ALL: Tables = Tables {
        tcp: true,
        udp: true,
        raw: true,
        packet: true,
        none: false,
    };
    const INET: Tables = Tables {
        packet: false,
        ..Tables::ALL
    };

    fn count(self) -> usize {
        // Packet sockets are of two kinds.
        usize::from(self.tcp)
            + usize::from(self.udp)
            + usize::from(self.raw)
            + 2 * usize::from(self.packet)
            + usize::from(self.none)
    }

    /// Whether the kind of each socket is told.
    pub(super) fn are_several(self) -> bool {
        self.count() != 1
    }

    /// Whether sockets of the kind are asked for.
    pub(super) const fn have(self, kind: SocketKind) -> bool {
        match kind {
            SocketKind::Tcp | SocketKind::Tcp6 => self.tcp,
            SocketKind::Udp | SocketKind::Udp6 => self.udp,
            SocketKind::Raw(_) | SocketKind::Raw6(_) => self.raw,
            SocketKind::Packet(_) => self.packet,
            _ => false,
        }
    }
}

/// Which states are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those of connections, and packet sockets.
    #[default]
    Connected,
    /// These.
    These(States),
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option")]
pub(super) struct Options {
    pub(super) numeric: bool,
    pub(super) processes: bool,
    pub(super) timers: bool,
    pub(super) details: bool,
    pub(super) memory: bool,
    pub(super) info: bool,
    pub(super) summary: bool,
    pub(super) no_header: bool,
    pub(super) oneline: bool,
    /// IPv4, or IPv6, alone.
    pub(super) v6: Option<bool>,
    pub(super) tables: Tables,
    pub(super) wanted: Wanted,
    pub(super) filter: Option<Filter>,
    pub(super) netns: Option<String>,
}

/// What becomes of the words.
pub(super) enum Parsed {
    /// This is said, and nothing else.
    Say(String),
    /// Sockets are listed.
    List(Box<Options>),
}

const LONG: [(&str, char); 27] = [
    ("help", 'h'),
    ("version", 'V'),
    ("numeric", 'n'),
    ("resolve", 'r'),
    ("all", 'a'),
    ("listening", 'l'),
    ("options", 'o'),
    ("extended", 'e'),
    ("memory", 'm'),
    ("processes", 'p'),
    ("threads", 'T'),
    ("info", 'i'),
    ("summary", 's'),
    ("ipv4", '4'),
    ("ipv6", '6'),
    ("packet", '0'),
    ("tcp", 't'),
    ("udp", 'u'),
    ("raw", 'w'),
    ("unix", 'x'),
    ("family", 'f'),
    ("query", 'A'),
    ("socket", 'A'),
    ("filter", 'F'),
    ("net", 'N'),
    ("no-header", 'H'),
    ("oneline", 'O'),
];

/// Options that are known and left out, with why.
const REFUSED: [(&str, char, &str); 11] = [
    ("events", 'E', "ends of sockets are not told"),
    ("kill", 'K', "sockets are closed by their programs alone"),
    ("bpf", 'b', "there are no BPF programs"),
    ("context", 'Z', "there is no SELinux"),
    ("contexts", 'z', "there is no SELinux"),
    ("diag", 'D', "there is no raw form of what is listed"),
    ("tos", '\0', "it is not kept in the list"),
    ("cgroup", '\0', "there are no control groups"),
    ("tipcinfo", '\0', "there is no TIPC"),
    ("vsock", '\0', "there are no virtual machines"),
    ("inet-sockopt", '\0', "they are not kept in the list"),
];

/// What the words say before the filter.
#[derive(Default)]
struct Said {
    all: bool,
    listening: bool,
    states: Option<States>,
    filter: Vec<String>,
}

impl Options {
    /// Reads the words.
    pub(super) fn parse(args: &[String]) -> Outcome<Parsed> {
        let mut options = Options::default();
        let mut said = Said::default();
        let mut words = args.iter().map(String::as_str).peekable();
        while let Some(word) = words.next_if(|word| word.starts_with('-') && word.len() > 1) {
            let letters = match word.strip_prefix("--") {
                Some(long) => match long.split_once('=') {
                    Some((name, value)) => {
                        let letter = long_option(word, name)?;
                        options.take_value(letter, value, &mut said)?;
                        continue;
                    }
                    None => long_option(word, long)?.to_string(),
                },
                None => word[1..].to_owned(),
            };
            for (at, letter) in letters.char_indices() {
                if VALUED.contains(letter) {
                    let attached = &letters[at + letter.len_utf8()..];
                    let value = (!attached.is_empty()).then_some(attached);
                    let none = || usage(&format!("ss: option requires an argument -- '{letter}'"));
                    let value = value.or_else(|| words.next()).ok_or_else(none)?;
                    options.take_value(letter, value, &mut said)?;
                    break;
                }
                if let Some(text) = options.take(letter, &mut said)? {
                    return Ok(Parsed::Say(text));
                }
            }
        }
        let rest: Vec<&str> = words.collect();
        options.states_and_filter(&rest, &mut said)?;
        options.finish(&said);
        Ok(Parsed::List(Box::new(options)))
    }

    /// Takes an option without a value; what it says, if it says something.
    fn take(&mut self, letter: char, said: &mut Said) -> Outcome<Option<String>> {
        match letter {
            'h' => return Ok(Some(USAGE.to_owned())),
            'V' => {
                let version = crate::VERSION;
                return Ok(Some(format!("ss utility, iproute2-6.1.0 ({version})\n")));
            }
            'a' => said.all = true,
            'l' => said.listening = true,
            'n' => self.numeric = true,
            // Names of hosts are not looked up; a thread has its process's sockets.
            'r' => {}
            'o' => self.timers = true,
            'e' => (self.details, self.timers) = (true, true),
            'm' => self.memory = true,
            'p' | 'T' => self.processes = true,
            'i' => self.info = true,
            's' => self.summary = true,
            'H' => self.no_header = true,
            'O' => self.oneline = true,
            '4' => self.family("inet")?,
            '6' => self.family("inet6")?,
            '0' => self.family("link")?,
            't' => self.tables.tcp = true,
            'u' => self.tables.udp = true,
            'w' => self.tables.raw = true,
            'M' | 'S' | 'd' => self.tables.none = true,
            'x' => return Err(refused("-x", UNIX)),
            _ => {
                let known = REFUSED.iter().find(|(_, known, _)| *known == letter);
                return Err(match known {
                    Some((_, _, why)) => refused(&format!("-{letter}"), why),
                    None => usage(&format!("ss: invalid option -- '{letter}'")),
                });
            }
        }
        Ok(None)
    }

    fn take_value(&mut self, letter: char, value: &str, said: &mut Said) -> Outcome<()> {
        match letter {
            'f' => self.family(value),
            'N' => {
                self.netns = Some(value.to_owned());
                Ok(())
            }
            'F' => {
                let text = std::fs::read_to_string(value)
                    .map_err(|error| Failure::new(format!("fopen filter file: {error}"), 255))?;
                said.filter.push(text);
                Ok(())
            }
            'A' => self.query(value),
            _ => Err(usage(&format!("ss: option '-{letter}' takes no value"))),
        }
    }

    fn family(&mut self, name: &str) -> Outcome<()> {
        match name {
            "inet" => self.v6 = Some(false),
            "inet6" => self.v6 = Some(true),
            "link" => self.tables.packet = true,
            "unix" => return Err(refused(name, UNIX)),
            "netlink" | "vsock" | "tipc" | "xdp" => self.tables.none = true,
            _ => return Err(usage(&format!("ss: \"{name}\" is invalid family"))),
        }
        Ok(())
    }

    /// `-A`: these tables and no others.
    fn query(&mut self, list: &str) -> Outcome<()> {
        let mut tables = Tables::default();
        for name in list.split(',') {
            match name {
                "all" => tables = Tables::ALL,
                "inet" => (tables.tcp, tables.udp, tables.raw) = (true, true, true),
                "tcp" => tables.tcp = true,
                "udp" => tables.udp = true,
                "raw" => tables.raw = true,
                "packet" | "packet_raw" | "p_raw" | "packet_dgram" | "p_dgr" => {
                    tables.packet = true;
                }
                "sctp" | "dccp" | "mptcp" | "netlink" | "vsock" | "vsock_stream"
                | "vsock_dgram" | "tipc" | "xdp" => tables.none = true,
                name if name.starts_with("unix") || name.starts_with("u_") => {
                    return Err(refused(name, UNIX));
                }
                _ => {
                    let text = format!("ss: \"{name}\" is illegal socket table id");
                    return Err(usage(&text));
                }
            }
        }
        self.tables = tables;
        Ok(())
    }

    /// Reads what follows the options: states, then the filter.
    fn states_and_filter(&mut self, mut rest: &[&str], said: &mut Said) -> Outcome<()> {
        while let [word @ ("state" | "exclude"), others @ ..] = rest {
            let Some((name, others)) = others.split_first() else {
                let text = "Command line is not complete. Try option \"help\"";
                return Err(Failure::new(text, 255));
            };
            let states = States::named(name)
                .ok_or_else(|| Failure::new(format!("ss: wrong state name: {name}"), 255))?;
            let before = said.states;
            said.states = Some(match *word {
                "state" => before.unwrap_or(States::NONE).and(states),
                _ => before.unwrap_or(States::ALL).without(states),
            });
            rest = others;
        }
        said.filter.push(rest.join(" "));
        self.filter = filter::parse(&said.filter.join(" "))?;
        Ok(())
    }

    /// What follows from what was said.
    fn finish(&mut self, said: &Said) {
        if self.tables == Tables::default() {
            self.tables = match self.v6 {
                Some(_) => Tables::INET,
                None => Tables::ALL,
            };
        }
        self.wanted = match (said.states, said.all, said.listening) {
            (Some(states), ..) => Wanted::These(states),
            (None, true, _) => Wanted::These(States::ALL),
            (None, false, true) => Wanted::These(States::WAITING),
            (None, false, false) => Wanted::Connected,
        };
    }

    /// The states of a kind of socket that are asked for.
    pub(super) fn states(&self, kind: SocketKind) -> States {
        match (self.wanted, kind) {
            (Wanted::These(states), _) => states,
            (Wanted::Connected, SocketKind::Tcp | SocketKind::Tcp6) => States::BY_DEFAULT,
            (Wanted::Connected, SocketKind::Packet(_)) => States::of(TcpState::Closed),
            (Wanted::Connected, _) => States::of(TcpState::Established),
        }
    }

    /// Whether the state of each socket is told: not where there can be but one.
    pub(super) fn tells_state(&self) -> bool {
        match self.wanted {
            Wanted::These(states) => !states.is_one(),
            Wanted::Connected => {
                let packets = self.tables.packet && (self.tables.udp || self.tables.raw);
                self.tables.tcp || packets || self.tables.none
            }
        }
    }
}

/// Options that have a value.
const VALUED: &str = "fAFN";

const UNIX: &str = "sockets of unix domains are the machine's, not the world's";

fn long_option(word: &str, name: &str) -> Outcome<char> {
    if let Some((_, letter)) = LONG.iter().find(|(long, _)| *long == name) {
        return Ok(*letter);
    }
    Err(match REFUSED.iter().find(|(long, ..)| *long == name) {
        Some((_, _, why)) => refused(word, why),
        None => usage(&format!("ss: unrecognized option '{word}'")),
    })
}

fn usage(text: &str) -> Failure {
    Failure {
        text: format!("{text}\n{USAGE}"),
        code: 255,
    }
}

fn refused(word: &str, why: &str) -> Failure {
    Failure::new(format!("ss: {word} is not supported here: {why}"), 255)
}
