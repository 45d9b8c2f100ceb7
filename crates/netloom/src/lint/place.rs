//! A namespace as the traps look at it.

use crate::explain::words;
use core::net::IpAddr;
use netloom_model::ruleset::{Base, Chain, ChainKind, Hook, Rule, Table, TableFamily, TableRef};
use netloom_model::{Address, Link, LinkKind, Namespace, NsName, State};
use netloom_tools::iptables;

/// A namespace, and the state that it is of.
pub(super) struct Place<'s> {
    pub(super) state: &'s State,
    pub(super) ns: &'s NsName,
    pub(super) namespace: &'s Namespace,
}

/// A rule and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Standing<'s> {
    pub(super) table: &'s Table,
    pub(super) chain: &'s Chain,
    /// Its number in the chain, from 1.
    pub(super) number: usize,
    pub(super) rule: &'s Rule,
}

impl Standing<'_> {
    /// The rule as the program that drives its table lists it.
    pub(super) fn line(&self) -> String {
        let table = reference(self.table);
        let rule = words(&table, self.rule);
        let (name, chain) = (&self.table.name, &self.chain.name);
        match iptables::program(&table) {
            Some(program) => format!("{program} -t {name} -A {chain} {rule}"),
            None => format!(
                "nft table {} {name}, chain {chain}: {rule}",
                table.family.name()
            ),
        }
    }

    /// The command that takes the rule away.
    pub(super) fn delete(&self) -> String {
        let table = reference(self.table);
        let (name, chain, number) = (&self.table.name, &self.chain.name, self.number);
        match iptables::program(&table) {
            Some(program) => format!("{program} -t {name} -D {chain} {number}"),
            None => {
                let (family, handle) = (table.family.name(), self.rule.handle);
                format!("nft delete rule {family} {name} {chain} handle {handle}")
            }
        }
    }
}

/// How a table is named.
pub(super) fn reference(table: &Table) -> TableRef {
    TableRef {
        family: table.family,
        backend: table.backend,
        name: table.name.clone(),
    }
}

impl<'s> Place<'s> {
    /// A command as it is typed for this namespace.
    pub(super) fn exec(&self, command: &str) -> String {
        crate::explain::exec(self.ns, command)
    }

    /// A setting by its dotted name; none where it is not known.
    pub(super) fn setting(&self, name: &str) -> Option<&'s str> {
        self.namespace.sysctls.get(name).map(|value| value.trim())
    }

    /// Whether a setting is known and is not 0.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.setting(name).is_some_and(|value| value != "0")
    }

    /// Whether a setting is known and is 0.
    pub(super) fn is_off(&self, name: &str) -> bool {
        self.setting(name) == Some("0")
    }

    /// A link by its index.
    pub(super) fn link(&self, index: u32) -> Option<&'s Link> {
        self.namespace.links.iter().find(|link| link.index == index)
    }

    /// The bridges.
    pub(super) fn bridges(&self) -> impl Iterator<Item = &'s Link> {
        let links = self.namespace.links.iter();
        links.filter(|link| matches!(link.kind, LinkKind::Bridge(_)))
    }

    /// The ports of a bridge.
    pub(super) fn ports(&self, bridge: u32) -> impl Iterator<Item = &'s Link> {
        let links = self.namespace.links.iter();
        links.filter(move |link| link.master == Some(bridge))
    }

    /// The bridge in whose subnet an address is, and the bridge's own address.
    pub(super) fn bridge_of(&self, address: IpAddr) -> Option<(&'s Link, &'s Address)> {
        let on_link = |own: &&Address| {
            own.prefix().len > 0 && own.prefix().contains(address) && own.local.addr != address
        };
        let mut own = self.namespace.addresses.iter().filter(on_link);
        own.find_map(|own| {
            let link = self.link(own.dev)?;
            matches!(link.kind, LinkKind::Bridge(_)).then_some((link, own))
        })
    }

    /// Whether an address is one of this namespace's own.
    pub(super) fn is_own(&self, address: IpAddr) -> bool {
        let mut own = self.namespace.addresses.iter();
        address.is_loopback() || own.any(|own| own.local.addr == address)
    }

    /// The tables that are asked.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'s Table> {
        let tables = self.namespace.ruleset.tables.iter();
        tables.filter(|table| !table.dormant)
    }

    /// The base chains of IP at a hook, of one kind where one is given.
    pub(super) fn chains_at(
        &self,
        hook: Hook,
        kind: Option<ChainKind>,
    ) -> impl Iterator<Item = (&'s Table, &'s Chain, &'s Base)> {
        let ip = |table: &&Table| {
            matches!(
                table.family,
                TableFamily::Ip | TableFamily::Ip6 | TableFamily::Inet
            )
        };
        let chains = self.tables().filter(ip);
        let chains = chains.flat_map(|table| table.chains.iter().map(move |chain| (table, chain)));
        chains.filter_map(move |(table, chain)| {
            let base = chain.base.as_ref()?;
            let here = base.hook == hook && kind.is_none_or(|kind| base.kind == kind);
            here.then_some((table, chain, base))
        })
    }

    /// Every rule of every table that is asked.
    pub(super) fn rules(&self) -> impl Iterator<Item = Standing<'s>> {
        let chains = |table: &'s Table| table.chains.iter().map(move |chain| (table, chain));
        self.tables()
            .flat_map(chains)
            .flat_map(|(table, chain)| standing(table, chain))
    }
}

/// The rules of a chain.
pub(super) fn standing<'s>(
    table: &'s Table,
    chain: &'s Chain,
) -> impl Iterator<Item = Standing<'s>> {
    let rules = chain.rules.iter().enumerate();
    rules.map(move |(at, rule)| Standing {
        table,
        chain,
        number: at + 1,
        rule,
    })
}
