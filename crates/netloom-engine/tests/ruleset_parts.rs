//! Parts of a ruleset: what is asked for alone, and changes that hold only for what was read.

#![allow(missing_docs, reason = "a test")]

use netloom_engine::{Engine, Simulation};
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::statement::{Counter, Statement};
use netloom_model::ruleset::{Rule, TableFamily, Wanted};
use netloom_model::{Change, Errno, NsName, Result, World};

fn table(name: &str) -> TableRef {
    TableRef::new(TableFamily::Ip, name)
}

fn chain(name: &str) -> ChainRef {
    ChainRef {
        table: table("t"),
        chain: name.to_owned(),
    }
}

fn add_rule(name: &str) -> RulesetChange {
    let rule = Rule {
        statements: vec![Statement::Counter(Counter::default())],
        ..Rule::default()
    };
    let (chain, place) = (chain(name), Place::Last);
    RulesetChange::AddRule { chain, place, rule }
}

fn apply(world: &mut Simulation, changes: Vec<RulesetChange>) -> Result<()> {
    let ns = NsName::first();
    world.apply(vec![Change::Ruleset { ns, changes }])
}

/// Table `t` with the chains `a` and `b` of a rule each, and table `u`.
fn world() -> Simulation {
    let mut world = Simulation {
        engine: Engine::new(1),
    };
    let add_table = |name| RulesetChange::AddTable {
        table: table(name),
        dormant: false,
        comment: None,
        exclusive: true,
    };
    let add_chain = |name| RulesetChange::AddChain {
        chain: chain(name),
        base: None,
        comment: None,
        exclusive: true,
    };
    let mut changes = vec![
        add_table("t"),
        add_table("u"),
        add_chain("a"),
        add_chain("b"),
    ];
    changes.extend([add_rule("a"), add_rule("b")]);
    apply(&mut world, changes).unwrap();
    world
}

/// What is told, each table with its chains, and how many rules they have.
fn told(world: &mut Simulation, wanted: Wanted) -> String {
    let told = world.ruleset(&NsName::first(), wanted).unwrap();
    let tables = told.tables.iter().map(|table| {
        let chains = table.chains.iter();
        let chains: Vec<String> = chains
            .map(|chain| format!("{}:{}", chain.name, chain.rules.len()))
            .collect();
        format!("{} [{}]", table.name, chains.join(" "))
    });
    tables.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_chain_is_told_without_the_others() {
    let mut world = world();
    assert_eq!(told(&mut world, Wanted::chain(&chain("b"))), "t [b:1]");
    assert_eq!(told(&mut world, Wanted::chain(&chain("c"))), "t []");
    assert_eq!(told(&mut world, Wanted::heads(&table("t"))), "t [a:0 b:0]");
    assert_eq!(told(&mut world, Wanted::table(&table("t"))), "t [a:1 b:1]");
    assert_eq!(told(&mut world, Wanted::table(&table("v"))), "");
    assert_eq!(told(&mut world, Wanted::default()), "t [a:0 b:0], u []");
}

#[test]
fn a_part_of_a_whole_ruleset_is_the_part_that_is_told() {
    let mut world = world();
    let ns = NsName::first();
    let all = Wanted {
        rules: true,
        ..Wanted::default()
    };
    let whole = world.ruleset(&ns, all).unwrap();
    for wanted in [
        Wanted::default(),
        Wanted::heads(&table("t")),
        Wanted::table(&table("u")),
        Wanted::chain(&chain("a")),
    ] {
        let part = world.ruleset(&ns, wanted.clone()).unwrap();
        assert_eq!(wanted.of(whole.clone()), part);
    }
}

#[test]
fn a_transaction_that_rests_on_what_was_read_is_refused_once_others_changed_something() {
    let mut world = world();
    let heads = || Wanted::heads(&table("t"));
    let generation = world.ruleset(&NsName::first(), heads()).unwrap().generation;
    let unchanged = || RulesetChange::Unchanged { generation };
    apply(&mut world, vec![unchanged(), add_rule("a")]).unwrap();
    let refused = apply(&mut world, vec![unchanged(), add_rule("b")]).unwrap_err();
    assert_eq!((refused.errno, refused.step), (Errno::RESTART, Some(0)));
    assert_eq!(told(&mut world, Wanted::table(&table("t"))), "t [a:2 b:1]");
}
