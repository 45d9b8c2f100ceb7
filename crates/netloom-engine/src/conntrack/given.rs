//! What rules give a connection that begins: a helper, times of its own, and others that are waited for
//! beside it (`nft_ct`; nft(8), CT HELPER, CT TIMEOUT and CT EXPECTATION).

use super::connection::Connection;
use super::expect::{self, Expectation};
use super::helper::{Helper, Which};
use super::tuple::{self, Tuple};
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use crate::sysctl::{ConntrackConf, Ct};
use core::time::Duration;
use netloom_model::conntrack::status;
use netloom_model::ruleset::object::timeout_states;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// For how long connections of a protocol are remembered, in the place of what the settings say.
/// Connections take part in them; when their object goes, the settings hold again.
#[derive(Debug)]
pub(crate) struct Timeouts {
    protocol: u8,
    seconds: Vec<(Ct, i32)>,
}

/// Which setting says how long a state lasts.
fn setting(protocol: u8, state: &str) -> Option<Ct> {
    Some(match (protocol, state) {
        (tuple::TCP, "syn_sent") => Ct::TcpSynSent,
        (tuple::TCP, "syn_recv") => Ct::TcpSynRecv,
        (tuple::TCP, "established") => Ct::TcpEstablished,
        (tuple::TCP, "fin_wait") => Ct::TcpFinWait,
        (tuple::TCP, "close_wait") => Ct::TcpCloseWait,
        (tuple::TCP, "last_ack") => Ct::TcpLastAck,
        (tuple::TCP, "time_wait") => Ct::TcpTimeWait,
        (tuple::TCP, "close") => Ct::TcpClose,
        (tuple::TCP, "retrans") => Ct::TcpRetrans,
        (tuple::TCP, "unack") => Ct::TcpUnacknowledged,
        (tuple::UDP, "unreplied") => Ct::UdpTimeout,
        (tuple::UDP, "replied") => Ct::UdpTimeoutStream,
        _ => return None,
    })
}

impl Timeouts {
    /// Those of a policy. What it does not say is as nft has it, whatever the settings are.
    pub(crate) fn of(protocol: u8, policy: &BTreeMap<String, u32>) -> Timeouts {
        let states = timeout_states(protocol).iter();
        let seconds = states.filter_map(|(state, usual)| {
            let seconds = policy.get(*state).unwrap_or(usual);
            let seconds = i32::try_from(*seconds).unwrap_or(i32::MAX);
            Some((setting(protocol, state)?, seconds))
        });
        Timeouts {
            protocol,
            seconds: seconds.collect(),
        }
    }

    /// That of a connection whose first packet came.
    fn first(&self) -> Option<i32> {
        self.seconds.first().map(|(_, seconds)| *seconds)
    }
}

/// The settings as a connection has them that was given times of its own.
#[inline]
pub(super) fn settings(connection: &Connection, conf: &ConntrackConf) -> Option<ConntrackConf> {
    let timeouts = connection.more.as_deref()?.timeouts.as_ref()?;
    overlaid(timeouts, conf)
}

fn overlaid(timeouts: &Weak<Timeouts>, conf: &ConntrackConf) -> Option<ConntrackConf> {
    let timeouts = timeouts.upgrade()?;
    let mut own = conf.clone();
    for (key, seconds) in &timeouts.seconds {
        own.set(*key, *seconds);
    }
    Some(own)
}

/// What is to be waited for beside a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside {
    pub(crate) v6: bool,
    pub(crate) protocol: u8,
    pub(crate) dport: u16,
    /// As nft writes it, in milliseconds; Linux takes them for seconds.
    pub(crate) timeout: u32,
    /// For how many of one connection at once.
    pub(crate) most: u8,
}

/// What came of waiting for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// It is waited for.
    Yes,
    /// The connection is there already, or has as many as it may.
    No,
    /// Another connection waits for it, or there is no room.
    Clashes,
}

/// The connection of a packet, as long as it is not there for others.
fn beginning<'n>(net: &'n mut Net, facts: &Facts, packet: &Packet) -> Option<&'n mut Connection> {
    let connection = super::of_packet_mut(net, facts.ns, packet)?;
    (!connection.is_confirmed()).then_some(connection)
}

/// Whether a packet begins a connection that a helper of this protocol may watch.
pub(crate) fn may_watch(net: &mut Net, facts: &Facts, packet: &Packet, protocol: u8) -> bool {
    let connection = beginning(net, facts, packet);
    connection.is_some_and(|c| c.upper() == protocol && !c.has(status::HELPER))
}

/// Has a helper watch the connection that a packet begins.
pub(crate) fn watch(net: &mut Net, facts: &Facts, packet: &Packet, which: Which) {
    if let Some(connection) = beginning(net, facts, packet) {
        connection.more_mut().helper = Some(Helper::new(which));
        connection.status |= status::HELPER;
    }
}

/// Gives the connection that a packet begins times of its own.
pub(crate) fn time(net: &mut Net, facts: &Facts, packet: &Packet, timeouts: &Arc<Timeouts>) {
    if facts.protocol != Some(timeouts.protocol) {
        return;
    }
    let now = net.now;
    if let Some(connection) = beginning(net, facts, packet) {
        connection.more_mut().timeouts = Some(Arc::downgrade(timeouts));
        if let Some(seconds) = timeouts.first() {
            connection.refresh(now, seconds);
        }
    }
}

/// Waits for another connection beside the one that a packet begins.
pub(crate) fn wait(net: &mut Net, facts: &Facts, packet: &Packet, beside: &Beside) -> Waits {
    let (now, reference) = (net.now, packet.ct);
    let id = net.random.next() as u32;
    let Some(connection) = beginning(net, facts, packet) else {
        return Waits::No;
    };
    let back = *connection.tuple(reference.direction.other());
    let master = (reference.place(), connection.stamp);
    let zone = connection.zone.id(super::Direction::Original);
    if back.v6 != beside.v6 {
        return Waits::No;
    }
    let wanted = Expectation {
        id,
        tuple: Tuple {
            sport: 0,
            dport: beside.dport,
            protocol: beside.protocol,
            ..back
        },
        master,
        zone,
        helper: None,
        expires: now + Duration::from_secs(beside.timeout.into()),
        follows: None,
    };
    expect::beside(net, facts.ns, wanted, usize::from(beside.most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_policy_does_not_say_is_as_nft_has_it() {
        let policy = BTreeMap::from([("replied".to_owned(), 7)]);
        let timeouts = Arc::new(Timeouts::of(tuple::UDP, &policy));
        let mut conf = ConntrackConf::default();
        conf.set(Ct::UdpTimeout, 11);
        conf.set(Ct::UdpTimeoutStream, 12);
        let own = overlaid(&Arc::downgrade(&timeouts), &conf).expect("they are there");
        assert_eq!(own.get(Ct::UdpTimeout), 30);
        assert_eq!(own.get(Ct::UdpTimeoutStream), 7);
    }

    #[test]
    fn times_go_with_their_object() {
        let timeouts = Arc::new(Timeouts::of(tuple::TCP, &BTreeMap::new()));
        let of_connection = Arc::downgrade(&timeouts);
        drop(timeouts);
        assert!(overlaid(&of_connection, &ConntrackConf::default()).is_none());
    }
}
