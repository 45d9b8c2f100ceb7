use super::*;
use netloom_model::{BridgePortSettings, BridgeSettings, Errno};
use netloom_wire::stp::{TOPOLOGY_CHANGE, TOPOLOGY_CHANGE_ACK};

fn id(priority: u16, last: u8) -> BridgeId {
    BridgeId {
        priority,
        mac: MacAddr([2, 0, 0, 0, 0, last]),
    }
}

/// A tree, and the calls that its timers asked for.
#[derive(Default)]
struct Lone {
    tree: Tree,
    calls: Vec<(Time, StpTimer)>,
}

impl core::ops::Deref for Lone {
    type Target = Tree;

    fn deref(&self) -> &Tree {
        &self.tree
    }
}

impl core::ops::DerefMut for Lone {
    fn deref_mut(&mut self) -> &mut Tree {
        &mut self.tree
    }
}

/// A bridge that runs the protocol, up, with this many ports that run; it is told of them at zero.
fn tree(ports: u16) -> Lone {
    let mut tree = Lone::default();
    tree.set_address(id(0, 9).mac);
    let stp = BridgeSettings {
        stp_state: Some(1),
        ..BridgeSettings::default()
    };
    tree.configure(&stp);
    tree.set_up(true);
    for number in 1..=ports {
        tree.add(DevId(number.into()), number, 2);
        tree.port_runs(number, true);
    }
    tree
}

/// What the bridge with this last byte says, as far from the root as it likes.
fn config(root: BridgeId, cost: u32, bridge: BridgeId) -> Config {
    Config {
        flags: 0,
        root,
        root_path_cost: cost,
        bridge,
        port: 0x8001,
        message_age: 0,
        max_age: 20 << 8,
        hello_time: 2 << 8,
        forward_delay: 15 << 8,
    }
}

fn states(tree: &Tree) -> Vec<PortState> {
    tree.members.iter().map(|member| member.state).collect()
}

/// Lets time pass, every timer at its moment.
fn pass(tree: &mut Lone, until: Time) {
    loop {
        let asked = tree.ask();
        tree.calls.extend(asked);
        tree.calls.sort_unstable();
        if tree.calls.first().is_none_or(|(at, _)| *at > until) {
            break;
        }
        let (at, timer) = tree.calls.remove(0);
        tree.at(at).expired(timer);
    }
    tree.now = until;
}

#[test]
fn a_port_listens_and_learns_before_it_forwards() {
    let mut tree = tree(1);
    assert_eq!(states(&tree), [PortState::Listening]);
    pass(&mut tree, Time::from_secs(14));
    assert_eq!(states(&tree), [PortState::Listening]);
    pass(&mut tree, Time::from_secs(15));
    assert_eq!(states(&tree), [PortState::Learning]);
    pass(&mut tree, Time::from_secs(30));
    assert_eq!(states(&tree), [PortState::Forwarding]);
}

#[test]
fn without_the_protocol_a_port_forwards_at_once_and_nothing_is_said() {
    let mut tree = Lone::default();
    tree.set_up(true);
    tree.add(DevId(1), 1, 2);
    tree.port_runs(1, true);
    assert_eq!(states(&tree), [PortState::Forwarding]);
    pass(&mut tree, Time::from_secs(60));
    assert!(tree.out.is_empty());
}

#[test]
fn a_root_says_hello_every_two_seconds() {
    let mut tree = tree(1);
    pass(&mut tree, Time::from_secs(11));
    assert_eq!(tree.out.len(), 5);
    let Message::Config(said) = tree.out[4].1 else {
        panic!("a root sends configurations");
    };
    assert_eq!((said.root, said.message_age), (tree.id, 0));
    assert_eq!((said.hello_time, said.max_age), (2 << 8, 20 << 8));
}

#[test]
fn the_better_way_to_the_root_wins_and_the_other_port_is_blocked() {
    let mut tree = tree(3);
    let root = id(0x1000, 1);
    tree.received_config(1, &config(root, 4, id(0x8000, 2)));
    assert_eq!((tree.root_port, tree.root_path_cost), (Some(1), 6));
    tree.received_config(2, &config(root, 0, root));
    assert_eq!((tree.root_port, tree.root_path_cost), (Some(2), 2));
    // What was the root port leads a LAN that knows a worse way: it is designated now.
    assert_eq!(tree.members[0].designated.bridge, tree.id);
    tree.received_config(1, &config(root, 2, id(0x8000, 2)));
    assert_eq!(states(&tree)[0], PortState::Blocking);
    assert_eq!(states(&tree)[2], PortState::Listening);
}

#[test]
fn among_equal_ways_the_lower_bridge_then_the_lower_port_decides() {
    let mut tree = tree(2);
    let root = id(0x1000, 1);
    tree.received_config(1, &config(root, 2, id(0x8000, 7)));
    tree.received_config(2, &config(root, 2, id(0x8000, 3)));
    assert_eq!(tree.root_port, Some(2));
    let other = Config {
        port: 0x7fff,
        ..config(root, 2, id(0x8000, 3))
    };
    tree.received_config(1, &other);
    assert_eq!(tree.root_port, Some(1));
}

#[test]
fn what_is_not_heard_again_is_forgotten_and_the_bridge_is_root() {
    let mut tree = tree(1);
    let root = id(0x1000, 1);
    tree.received_config(1, &config(root, 0, root));
    assert!(!tree.is_root() && !tree.hello.is_running());
    pass(&mut tree, Time::from_secs(19));
    assert!(!tree.is_root());
    pass(&mut tree, Time::from_secs(20));
    assert!(tree.is_root() && tree.hello.is_running());
}

#[test]
fn a_worse_configuration_is_answered_and_changes_nothing() {
    let mut tree = tree(1);
    tree.out.clear();
    let worse = id(0xf000, 1);
    tree.received_config(1, &config(worse, 0, worse));
    assert!(tree.is_root());
    assert_eq!(tree.out.len(), 1);
    // But not more than once in a second.
    for _ in 0..100 {
        tree.received_config(1, &config(worse, 0, worse));
    }
    assert_eq!(tree.out.len(), 1);
    pass(&mut tree, Time::from_secs(1));
    assert_eq!(tree.out.len(), 2);
}

#[test]
fn a_change_is_told_to_the_root_until_it_acknowledges() {
    let mut tree = tree(2);
    let root = id(0x1000, 1);
    tree.received_config(1, &config(root, 0, root));
    pass(&mut tree, Time::from_secs(16));
    tree.out.clear();
    let root_says = config(root, 0, root);
    tree.received_config(1, &root_says);
    pass(&mut tree, Time::from_secs(35));
    let told = |tree: &Lone| {
        let sent = tree.out.iter();
        sent.filter(|(_, m)| *m == Message::Notification).count()
    };
    assert_eq!(states(&tree), [PortState::Forwarding; 2]);
    assert!(tree.topology_change_detected);
    let before = told(&tree);
    assert!(before >= 2, "{before}");
    let acknowledged = Config {
        flags: TOPOLOGY_CHANGE | TOPOLOGY_CHANGE_ACK,
        ..root_says
    };
    tree.received_config(1, &acknowledged);
    pass(&mut tree, Time::from_secs(45));
    assert_eq!(told(&tree), before);
    assert!(tree.topology_change && !tree.topology_change_detected);
    assert_eq!(tree.ageing_time(), 3_000);
    tree.received_config(1, &root_says);
    assert_eq!(tree.ageing_time(), 30_000);
}

#[test]
fn a_notification_is_acknowledged_once_and_the_root_flags_the_change() {
    let mut tree = tree(1);
    pass(&mut tree, Time::from_secs(100));
    tree.out.clear();
    assert!(!tree.topology_change);
    tree.received_notification(1);
    let flags: Vec<u8> = tree
        .out
        .iter()
        .filter_map(|(_, m)| match m {
            Message::Config(config) => Some(config.flags),
            Message::Notification => None,
        })
        .collect();
    // The hello of this moment had the hold timer running: the answer waits for it.
    assert!(flags.is_empty() && tree.members[0].acknowledges);
    pass(&mut tree, Time::from_secs(104));
    let flags: Vec<u8> = tree
        .out
        .iter()
        .filter_map(|(_, m)| match m {
            Message::Config(config) => Some(config.flags),
            Message::Notification => None,
        })
        .collect();
    assert_eq!(flags[0], TOPOLOGY_CHANGE | TOPOLOGY_CHANGE_ACK);
    assert_eq!(flags[1], TOPOLOGY_CHANGE);
    pass(&mut tree, Time::from_secs(136));
    assert!(!tree.topology_change && !tree.topology_change_detected);
}

#[test]
fn a_port_with_root_block_never_leads_to_the_root() {
    let mut tree = tree(2);
    let block = BridgePortSettings {
        root_block: Some(true),
        ..BridgePortSettings::default()
    };
    tree.configure_port(1, &block);
    let root = id(0x1000, 1);
    tree.received_config(1, &config(root, 0, root));
    assert!(tree.is_root());
    assert_ne!(states(&tree)[0], PortState::Forwarding);
    tree.received_config(2, &config(root, 10, id(0x8000, 2)));
    assert_eq!(tree.root_port, Some(2));
}

#[test]
fn lies_about_times_and_costs_stop_nothing() {
    let mut tree = tree(2);
    let root = id(0, 0);
    let lie = Config {
        root_path_cost: u32::MAX,
        message_age: 0,
        max_age: 0,
        hello_time: 0,
        forward_delay: 0,
        ..config(root, 0, root)
    };
    tree.received_config(1, &lie);
    pass(&mut tree, Time::from_secs(10));
    // It is forgotten at once, and the times are the bridge's own again.
    assert!(tree.is_root());
    assert_eq!(tree.times(), [1_500, 200, 2_000]);
    let late = Config {
        message_age: u16::MAX,
        max_age: u16::MAX,
        ..lie
    };
    tree.received_config(1, &late);
    pass(&mut tree, Time::from_secs(11));
    assert!(tree.is_root());
    // A hello time of nothing does not make it speak without end.
    let hasty = Config {
        max_age: 20 << 8,
        ..lie
    };
    tree.received_config(1, &hasty);
    let off = |state| BridgeSettings {
        stp_state: Some(state),
        ..BridgeSettings::default()
    };
    tree.configure(&off(0));
    tree.configure(&off(1));
    tree.out.clear();
    pass(&mut tree, Time::from_secs(12));
    assert!(tree.out.len() <= 4, "{}", tree.out.len());
}

#[test]
fn a_flood_of_configurations_leaves_few_timers_behind() {
    let mut tree = tree(1);
    tree.ask();
    let root = id(0x1000, 1);
    let mut asked = 0;
    for nanos in 0..10_000 {
        tree.at(Time(nanos))
            .received_config(1, &config(root, 0, root));
        asked += tree.ask().len();
    }
    assert!(asked < 10, "{asked}");
}

#[test]
fn a_state_is_set_by_hand_only_without_the_protocol() {
    let mut tree = tree(1);
    let state = |state| BridgePortSettings {
        state: Some(state),
        ..BridgePortSettings::default()
    };
    let refused = tree.check_port(1, true, &state(PortState::Forwarding));
    assert_eq!(refused.map_err(|e| e.errno), Err(Errno::BUSY));
    tree.enabled = false;
    let refused = tree.check_port(1, false, &state(PortState::Disabled));
    assert_eq!(refused.map_err(|e| e.errno), Err(Errno::NETDOWN));
    assert!(
        tree.check_port(1, true, &state(PortState::Learning))
            .is_ok()
    );
    tree.configure_port(1, &state(PortState::Learning));
    assert_eq!(states(&tree), [PortState::Learning]);
    // Nothing keeps a port blocked that is its LAN's way to the root.
    tree.configure_port(1, &state(PortState::Blocking));
    assert_eq!(states(&tree), [PortState::Forwarding]);
}

#[test]
fn times_out_of_range_are_refused_and_a_delay_only_while_the_protocol_runs() {
    let mut tree = tree(0);
    let delay = |time| BridgeSettings {
        forward_delay: Some(time),
        ..BridgeSettings::default()
    };
    assert!(tree.check(&delay(199)).is_err() && tree.check(&delay(3_001)).is_err());
    assert!(tree.check(&delay(200)).is_ok() && tree.check(&delay(3_000)).is_ok());
    let hello = BridgeSettings {
        hello_time: Some(99),
        ..BridgeSettings::default()
    };
    tree.enabled = false;
    assert!(tree.check(&hello).is_err());
    assert!(tree.check(&delay(0)).is_ok());
    tree.configure(&delay(0));
    // The protocol begins with no less than its least.
    tree.configure(&BridgeSettings {
        stp_state: Some(1),
        ..BridgeSettings::default()
    });
    assert_eq!(tree.times()[0], 200);
}

#[test]
fn a_new_address_or_priority_moves_the_root() {
    let mut tree = tree(1);
    let root = id(0x8000, 5);
    tree.received_config(1, &config(root, 0, root));
    assert_eq!(tree.root, root);
    tree.set_address(id(0, 4).mac);
    assert!(tree.is_root());
    tree.set_address(id(0, 6).mac);
    tree.received_config(1, &config(root, 0, root));
    assert_eq!(tree.root, root);
    tree.configure(&BridgeSettings {
        priority: Some(0x1000),
        ..BridgeSettings::default()
    });
    assert!(tree.is_root());
}
