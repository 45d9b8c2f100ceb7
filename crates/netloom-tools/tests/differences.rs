//! What the difference of two states comes to where the one cannot just be set to be the other: it is carried
//! out change by change, and nothing is refused.

#![allow(missing_docs, reason = "a test")]

use netloom_engine::{Engine, Simulation};
use netloom_model::diff::diff;
use netloom_model::state::Parts;
use netloom_model::{NsName, State, World};
use netloom_tools::{Context, NoMachine, applet};

/// A world in which commands were carried out, a line each.
fn world_after(commands: &str) -> Simulation {
    let mut world = Simulation {
        engine: Engine::new(1),
    };
    for command in commands.lines().filter(|line| !line.trim().is_empty()) {
        run(&mut world, command);
    }
    world
}

/// Runs a command that succeeds: what it prints.
fn run(world: &mut Simulation, command: &str) -> String {
    let mut words = command.split_whitespace().map(str::to_owned);
    let run = applet(&words.next().unwrap()).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(&mut Context {
        args: words.collect(),
        ns: NsName::first(),
        world,
        host: &mut NoMachine,
        stdin: &mut std::io::empty(),
        out: &mut out,
        err: &mut err,
    });
    let err = String::from_utf8_lossy(&err);
    assert_eq!(code, 0, "{command}: {err}");
    String::from_utf8(out).unwrap()
}

fn state(world: &mut Simulation) -> State {
    world.snapshot(None, Parts::ALL).unwrap()
}

/// Makes a world that began by some commands what others make, and holds what these commands then print
/// to be the same; how many changes it took.
fn become_alike(before: &str, after: &str, shown: &[&str]) -> usize {
    let (mut world, mut wanted) = (world_after(before), world_after(after));
    let desired = state(&mut wanted);
    let changes = diff(&state(&mut world), &desired);
    let count = changes.len();
    for change in changes {
        let told = format!("{change:?}");
        let done = world.apply(vec![change]);
        assert!(done.is_ok(), "{told}: {done:?}");
    }
    for command in shown {
        assert_eq!(run(&mut world, command), run(&mut wanted, command));
    }
    assert_eq!(diff(&state(&mut world), &desired), Vec::new());
    count
}

#[test]
fn rules_of_one_priority_come_into_their_order() {
    let rules = |froms: &[&str]| {
        let rule = |from: &&str| format!("ip rule add from {from} pref 100 lookup 7\n");
        froms.iter().map(rule).collect::<String>()
    };
    let [a, b, c] = ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"];
    for (before, after, changes) in [
        ([a, b, c], [b, a, c], 4),
        ([a, b, c], [c, b, a], 4),
        ([a, b, c], [a, c, b], 2),
        ([a, b, c], [a, b, c], 0),
    ] {
        let shown = ["ip rule"];
        assert_eq!(
            become_alike(&rules(&before), &rules(&after), &shown),
            changes
        );
    }
}

#[test]
fn a_set_that_is_made_otherwise_is_let_go_by_the_rules_and_lists_that_hold_it() {
    let made = |set: &str| {
        format!(
            "ipset create own {set}\nipset add own 10.0.0.1\nipset create all list:set\n\
             ipset add all own\nipset create more hash:ip\nipset add more 10.0.0.9\n\
             iptables -A INPUT -m set --match-set own src -j DROP\n\
             iptables -t nat -A PREROUTING -m set --match-set more src -j ACCEPT\n\
             ip6tables -A INPUT -j DROP\n"
        )
    };
    let shown = ["iptables-save", "ip6tables-save"];
    become_alike(&made("hash:ip"), &made("hash:net"), &shown);
    let (own, no_rule) = (
        made("hash:ip"),
        "ipset create more hash:ip\nipset add more 10.0.0.9\n",
    );
    become_alike(&own, no_rule, &shown);
    become_alike(no_rule, &own, &shown);
}

#[test]
fn a_device_of_packets_does_not_become_one_of_frames() {
    let made = |mode: &str| format!("ip tuntap add dev t0 mode {mode}\nip link set t0 up\n");
    for (before, after) in [("tun", "tap"), ("tap", "tun"), ("tap", "tap multi_queue")] {
        become_alike(
            &made(before),
            &made(after),
            &["ip tuntap", "ip link show t0"],
        );
    }
}
