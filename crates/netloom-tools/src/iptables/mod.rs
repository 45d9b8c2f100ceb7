//! `iptables` 1.8.9 (iptables(8)) and its kin: rules by the words that everybody knows, listed as the
//! original lists them.
//!
//! `arguments` reads a command line, `spec` a rule's words into statements; `extension` is the table
//! of matches and targets, one file each under `ext`. `command` carries commands out, `show` and
//! `list` print rules as `-S` and `-L` do.

mod arguments;
mod command;
mod ext;
mod extension;
mod list;
mod show;
mod spec;
mod tables;

use crate::Context;
use crate::ip::words::{Failure, Outcome};
use netloom_model::Family;
use netloom_model::ruleset::{Backend, TableFamily};

/// Under which of its names the program was called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    /// `iptables` or `ip6tables`.
    name: &'static str,
    family: Family,
    backend: Backend,
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

    /// The family of its tables.
    const fn tables(self) -> TableFamily {
        match self.family {
            Family::V4 => TableFamily::Ip,
            Family::V6 => TableFamily::Ip6,
        }
    }

    /// A mistake in the words: said with the version before it, and where help is.
    fn problem(self, what: &str) -> Failure {
        let name = self.name;
        let text = format!(
            "{}: {what}\nTry `{name} -h' or '{name} --help' for more information.",
            self.version()
        );
        Failure::new(text, 2)
    }

    /// What the rules that are there do not allow.
    fn refusal(self, what: &str) -> Failure {
        Failure::new(format!("{}: {what}", self.name), 1)
    }
}

const V4: Variant = Variant {
    name: "iptables",
    family: Family::V4,
    backend: Backend::Nft,
};

const V6: Variant = Variant {
    name: "ip6tables",
    family: Family::V6,
    backend: Backend::Nft,
};

const LEGACY: Backend = Backend::Legacy;

/// Runs `iptables`.
pub fn iptables(cx: &mut Context<'_>) -> i32 {
    run(cx, V4)
}

/// Runs `iptables-legacy`.
pub fn iptables_legacy(cx: &mut Context<'_>) -> i32 {
    run(
        cx,
        Variant {
            backend: LEGACY,
            ..V4
        },
    )
}

/// Runs `ip6tables`.
pub fn ip6tables(cx: &mut Context<'_>) -> i32 {
    run(cx, V6)
}

/// Runs `ip6tables-legacy`.
pub fn ip6tables_legacy(cx: &mut Context<'_>) -> i32 {
    run(
        cx,
        Variant {
            backend: LEGACY,
            ..V6
        },
    )
}

fn run(cx: &mut Context<'_>, variant: Variant) -> i32 {
    let args = cx.args.clone();
    let done: Outcome<()> =
        arguments::parse(variant, &args).and_then(|parsed| command::run(cx, variant, &parsed));
    match done {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}
