//! What the tree does with a BPDU (802.1D-1998 8.7.1, 8.7.2) and with a timer that expires (8.7.3
//! to 8.7.8).

use super::Tree;
use super::alarm::StpTimer;
use core::time::Duration;
use netloom_model::bridge::PortState;
use netloom_wire::stp::{Config, TOPOLOGY_CHANGE_ACK};

/// The least time between two hellos, whatever a root says of it.
const LEAST_HELLO: Duration = Duration::from_millis(4);

impl Tree {
    /// A configuration arrived at the port with this number (8.7.1).
    pub(super) fn received_config(&mut self, number: u16, config: &Config) {
        let Some(at) = self.index(number) else {
            return;
        };
        self.members[at].counters.rx_bpdu += 1;
        if self.supersedes(&self.members[at], config) {
            let was_root = self.is_root();
            self.record_config_information(at, config);
            self.configuration_update();
            self.port_state_selection();
            if was_root && !self.is_root() {
                self.cease_to_be_root();
            }
            if self.root_port == Some(number) {
                self.record_config_timeout_values(config);
                self.config_bpdu_generation();
                if config.flags & TOPOLOGY_CHANGE_ACK != 0 {
                    self.topology_change_acknowledged();
                }
            }
        } else if self.is_designated(&self.members[at]) {
            // Whoever knows less is told.
            self.transmit_config(at);
        }
    }

    fn cease_to_be_root(&mut self) {
        self.hello.stop();
        if self.topology_change_detected {
            self.topology_change_over.stop();
            self.notify_root();
        }
    }

    /// A topology change notification arrived (8.7.2).
    pub(super) fn received_notification(&mut self, number: u16) {
        let Some(at) = self.index(number) else {
            return;
        };
        self.members[at].counters.rx_tcn += 1;
        if self.is_designated(&self.members[at]) {
            self.topology_change_detection();
            self.members[at].acknowledges = true;
            self.transmit_config(at);
        }
    }

    /// A timer called, perhaps before its time or for a port that is gone (8.7.3 to 8.7.8).
    pub(super) fn expired(&mut self, timer: StpTimer) {
        let now = self.now;
        match timer {
            StpTimer::Hello => {
                if self.hello.expires(now) {
                    self.hello_expired();
                }
            }
            StpTimer::Notification => {
                if self.notification.expires(now) && !self.is_root() && self.up {
                    self.notify_root();
                }
            }
            StpTimer::TopologyChange => {
                if self.topology_change_over.expires(now) {
                    self.topology_change_detected = false;
                    self.set_topology_change(false);
                }
            }
            StpTimer::MessageAge(number)
            | StpTimer::ForwardDelay(number)
            | StpTimer::Hold(number) => {
                if let Some(at) = self.index(number) {
                    self.port_expired(at, timer);
                }
            }
        }
    }

    fn port_expired(&mut self, at: usize, timer: StpTimer) {
        let (now, member) = (self.now, &mut self.members[at]);
        match timer {
            StpTimer::MessageAge(_) if member.message_age.expires(now) => {
                self.message_age_expired(at);
            }
            StpTimer::ForwardDelay(_) if member.forward_delay.expires(now) => {
                self.forward_delay_expired(at);
            }
            StpTimer::Hold(_) if member.hold.expires(now) && member.config_pending => {
                self.transmit_config(at);
            }
            _ => {}
        }
    }

    fn hello_expired(&mut self) {
        if !self.up {
            return;
        }
        self.config_bpdu_generation();
        if self.enabled {
            self.start_hello();
        }
    }

    pub(super) fn start_hello(&mut self) {
        self.hello
            .start(self.now + self.times.hello.max(LEAST_HELLO));
    }

    /// Nothing was heard of the root for too long (8.7.4).
    fn message_age_expired(&mut self, at: usize) {
        if self.members[at].is_disabled() {
            return;
        }
        let was_root = self.is_root();
        self.become_designated_port(at);
        self.configuration_update();
        self.port_state_selection();
        self.become_root_unless(was_root);
    }

    /// A port listened or learned for long enough (8.7.5).
    fn forward_delay_expired(&mut self, at: usize) {
        match self.members[at].state {
            PortState::Listening => {
                self.set_state(at, PortState::Learning);
                let end = self.now + self.times.forward_delay;
                self.members[at].forward_delay.start(end);
            }
            PortState::Learning => {
                self.set_state(at, PortState::Forwarding);
                // 8.7.5.2: only where the bridge leads some LAN to the root.
                if self.members.iter().any(|m| m.designated.bridge == self.id) {
                    self.topology_change_detection();
                }
            }
            _ => {}
        }
    }

    /// The bridge may have become the root (8.7.4, 8.8.3 to 8.8.6).
    pub(super) fn become_root_unless(&mut self, was_root: bool) {
        if was_root || !self.is_root() {
            return;
        }
        self.times = self.own;
        self.topology_change_detection();
        self.notification.stop();
        if self.up {
            self.config_bpdu_generation();
            self.start_hello();
        }
    }
}
