//! Who listens to changes, and does not keep up.

use netloom_engine::{Engine, Simulation};
use netloom_model::notice::{About, MOST};
use netloom_model::socket::SocketKind;
use netloom_model::{Change, Errno, Family, NsName, Rule, Time, World};

fn add_rule(world: &mut Simulation, priority: u32) {
    let rule = Rule::lookup(Family::V4, priority, 7);
    let ns = NsName::default();
    world.apply(vec![Change::AddRule { ns, rule }]).unwrap();
}

fn world() -> Simulation {
    Simulation {
        engine: Engine::new(7),
    }
}

#[test]
fn whoever_does_not_keep_up_is_told_so_and_then_what_is_left() {
    let mut world = world();
    let listener = world.open(&NsName::default(), SocketKind::Monitor).unwrap();
    for priority in 1..=MOST as u32 + 5 {
        add_rule(&mut world, priority);
    }
    let lost = world.next_notice(listener, Time::ZERO).unwrap_err();
    assert_eq!(lost.errno, Errno::NOBUFS);
    for expected in 1..=MOST as u32 {
        let Ok(Some(notice)) = world.next_notice(listener, Time::ZERO) else {
            panic!("notice {expected} is missing");
        };
        let About::Rule(rule) = notice.about else {
            panic!("not a rule");
        };
        assert_eq!(rule.priority, Some(expected));
    }
}

#[test]
fn a_change_that_is_undone_is_told_to_nobody() {
    let mut world = world();
    let ns = NsName::default();
    let listener = world.open(&ns, SocketKind::Monitor).unwrap();
    let rule = Rule::lookup(Family::V4, 5, 7);
    let twice = vec![
        Change::AddRule {
            ns: ns.clone(),
            rule: rule.clone(),
        },
        Change::AddRule {
            ns: ns.clone(),
            rule,
        },
    ];
    assert!(world.apply(twice).is_err());
    let nothing = world.next_notice(listener, Time::ZERO);
    assert_eq!(nothing, Ok(None));
}
