//! A bridge listens to IGMP and MLD (`br_multicast_rcv`): who joins and leaves, who asks, where
//! routers are.

use super::mdb::{Key, PortGroup};
use super::query::About;
use super::{Proto, SNOOPERS, SNOOPERS_V6, query, time, told};
use crate::bridge::configure::bridge;
use crate::device::DevId;
use crate::ip::igmp;
use crate::ip::v6::{ALL_NODES, group as mld};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::journey::DropReason;
use netloom_model::{FilterMode, MacAddr, MdbGroup, Time};
use netloom_wire::igmp::HOSTS;
use netloom_wire::membership::{RecordType, Records};
use netloom_wire::{EtherType, IpProtocol, ethernet, icmpv6, ipv4, ipv6};

/// Where PIM's hellos go: all PIM routers.
const PIM_ROUTERS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 13);
/// Multicast router advertisement (RFC 4286).
const ROUTER_ADVERTISEMENT: u8 = 0x30;
const ROUTER_ADVERTISEMENT_V6: u8 = 151;

/// What a frame to a group is to a bridge that snoops.
#[derive(Clone, Copy, Debug)]
pub(in crate::bridge) struct Heard {
    /// The version of IP that it carries.
    pub(super) proto: Option<Proto>,
    /// The group to look for; none: a message of group management itself.
    pub(super) group: Option<MdbGroup>,
    /// Its source.
    pub(super) source: Option<IpAddr>,
    /// Who did not ask for the group does not get it.
    pub(super) members_only: bool,
}

/// What is said of a group, by whom.
#[derive(Clone, Copy)]
pub(super) struct Said {
    pub(super) master: DevId,
    /// The port; none: the bridge's own host.
    pub(super) port: Option<DevId>,
    pub(super) station: MacAddr,
    pub(super) key: Key,
}

/// Listens to a frame to a group, its Ethernet header at the front; none where nobody snoops. `vid`
/// is its VLAN.
pub(in crate::bridge) fn listen<O: Observer>(
    cx: &mut Cx<'_, O>,
    (master, port): (DevId, Option<DevId>),
    vid: u16,
    packet: &Packet,
) -> Result<Option<Heard>, DropReason> {
    if !bridge(cx.net, master).is_some_and(|bridge| bridge.settings.mcast_snooping) {
        return Ok(None);
    }
    let frame = ethernet::Frame::new_unchecked(packet.bytes());
    let said = Said {
        master,
        port,
        station: frame.src(),
        key: Key::of(Ipv4Addr::UNSPECIFIED.into(), vid),
    };
    let bytes = &packet.bytes()[ethernet::HEADER_LEN..];
    let heard = match frame.ethertype() {
        EtherType::IPV4 => v4(cx, said, bytes)?,
        EtherType::IPV6 => v6(cx, said, bytes)?,
        _ => Heard {
            proto: None,
            group: Some(MdbGroup::Mac(frame.dst())),
            source: None,
            members_only: false,
        },
    };
    Ok(Some(heard))
}

/// `br_multicast_ipv4_rcv`.
fn v4<O: Observer>(cx: &mut Cx<'_, O>, said: Said, bytes: &[u8]) -> Result<Heard, DropReason> {
    let bad = DropReason::IgmpMalformed;
    let header = ipv4::Packet::new_checked(bytes).map_err(|_| DropReason::IpMalformed)?;
    let dst = header.dst();
    let link_local = dst.octets()[..3] == [224, 0, 0];
    let mut heard = Heard {
        proto: Some(Proto::V4),
        group: Some(MdbGroup::Ip(dst.into())),
        source: Some(header.src().into()),
        members_only: false,
    };
    let body = header.payload();
    if header.protocol() == IpProtocol::IGMP {
        use netloom_wire::igmp::{Packet, Type};
        let message = Packet::new_checked(body).map_err(|_| bad)?;
        if !message.verify_checksum() {
            return Err(bad);
        }
        let known = match message.msg_type() {
            Type::V1_REPORT | Type::V2_REPORT => {
                heard.members_only = true;
                join(cx.net, said.of(message.group().into()));
                true
            }
            Type::LEAVE => {
                leave(cx, said.of(message.group().into()));
                true
            }
            Type::V3_REPORT => {
                let records = Records::new(message.payload(), message.record_count(), 4);
                for record in records {
                    let Ok(group) = <[u8; 4]>::try_from(record.group) else {
                        break;
                    };
                    let said = said.of(Ipv4Addr::from(group).into());
                    self::record(cx, said, Proto::V4, (record.kind, record.sources));
                }
                true
            }
            Type::QUERY => {
                if message.group().is_unspecified() && dst != HOSTS {
                    return Err(bad);
                }
                let asked = igmp::query(body).ok_or(bad)?;
                let asked = query::Asked::new(&asked, header.src());
                query::received(cx.net, said, Proto::V4, &asked);
                true
            }
            _ => false,
        };
        if known {
            heard.group = None;
            return Ok(heard);
        }
    }
    if !link_local {
        heard.members_only = true;
    } else if dst == PIM_ROUTERS && header.protocol() == IpProtocol::PIM {
        // Version 2, type 0: a hello.
        if body.first() == Some(&0x20) {
            query::router_heard(cx.net, said, Proto::V4);
        }
    } else if dst == SNOOPERS && body.first() == Some(&ROUTER_ADVERTISEMENT) {
        query::router_heard(cx.net, said, Proto::V4);
    }
    Ok(heard)
}

/// `br_multicast_ipv6_rcv`.
fn v6<O: Observer>(cx: &mut Cx<'_, O>, said: Said, bytes: &[u8]) -> Result<Heard, DropReason> {
    let bad = DropReason::IgmpMalformed;
    let header = ipv6::Packet::new_checked(bytes).map_err(|_| DropReason::IpMalformed)?;
    let (src, dst) = (header.src(), header.dst());
    let mut heard = Heard {
        proto: Some(Proto::V6),
        group: Some(MdbGroup::Ip(dst.into())),
        source: Some(src.into()),
        members_only: dst != ALL_NODES,
    };
    let Some(body) = behind_hop_by_hop(&header) else {
        return Ok(heard);
    };
    use netloom_wire::icmpv6::Type;
    let message = icmpv6::Packet::new_checked(body).map_err(|_| bad)?;
    let is_mld = matches!(
        message.msg_type(),
        Type::MLD_REPORT | Type::MLD_DONE | Type::MLD2_REPORT | Type::MLD_QUERY
    );
    if !is_mld {
        if dst == SNOOPERS_V6 && message.msg_type().0 == ROUTER_ADVERTISEMENT_V6 {
            query::router_heard(cx.net, said, Proto::V6);
        }
        return Ok(heard);
    }
    if !message.verify_checksum(src, dst) {
        return Err(bad);
    }
    heard.group = None;
    heard.members_only = false;
    match message.msg_type() {
        Type::MLD_REPORT => {
            heard.members_only = true;
            join(cx.net, said.of(message.target().ok_or(bad)?.into()));
        }
        Type::MLD_DONE => leave(cx, said.of(message.target().ok_or(bad)?.into())),
        Type::MLD2_REPORT => {
            let count = (message.rest_of_header() & 0xffff) as u16;
            for record in Records::new(message.payload(), count, 16) {
                let Ok(group) = <[u8; 16]>::try_from(record.group) else {
                    break;
                };
                let said = said.of(Ipv6Addr::from(group).into());
                self::record(cx, said, Proto::V6, (record.kind, record.sources));
            }
        }
        _ => {
            let asked = mld::query(body).ok_or(bad)?;
            if !src.is_unicast_link_local() || asked.group.is_none() && dst != ALL_NODES {
                return Err(bad);
            }
            let asked = query::Asked::new(&asked, src);
            query::received(cx.net, said, Proto::V6, &asked);
        }
    }
    Ok(heard)
}

/// The ICMPv6 message behind a header of hop-by-hop options: without one it is not of MLD.
fn behind_hop_by_hop<'a>(header: &'a ipv6::Packet<&[u8]>) -> Option<&'a [u8]> {
    if header.next_header() != IpProtocol::HOP_BY_HOP {
        return None;
    }
    let payload = header.payload();
    let [next, len, ..] = *payload else {
        return None;
    };
    let icmp = IpProtocol(next) == IpProtocol::ICMPV6;
    payload.get(8 + usize::from(len) * 8..).filter(|_| icmp)
}

impl Said {
    /// The same about a group.
    fn of(self, group: IpAddr) -> Said {
        let key = Key::of(group, self.key.vid);
        Said { key, ..self }
    }

    /// Whether a group is never learned: everybody of the link listens to it.
    fn is_everybodys(&self) -> bool {
        match self.key.group {
            MdbGroup::Ip(IpAddr::V4(group)) => group.octets()[..3] == [224, 0, 0],
            MdbGroup::Ip(IpAddr::V6(group)) => group == ALL_NODES,
            MdbGroup::Mac(_) => false,
        }
    }

    /// The station, where each behind the port gets its own copy.
    fn from(&self, net: &Net) -> Option<MacAddr> {
        let port = net.dev(self.port?).port.as_ref()?;
        port.flags.mcast_to_unicast.then_some(self.station)
    }
}

/// A record of a report of the newest version (`br_ip4_multicast_igmp3_report`).
fn record<O: Observer>(cx: &mut Cx<'_, O>, said: Said, proto: Proto, (kind, sources): (u8, &[u8])) {
    let Some(kind) = RecordType::new(kind) else {
        return;
    };
    let third = query::speaks_newest(cx.net, said.master, proto);
    let includes = matches!(kind, RecordType::ToInclude | RecordType::IsInclude);
    match kind {
        RecordType::BlockOld => {}
        _ if !includes || !sources.is_empty() => join(cx.net, said),
        RecordType::ToInclude if third && said.port.is_some() => {
            if !fast_leave(cx.net, said) {
                query::ask_group(cx, said, proto);
            }
        }
        RecordType::IsInclude if third && said.port.is_some() => {}
        _ => leave(cx, said),
    }
}

/// Somebody behind a port, or the host, joins (`br_multicast_add_group`).
fn join(net: &mut Net, said: Said) {
    told::changed(net, said.master, |net| joined(net, said));
}

fn joined(net: &mut Net, said: Said) {
    let now = net.now;
    let open = said.port.is_none_or(|port| {
        use netloom_model::bridge::PortState;
        let port = net.dev(port).port.as_ref();
        port.is_some_and(|port| port.state != PortState::Disabled)
    });
    if said.is_everybodys() || !open {
        return;
    }
    let from = said.from(net);
    let Some(bridge) = bridge(net, said.master) else {
        return;
    };
    let until = now + time(bridge.multicast.settings.membership_interval);
    let Ok(group) = bridge.multicast.make(said.key) else {
        bridge.settings.mcast_snooping = false;
        return super::follow(net, said.master);
    };
    match said.port {
        None => group.host = Some(until),
        Some(port) => match group.find(port, from) {
            Some(entry) if entry.permanent => {}
            Some(entry) => (entry.until, entry.asks) = (Some(until), None),
            None => group.ports.push(PortGroup {
                port,
                from,
                permanent: false,
                by_user: false,
                mode: FilterMode::Exclude,
                until: Some(until),
                asks: None,
            }),
        },
    }
    query::arm(net, said.master, until);
}

/// A port that leaves at once does so.
fn fast_leave(net: &mut Net, said: Said) -> bool {
    let port = said.port.and_then(|port| net.dev(port).port.as_ref());
    if !port.is_some_and(|port| port.flags.fast_leave) {
        return false;
    }
    let from = said.from(net);
    told::changed(net, said.master, |net| {
        let Some(bridge) = bridge(net, said.master) else {
            return;
        };
        let multicast = &mut bridge.multicast;
        if let Some(group) = multicast.groups.get_mut(&said.key) {
            let left = |entry: &PortGroup| {
                Some(entry.port) == said.port && (from.is_none() || entry.from == from)
            };
            group.ports.retain(|entry| entry.permanent || !left(entry));
        }
        multicast.sweep();
    });
    true
}

/// Somebody leaves (`br_multicast_leave_group`): if nobody else says soon that the group is wanted,
/// it is forgotten.
fn leave<O: Observer>(cx: &mut Cx<'_, O>, said: Said) {
    let proto = match said.key.group {
        MdbGroup::Ip(IpAddr::V6(_)) => Proto::V6,
        _ => Proto::V4,
    };
    if said.is_everybodys() || fast_leave(cx.net, said) {
        return;
    }
    let now = cx.net.now;
    let from = said.from(cx.net);
    let Some(bridge) = bridge(cx.net, said.master) else {
        return;
    };
    let multicast = &mut bridge.multicast;
    let settings = &multicast.settings;
    let wait = time(settings.last_member_interval) * settings.last_member_count;
    let (asks, until) = (settings.querier, now + wait);
    // Another querier asks, and its queries say how long to wait.
    let querier = &mut multicast.queriers[proto as usize];
    if !multicast.groups.contains_key(&said.key) || querier.other_until.is_some_and(|at| at > now) {
        return;
    }
    if asks {
        querier.own.at = Some(until);
    }
    if let Some(group) = multicast.groups.get_mut(&said.key) {
        let end = |end: &mut Option<Time>| *end = end.map(|old| old.min(until));
        match said.port {
            None => end(&mut group.host),
            Some(port) => {
                if let Some(entry) = group.find(port, from).filter(|entry| !entry.permanent) {
                    end(&mut entry.until);
                }
            }
        }
    }
    if asks {
        query::send(cx, said.master, said.port, proto, About::Group(said.key));
    }
    query::arm(cx.net, said.master, until);
}
