//! Tables read and written.

use super::change::{apply, fresh};
use super::read::Owner;
use super::{Info, Written, decode, encode, form, info};
use crate::xt::tests::recorded;
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::statement::{Counter, Verdict};
use netloom_model::ruleset::{
    Backend, Expr, Field, Hook, Rule, Statement, Table, TableFamily, Value,
};

fn named(family: TableFamily) -> TableRef {
    TableRef {
        backend: Backend::Legacy,
        ..TableRef::new(family, "filter")
    }
}

fn chain(family: TableFamily, chain: &str) -> ChainRef {
    ChainRef {
        table: named(family),
        chain: chain.to_owned(),
    }
}

/// What the kernel would say of what is written, and its entries.
fn told(family: TableFamily, written: &Written) -> (Info, Vec<u8>) {
    let form = form(family).unwrap();
    // It says the same in another order.
    let mut bytes = written.bytes[..36].to_vec();
    let places = 8 * form.hooks.len();
    bytes.extend(&written.bytes[44..44 + places]);
    bytes.extend(&written.bytes[36..44]);
    let entries = written.bytes[written.address + 8..].to_vec();
    (info(form, &bytes).unwrap(), entries)
}

fn read(family: TableFamily, written: &Written) -> Table {
    let (info, entries) = told(family, written);
    let read = decode(&named(family), form(family).unwrap(), &info, &entries).unwrap();
    assert_eq!(read.counters.len(), info.entries as usize);
    read.table
}

fn add(family: TableFamily, name: &str, statements: Vec<Statement>) -> RulesetChange {
    let mut all = statements;
    let at = all.iter().position(|s| matches!(s, Statement::Verdict(_)));
    all.insert(
        at.unwrap_or(all.len()),
        Statement::Counter(Counter::default()),
    );
    RulesetChange::AddRule {
        chain: chain(family, name),
        place: Place::Last,
        rule: Rule {
            statements: all,
            ..Rule::default()
        },
    }
}

fn without_handles(mut table: Table) -> Table {
    for rule in table.chains.iter_mut().flat_map(|chain| &mut chain.rules) {
        rule.handle = 0;
    }
    table
}

fn changed(family: TableFamily, source: Field, value: Value) -> Table {
    let hooks = [Hook::Input, Hook::Forward, Hook::Output];
    let mut table = fresh(&named(family), &hooks).unwrap();
    let jump = |to: &str| Statement::Verdict(Verdict::Jump(to.to_owned()));
    let device = Expr::Value(Value::new(*b"eth"));
    let changes = [
        RulesetChange::AddChain {
            chain: chain(family, "own"),
            base: None,
            comment: None,
            exclusive: true,
        },
        add(
            family,
            "INPUT",
            vec![
                Statement::equal(Expr::Meta(MetaKey::IifName), device),
                Statement::equal(Expr::Field(source), Expr::Prefix(value, 8)),
                jump("own"),
            ],
        ),
        add(family, "INPUT", vec![]),
        add(family, "own", vec![Statement::Verdict(Verdict::Drop)]),
    ];
    for change in &changes {
        apply(&mut table, change).unwrap();
    }
    table
}

#[test]
fn what_is_written_is_read_as_it_was() {
    for (family, source, value) in [
        (TableFamily::Ip, Field::IpSaddr, Value::from(0x0a00_0000u32)),
        (
            TableFamily::Ip6,
            Field::Ip6Daddr,
            Value::number(0xfd << 120, 16),
        ),
    ] {
        let table = changed(family, source, value);
        let again = read(family, &encode(&table).unwrap());
        assert_eq!(without_handles(again), table);
    }
}

#[test]
fn rules_about_arp_are_read_as_they_were_written() {
    let family = TableFamily::Arp;
    let hooks = [Hook::Input, Hook::Output, Hook::Forward];
    let mut table = fresh(&named(family), &hooks).unwrap();
    let number = |field, number: u128, len| {
        let value = Value::number(number, len);
        Statement::equal(Expr::Field(field), Expr::Value(value))
    };
    let mac = Expr::Prefix(Value::number(0x0200_0000_0000, 6), 24);
    let rule = vec![
        Statement::equal(
            Expr::Meta(MetaKey::OifName),
            Expr::Value(Value::ifname("eth0")),
        ),
        number(Field::ArpHtype, 1, 2),
        number(Field::ArpHlen, 6, 1),
        number(Field::ArpOperation, 2, 2),
        Statement::Match {
            left: Expr::Field(Field::ArpSaddrEther),
            relation: Relation::Ne,
            right: mac,
        },
        number(Field::ArpSaddrIp, 0x0a00_0001, 4),
        Statement::Verdict(Verdict::Drop),
    ];
    apply(&mut table, &add(family, "OUTPUT", rule)).unwrap();
    let again = read(family, &encode(&table).unwrap());
    assert_eq!(without_handles(again), table);
}

#[test]
fn every_match_and_target_stands_in_an_entry() {
    for recorded in recorded() {
        let family = recorded.family;
        if !matches!(family, TableFamily::Ip | TableFamily::Ip6) {
            continue;
        }
        let hooks = [Hook::Input, Hook::Forward, Hook::Output];
        let mut table = fresh(&named(family), &hooks).unwrap();
        let counter = Statement::Counter(Counter::default());
        let mut statements = recorded.decode();
        let at = if recorded.target { 0 } else { statements.len() };
        statements.insert(at, counter);
        let rule = Rule {
            statements,
            ..Rule::default()
        };
        let add = RulesetChange::AddRule {
            chain: chain(family, "INPUT"),
            place: Place::First,
            rule,
        };
        apply(&mut table, &add).unwrap();
        let again = read(family, &encode(&table).unwrap());
        assert_eq!(without_handles(again), table, "{}", recorded.words);
    }
}

#[test]
fn a_rule_keeps_its_handle_where_others_come_and_go() {
    let family = TableFamily::Ip;
    let table = changed(family, Field::IpSaddr, Value::from(0x0a00_0000u32));
    let before = read(family, &encode(&table).unwrap());
    let kept = before.chains[0].rules[1].handle;
    let mut after = before.clone();
    let first = before.chains[0].rules[0].handle;
    let change = RulesetChange::DelRule {
        chain: chain(family, "INPUT"),
        handle: first,
    };
    apply(&mut after, &change).unwrap();
    let after = read(family, &encode(&after).unwrap());
    assert_eq!(after.chains[0].rules[0].handle, kept);
}

#[test]
fn a_chain_that_rules_lead_to_does_not_go() {
    let family = TableFamily::Ip;
    let mut table = changed(family, Field::IpSaddr, Value::from(0x0a00_0000u32));
    let flush = RulesetChange::FlushChain {
        table: named(family),
        chain: Some("own".to_owned()),
    };
    let delete = RulesetChange::DelChain {
        chain: chain(family, "own"),
        empty: true,
    };
    let refused = apply(&mut table, &delete).unwrap_err();
    assert_eq!(refused.errno, netloom_model::Errno::BUSY);
    apply(&mut table, &flush).unwrap();
    let refused = apply(&mut table, &delete).unwrap_err();
    assert_eq!(refused.errno, netloom_model::Errno::BUSY);
}

#[test]
fn damaged_tables_are_read_or_refused() {
    let family = TableFamily::Ip;
    let table = changed(family, Field::IpSaddr, Value::from(0x0a00_0000u32));
    let written = encode(&table).unwrap();
    let (info, entries) = told(family, &written);
    let form = form(family).unwrap();
    for at in (0..entries.len()).step_by(2) {
        for byte in [1, 0xff] {
            let mut damaged = entries.clone();
            damaged[at] = byte;
            let _ = decode(&named(family), form, &info, &damaged);
        }
        let _ = decode(&named(family), form, &info, &entries[..at]);
    }
    let owners = written.counters.iter().map(|(_, owner)| owner);
    assert_eq!(owners.filter(|o| **o == Owner::Nothing).count(), 3);
}
