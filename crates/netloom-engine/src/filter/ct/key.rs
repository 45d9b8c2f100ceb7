//! What a connection is like, as keys of nft's `ct` (nft(8), CONNTRACK EXPRESSIONS).

use super::of_packet;
use crate::conntrack::{Connection, Direction, Reference, Standing};
use crate::filter::facts::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::Counter;
use netloom_model::ruleset::expr::{CtDirection, CtKey};

/// The keys of connections that have a value here.
pub(in crate::filter) const fn is_known(key: CtKey) -> bool {
    !matches!(key, CtKey::Secmark | CtKey::Count | CtKey::Event)
}

/// What a connection is like, as a number.
pub(in crate::filter) fn load(
    net: &Net,
    (key, direction): (CtKey, Option<CtDirection>),
    facts: &Facts,
    packet: &Packet,
) -> Option<u128> {
    let connection = of_packet(net, facts, packet);
    if key == CtKey::State {
        return Some(state(connection, packet.ct));
    }
    let connection = connection?;
    let way = direction.map(|direction| match direction {
        CtDirection::Original => Direction::Original,
        CtDirection::Reply => Direction::Reply,
    });
    let tuple = connection.tuple(way.unwrap_or(Direction::Original));
    let v4 = |bytes: [u8; 16]| u128::from_be_bytes(bytes) >> 96;
    let counter = || counted(connection, way).unwrap_or_default();
    let zone = packet.ct.zone.unwrap_or(connection.zone);
    Some(match key {
        CtKey::Direction => packet.ct.direction as u128,
        CtKey::Status => u128::from(connection.seen_status()),
        CtKey::Mark => u128::from(connection.mark),
        CtKey::Expiration => u128::from(connection.seconds_left(net.now)) * 1000,
        CtKey::Label => connection.labels.as_deref().copied().unwrap_or(0),
        CtKey::L3Proto => {
            if tuple.v6 {
                10
            } else {
                2
            }
        }
        CtKey::IpSaddr if !tuple.v6 => v4(tuple.src),
        CtKey::IpDaddr if !tuple.v6 => v4(tuple.dst),
        CtKey::Ip6Saddr if tuple.v6 => u128::from_be_bytes(tuple.src),
        CtKey::Ip6Daddr if tuple.v6 => u128::from_be_bytes(tuple.dst),
        CtKey::Protocol => u128::from(tuple.protocol),
        CtKey::ProtoSrc => u128::from(tuple.sport),
        CtKey::ProtoDst => u128::from(tuple.dport),
        CtKey::Packets => u128::from(counter().packets),
        CtKey::Bytes => u128::from(counter().bytes),
        CtKey::AvgPkt => u128::from(counter().bytes.checked_div(counter().packets).unwrap_or(0)),
        CtKey::Zone => match way {
            Some(way) => u128::from(zone.id(way)),
            None => u128::from(zone.id),
        },
        CtKey::Id => u128::from(connection.id),
        CtKey::Helper => {
            let announced = connection.more.as_deref()?.announced?;
            crate::filter::meta::number(announced.helper?.name())
        }
        _ => return None,
    })
}

/// How a packet stands to its connection, as nft's bits.
pub(super) fn state(connection: Option<&Connection>, reference: Reference) -> u128 {
    match (connection, reference.standing) {
        (_, Standing::Untracked) => 0x40,
        _ if reference.is_template() => 8,
        (None, _) | (_, Standing::None) => 1,
        (_, Standing::Established) => 2,
        (_, Standing::Related) => 4,
        (_, Standing::New) => 8,
    }
}

/// What a connection had of a direction, or of both.
pub(super) fn counted(connection: &Connection, direction: Option<Direction>) -> Option<Counter> {
    let counters = connection.counters.as_deref()?;
    Some(match direction {
        Some(direction) => counters[direction as usize],
        None => Counter {
            packets: counters[0].packets + counters[1].packets,
            bytes: counters[0].bytes + counters[1].bytes,
        },
    })
}
