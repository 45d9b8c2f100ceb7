//! Which connections the options pick.

use super::options::{Nat, Options};
use netloom_model::conntrack::{Connection, Ports, Tuple, status};
use std::net::IpAddr;

/// Whether a connection is one of those that are asked for.
pub(super) fn picks(options: &Options, connection: &Connection) -> bool {
    let (original, reply) = (&connection.original, &connection.reply);
    family(options, original)
        && masked(options.src, options.mask_src, original.source)
        && masked(options.dst, options.mask_dst, original.destination)
        && is(options.reply_src, reply.source)
        && is(options.reply_dst, reply.destination)
        && is(options.protocol, original.protocol)
        && ports(options, original, reply)
        && marked(options, connection)
        && zoned(options, connection)
        && translated(options, connection)
        && options.labels & !connection.labels.unwrap_or(0) == 0
        && options
            .state
            .as_ref()
            .is_none_or(|state| connection.state.as_ref() == Some(state))
        && options.id.is_none_or(|id| id == connection.id)
}

fn is<T: PartialEq + Copy>(asked: Option<T>, own: T) -> bool {
    asked.is_none_or(|asked| asked == own)
}

fn family(options: &Options, original: &Tuple) -> bool {
    options.v6.is_none_or(|v6| v6 == original.source.is_ipv6())
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

fn masked(asked: Option<IpAddr>, mask: Option<IpAddr>, own: IpAddr) -> bool {
    asked.is_none_or(|asked| {
        let mask = mask.map_or(u128::MAX, bits);
        asked.is_ipv6() == own.is_ipv6() && (bits(asked) ^ bits(own)) & mask == 0
    })
}

/// Ports, keys or what an ICMP message is.
fn ports(options: &Options, original: &Tuple, reply: &Tuple) -> bool {
    let pair = |ports: Ports| match ports {
        Ports::Ports {
            source,
            destination,
        }
        | Ports::Gre {
            source,
            destination,
        } => (source, destination),
        Ports::Icmp { .. } | Ports::None => (0, 0),
    };
    let (there, back) = (pair(original.ports), pair(reply.ports));
    let [sport, dport, reply_sport, reply_dport] = options.ports;
    let icmp = match original.ports {
        Ports::Icmp {
            icmp_type,
            code,
            id,
        } => is(options.icmp.0, icmp_type) && is(options.icmp.1, code) && is(options.icmp.2, id),
        _ => options.icmp == (None, None, None),
    };
    is(sport, there.0)
        && is(dport, there.1)
        && is(reply_sport, back.0)
        && is(reply_dport, back.1)
        && icmp
}

fn marked(options: &Options, connection: &Connection) -> bool {
    let wanted = options.status.unwrap_or(0);
    let mark = options.mark.filter(|_| !options.sets());
    let status = options
        .status
        .filter(|_| !options.sets())
        .map_or(0, |_| wanted);
    connection.status & status == status
        && mark.is_none_or(|(mark, mask)| connection.mark & mask == mark)
}

fn zoned(options: &Options, connection: &Connection) -> bool {
    is(options.zone, connection.zone)
        && options
            .orig_zone
            .is_none_or(|zone| connection.original_zone == Some(zone))
        && options
            .reply_zone
            .is_none_or(|zone| connection.reply_zone == Some(zone))
}

/// What a connection's source is translated to, and its destination.
pub(super) fn translation(connection: &Connection) -> [Option<(IpAddr, u16)>; 2] {
    let pair = |ports: Ports| match ports {
        Ports::Ports {
            source,
            destination,
        } => (source, destination),
        _ => (0, 0),
    };
    let (original, reply) = (&connection.original, &connection.reply);
    let (there, back) = (pair(original.ports), pair(reply.ports));
    let changed = |bit: u32, own: (IpAddr, u16), new: (IpAddr, u16)| {
        (connection.status & bit != 0 && own != new).then_some(new)
    };
    [
        changed(
            status::SRC_NAT,
            (original.source, there.0),
            (reply.destination, back.1),
        ),
        changed(
            status::DST_NAT,
            (original.destination, there.1),
            (reply.source, back.0),
        ),
    ]
}

/// Whether source and destination are translated for `-n` and `-g`, and to what. Of ICMP the original
/// compares what it has in the places of ports: they differ always.
fn found(connection: &Connection) -> [Option<(IpAddr, u16)>; 2] {
    let [source, destination] = translation(connection);
    let reply = &connection.reply;
    let icmp = matches!(connection.original.ports, Ports::Icmp { .. });
    let differs =
        |bit: u32, address: IpAddr| (icmp && connection.status & bit != 0).then_some((address, 0));
    [
        source.or_else(|| differs(status::SRC_NAT_DONE, reply.destination)),
        destination.or_else(|| differs(status::DST_NAT_DONE, reply.source)),
    ]
}

fn translated(options: &Options, connection: &Connection) -> bool {
    let [source, destination] = found(connection);
    let fits = |asked: &Option<Nat>, found: Option<(IpAddr, u16)>| match asked {
        None => true,
        Some(nat) => found.is_some_and(|(address, port)| {
            nat.address.is_none_or(|wanted| wanted == address)
                && nat.port.is_none_or(|wanted| wanted == port)
        }),
    };
    let any = options.any_nat.is_none()
        || fits(&options.any_nat, source)
        || fits(&options.any_nat, destination);
    any && (options.sets() || fits(&options.src_nat, source))
        && (options.sets() || fits(&options.dst_nat, destination))
}
