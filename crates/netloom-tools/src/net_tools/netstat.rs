//! `netstat`: the routing table, the table of interfaces, the groups listened to, what was counted,
//! and sockets (netstat(8)).
//!
//! Left out, with a clear error: unix domain sockets, which are the machine's, masquerading, and
//! showing it all over and over (`-c`).

use super::routes::{self, Columns};
use super::sockets::{self, Asked};
use super::statistics::{self, Facts, Protocols};
use super::{Failure, finish, groups, interface, namespace};
use crate::Context;
use netloom_model::state::Parts;

const USAGE: &str = "\
Usage: netstat -r [-n] [-e] [-C|-F]   routes
       netstat -i [-n] [-e] [-a]      devices with what they counted
       netstat -g [-n]                groups that are listened to
       netstat -s [-6] [-t] [-u] [-w]  what was counted, by protocol
       netstat [-a|-l] [-t] [-u] [-w] [-4|-6] [-n] [-p] [-e] [-o]  sockets
       netstat -h | -V

  -n, --numeric   addresses, not names
  -e, --extend    more columns
  -a, --all; -l, --listening  all sockets, or those that wait for others
  -p, --programs; -o, --timers  more columns of sockets
  -v, --verbose, -N, --symbolic  taken, without effect
";

/// Runs `netstat`.
pub fn netstat(cx: &mut Context<'_>) -> i32 {
    let outcome = run(cx);
    finish(cx, outcome)
}

#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option")]
struct Options {
    route: bool,
    interfaces: bool,
    groups: bool,
    statistics: bool,
    protocols: Protocols,
    v4: bool,
    v6: bool,
    listening: bool,
    programs: bool,
    timers: bool,
    wide: bool,
    numeric: bool,
    extended: u32,
    all: bool,
    cache: bool,
    /// The last word that asks for what is left out.
    unsupported: Option<String>,
}

const LONG: [(&str, char); 27] = [
    ("route", 'r'),
    ("interfaces", 'i'),
    ("groups", 'g'),
    ("statistics", 's'),
    ("masquerade", 'M'),
    ("verbose", 'v'),
    ("wide", 'W'),
    ("numeric", 'n'),
    ("numeric-hosts", 'n'),
    ("numeric-ports", 'v'),
    ("numeric-users", 'v'),
    ("symbolic", 'N'),
    ("extend", 'e'),
    ("programs", 'p'),
    ("timers", 'o'),
    ("continuous", 'c'),
    ("listening", 'l'),
    ("all", 'a'),
    ("fib", 'F'),
    ("cache", 'C'),
    ("tcp", 't'),
    ("udp", 'u'),
    ("inet6", '6'),
    ("raw", 'w'),
    ("udplite", 'U'),
    ("sctp", 'S'),
    ("version", 'V'),
];

fn run(cx: &mut Context<'_>) -> Result<i32, Failure> {
    let args = cx.args.clone();
    let mut options = Options::default();
    let mut words = args.iter().map(String::as_str);
    let bad = |text: String| Failure::new(format!("netstat: {text}\n{USAGE}"), 3);
    while let Some(word) = words.next() {
        let letters = if let Some(long) = word.strip_prefix("--") {
            match LONG.iter().find(|(name, _)| *name == long) {
                Some((_, letter)) => letter.to_string(),
                None if long == "inet" => "4".to_owned(),
                None if long == "help" => "h".to_owned(),
                None => return Err(bad(format!("unrecognized option '{word}'"))),
            }
        } else if let Some(short) = word.strip_prefix('-') {
            short.to_owned()
        } else {
            continue;
        };
        for letter in letters.chars() {
            match letter {
                'r' => options.route = true,
                'i' => options.interfaces = true,
                'g' => options.groups = true,
                'n' => options.numeric = true,
                'e' => options.extended += 1,
                'a' => options.all = true,
                'C' => options.cache = true,
                's' => options.statistics = true,
                't' => options.protocols.tcp = true,
                'u' => options.protocols.udp = true,
                'w' => options.protocols.raw = true,
                'U' | 'S' => options.protocols.other = true,
                '6' => options.v6 = true,
                '4' => options.v4 = true,
                'l' => options.listening = true,
                'p' => options.programs = true,
                'o' => options.timers = true,
                'W' => options.wide = true,
                'v' | 'N' | 'F' => {}
                'A' => match words.next() {
                    Some("inet") => options.v4 = true,
                    Some("inet6") => options.v6 = true,
                    _ => options.unsupported = Some(word.to_owned()),
                },
                'V' => {
                    writeln!(cx.out, "net-tools 2.10 ({})", crate::VERSION)?;
                    return Ok(0);
                }
                'h' => {
                    write!(cx.out, "{USAGE}")?;
                    return Ok(0);
                }
                'M' | 'c' | 'x' | 'Z' => {
                    options.unsupported = Some(word.to_owned());
                }
                _ => return Err(bad(format!("invalid option -- '{letter}'"))),
            }
        }
    }
    show(cx, &options)
}

fn show(cx: &mut Context<'_>, options: &Options) -> Result<i32, Failure> {
    if let Some(word) = &options.unsupported {
        let text = format!("netstat: `{word}' is not supported here\n");
        return Err(Failure::new(text, 3));
    }
    if options.statistics && !options.route && !options.interfaces {
        return show_statistics(cx, options);
    }
    if options.v6 && options.route {
        let text = "netstat: routes of IPv6 are not shown here; use ip -6 route\n";
        return Err(Failure::new(text, 3));
    }
    let statistics = options.statistics;
    match (options.route, options.interfaces) {
        _ if statistics => Err(Failure::new(USAGE, 3)),
        (true, true) => Err(Failure::new(USAGE, 3)),
        (true, false) => show_routes(cx, options),
        (false, true) => show_interfaces(cx, options),
        (false, false) if options.groups => show_groups(cx),
        (false, false) => show_sockets(cx, options),
    }
}

fn show_sockets(cx: &mut Context<'_>, options: &Options) -> Result<i32, Failure> {
    let parts = Parts {
        sockets: true,
        ..Parts::NONE
    };
    let ns = namespace(cx, parts)?;
    let asked = Asked {
        protocols: options.protocols,
        v6: (options.v4 != options.v6).then_some(options.v6),
        all: options.all,
        listening: options.listening,
        numeric: options.numeric,
        wide: options.wide,
        extended: options.extended > 0,
        programs: options.programs,
        timers: options.timers,
    };
    write!(cx.out, "{}", sockets::table(&ns.sockets, asked))?;
    Ok(0)
}

fn show_routes(cx: &mut Context<'_>, options: &Options) -> Result<i32, Failure> {
    let columns = match options.extended {
        0 => Columns::Tcp,
        1 => Columns::Metric,
        _ => Columns::All,
    };
    if options.cache {
        write!(cx.out, "{}", routes::cache(columns))?;
        return Ok(0);
    }
    let parts = Parts {
        routes: true,
        ..Parts::LINKS
    };
    let ns = namespace(cx, parts)?;
    write!(cx.out, "{}", routes::fib(&ns, columns, options.numeric))?;
    Ok(0)
}

fn show_groups(cx: &mut Context<'_>) -> Result<i32, Failure> {
    let parts = Parts {
        groups: true,
        ..Parts::LINKS
    };
    let ns = namespace(cx, parts)?;
    write!(cx.out, "{}", groups::table(&ns))?;
    Ok(0)
}

fn show_interfaces(cx: &mut Context<'_>, options: &Options) -> Result<i32, Failure> {
    let parts = Parts {
        addresses: true,
        ..Parts::LINKS
    };
    let ns = namespace(cx, parts)?;
    writeln!(cx.out, "Kernel Interface table")?;
    let long = options.extended > 0;
    if !long {
        let heading = interface::short_heading("Iface             MTU");
        write!(cx.out, "{heading}")?;
    }
    for interface in interface::all(&ns) {
        if !options.all && !interface.is_up() {
            continue;
        }
        let text = if long {
            interface::long(&interface)
        } else {
            interface::short(&interface)
        };
        write!(cx.out, "{text}")?;
    }
    Ok(0)
}

fn show_statistics(cx: &mut Context<'_>, options: &Options) -> Result<i32, Failure> {
    let parts = Parts {
        counters: true,
        sysctls: true,
        sockets: true,
        ..Parts::NONE
    };
    let ns = namespace(cx, parts)?;
    let forwarding = ns.sysctls.get("net.ipv4.ip_forward");
    let facts = Facts {
        forwards: forwarding.is_some_and(|value| value != "0"),
        established: ns.sockets.iter().filter(|s| s.is_connected()).count(),
    };
    let text = if options.v6 {
        statistics::v6(&ns.counters, facts, options.protocols)
    } else {
        statistics::v4(&ns.counters, facts, options.protocols)
    };
    write!(cx.out, "{text}")?;
    Ok(0)
}
