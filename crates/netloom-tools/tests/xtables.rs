//! What iptables' words are kept as is what the kernel's form of them is read as: each line of what the
//! original wrote is given to netloom's own command.

mod common;

use netloom_model::ruleset::{Statement, TableFamily};
use netloom_model::state::Parts;
use netloom_model::{NsName, World};
use netloom_netlink::xt::{matches, sets, targets};

/// The words of a line, some between quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted, mut word) = (Vec::new(), false, String::new());
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            '¦' => word.push('|'),
            letter => word.push(letter),
        }
    }
    words.push(word);
    words
}

fn bytes(hex: &str, len: usize) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    let mut bytes: Vec<u8> = pairs.map(byte).collect();
    bytes.resize(len, 0);
    bytes
}

/// The statements of the rule that words make, in a world of their own.
fn made(tool: &str, place: [&str; 2], line: &str) -> Result<Vec<Statement>, String> {
    let mut world = common::world();
    for set in [
        "xt1 hash:ip timeout 0 counters",
        "xt2 hash:ip,port counters",
        "xt3 hash:ip skbinfo",
    ] {
        common::run(&mut world, &words(&format!("ipset create {set}")));
    }
    let [table, chain] = place;
    let command = words(&format!("{tool} -t {table} -A {chain} {line}"));
    let told = common::run(&mut world, &command);
    if told != "=> 0\n" {
        return Err(told);
    }
    let ns = NsName::first();
    let state = world.snapshot(Some(&ns), Parts::ALL).unwrap();
    let tables = &state.namespaces[&ns].ruleset.tables;
    let rules = tables.iter().flat_map(|t| &t.chains).flat_map(|c| &c.rules);
    let all = rules.flat_map(|rule| rule.statements.clone());
    Ok(all.collect())
}

/// What netloom's commands have no words for.
const NO_WORDS: &[&str] = &[
    "--bytecode",
    "-j AUDIT",
    "-j CONNSECMARK",
    "-j HMARK",
    "-j IDLETIMER",
    "shift-mark",
];

#[test]
fn what_words_are_kept_as_is_what_the_kernels_form_is_read_as() {
    let mut wrong = Vec::new();
    let recorded = include_str!("../../netloom-netlink/src/xt/recorded.txt");
    for line in recorded
        .lines()
        .filter(|l| l.contains('|') && !l.starts_with('#'))
    {
        let fields: Vec<&str> = line.split('|').collect();
        let [tool, table, chain, said, kind, name, revision, len, hex] = fields.try_into().unwrap();
        if NO_WORDS.iter().any(|word| said.contains(word)) {
            continue;
        }
        let family = match tool {
            "iptables" => TableFamily::Ip,
            "ip6tables" => TableFamily::Ip6,
            "arptables" => TableFamily::Arp,
            _ => TableFamily::Bridge,
        };
        let info = bytes(hex, len.parse().unwrap());
        let revision = revision.parse().unwrap();
        let mut read = match kind {
            "target" => targets::decode(family, name, revision, &info),
            _ => matches::decode(family, name, revision, &info),
        };
        for statement in &mut read {
            sets::named(statement, |index| Some(format!("xt{}", index + 1)));
        }
        let made = made(tool, [table, chain], said);
        let there = made
            .as_ref()
            .is_ok_and(|made| made.windows(read.len()).any(|part| part == read));
        if !there {
            wrong.push((said, read, made));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
