//! `arp`: the neighbour table by `SIOCSARP` and `SIOCDARP` (arp(8), arp(7)).
//!
//! Where no device is named the kernel takes the one that a packet to the address would leave
//! by; a published entry goes to the device that has the hardware address. Left out: hardware
//! other than Ethernet, families other than inet.

mod edit;

use super::{Failure, finish, names, namespace};
use crate::Context;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::state::Parts;
use netloom_model::{MacAddr, Namespace, Neighbour, NeighbourState};
use std::fmt::Write as _;

const USAGE_HEAD: &str = "\
Usage: arp [-evn] [-H TYPE] [-i DEVICE] [-a] [HOST]     shows entries
       arp [-v] [-i DEVICE] -d HOST [pub]             deletes one
       arp [-v] [-i DEVICE] -s HOST MAC [temp|pub]    sets one
       arp [-v] [-i DEVICE] -Ds HOST DEVICE pub       answers for HOST with a device's address
       arp [-v] [-i DEVICE] -f [FILE]                 sets what a file says

  -a, --all       in the style of BSD         -e  in that of Linux
  -n, --numeric   addresses, not names        -v, --verbose
  -i, --device, -D, --use-device, -s, --set, -d, --delete, -f, --file
  -H, --hw-type TYPE  ether is the one there is
";

/// Runs `arp`.
pub fn arp(cx: &mut Context<'_>) -> i32 {
    let outcome = run(cx);
    finish(cx, outcome)
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Action {
    #[default]
    Show,
    Set,
    Delete,
    File,
}

#[derive(Default)]
struct Options {
    action: Action,
    bsd: bool,
    numeric: bool,
    verbose: bool,
    use_device: bool,
    hardware: bool,
    dev: Option<String>,
}

fn failure(text: impl Into<String>) -> Failure {
    Failure::new(text, 255)
}

fn run(cx: &mut Context<'_>) -> Result<i32, Failure> {
    let args = cx.args.clone();
    let mut options = Options::default();
    let mut rest = Vec::new();
    let mut words = args.iter().map(String::as_str);
    // Options may stand anywhere (getopt(3)).
    while let Some(word) = words.next() {
        let letters = match word.strip_prefix("--") {
            Some(long) => match LONG.iter().find(|(name, _)| *name == long) {
                Some((_, letter)) => letter.to_string(),
                None => {
                    let text = format!("arp: unrecognized option '{word}'\n{USAGE_HEAD}");
                    return Err(Failure::new(text, 3));
                }
            },
            None => match word.strip_prefix('-').filter(|w| !w.is_empty()) {
                Some(short) => short.to_owned(),
                None => {
                    rest.push(word);
                    continue;
                }
            },
        };
        for (at, letter) in letters.char_indices() {
            if matches!(letter, 'i' | 'H' | 't' | 'A' | 'p') {
                let glued = &letters[at + 1..];
                let value = if glued.is_empty() {
                    words.next()
                } else {
                    Some(glued)
                };
                options.value(letter, value.unwrap_or_default())?;
                break;
            }
            if let Some(code) = options.letter(cx, letter)? {
                return Ok(code);
            }
        }
    }
    match options.action {
        Action::Show => show(cx, &options, rest.first().copied()),
        Action::Set => edit::set(cx, &options, &rest).map(|()| 0),
        Action::Delete => edit::delete(cx, &options, &rest).map(|()| 0),
        Action::File => edit::file(cx, &options, rest.first().copied()),
    }
}

const LONG: [(&str, char); 12] = [
    ("verbose", 'v'),
    ("version", 'V'),
    ("all", 'a'),
    ("delete", 'd'),
    ("file", 'f'),
    ("numeric", 'n'),
    ("set", 's'),
    ("protocol", 'A'),
    ("hw-type", 'H'),
    ("device", 'i'),
    ("help", 'h'),
    ("use-device", 'D'),
];

impl Options {
    fn value(&mut self, letter: char, value: &str) -> Result<(), Failure> {
        match (letter, value) {
            ('i', dev) => self.dev = Some(dev.to_owned()),
            ('H' | 't', "ether") => self.hardware = true,
            ('H' | 't', other) => {
                return Err(failure(format!("arp: {other}: unknown hardware type.\n")));
            }
            (_, "inet") => {}
            (_, other) => {
                return Err(failure(format!("arp: {other}: unknown address family.\n")));
            }
        }
        Ok(())
    }

    fn letter(&mut self, cx: &mut Context<'_>, letter: char) -> Result<Option<i32>, Failure> {
        match letter {
            'a' => self.bsd = true,
            'e' => self.bsd = false,
            'n' => self.numeric = true,
            'v' => self.verbose = true,
            'D' => self.use_device = true,
            's' => self.action = Action::Set,
            'd' => self.action = Action::Delete,
            'f' => self.action = Action::File,
            'V' => {
                writeln!(cx.out, "net-tools 2.10 ({})", crate::VERSION)?;
                return Ok(Some(0));
            }
            'h' | '?' => {
                write!(cx.out, "{USAGE_HEAD}")?;
                return Ok(Some(0));
            }
            _ => {
                let text = format!("arp: invalid option -- '{letter}'\n{USAGE_HEAD}");
                return Err(Failure::new(text, 3));
            }
        }
        Ok(None)
    }
}

const PARTS: Parts = Parts {
    neighbours: true,
    addresses: true,
    ..Parts::LINKS
};

/// The lines of /proc/net/arp: entries that resolve or try to, then the proxy entries.
fn entries(ns: &Namespace) -> impl Iterator<Item = (&Neighbour, Ipv4Addr)> {
    let shown = |n: &&Neighbour| {
        !n.proxy && !matches!(n.state, NeighbourState::None | NeighbourState::Noarp)
    };
    let own = ns.neighbours.iter().filter(shown);
    let proxies = ns.neighbours.iter().filter(|n| n.proxy);
    own.chain(proxies).filter_map(|n| match n.dst {
        IpAddr::V4(dst) => Some((n, dst)),
        IpAddr::V6(_) => None,
    })
}

fn show(cx: &mut Context<'_>, options: &Options, host: Option<&str>) -> Result<i32, Failure> {
    let wanted = host.map(|name| names::resolve_or(name, 255)).transpose()?;
    let ns = namespace(cx, PARTS)?;
    let (mut out, mut total, mut found) = (String::new(), 0, 0);
    for (entry, dst) in entries(&ns) {
        total += 1;
        let dev = if entry.dev == 0 {
            "*".to_owned()
        } else {
            ns.link_name(entry.dev)
        };
        let named = options.dev.as_ref().is_none_or(|name| *name == dev);
        if !named || wanted.is_some_and(|w| w != dst) {
            continue;
        }
        found += 1;
        if options.bsd {
            bsd_line(&mut out, entry, dst, &dev, options.numeric);
        } else {
            if found == 1 {
                out.push_str("Address                  HWtype  HWaddress           Flags Mask            Iface\n");
            }
            linux_line(&mut out, entry, dst, &dev, options.numeric);
        }
    }
    if options.verbose {
        let skipped = total - found;
        let _ = writeln!(out, "Entries: {total}\tSkipped: {skipped}\tFound: {found}");
    }
    if found == 0 {
        if let (Some(dst), Some(name), false) = (wanted, host, options.bsd) {
            let _ = writeln!(out, "{name} ({dst}) -- no entry");
        } else if wanted.is_some() || options.hardware || options.dev.is_some() {
            let _ = writeln!(out, "arp: in {total} entries no match found.");
        }
    }
    cx.out.write_all(out.as_bytes())?;
    Ok(0)
}

/// The hardware address, where the entry has one that can be used.
fn complete(entry: &Neighbour) -> Option<MacAddr> {
    entry.lladdr.filter(|_| entry.state.is_valid())
}

fn linux_line(out: &mut String, entry: &Neighbour, dst: Ipv4Addr, dev: &str, numeric: bool) {
    let host = names::host(dst, numeric);
    let (class, address, flags) = if entry.proxy {
        ("*", "<from_interface>".to_owned(), "MP")
    } else {
        match complete(entry) {
            Some(mac) if entry.state == NeighbourState::Permanent => {
                ("ether", mac.to_string(), "CM")
            }
            Some(mac) => ("ether", mac.to_string(), "C"),
            None => ("", "(incomplete)".to_owned(), ""),
        }
    };
    let _ = writeln!(
        out,
        "{host:<24} {class:<7} {address:<19} {flags:<5} {:<15} {dev}",
        ""
    );
}

fn bsd_line(out: &mut String, entry: &Neighbour, dst: Ipv4Addr, dev: &str, numeric: bool) {
    let name = match names::host(dst, numeric) {
        host if host == dst.to_string() => "?".to_owned(),
        host => host,
    };
    let at = if entry.proxy {
        "<from_interface> PERM PUB".to_owned()
    } else {
        match complete(entry) {
            Some(mac) if entry.state == NeighbourState::Permanent => format!("{mac} [ether] PERM"),
            Some(mac) => format!("{mac} [ether]"),
            None => "<incomplete>".to_owned(),
        }
    };
    let _ = writeln!(out, "{name} ({dst}) at {at} on {dev}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(state: NeighbourState, proxy: bool) -> Neighbour {
        let mut entry = Neighbour::permanent(2, IpAddr::V4(DST), MacAddr([2, 0, 0, 0, 0, 3]));
        entry.state = state;
        entry.proxy = proxy;
        entry
    }

    const DST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 3);

    #[test]
    fn the_table_is_printed_as_arp_does() {
        let mut out = String::new();
        for (state, proxy) in [
            (NeighbourState::Stale, false),
            (NeighbourState::Permanent, false),
            (NeighbourState::Incomplete, false),
            (NeighbourState::Permanent, true),
        ] {
            linux_line(&mut out, &entry(state, proxy), DST, "eth0", true);
        }
        let expected = "\
10.0.0.3                 ether   02:00:00:00:00:03   C                     eth0
10.0.0.3                 ether   02:00:00:00:00:03   CM                    eth0
10.0.0.3                         (incomplete)                              eth0
10.0.0.3                 *       <from_interface>    MP                    eth0
";
        assert_eq!(out, expected);
    }

    #[test]
    fn the_bsd_style_says_it_in_words() {
        let mut out = String::new();
        bsd_line(
            &mut out,
            &entry(NeighbourState::Permanent, false),
            DST,
            "eth0",
            true,
        );
        bsd_line(
            &mut out,
            &entry(NeighbourState::Failed, false),
            DST,
            "eth0",
            true,
        );
        assert_eq!(
            out,
            "? (10.0.0.3) at 02:00:00:00:00:03 [ether] PERM on eth0\n\
             ? (10.0.0.3) at <incomplete> on eth0\n"
        );
    }
}
