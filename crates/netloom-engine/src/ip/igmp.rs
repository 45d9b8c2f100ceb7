//! IGMP of a host (RFC 1112, 2236, 3376): the messages by which routers and switches are told of
//! the IPv4 groups that a device listens to, and the queries that ask for them.

use super::membership::{self, Generation, Groups, Memberships, Query, RESPONSE_INTERVAL};
use super::output;
use super::version::V4;
use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::{self, Flow};
use crate::sysctl::{Conf, Global};
use crate::timer::Timer;
use core::net::Ipv4Addr;
use core::time::Duration;
use netloom_model::MacAddr;
use netloom_model::journey::{DropReason, Stage};
use netloom_model::socket::PacketType;
use netloom_wire::igmp::{self, HEADER_LEN, HOSTS, ROUTER_ALERT, ROUTERS, ROUTERS_V3, Type};
use netloom_wire::membership::{
    QUERY_TAIL, QueryTail, RECORD_V4, RecordType, decode_8, put_record,
};
use netloom_wire::{IpProtocol, ipv4};

/// Internetwork control (RFC 3376, section 4).
const TOS: u8 = 0xc0;

impl Groups for V4 {
    fn timer(dev: DevId) -> Timer {
        Timer::Igmp { dev }
    }

    fn of(net: &Net, dev: DevId) -> &Memberships<Ipv4Addr> {
        &net.dev(dev).groups
    }

    fn of_mut(net: &mut Net, dev: DevId) -> &mut Memberships<Ipv4Addr> {
        &mut net.dev_mut(dev).groups
    }

    fn runs(net: &Net, dev: DevId) -> bool {
        net.dev(dev).is_up()
    }

    /// Nobody is told of the group of all hosts; of those that no router forwards where a setting
    /// says so.
    fn is_silent(net: &Net, dev: DevId, group: Ipv4Addr) -> bool {
        let local = group.octets()[..3] == [224, 0, 0];
        let settings = &net.ns(net.ns_of(dev)).settings;
        group == HOSTS || local && !settings.on(Global::IgmpLinkLocalMcastReports)
    }

    fn hardware(group: Ipv4Addr) -> Option<MacAddr> {
        Some(MacAddr::from_ipv4_multicast(group))
    }

    /// To force the newest version takes nothing away: a querier of an older one is believed.
    fn forced(net: &Net, dev: DevId) -> Option<Generation> {
        let all = net.ns(net.ns_of(dev)).conf_all.get(Conf::ForceIgmpVersion);
        let own = net.dev(dev).conf.get(Conf::ForceIgmpVersion);
        match if all != 0 { all } else { own } {
            1 => Some(Generation::First),
            2 => Some(Generation::Second),
            _ => None,
        }
    }

    fn interval(net: &Net, dev: DevId, generation: Generation) -> Duration {
        let key = match generation {
            Generation::Third => Conf::Igmpv3Interval,
            _ => Conf::Igmpv2Interval,
        };
        Duration::from_millis(net.dev(dev).conf.get(key).max(1) as u64)
    }

    fn robustness(net: &Net, dev: DevId) -> u8 {
        net.ns(net.ns_of(dev)).settings.get(Global::IgmpQrv) as u8
    }

    fn tell_one<O: Observer>(
        cx: &mut Cx<'_, O>,
        dev: DevId,
        generation: Generation,
        group: Ipv4Addr,
        listens: bool,
    ) {
        let (kind, to) = match (listens, generation) {
            (false, _) => (Type::LEAVE, ROUTERS),
            (true, Generation::First) => (Type::V1_REPORT, group),
            (true, _) => (Type::V2_REPORT, group),
        };
        let mut message = [0; HEADER_LEN];
        igmp::emit(&mut message, kind, 0, group.octets());
        send(cx, dev, to, &message);
    }

    fn tell<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, records: &[(RecordType, Ipv4Addr)]) {
        let mut message = vec![0; HEADER_LEN + records.len() * RECORD_V4];
        let places = message[HEADER_LEN..].chunks_exact_mut(RECORD_V4);
        for ((record, group), at) in records.iter().zip(places) {
            put_record(at, *record, &group.octets());
        }
        let count = (records.len() as u32).to_be_bytes();
        igmp::emit(&mut message, Type::V3_REPORT, 0, count);
        send(cx, dev, ROUTERS_V3, &message);
    }
}

/// A device came up: it listens to the group of all hosts (`ip_mc_up`).
pub(crate) fn up(net: &mut Net, dev: DevId) {
    membership::join::<V4>(net, dev, HOSTS);
    membership::up::<V4>(net, dev);
}

/// A device went down (`ip_mc_down`).
pub(crate) fn down(net: &mut Net, dev: DevId) {
    membership::down::<V4>(net, dev);
    membership::leave::<V4>(net, dev, HOSTS);
}

/// Sends a message; of it no journey tells.
fn send<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, dst: Ipv4Addr, message: &[u8]) {
    if cx.net.dev(dev).is_loopback() {
        return;
    }
    let repr = ipv4::Repr {
        src: source(cx.net, dev, dst),
        dst,
        protocol: IpProtocol::IGMP,
        ttl: 1,
        tos: TOS,
        df: true,
        options: &ROUTER_ALERT,
        payload_len: message.len(),
        ..ipv4::Repr::default()
    };
    output::background(cx, dev, &repr, message);
}

/// The source of a message: an address of the device, or none (RFC 3376, section 4.2.13).
fn source(net: &Net, dev: DevId, dst: Ipv4Addr) -> Ipv4Addr {
    let flow = Flow {
        oif: dev,
        ..Flow::to(dst)
    };
    let way = route::output::route(net, net.ns_of(dev), &flow, true);
    let own = |addr: &Ipv4Addr| {
        net.dev(dev)
            .addresses
            .iter()
            .any(|ifa| ifa.local() == *addr)
    };
    let source = way.ok().map(|way| way.source).filter(own);
    source.unwrap_or(Ipv4Addr::UNSPECIFIED)
}

/// Receives a message whose front is its IGMP header (`igmp_rcv`).
pub(super) fn receive<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let Ok(message) = igmp::Packet::new_checked(packet.bytes()) else {
        return cx.drop(packet, dev, Stage::IgmpReceive, DropReason::IgmpMalformed);
    };
    if !message.verify_checksum() {
        return cx.drop(packet, dev, Stage::IgmpReceive, DropReason::IgmpMalformed);
    }
    match message.msg_type() {
        Type::QUERY => match query(packet.bytes()) {
            Some(query) => membership::queried::<V4>(cx.net, dev, &query),
            None => {
                return cx.drop(packet, dev, Stage::IgmpReceive, DropReason::IgmpMalformed);
            }
        },
        Type::V1_REPORT | Type::V2_REPORT
            if !packet.local
                && matches!(
                    packet.packet_type,
                    PacketType::Multicast | PacketType::Broadcast
                ) =>
        {
            membership::heard::<V4>(cx.net, dev, message.group());
        }
        _ => {}
    }
    cx.consume(packet);
}

/// Reads a query; its length tells its version (RFC 3376, section 7.1).
pub(crate) fn query(bytes: &[u8]) -> Option<Query<Ipv4Addr>> {
    let message = igmp::Packet::new_checked(bytes).ok()?;
    let code = message.max_response();
    let group = Some(message.group()).filter(|group| !group.is_unspecified());
    let tenths = |tenths: u32| Duration::from_millis(u64::from(tenths.max(1)) * 100);
    if bytes.len() == HEADER_LEN {
        let first = code == 0;
        return Some(Query {
            generation: if first {
                Generation::First
            } else {
                Generation::Second
            },
            group: group.filter(|_| !first),
            within: if first {
                RESPONSE_INTERVAL
            } else {
                tenths(code.into())
            },
            suppressed: false,
            robustness: None,
            interval: None,
        });
    }
    if bytes.len() < HEADER_LEN + QUERY_TAIL {
        return None;
    }
    let tail = QueryTail::parse(message.payload(), 4)?;
    if group.is_none() && !tail.sources.is_empty() {
        return None;
    }
    Some(Query {
        generation: Generation::Third,
        group,
        within: tenths(decode_8(code)),
        suppressed: tail.suppress,
        robustness: Some(tail.robustness),
        interval: Some(Duration::from_secs(tail.interval.into())).filter(|time| !time.is_zero()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn general(code: u8, tail: &[u8]) -> Option<Query<Ipv4Addr>> {
        let mut bytes = vec![0x11, code, 0, 0, 0, 0, 0, 0];
        bytes.extend(tail);
        query(&bytes)
    }

    #[test]
    fn the_version_of_a_query_is_told_by_its_length_and_its_code() {
        let generation = |code, tail: &[u8]| general(code, tail).map(|query| query.generation);
        assert_eq!(generation(0, &[]), Some(Generation::First));
        assert_eq!(generation(100, &[]), Some(Generation::Second));
        assert_eq!(generation(100, &[2, 125, 0, 0]), Some(Generation::Third));
        // Between the lengths of two versions there is none.
        assert_eq!(generation(100, &[2, 125]), None);
        // All groups from some sources is no question.
        assert_eq!(generation(100, &[2, 125, 0, 1, 10, 0, 0, 1]), None);
    }

    #[test]
    fn the_time_to_answer_is_in_tenths_of_a_second() {
        let within = |code, tail: &[u8]| general(code, tail).map(|query| query.within);
        assert_eq!(within(0, &[]), Some(Duration::from_secs(10)));
        assert_eq!(within(5, &[]), Some(Duration::from_millis(500)));
        let long = within(0x8f, &[2, 125, 0, 0]);
        assert_eq!(long, Some(Duration::from_millis(24_800)));
    }
}
