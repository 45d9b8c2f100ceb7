//! Routers with rules for packets, read and made again: see [`crate::again`]. They are those of the twins,
//! with the other ends of pairs where the twins have TAPs.

use crate::again;
use crate::apart::{Apart, PATH};
use crate::case::{Case, Line};
use crate::fewer::fewer;
use crate::place::{self, DEVICES, SETTINGS};
use crate::rebuild;
use crate::twin::{self, Host};
use core::fmt;
use netloom_model::State;
use std::io::Write;
use std::process::{Command, Stdio};

/// How many are drawn.
pub(crate) const ROUTERS: u64 = 60;

/// A router, without packets.
pub(crate) struct Router {
    commands: Vec<String>,
    rules: Case,
}

impl fmt::Display for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for command in &self.commands {
            writeln!(f, "  {command}")?;
        }
        let mut lines = self.rules.lines.iter();
        lines.try_for_each(|line| writeln!(f, "  {line}"))
    }
}

/// Runs a command. One that makes no sense where it stands is refused, and changes nothing.
fn run(command: &str, input: &str) -> Result<(), String> {
    let mut words = command.split_whitespace();
    let child = Command::new(words.next().unwrap_or_default())
        .args(words)
        .env_clear()
        .env("PATH", PATH)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.map_err(|error| format!("{command}: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // Who has seen a mistake reads no further.
        let _ = stdin.write_all(input.as_bytes());
    }
    child
        .wait()
        .map(drop)
        .map_err(|error| format!("{command}: {error}"))
}

fn set(name: &str, value: &str) {
    let _ = std::fs::write(format!("/proc/sys/{}", name.replace('.', "/")), value);
}

impl rebuild::Host for Router {
    const NAMED: &'static [u64] = &[];

    fn draw(seed: u64) -> Router {
        let Host {
            commands, rules, ..
        } = twin::host(seed);
        Router { commands, rules }
    }

    fn build(&self, apart: &Apart) -> Result<State, String> {
        apart.anew().map_err(|error| error.to_string())?;
        for (name, value) in SETTINGS {
            set(name, value);
        }
        run("ip netns add far", "")?;
        let mut pairs = String::new();
        for dev in DEVICES {
            pairs += &format!("link add {dev} type veth peer name far-{dev} netns far\n");
        }
        run("ip -batch -", &pairs)?;
        let ends = DEVICES.map(|dev| format!("link set far-{dev} addrgenmode none up\n"));
        run("ip -n far -batch -", &ends.concat())?;
        run("ip -batch -", &place::commands())?;
        for command in &self.commands {
            let setting = command.strip_prefix("set ");
            match setting.and_then(|setting| setting.split_once(' ')) {
                Some((name, value)) => set(name, value),
                None => run(command, "")?,
            }
        }
        for line in &self.rules.lines {
            if let Line::Setting { name, value } = line {
                set(name, value);
            }
        }
        for (loader, text) in self.rules.rulesets() {
            let command = if loader == "nft" { "nft -f -" } else { loader };
            run(command, &text)?;
        }
        again::rest(again::read)
    }

    fn smaller(self, still: &mut dyn FnMut(&Router) -> bool) -> Router {
        let Router { commands, rules } = self;
        let commands = fewer(commands, |commands| {
            still(&Router {
                commands: commands.to_vec(),
                rules: rules.clone(),
            })
        });
        let lines = fewer(rules.lines, |lines| {
            still(&Router {
                commands: commands.clone(),
                rules: Case {
                    lines: lines.to_vec(),
                },
            })
        });
        let rules = Case { lines };
        Router { commands, rules }
    }
}
