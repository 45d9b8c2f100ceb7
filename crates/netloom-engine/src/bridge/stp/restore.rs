//! A spanning tree as a snapshot tells it. What the root says and what was set here are told as one, so
//! that of a bridge that is not the root the own times are taken to be the root's.

use super::alarm::Alarm;
use super::{Member, Times, Tree, Vector, centiseconds};
use crate::device::DevId;
use netloom_model::bridge::{BridgePort, BridgeState};
use netloom_model::{Time, spanning_tree};
use netloom_wire::stp::BridgeId;

fn id(told: spanning_tree::BridgeId) -> BridgeId {
    BridgeId {
        priority: told.priority,
        mac: told.address,
    }
}

/// An alarm that calls in so many centiseconds; 0: it does not run.
fn alarm(now: Time, left: u32) -> Alarm {
    let mut alarm = Alarm::default();
    if left > 0 {
        alarm.start(now + centiseconds(left));
    }
    alarm
}

impl Tree {
    /// The tree of a bridge that is up or not, without its ports.
    pub(in crate::bridge) fn restored(told: &BridgeState, up: bool, now: Time) -> Tree {
        let times = Times {
            max_age: centiseconds(told.max_age),
            hello: centiseconds(told.hello_time),
            forward_delay: centiseconds(told.forward_delay),
        };
        let tree = &told.tree;
        let usual = Tree::default();
        Tree {
            enabled: told.stp_state != 0,
            up,
            now,
            id: BridgeId {
                priority: told.priority,
                mac: told.id_address,
            },
            own: times,
            times,
            lasting_ageing: match tree.topology_change {
                true => usual.lasting_ageing,
                false => told.ageing_time,
            },
            ageing: told.ageing_time,
            root: id(tree.root),
            root_path_cost: tree.root_path_cost,
            root_port: (tree.root_port != 0).then_some(tree.root_port),
            topology_change: tree.topology_change,
            topology_change_detected: tree.topology_change_detected,
            hello: alarm(now, tree.hello_timer),
            notification: alarm(now, tree.tcn_timer),
            topology_change_over: alarm(now, tree.topology_change_timer),
            ..usual
        }
    }

    /// Puts a port behind the others, which have lesser numbers.
    pub(in crate::bridge) fn restore_port(
        &mut self,
        (dev, runs): (DevId, bool),
        told: &BridgePort,
        now: Time,
    ) {
        let tree = &told.tree;
        let left = centiseconds(tree.message_age_timer);
        self.members.push(Member {
            dev,
            number: told.number,
            priority: told.priority,
            path_cost: told.cost,
            root_block: told.flags.root_block,
            runs,
            state: told.state,
            designated: Vector {
                root: id(tree.designated_root),
                cost: tree.designated_cost,
                bridge: id(tree.designated_bridge),
                port: tree.designated_port,
            },
            heard: now,
            aged: self.times.max_age.saturating_sub(left),
            acknowledges: tree.topology_change_ack,
            config_pending: tree.config_pending,
            message_age: alarm(now, tree.message_age_timer),
            forward_delay: alarm(now, tree.forward_delay_timer),
            hold: alarm(now, tree.hold_timer),
            counters: tree.counters,
        });
    }
}
