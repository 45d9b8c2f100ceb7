//! Any packets in any order leave the table of connections whole: each connection is found by both
//! of its tuples, and what is counted is what there is.

use super::table::Direction;
use super::{Conntrack, begin, configure, count, expire};
use crate::filter::Facts;
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::Time;
use netloom_model::conntrack::{ConnectionChange, status};
use netloom_model::ruleset::Hook;

/// Numbers that are the same for the same seed (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// A packet of IPv4 between few hosts, by few ports, of any protocol, with any flags.
fn packet(net: &mut Net, dice: &mut Dice) -> Packet {
    let protocol = [1, 6, 6, 6, 17, 17, 33, 47, 132, 136, 99][dice.below(11) as usize];
    let payload = dice.below(48) as usize;
    let mut packet = net.pool.take(20 + payload);
    let bytes = packet.bytes_mut();
    bytes.fill(0);
    bytes[0] = 0x45;
    bytes[2..4].copy_from_slice(&((20 + payload) as u16).to_be_bytes());
    bytes[8] = 64;
    bytes[9] = protocol;
    let (src, dst) = (dice.below(3) as u8, dice.below(3) as u8);
    bytes[12..20].copy_from_slice(&[10, 0, 0, src, 10, 0, 0, dst]);
    for byte in &mut bytes[20..] {
        // Numbers are small, so that packets meet.
        *byte = [0, 1, 2, 4, 5, 8, 16, 17, 18, 20, 3, 11][dice.below(12) as usize];
    }
    if payload >= 13 && protocol == 6 {
        bytes[32] = 0x50;
    }
    packet.set_network();
    packet
}

/// That all that hangs in the table is found, and that no more is counted than there is.
fn whole(net: &Net, ns: NsId) {
    let conntrack: &Conntrack = net.ns(ns).conntrack.as_ref().expect("tracked");
    let all: Vec<_> = conntrack.table.iter().collect();
    assert_eq!(count(net, ns), all.len());
    for (place, connection) in all.iter().filter(|(_, c)| c.is_confirmed()) {
        for direction in Direction::BOTH {
            let tuple = connection.tuple(direction);
            let found = conntrack.table.find(tuple, connection.zone, direction);
            // A packet to oneself has the same tuple both ways.
            let same = connection.tuples[0] == connection.tuples[1];
            assert!(
                found == Some((*place, direction)) || same && found.is_some_and(|f| f.0 == *place),
                "{connection:?} is not found"
            );
        }
        assert!(!connection.has(status::DYING), "it is gone");
        assert!(connection.expires >= net.now, "it should be forgotten");
    }
}

#[test]
fn any_packets_leave_the_table_whole() {
    for seed in 1..=40 {
        let mut net = Net::default();
        crate::apply::namespace::add(&mut net, &netloom_model::NsName::first())
            .expect("a namespace");
        let net = &mut net;
        let ns = *net.names.values().next().expect("a namespace");
        begin(net, ns);
        let mut dice = Dice(seed);
        let mut waiting: Vec<Packet> = Vec::new();
        for step in 0..400 {
            let mut packet = packet(net, &mut dice);
            let place = (ns, crate::filter::Proto::V4, Hook::Prerouting);
            let nobody = crate::device::DevId::NONE;
            let facts = Facts::of(&packet, place, (nobody, nobody));
            packet.local = true;
            let _ = super::track(net, &facts, &mut packet);
            match dice.below(8) {
                // Some wait, so that connections that are not confirmed meet.
                0 => waiting.push(packet),
                1 => net.pool.give_back(packet),
                _ => {
                    let _ = super::confirm(net, &facts, &mut packet);
                    net.pool.give_back(packet);
                }
            }
            if dice.below(6) == 0
                && let Some(mut packet) = waiting.pop()
            {
                let facts = Facts::of(&packet, place, (nobody, nobody));
                let _ = super::confirm(net, &facts, &mut packet);
                net.pool.give_back(packet);
            }
            if step % 50 == 49 {
                net.now = Time(net.now.0 + dice.below(200_000_000_000));
                expire(net, ns);
            }
            whole(net, ns);
        }
        for packet in waiting {
            net.pool.give_back(packet);
        }
        super::forget_orphans(net);
        configure::change(net, ns, &ConnectionChange::Flush(None)).expect("forgotten");
        assert_eq!(count(net, ns), 0, "nothing is left");
    }
}
