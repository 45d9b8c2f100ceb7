//! Where a frame to a group goes (`br_handle_frame_finish`, `br_multicast_flood`): to the members
//! of the group and to routers, or to everybody as long as nobody asks who the members are.

use super::mdb::{Group, Key};
use super::snoop::Heard;
use super::{Multicast, Proto};
use crate::bridge::configure::bridge;
use crate::bridge::forward::{forbidden, leave};
use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::journey::{DropReason, Event, MdbFound, Stage};
use netloom_model::{FilterMode, MacAddr, Time};
use netloom_wire::ethernet;

/// A port to which a frame to a group goes.
#[derive(Clone, Copy, Debug)]
pub(in crate::bridge) struct Member {
    dev: DevId,
    /// To this station alone, in place of the group.
    station: Option<MacAddr>,
}

/// What becomes of a frame to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bridge) enum Choice {
    /// It is flooded.
    Flood,
    /// It goes to the members; to the bridge's own host too?
    Members { up: bool },
}

impl Multicast {
    /// Whether the entries of groups are known to be complete, because somebody asks for them
    /// (`br_multicast_querier_exists`).
    fn is_complete(&self, proto: Option<Proto>, now: Time, has_source: bool) -> bool {
        let Some(proto) = proto else {
            return false;
        };
        let querier = &self.queriers[proto as usize];
        let own = self.settings.querier && (proto == Proto::V4 || has_source);
        now >= querier.complete_from && (own || querier.other_until.is_some())
    }

    /// The entry of a frame's group.
    fn entry(&self, heard: &Heard, vid: u16) -> Option<(Key, &Group)> {
        let key = |source| heard.group.map(|group| Key { group, source, vid });
        let of_source = heard.proto.is_some_and(|proto| self.newest_version(proto));
        let of_source = of_source.then(|| key(heard.source)).flatten();
        let found = |key: Option<Key>| key.and_then(|key| Some((key, self.get(&key)?)));
        found(of_source).or_else(|| found(key(None)))
    }
}

/// Chooses where a frame goes that was listened to; its members are kept for [`to_members`].
pub(in crate::bridge) fn choose<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    heard: &Heard,
    vid: u16,
    (at, packet): (DevId, &Packet),
) -> Choice {
    let now = cx.net.now;
    let has_source = cx.net.dev(master).v6.link_local().is_some();
    let Some(own) = bridge(cx.net, master) else {
        return Choice::Flood;
    };
    let mut members = core::mem::take(&mut own.multicast.members);
    members.clear();
    let multicast = &own.multicast;
    let entry = multicast.entry(heard, vid);
    let link = entry.is_some_and(|(key, _)| key.is_link());
    let complete = link || multicast.is_complete(heard.proto, now, has_source);
    let known = entry.is_some();
    let chosen = (known || heard.members_only) && complete;
    let mut up = false;
    if chosen {
        let router = match (multicast.settings.router, heard.proto) {
            (2, _) => true,
            (1, Some(proto)) => {
                multicast.router_until[proto as usize].is_some_and(|until| until > now)
            }
            _ => false,
        };
        up = router || entry.is_some_and(|(_, group)| group.host.is_some());
        let handles_mode = heard.proto.is_some_and(|p| multicast.newest_version(p));
        let wanted = entry.map(|(key, group)| {
            let skips = handles_mode && key.source.is_none() && !key.is_link();
            let entries = group.ports.iter().copied();
            entries.filter(move |e| !skips || e.mode == FilterMode::Exclude)
        });
        members.extend(wanted.into_iter().flatten().map(|entry| Member {
            dev: entry.port,
            station: entry.from,
        }));
    }
    if chosen {
        add_routers(cx.net, master, heard.proto, &mut members);
    }
    tell(cx, heard, (known, chosen), (up, &members), (at, packet));
    if let Some(own) = bridge(cx.net, master) {
        own.multicast.members = members;
    }
    if chosen {
        Choice::Members { up }
    } else {
        Choice::Flood
    }
}

/// Adds the ports behind which routers are, and leaves each port that wants no copy for each of its
/// stations once.
fn add_routers(net: &mut Net, master: DevId, proto: Option<Proto>, members: &mut Vec<Member>) {
    for member in members.iter_mut() {
        let port = net.dev(member.dev).port.as_ref();
        if !port.is_some_and(|port| port.flags.mcast_to_unicast) {
            member.station = None;
        }
    }
    // A frame that is neither IPv4 nor IPv6 goes where routers of IPv4 are.
    let (now, proto) = (net.now, proto.unwrap_or(Proto::V4));
    let count = bridge(net, master).map_or(0, |own| own.ports.len());
    for at in 0..count {
        let Some(dev) = bridge(net, master).and_then(|own| own.ports.get(at).copied()) else {
            break;
        };
        let port = net.dev(dev).port.as_ref();
        if port.is_some_and(|port| port.multicast.is_router(proto, now)) {
            members.retain(|member| member.dev != dev);
            members.push(Member { dev, station: None });
        }
    }
    members.sort_by_key(|member| {
        (
            net.dev(member.dev).port.as_ref().map(|p| p.number),
            member.station,
        )
    });
    members.dedup_by_key(|member| (member.dev, member.station));
}

fn tell<O: Observer>(
    cx: &mut Cx<'_, O>,
    heard: &Heard,
    (known, chosen): (bool, bool),
    (up, members): (bool, &[Member]),
    (at, packet): (DevId, &Packet),
) {
    let Some(group) = heard.group else {
        return;
    };
    cx.see(packet, at, Stage::BridgeGroup, |net| Event::Mdb {
        group: group.to_string(),
        found: if chosen {
            MdbFound::Members {
                ports: members
                    .iter()
                    .map(|m| net.dev(m.dev).name.clone())
                    .collect(),
                host: up,
            }
        } else if known || heard.members_only {
            MdbFound::NoQuerier { known }
        } else {
            MdbFound::Everybody
        },
    });
}

/// Sends a frame to the members that were chosen. With `keep` the original comes back, to go up.
pub(in crate::bridge) fn to_members<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, from): (DevId, Option<DevId>),
    vid: u16,
    packet: Packet,
    keep: bool,
) -> Option<Packet> {
    let at = from.unwrap_or(master);
    let Some(own) = bridge(cx.net, master) else {
        return Some(packet);
    };
    let members = core::mem::take(&mut own.multicast.members);
    let len = crate::bridge::netfilter::measured(&packet);
    let source = ethernet::Frame::new_unchecked(packet.bytes()).src();
    let refused = |net: &Net, member: &Member| {
        let port = from.and_then(|from| net.dev(from).port.as_deref());
        let back = from == Some(member.dev) && member.station == Some(source);
        let same = from == Some(member.dev);
        forbidden(net, port, same, member.dev, (vid, len))
            .or(back.then_some(DropReason::BridgeSamePort))
    };
    cx.see(&packet, at, Stage::BridgeFlood, |net| {
        let (mut to, mut not) = (Vec::new(), Vec::new());
        for member in &members {
            let name = net.dev(member.dev).name.clone();
            match refused(net, member) {
                None => to.push(name),
                Some(_) if from == Some(member.dev) => {}
                Some(why) => not.push((name, why.text().to_owned())),
            }
        }
        Event::Flooded { to, not }
    });
    let mut sent = false;
    for member in &members {
        if refused(cx.net, member).is_some() {
            continue;
        }
        sent = true;
        let mut copy = cx.copy(&packet);
        if let Some(station) = member.station {
            copy.bytes_mut()[..6].copy_from_slice(&station.0);
        }
        leave(cx, (from, member.dev), vid, copy);
    }
    let nobody = members.is_empty();
    if let Some(own) = bridge(cx.net, master) {
        own.multicast.members = members;
    }
    if keep {
        return Some(packet);
    }
    if sent {
        cx.consume(packet);
    } else {
        let reason = if nobody {
            DropReason::BridgeNoMember
        } else {
            DropReason::BridgeNoPort
        };
        cx.drop(packet, at, Stage::BridgeFlood, reason);
    }
    None
}
