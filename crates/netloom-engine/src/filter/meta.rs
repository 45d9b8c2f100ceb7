//! What goes with a packet (nft(8), META EXPRESSIONS).

use super::facts::Facts;
use super::{way, xt};
use crate::device::{DevId, Device};
use crate::link::Kind;
use crate::net::Net;
use crate::packet::Packet;
use crate::socket::sender::Sender;
use netloom_model::ruleset::expr::MetaKey;
use netloom_model::socket::PacketType;

/// How long the name of a device is at most, with its zero (`IFNAMSIZ`).
const IFNAME: usize = 16;

/// The keys of which a packet has a value here.
pub(super) const fn is_known(key: MetaKey) -> bool {
    !matches!(
        key,
        MetaKey::NfTrace | MetaKey::IbrPvid | MetaKey::IbrVproto
    )
}

/// What goes with a packet, as a number.
pub(super) fn load(key: MetaKey, net: &mut Net, facts: &Facts, packet: &Packet) -> Option<u128> {
    let now = |net: &Net| (net.wall_clock() / 1_000_000_000) as i64;
    match key {
        MetaKey::Random => return Some(u128::from(net.random.next() as u32)),
        MetaKey::Time => return Some(net.wall_clock().into()),
        MetaKey::Day => return Some(xt::time::day_of_week(now(net)) as u128),
        MetaKey::Hour => return Some(xt::time::second_of_day(now(net)) as u128),
        _ => {}
    }
    let net = &*net;
    let user = || match xt::sender(net, facts, packet)? {
        Sender::Program { uid, gid } => Some((uid, gid)),
        _ => None,
    };
    let name = |dev| device(net, dev).map(|d: &Device| number(&d.name));
    match key {
        MetaKey::Length => Some(u128::from(facts.len(packet))),
        MetaKey::NfProto => Some(facts.proto.number().into()),
        MetaKey::L4Proto => facts.protocol.map(u128::from),
        MetaKey::Protocol => Some(u128::from(packet.ethertype.0)),
        MetaKey::Mark => Some(u128::from(packet.mark)),
        MetaKey::Priority => Some(u128::from(packet.priority)),
        // Where there is no device its number is 0 and its name empty.
        MetaKey::Iif => Some(device(net, facts.input).map_or(0, |d| u128::from(d.index))),
        MetaKey::Oif => Some(device(net, facts.output).map_or(0, |d| u128::from(d.index))),
        MetaKey::IifName => Some(name(facts.input).unwrap_or(0)),
        MetaKey::OifName => Some(name(facts.output).unwrap_or(0)),
        MetaKey::IifGroup => device(net, facts.input).map(|d| u128::from(d.description.group)),
        MetaKey::OifGroup => device(net, facts.output).map(|d| u128::from(d.description.group)),
        // What is made here is for nobody in particular yet.
        MetaKey::PktType if packet.packet_type == PacketType::Outgoing => Some(0),
        MetaKey::PktType => Some(packet.packet_type as u128),
        MetaKey::IbrName => name(master(net, facts.input)),
        MetaKey::ObrName => name(master(net, facts.output)),
        MetaKey::IifType => device(net, facts.input).map(|d| hardware(d).into()),
        MetaKey::OifType => device(net, facts.output).map(|d| hardware(d).into()),
        MetaKey::IifKind => device(net, facts.input).and_then(kind),
        MetaKey::OifKind => device(net, facts.output).and_then(kind),
        MetaKey::SkUid => user().map(|(uid, _)| uid.into()),
        MetaKey::SkGid => user().map(|(_, gid)| gid.into()),
        // All programs are in the first group.
        MetaKey::Cgroup => xt::sender(net, facts, packet).map(|_| 0),
        // Routes have no realms.
        MetaKey::RtClassId => way::is_routed(facts).then_some(0),
        // There is one processor and no VRF, and nothing comes encrypted.
        MetaKey::Cpu | MetaKey::Sdif | MetaKey::SdifName | MetaKey::IpSec => Some(0),
        _ => None,
    }
}

/// The bridge that a device is a port of, or that it is.
fn master(net: &Net, dev: DevId) -> DevId {
    let Some(device) = device(net, dev) else {
        return DevId::NONE;
    };
    device.master.unwrap_or(match device.kind {
        Kind::Bridge(_) => dev,
        _ => DevId::NONE,
    })
}

/// The name of a device's kind (`rtnl_link_ops`); `lo` has none.
fn kind(device: &Device) -> Option<u128> {
    let name = match &device.kind {
        Kind::Loopback => return None,
        Kind::Veth(_) => "veth",
        Kind::Bridge(_) => "bridge",
        Kind::Dummy => "dummy",
        Kind::Tun(_) => "tun",
        Kind::Outside(outside) => return outside.kind_name().map(number),
    };
    Some(number(name))
}

/// The number of a device's name, zeros behind it (`Value::ifname`, without making one).
pub(super) fn number(name: &str) -> u128 {
    let mut bytes = [0; IFNAME];
    for (byte, letter) in bytes.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    u128::from_be_bytes(bytes)
}

/// The number of a device's hardware (`ARPHRD_*`).
fn hardware(device: &Device) -> u16 {
    match &device.kind {
        Kind::Loopback => 772,
        kind if !kind.has_ethernet() => 0xfffe,
        _ => 1,
    }
}

fn device(net: &Net, dev: DevId) -> Option<&Device> {
    dev.some().map(|dev| net.dev(dev))
}
