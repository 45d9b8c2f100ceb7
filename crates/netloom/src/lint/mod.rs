//! `netloom lint`: traps in which networks of Linux are caught, found without being asked.
//!
//! A trap is a function from a namespace to findings and a row of [`TRAPS`]; what all of them look at is
//! [`place`], what a rule for packets asks and does is [`said`]; what one changes for the next, [`change`].
//! A trap says which parts of a namespace it needs; where one was not read, it is not looked for, and that
//! is told. A finding has its evidence in the
//! words of the commands that show it, and the commands that mend it where there are some. Nothing is
//! changed, and nothing is sent.

mod addresses;
mod change;
mod connections;
mod finding;
mod forwarding;
mod links;
mod nat;
mod place;
mod rules;
mod said;

#[cfg(test)]
mod tests;

use crate::hosts::Hosts;
use finding::Finding;
pub(crate) use finding::Severity;
use netloom_model::snapshot::Missing;
use netloom_model::state::Parts;
use netloom_model::{State, World};
use netloom_tools::Context;
use place::Place;

/// A trap: its name, which findings carry, the parts of a namespace that it cannot be found without, and
/// how it is found there.
struct Trap {
    name: &'static str,
    needs: &'static [&'static str],
    find: fn(&Place<'_>) -> Vec<Finding>,
}

/// Every trap, in the order in which findings are told.
const TRAPS: &[Trap] = &[
    Trap {
        name: "forwarding-off",
        needs: &["addresses", "ruleset", "sysctls"],
        find: forwarding::off,
    },
    Trap {
        name: "bridged-forward-drop",
        needs: &["links", "ruleset", "sysctls"],
        find: forwarding::bridged_drop,
    },
    Trap {
        name: "reverse-path",
        needs: &["links", "routes", "rules", "sysctls"],
        find: forwarding::reverse_path,
    },
    Trap {
        name: "martian-localhost",
        needs: &["links", "addresses", "ruleset", "sysctls"],
        find: nat::localhost,
    },
    Trap {
        name: "no-hairpin",
        needs: &["links", "addresses", "ruleset"],
        find: nat::hairpin,
    },
    Trap {
        name: "masquerade-behind-accept",
        needs: &["ruleset"],
        find: rules::masquerade_behind,
    },
    Trap {
        name: "rule-never-asked",
        needs: &["ruleset"],
        find: rules::never_asked,
    },
    Trap {
        name: "two-firewalls",
        needs: &["ruleset"],
        find: rules::two_firewalls,
    },
    Trap {
        name: "overlapping-subnets",
        needs: &["links", "addresses"],
        find: addresses::overlapping,
    },
    Trap {
        name: "address-in-use-twice",
        needs: &["links", "addresses", "vlans"],
        find: addresses::twice,
    },
    Trap {
        name: "address-on-a-port",
        needs: &["links", "addresses"],
        find: addresses::on_port,
    },
    Trap {
        name: "mtu-of-two-ends",
        needs: &["links"],
        find: links::two_ends,
    },
    Trap {
        name: "mtu-on-the-way",
        needs: &["links", "addresses", "routes", "ruleset", "sysctls"],
        find: links::on_the_way,
    },
    Trap {
        name: "pvid-left",
        needs: &["links", "vlans"],
        find: links::pvid_left,
    },
    Trap {
        name: "vxlan-without-fdb",
        needs: &["links", "neighbours", "fdb"],
        find: links::vxlan_without_fdb,
    },
    Trap {
        name: "stale-connection",
        needs: &["addresses", "ruleset", "connections"],
        find: connections::stale,
    },
    Trap {
        name: "connections-full",
        needs: &["connections", "sysctls"],
        find: connections::full,
    },
];

/// What is asked of a world.
pub(crate) const WANTED: Parts = Parts {
    links: true,
    addresses: true,
    routes: true,
    rules: true,
    ruleset: true,
    neighbours: true,
    fdb: true,
    vlans: true,
    sysctls: true,
    connections: true,
    ..Parts::NONE
};

const USAGE: &str = "\
Usage: netloom lint [--live | --snapshot FILE...] [--json] [--trap NAME]...

Finds the known traps in every namespace of a world or a host: rules that are never asked,
forwarding that is off, reverse paths that differ, subnets that overlap, and others. It only reads.

  --live           look at this machine as it is now, not at a world
  --snapshot FILE  look at the host of a snapshot; may be given more than once
  --json           findings as JSON, one array
  --trap NAME      only this trap; may be given more than once
  --traps          the names of the traps

Exit code: 0 nothing was found but notes, 1 something was, 2 usage, 3 nothing was found but not
everything could be looked at.
";

/// The traps that are asked for: those that are named, or all.
fn wanted(only: &[String]) -> impl Iterator<Item = &'static Trap> {
    let named = move |trap: &&Trap| only.is_empty() || only.iter().any(|name| name == trap.name);
    TRAPS.iter().filter(named)
}

/// Finds the traps of a state, in the order of [`TRAPS`], namespace by namespace, but for those of which
/// something is missing.
pub(crate) fn findings(state: &State, missing: &[Missing], only: &[String]) -> Vec<Finding> {
    let mut all = Vec::new();
    for trap in wanted(only) {
        for (ns, namespace) in &state.namespaces {
            let lacks = |missing: &Missing| {
                let here = missing.ns.as_ref().is_none_or(|of| of == ns);
                here && trap.needs.contains(&missing.part.as_str())
            };
            if missing.iter().any(lacks) {
                continue;
            }
            let place = Place {
                state,
                ns,
                namespace,
            };
            let found = (trap.find)(&place).into_iter();
            all.extend(found.map(|finding| Finding {
                trap: trap.name,
                namespace: ns.as_str().to_owned(),
                ..finding
            }));
        }
    }
    all
}

/// What was not read of that which traps need, a line each with why, and which traps those are.
fn not_looked_at(missing: &[Missing], only: &[String]) -> Vec<String> {
    let line = |missing: &Missing| {
        let needing = wanted(only).filter(|trap| trap.needs.contains(&missing.part.as_str()));
        let traps: Vec<&str> = needing.map(|trap| trap.name).collect();
        let line = missing.to_string();
        let line = crate::shell::one_line(&line);
        match traps[..] {
            [] if missing.part == "namespace" => Some(line.to_string()),
            [] => None,
            _ => Some(format!("{line} (for {})", traps.join(", "))),
        }
    };
    missing.iter().filter_map(line).collect()
}

/// The words of a command line.
#[derive(Default)]
struct Asked {
    json: bool,
    traps: bool,
    only: Vec<String>,
    live: bool,
    snapshots: Vec<String>,
}

fn parse(args: &[String]) -> Result<Asked, String> {
    let mut asked = Asked::default();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => asked.json = true,
            "--traps" => asked.traps = true,
            "--live" => asked.live = true,
            "--snapshot" => {
                let file = words.next().ok_or("\"--snapshot\" needs a file")?;
                asked.snapshots.push(file.clone());
            }
            "--trap" => {
                let name = words.next().ok_or("\"--trap\" needs a name")?;
                if !TRAPS.iter().any(|trap| trap.name == name) {
                    return Err(format!(
                        "there is no trap \"{name}\": see \"netloom lint --traps\""
                    ));
                }
                asked.only.push(name.clone());
            }
            _ => return Err(format!("what is \"{word}\"?\n{USAGE}")),
        }
    }
    Ok(asked)
}

/// The state that is looked at: that of hosts where they are named, else that of the world; beside it
/// what of that was not read.
fn look(cx: &mut Context<'_>, asked: &Asked) -> Result<(State, Vec<Missing>), String> {
    let read = |world: &mut dyn World| {
        let state = world.snapshot(None, WANTED);
        state.map_err(|error| error.to_string())
    };
    if !asked.live && asked.snapshots.is_empty() {
        return Ok((read(cx.world)?, Vec::new()));
    }
    let mut hosts = Hosts::open(&asked.snapshots, asked.live)?;
    let missing = hosts.missing().cloned().collect();
    Ok((read(&mut hosts)?, missing))
}

/// Runs `netloom lint` with the words that follow it.
pub fn main(cx: &mut Context<'_>) -> i32 {
    if cx.args.iter().any(|word| word == "--help" || word == "-h") {
        let _ = write!(cx.out, "{USAGE}");
        return 0;
    }
    let asked = match parse(&cx.args) {
        Ok(asked) => asked,
        Err(text) => {
            let _ = writeln!(cx.err, "netloom lint: {}", text.trim_end());
            return 2;
        }
    };
    if asked.traps {
        let names: Vec<&str> = TRAPS.iter().map(|trap| trap.name).collect();
        let _ = writeln!(cx.out, "{}", names.join("\n"));
        return 0;
    }
    let (state, missing) = match look(cx, &asked) {
        Ok(looked) => looked,
        Err(text) => {
            let _ = writeln!(cx.err, "netloom lint: {text}");
            return 2;
        }
    };
    let found = findings(&state, &missing, &asked.only);
    let unread = not_looked_at(&missing, &asked.only);
    let text = match asked.json {
        true => finding::json(&found),
        false => crate::shell::shown(&finding::text(&found)).into_owned(),
    };
    let _ = write!(cx.out, "{text}");
    for line in &unread {
        let _ = writeln!(cx.err, "netloom lint: not looked at: {line}");
    }
    match found.iter().any(|one| one.severity > Severity::Note) {
        true => 1,
        false if unread.is_empty() => 0,
        false => 3,
    }
}
