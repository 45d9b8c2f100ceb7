//! `iptables` 1.8.9 (iptables(8)) and its kin: rules by the words that everybody knows, listed as the
//! original lists them.
//!
//! `arguments` reads a command line, `spec` a rule's words into statements; `extension` is the table
//! of matches and targets, one file each under `ext`. `draft` is a table as it will be once all
//! changes are made, `command` carries single commands out, `restore` files of them; `show`, `list`
//! and `save` print rules as `-S`, `-L` and `iptables-save` do.

mod arguments;
mod command;
mod draft;
mod ext;
mod extension;
mod list;
mod monitor;
mod place;
mod restore;
mod save;
mod show;
mod spec;
mod tables;
mod translate;

pub use monitor::xtables_monitor;

use crate::Context;
use crate::ip::words::{Failure, Outcome};
pub(crate) use ext::icmp::names as icmp_names;
use netloom_model::Family;
use netloom_model::ruleset::{Backend, Rule, TableFamily, TableRef};

/// Under which of its names the program was called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    /// `iptables` or `ip6tables`.
    name: &'static str,
    family: Family,
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

    /// The family of its tables.
    const fn tables(self) -> TableFamily {
        match self.family {
            Family::V4 => TableFamily::Ip,
            Family::V6 => TableFamily::Ip6,
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
    backend: Backend::Nft,
    line: None,
};

const V6: Variant = Variant {
    name: "ip6tables",
    family: Family::V6,
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

/// A rule of a table in the words that make it, behind the chain's name: `-s 10.0.0.1/32 -j DROP`;
/// none where the table is not one of iptables.
#[must_use]
pub fn words(table: &TableRef, rule: &Rule) -> Option<String> {
    let variant = variant(table)?;
    let (before, target) = show::words(variant, rule);
    Some(format!("{before}{target}").trim_start().to_owned())
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
        _ => return None,
    };
    tables::find(&table.name)?;
    let backend = table.backend;
    Some(Variant { backend, ..variant })
}

fn run(cx: &mut Context<'_>, variant: Variant) -> i32 {
    let args = cx.args.clone();
    let done =
        arguments::parse(variant, &args).and_then(|parsed| command::run(cx, variant, &parsed));
    finish(cx, done)
}

/// Tells a failure; the exit code.
fn finish(cx: &mut Context<'_>, done: Outcome<()>) -> i32 {
    match done {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}
