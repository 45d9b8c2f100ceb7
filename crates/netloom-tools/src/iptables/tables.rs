//! The tables that iptables knows, with their chains (iptables(8), TABLES).

use netloom_model::ruleset::{Backend, Base, ChainKind, Counter, Hook, Policy, priority};

/// A table of iptables.
pub(super) struct Builtin {
    pub(super) name: &'static str,
    pub(super) priority: i32,
    pub(super) hooks: &'static [Hook],
    /// Whether it is one of bridges.
    pub(super) bridge: bool,
}

/// The tables, in the order in which `iptables-save` prints them.
pub(super) const TABLES: [Builtin; 5] = [
    Builtin {
        name: "mangle",
        priority: priority::MANGLE,
        hooks: &[
            Hook::Prerouting,
            Hook::Input,
            Hook::Forward,
            Hook::Output,
            Hook::Postrouting,
        ],
        bridge: false,
    },
    Builtin {
        name: "security",
        priority: priority::SECURITY,
        hooks: &[Hook::Input, Hook::Forward, Hook::Output],
        bridge: false,
    },
    Builtin {
        name: "raw",
        priority: priority::RAW,
        hooks: &[Hook::Prerouting, Hook::Output],
        bridge: false,
    },
    Builtin {
        name: "filter",
        priority: priority::FILTER,
        hooks: &[Hook::Input, Hook::Forward, Hook::Output],
        bridge: false,
    },
    Builtin {
        name: "nat",
        priority: priority::DSTNAT,
        hooks: &[
            Hook::Prerouting,
            Hook::Input,
            Hook::Output,
            Hook::Postrouting,
        ],
        bridge: false,
    },
];

impl Builtin {
    /// Whether a chain is its own.
    pub(super) fn has(&self, chain: &str) -> bool {
        self.hooks
            .iter()
            .any(|hook| hook.name().eq_ignore_ascii_case(chain) && chain == chain.to_uppercase())
    }

    /// The names of its own chains with what makes them so, in the order of their hooks.
    pub(super) fn chains(&self, backend: Backend) -> impl Iterator<Item = (String, Base)> {
        self.hooks.iter().map(move |hook| {
            let base = Base {
                kind: self.kind(*hook),
                hook: *hook,
                priority: self.priority_at(*hook, backend),
                policy: Policy::Accept,
                devices: Vec::new(),
                counter: Some(Counter::default()),
            };
            (hook.name().to_uppercase(), base)
        })
    }

    fn kind(&self, hook: Hook) -> ChainKind {
        match (self.name, hook) {
            _ if self.bridge => ChainKind::Filter,
            ("nat", _) => ChainKind::Nat,
            ("mangle", Hook::Output) => ChainKind::Route,
            _ => ChainKind::Filter,
        }
    }

    fn priority_at(&self, hook: Hook, backend: Backend) -> i32 {
        match (self.name, hook) {
            ("nat", Hook::Output) if self.bridge => priority::BRIDGE_OUT,
            ("nat", Hook::Postrouting) if self.bridge => priority::BRIDGE_SRCNAT,
            ("nat", Hook::Input | Hook::Postrouting) => priority::SRCNAT,
            // iptables-nft asks it behind where the kernel's own table is asked.
            ("security", _) if backend == Backend::Nft => 150,
            _ => self.priority,
        }
    }
}
