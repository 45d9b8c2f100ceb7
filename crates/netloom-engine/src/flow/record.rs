//! What is written down of a packet's way: [`Recorder`] watches it, and keeps it if all of it can be
//! done again.

use super::key::{ENDS, Key};
use crate::conntrack::again::Known;
use crate::conntrack::{Reference, Standing};
use crate::device::DevId;
use crate::filter::{Counted, Facts, Proto, Recorded};
use crate::namespace::NsId;
use crate::net::Net;
use crate::observer::Observer;
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::journey::{Event, Origin, Stage};
use netloom_wire::checksum;

/// What is done with the packets of a flow.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) key: Key,
    /// It is known since this change.
    pub(super) epoch: u64,
    /// Its connection as it was, where it has one.
    pub(super) connection: Option<Known>,
    /// What its packets know of their connection in the end.
    pub(super) reference: Reference,
    /// What counts them.
    pub(super) counts: Box<[Counted]>,
    pub(super) rewrite: Option<Rewrite>,
    pub(super) mark: u32,
    pub(super) priority: u32,
    pub(super) way: Way,
}

/// Where packets leave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) out: DevId,
    pub(crate) next_hop: IpAddr,
    pub(crate) mtu: u32,
}

/// How addresses and ports are written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rewrite {
    pub(super) ends: [u8; 12],
    /// What the checksum of the header has to be brought up to date by, and that of the protocol
    /// above, which covers addresses and ports (RFC 1624).
    pub(super) addresses: u16,
    pub(super) upper: u16,
}

impl Rewrite {
    /// What makes one out of the other; none where they are the same.
    fn of(from: &[u8; 12], to: &[u8; 12]) -> Option<Rewrite> {
        // Source and destination are each written as a whole.
        let sides = [(0..4, 8..10), (4..8, 10..12)];
        let (mut addresses, mut upper) = (0, 0);
        for (address, port) in sides {
            let differs = |at: &core::ops::Range<usize>| from[at.clone()] != to[at.clone()];
            if differs(&address) || differs(&port) {
                let change = |sum, at: core::ops::Range<usize>| {
                    let (old, new) = (checksum::sum(&from[at.clone()]), checksum::sum(&to[at]));
                    checksum::combine(&[sum, !old, new])
                };
                addresses = change(addresses, address.clone());
                upper = change(change(upper, address), port);
            }
        }
        (from != to).then_some(Rewrite {
            ends: *to,
            addresses,
            upper,
        })
    }
}

/// What is being written down.
pub(crate) struct Recording {
    key: Key,
    rules: Recorded,
    /// Something was done that cannot be done again.
    spoiled: bool,
    /// The connection before rules could change it.
    before: Option<Known>,
    flow: Option<Flow>,
}

impl Recording {
    /// What the rules say is to be written down here.
    pub(crate) fn rules(&mut self) -> &mut Recorded {
        &mut self.rules
    }

    /// The packet's connection was looked up.
    pub(crate) fn tracked(&mut self, net: &Net, facts: &Facts, packet: &Packet) {
        self.spoiled |= packet.ct.fresh;
        if !self.spoiled {
            self.before = Known::of(net, facts.ns, packet);
        }
    }

    /// The packet passed all rules and leaves; `plain`, if nothing else was done with it.
    pub(crate) fn leaves(&mut self, net: &Net, ns: NsId, packet: &Packet, way: Way, plain: bool) {
        if self.spoiled || !self.rules.of_flow {
            return;
        }
        let connection = Known::of(net, ns, packet);
        let known = match packet.ct.standing {
            Standing::Untracked => true,
            Standing::None => !crate::filter::tracks(net, ns, Proto::V4),
            // What rules changed of it is not done again.
            _ => connection.is_some() && connection == self.before,
        };
        let of_flow = plain && known && packet.trace == 0;
        let ends = packet.network().get(ENDS..).and_then(<[u8]>::first_chunk);
        let (true, Some(ends)) = (of_flow, ends) else {
            return;
        };
        self.flow = Some(Flow {
            key: self.key,
            epoch: net.flows.epoch,
            connection,
            reference: packet.ct,
            counts: self.rules.counts.as_slice().into(),
            rewrite: Rewrite::of(&self.key.ends, ends),
            mark: packet.mark,
            priority: packet.priority,
            way,
        });
    }
}

/// Watches a packet, and tells nobody.
pub(crate) struct Recorder(Recording);

impl Recorder {
    /// For a packet that begins here.
    pub(super) fn of(net: &mut Net, key: Key, packet: &Packet) -> Recorder {
        Recorder(Recording {
            key,
            rules: Recorded::new(core::mem::take(&mut net.flows.spare)),
            spoiled: packet.ct.is_some(),
            before: None,
            flow: None,
        })
    }

    /// Keeps what was recorded, if it is of use.
    pub(super) fn keep(self, net: &mut Net) {
        let Recording { rules, flow, .. } = self.0;
        net.flows.spare = rules.counts;
        if let Some(flow) = flow.filter(|flow| flow.epoch == net.flows.epoch) {
            net.flows.keep(flow);
        }
    }
}

impl Observer for Recorder {
    const ON: bool = false;

    fn step(&mut self, _: &Net, _: &Packet, _: (NsId, DevId), _: Stage, _: Event) {}

    fn born(&mut self, _: &Net, _: &mut Packet, _: Option<u32>, _: Origin) {}

    #[inline(always)]
    fn recording(&mut self) -> Option<&mut Recording> {
        Some(&mut self.0)
    }
}
