//! `iptables` 1.8.9 (iptables(8)) and its kin: rules by the words that everybody knows, listed as the
//! original lists them.
//!
//! `arguments` reads a command line, `spec` a rule's words into statements; `extension` is the table
//! of matches and targets, one file each under `ext`. `draft` is a table as it will be once all
//! changes are made, `command` carries single commands out, `restore` files of them; `show`, `list`
//! and `save` print rules as `-S`, `-L` and `iptables-save` do. `library` is what other programs take
//! of it.

mod arguments;
mod arp;
mod asked;
mod command;
mod draft;
mod eb;
mod ext;
mod extension;
mod hardware;
pub mod library;
mod line;
mod list;
mod monitor;
mod place;
mod restore;
mod rules;
mod save;
mod show;
mod spec;
mod tables;
mod translate;
mod usage;

pub use monitor::xtables_monitor;

use crate::Context;
use crate::ip::words::{Failure, Outcome};
pub(crate) use ext::icmp::names as icmp_names;
use netloom_model::Family;
use netloom_model::ruleset::{Backend, Rule, Statement, TableFamily, TableRef};

/// Under which of its names the program was called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    /// `iptables` or `ip6tables`.
    name: &'static str,
    family: Family,
    /// The family of its tables.
    tables: TableFamily,
    backend: Backend,
    /// The line of the file that is restored.
    line: Option<u32>,
}

impl Variant {
    /// What it calls itself: with its version, and whose rules it drives.
    fn version(self) -> String {
        let backend = match self.backend {
            Backend::Nft => "nf_tables",
            Backend::Legacy => "legacy",
        };
        format!("{} v1.8.9 ({backend})", self.name)
    }

    const fn legacy(self) -> Variant {
        Variant {
            backend: LEGACY,
            ..self
        }
    }

    const fn called(self, name: &'static str) -> Variant {
        Variant { name, ..self }
    }

    /// The tables that it has, in the order in which they are saved.
    const fn builtins(self) -> &'static [tables::Builtin] {
        match self.tables {
            TableFamily::Arp => &arp::TABLES,
            TableFamily::Bridge => &eb::TABLES,
            _ => &tables::TABLES,
        }
    }

    /// Its table called `name`.
    fn table(self, name: &str) -> Option<&'static tables::Builtin> {
        self.builtins().iter().find(|table| table.name == name)
    }

    /// Reads a command line.
    fn parse(self, words: &[String]) -> Outcome<arguments::Parsed> {
        match self.tables {
            TableFamily::Arp => arp::parse(self, words),
            TableFamily::Bridge => eb::parse(self, words),
            _ => arguments::parse(self, words),
        }
    }

    /// A mistake in the words: said with the version before it, and where help is.
    fn problem(self, what: &str) -> Failure {
        Failure::new(format!("{}: {what}{}", self.version(), self.hint()), 2)
    }

    /// What follows a mistake: where it is, and where help is.
    fn hint(self) -> String {
        let name = self.name;
        let line = match self.line {
            Some(line) => format!("\nError occurred at line: {line}"),
            None => String::new(),
        };
        format!("{line}\nTry `{name} -h' or '{name} --help' for more information.")
    }

    /// What the rules that are there do not allow.
    fn refusal(self, what: &str) -> Failure {
        let what = match self.tables {
            TableFamily::Bridge => what.trim_end_matches('.'),
            _ => what,
        };
        let line = match self.line {
            Some(line) if self.backend == LEGACY => {
                return Failure::new(format!("{}: line {line} failed", self.name), 1);
            }
            Some(line) => format!(" line {line} failed:"),
            None => String::new(),
        };
        Failure::new(format!("{}:{line} {what}", self.name), 1)
    }
}

const V4: Variant = Variant {
    name: "iptables",
    family: Family::V4,
    tables: TableFamily::Ip,
    backend: Backend::Nft,
    line: None,
};

const V6: Variant = Variant {
    name: "ip6tables",
    family: Family::V6,
    tables: TableFamily::Ip6,
    backend: Backend::Nft,
    line: None,
};

const ARP: Variant = Variant {
    name: "arptables",
    family: Family::V4,
    tables: TableFamily::Arp,
    backend: Backend::Nft,
    line: None,
};

const BRIDGE: Variant = Variant {
    name: "ebtables",
    family: Family::V4,
    tables: TableFamily::Bridge,
    backend: Backend::Nft,
    line: None,
};

const LEGACY: Backend = Backend::Legacy;

/// Runs `iptables`.
pub fn iptables(cx: &mut Context<'_>) -> i32 {
    run(cx, V4)
}

/// Runs `iptables-legacy`.
pub fn iptables_legacy(cx: &mut Context<'_>) -> i32 {
    run(cx, V4.legacy())
}

/// Runs `ip6tables`.
pub fn ip6tables(cx: &mut Context<'_>) -> i32 {
    run(cx, V6)
}

/// Runs `ip6tables-legacy`.
pub fn ip6tables_legacy(cx: &mut Context<'_>) -> i32 {
    run(cx, V6.legacy())
}

/// Runs `iptables-save`.
pub fn iptables_save(cx: &mut Context<'_>) -> i32 {
    save::run(cx, V4.called("iptables-save"))
}

/// Runs `iptables-legacy-save`.
pub fn iptables_legacy_save(cx: &mut Context<'_>) -> i32 {
    save::run(cx, V4.legacy().called("iptables-save"))
}

/// Runs `ip6tables-save`.
pub fn ip6tables_save(cx: &mut Context<'_>) -> i32 {
    save::run(cx, V6.called("ip6tables-save"))
}

/// Runs `ip6tables-legacy-save`.
pub fn ip6tables_legacy_save(cx: &mut Context<'_>) -> i32 {
    save::run(cx, V6.legacy().called("ip6tables-save"))
}

/// Runs `iptables-restore`.
pub fn iptables_restore(cx: &mut Context<'_>) -> i32 {
    restore::run(cx, V4.called("iptables-restore"))
}

/// Runs `iptables-legacy-restore`.
pub fn iptables_legacy_restore(cx: &mut Context<'_>) -> i32 {
    restore::run(cx, V4.legacy().called("iptables-restore"))
}

/// Runs `ip6tables-restore`.
pub fn ip6tables_restore(cx: &mut Context<'_>) -> i32 {
    restore::run(cx, V6.called("ip6tables-restore"))
}

/// Runs `ip6tables-legacy-restore`.
pub fn ip6tables_legacy_restore(cx: &mut Context<'_>) -> i32 {
    restore::run(cx, V6.legacy().called("ip6tables-restore"))
}

/// Runs `iptables-translate`.
pub fn iptables_translate(cx: &mut Context<'_>) -> i32 {
    translate::run(cx, V4.called("iptables-translate"))
}

/// Runs `ip6tables-translate`.
pub fn ip6tables_translate(cx: &mut Context<'_>) -> i32 {
    translate::run(cx, V6.called("ip6tables-translate"))
}

/// Runs `iptables-restore-translate`.
pub fn iptables_restore_translate(cx: &mut Context<'_>) -> i32 {
    translate::restore::run(cx, V4.called("iptables-restore-translate"))
}

/// Runs `ip6tables-restore-translate`.
pub fn ip6tables_restore_translate(cx: &mut Context<'_>) -> i32 {
    translate::restore::run(cx, V6.called("ip6tables-restore-translate"))
}

/// Runs `arptables`.
pub fn arptables(cx: &mut Context<'_>) -> i32 {
    run(cx, ARP)
}

/// Runs `arptables-save`.
pub fn arptables_save(cx: &mut Context<'_>) -> i32 {
    save::run(cx, ARP.called("arptables-save"))
}

/// Runs `arptables-restore`.
pub fn arptables_restore(cx: &mut Context<'_>) -> i32 {
    restore::run(cx, ARP.called("arptables-restore"))
}

/// Runs `ebtables`.
pub fn ebtables(cx: &mut Context<'_>) -> i32 {
    run(cx, BRIDGE)
}

/// Runs `ebtables-save`.
pub fn ebtables_save(cx: &mut Context<'_>) -> i32 {
    save::run(cx, BRIDGE.called("ebtables-save"))
}

/// Runs `ebtables-restore`.
pub fn ebtables_restore(cx: &mut Context<'_>) -> i32 {
    restore::run(cx, BRIDGE.called("ebtables-restore"))
}

/// Runs `iptables-nft-save`.
pub fn iptables_nft_save(cx: &mut Context<'_>) -> i32 {
    save::run(cx, V4.called("iptables-nft-save"))
}

/// Runs `iptables-nft-restore`.
pub fn iptables_nft_restore(cx: &mut Context<'_>) -> i32 {
    restore::run(cx, V4.called("iptables-nft-restore"))
}

/// Runs `ip6tables-nft-save`.
pub fn ip6tables_nft_save(cx: &mut Context<'_>) -> i32 {
    save::run(cx, V6.called("ip6tables-nft-save"))
}

/// Runs `ip6tables-nft-restore`.
pub fn ip6tables_nft_restore(cx: &mut Context<'_>) -> i32 {
    restore::run(cx, V6.called("ip6tables-nft-restore"))
}

/// A rule of a table in the words that make it, behind the chain's name: `-s 10.0.0.1/32 -j DROP`;
/// none where the table is not one of iptables.
#[must_use]
pub fn words(table: &TableRef, rule: &Rule) -> Option<String> {
    let variant = variant(table)?;
    let (before, target) = show::words(variant, rule);
    Some(format!("{before}{target}").trim_start().to_owned())
}

/// A match or target of a rule in words of nft, as nft lists it where it has some.
pub(crate) fn translated(family: Family, statements: &[Statement], at: usize) -> Option<String> {
    translate::part(family, statements, at)
}

/// The program that drives a table: `iptables`, `ip6tables-legacy`; none where it is not one of
/// iptables.
#[must_use]
pub fn program(table: &TableRef) -> Option<String> {
    let Variant { name, backend, .. } = variant(table)?;
    Some(match backend {
        Backend::Nft => name.to_owned(),
        Backend::Legacy => format!("{name}-legacy"),
    })
}

fn variant(table: &TableRef) -> Option<Variant> {
    let variant = match table.family {
        TableFamily::Ip => V4,
        TableFamily::Ip6 => V6,
        TableFamily::Arp => ARP,
        TableFamily::Bridge => BRIDGE,
        _ => return None,
    };
    variant.table(&table.name)?;
    let backend = table.backend;
    Some(Variant { backend, ..variant })
}

fn run(cx: &mut Context<'_>, variant: Variant) -> i32 {
    let args = cx.args.clone();
    let done = match variant.tables {
        TableFamily::Bridge => eb::run(cx, variant, &args),
        _ => variant
            .parse(&args)
            .and_then(|parsed| command::run(cx, variant, &parsed)),
    };
    finish(cx, variant, done)
}

/// Tells a failure; the exit code.
fn finish(cx: &mut Context<'_>, variant: Variant, done: Outcome<()>) -> i32 {
    match done {
        Ok(()) => 0,
        Err(failure) if failure.is_refused() => {
            let version = variant.version();
            let _ = writeln!(
                cx.err,
                "{version}: Could not fetch rule set generation id: Permission denied (you must be root)"
            );
            4
        }
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}
