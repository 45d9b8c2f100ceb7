//! What bridges know of groups (`struct br_port_msg`, `MDBA_*`, bridge(8) `mdb`).
//!
//! Left out: the sources that a group of many sources has one by one.

use crate::{Attributes, BRIDGE, Writer, addr, aligned, array, mac, u16_at, u32_at};
use core::net::IpAddr;
use netloom_model::{FilterMode, MdbEntry, MdbGroup, MdbRouter};

/// The length of the fixed part.
const FIXED: usize = 8;

/// The length of an entry (`struct br_mdb_entry`).
const ENTRY: usize = 28;

const GROUPS: u16 = 1;
const ROUTERS: u16 = 2;

/// What a protocol number says of a group's address.
const IPV4: [u8; 2] = [0x08, 0x00];
const IPV6: [u8; 2] = [0x86, 0xdd];

const PERMANENT: u8 = 1;

/// The groups and the routers of the bridge that a message's body is about.
#[must_use]
pub fn decode(body: &[u8]) -> Option<(Vec<MdbEntry>, Vec<MdbRouter>)> {
    const GROUP: u16 = 1;
    const PORT: u16 = 1;
    let bridge = u32_at(body, 4)?;
    let found = Attributes::behind(body, FIXED);
    let groups = found.inside(GROUPS);
    let lists = groups.filter(|(kind, _)| *kind == GROUP);
    let entries = lists.flat_map(|(_, inside)| Attributes::new(inside));
    let entries = entries.filter_map(|(_, value)| entry(bridge, value));
    let routers = found.inside(ROUTERS).filter(|(kind, _)| *kind == PORT);
    let routers = routers.filter_map(|(_, value)| router(bridge, value));
    Some((entries.collect(), routers.collect()))
}

fn entry(bridge: u32, value: &[u8]) -> Option<MdbEntry> {
    const TIMER: u16 = 1;
    const MODE: u16 = 3;
    const SOURCE: u16 = 4;
    const PROTOCOL: u16 = 5;
    /// Who put it there (`RTPROT_STATIC`).
    const BY_USER: u8 = 4;
    const EXCLUDE: u8 = 0;
    let octets = value.get(8..24)?;
    let group = match array(value, 24)? {
        IPV4 => MdbGroup::Ip(addr(&octets[..4])?),
        IPV6 => MdbGroup::Ip(addr(octets)?),
        _ => MdbGroup::Mac(mac(Some(&octets[..6]))),
    };
    let beside = Attributes::behind(value, ENTRY);
    Some(MdbEntry {
        bridge,
        port: u32_at(value, 0)?,
        group,
        source: beside.addr(SOURCE),
        vid: u16_at(value, 6)?,
        permanent: *value.get(4)? & PERMANENT != 0,
        by_user: beside.u8(PROTOCOL) == Some(BY_USER),
        filter_mode: beside.u8(MODE).map(|mode| match mode {
            EXCLUDE => FilterMode::Exclude,
            _ => FilterMode::Include,
        }),
        timer: beside.u32(TIMER).unwrap_or(0),
    })
}

fn router(bridge: u32, value: &[u8]) -> Option<MdbRouter> {
    const TIMER: u16 = 1;
    const KIND: u16 = 2;
    let beside = Attributes::behind(value, 4);
    Some(MdbRouter {
        bridge,
        port: u32_at(value, 0)?,
        timer: beside.u32(TIMER).unwrap_or(0),
        kind: beside.u8(KIND).unwrap_or(0),
    })
}

/// The body of a request for all of them.
#[must_use]
pub fn ask() -> Writer {
    Writer::new(&header(0))
}

fn header(bridge: u32) -> [u8; FIXED] {
    let mut fixed = [0; FIXED];
    fixed[0] = BRIDGE;
    fixed[4..8].copy_from_slice(&bridge.to_le_bytes());
    fixed
}

/// The body of a request that puts a group in, or takes it out.
#[must_use]
pub fn encode(entry: &MdbEntry) -> Writer {
    const ENTRY_ITSELF: u16 = 1;
    const BESIDE: u16 = 2;
    const SOURCE: u16 = 1;
    let mut value = [0; aligned(ENTRY)];
    value[..4].copy_from_slice(&entry.port.to_le_bytes());
    value[4] = if entry.permanent { PERMANENT } else { 0 };
    value[6..8].copy_from_slice(&entry.vid.to_le_bytes());
    match entry.group {
        MdbGroup::Ip(IpAddr::V4(group)) => {
            value[8..12].copy_from_slice(&group.octets());
            value[24..26].copy_from_slice(&IPV4);
        }
        MdbGroup::Ip(IpAddr::V6(group)) => {
            value[8..24].copy_from_slice(&group.octets());
            value[24..26].copy_from_slice(&IPV6);
        }
        MdbGroup::Mac(group) => value[8..14].copy_from_slice(&group.0),
    }
    let mut body = Writer::new(&header(entry.bridge));
    body.put(ENTRY_ITSELF, &value);
    if let Some(source) = entry.source {
        body.nest(BESIDE, |body| body.addr(SOURCE, source));
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_comes_back_as_it_was_written() {
        for group in ["239.1.1.1", "ff05::5"] {
            let entry = MdbEntry {
                bridge: 3,
                port: 4,
                group: MdbGroup::Ip(group.parse().unwrap()),
                source: None,
                vid: 5,
                permanent: true,
                by_user: false,
                filter_mode: None,
                timer: 0,
            };
            let written = encode(&entry);
            let value = Attributes::behind(written.bytes(), FIXED).get(1).unwrap();
            let mut body = Writer::new(&header(3));
            body.nest(GROUPS, |body| body.nest(1, |body| body.put(1, value)));
            body.nest(ROUTERS, |body| body.put(1, &[7, 0, 0, 0]));
            let (entries, routers) = decode(body.bytes()).unwrap();
            assert_eq!(entries, [entry]);
            assert_eq!((routers[0].bridge, routers[0].port), (3, 7));
        }
    }

    #[test]
    fn a_group_of_the_link_is_an_address_without_a_version() {
        let value = [0; ENTRY];
        let found = entry(1, &value).unwrap();
        assert_eq!(found.group, MdbGroup::Mac(netloom_model::MacAddr::ZERO));
        assert_eq!(entry(1, &value[..20]), None);
    }
}
