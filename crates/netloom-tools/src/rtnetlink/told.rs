//! Messages of what changed, as rtmon(8) keeps them in files: links, addresses, routes, neighbours,
//! rules and the settings that are told of a device, and the moments between them.
//!
//! Left out: what only a kind of device has (`IFLA_LINKINFO`), and messages of groups and next hops.

use super::{Attributes, Message, address, family_of, route, rule, u16_at, u32_at};
use core::net::IpAddr;
use netloom_model::bridge::{FdbEntry, FdbState};
use netloom_model::link::Peer;
use netloom_model::notice::About;
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{
    Family, Link, LinkFlags, LinkKind, LinkStats, MacAddr, Neighbour, NeighbourState, NsName,
    OperState,
};

/// A moment (`NLMSG_TSTAMP`), which rtmon puts before each message.
const STAMP: u16 = 15;
/// The first kind of message of each subject; the next one says that it is gone.
const LINK: u16 = 16;
const ADDRESS: u16 = 20;
const ROUTE: u16 = 24;
const NEIGHBOUR: u16 = 28;
const RULE: u16 = 32;

/// The family of bridges (`AF_BRIDGE`).
const BRIDGE: u8 = 7;

/// What a message tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// When the next ones came: seconds and microseconds.
    Moment(u32, u32),
    /// What is there, or is gone.
    Notice { gone: bool, about: About },
}

/// What a message tells; none where that is nothing known here.
pub(crate) fn decode(message: &Message<'_>) -> Option<Told> {
    let body = message.body;
    if message.kind == STAMP {
        return Some(Told::Moment(u32_at(body, 0)?, u32_at(body, 4)?));
    }
    let gone = message.kind % 4 == 1;
    let about = match message.kind - u16::from(gone) {
        LINK => link(body)?,
        ADDRESS => About::Address(Box::new(address::decode(body)?)),
        ROUTE => About::Route(Box::new(route::decode(body)?)),
        NEIGHBOUR => neighbour(body)?,
        RULE => About::Rule(Box::new(rule::decode(body)?)),
        _ => return None,
    };
    Some(Told::Notice { gone, about })
}

fn mac(bytes: Option<&[u8]>) -> MacAddr {
    let six = bytes.and_then(|bytes| <[u8; 6]>::try_from(bytes).ok());
    six.map_or(MacAddr::ZERO, MacAddr)
}

/// A link (`struct ifinfomsg`, `IFLA_*`).
fn link(body: &[u8]) -> Option<About> {
    let family = *body.first()?;
    let (index, flags) = (u32_at(body, 4)?, u32_at(body, 8)?);
    let attributes = Attributes::behind(body, 16);
    let peer = attributes.u32(5).filter(|peer| *peer != 0);
    let kind = match u16_at(body, 2)? {
        772 => LinkKind::Loopback,
        65534 => LinkKind::Tun(Tun::persistent(TunMode::Tun)),
        // One that is tied to another is shown as an end of a pair is.
        _ if attributes.get(5).is_some() => LinkKind::Veth,
        _ => LinkKind::Dummy,
    };
    let nsid = attributes.u32(37).map(u32::cast_signed);
    let alias = attributes.text(20);
    let link = Link {
        index,
        name: attributes.text(3)?,
        altnames: Vec::new(),
        kind,
        flags: LinkFlags(flags),
        operstate: operstate(attributes.u8(16).unwrap_or(0)),
        carrier: attributes.u8(33).is_some_and(|on| on != 0),
        carrier_changes: attributes.u32(35).unwrap_or(0),
        address: mac(attributes.get(1)),
        broadcast: mac(attributes.get(2)),
        mtu: attributes.u32(4).unwrap_or(0),
        min_mtu: attributes.u32(50).unwrap_or(0),
        max_mtu: attributes.u32(51).unwrap_or(0),
        qdisc: attributes.text(6).unwrap_or_default(),
        txqueuelen: attributes.u32(13).unwrap_or(0),
        queues: (
            attributes.u32(31).unwrap_or(1),
            attributes.u32(32).unwrap_or(1),
        ),
        group: attributes.u32(27).unwrap_or(0),
        promiscuity: attributes.u32(30).unwrap_or(0),
        allmulti: attributes.u32(61).unwrap_or(0),
        alias,
        master: attributes.u32(10),
        peer: peer.map(|index| Peer {
            index,
            ns: NsName::first(),
            nsid,
        }),
        stats: LinkStats::default(),
        bridge_port: None,
        addr_gen_mode: None,
        tso: false,
    };
    let link = Box::new(link);
    // Bridges and IPv6 tell less of a link.
    if family == BRIDGE || family_of(family).is_some() {
        return Some(About::Port(link));
    }
    let features = attributes.u32(44) == Some(2);
    Some(About::Link {
        link,
        moved: None,
        features,
    })
}

/// RFC 2863's state by its number.
const fn operstate(number: u8) -> OperState {
    match number {
        1 => OperState::NotPresent,
        2 => OperState::Down,
        3 => OperState::LowerLayerDown,
        4 => OperState::Testing,
        5 => OperState::Dormant,
        6 => OperState::Up,
        _ => OperState::Unknown,
    }
}

/// Flags of a neighbour (`NTF_*`) and its states (`NUD_*`).
const PROXY: u8 = 0x08;
const EXTERN_LEARN: u8 = 0x10;
const ROUTER: u8 = 0x80;
const STALE: u16 = 0x04;
const NOARP: u16 = 0x40;
const PERMANENT: u16 = 0x80;

/// A neighbour or an entry of a forwarding database (`struct ndmsg`, `NDA_*`).
fn neighbour(body: &[u8]) -> Option<About> {
    let family = *body.first()?;
    let (dev, state) = (u32_at(body, 4)?, u16_at(body, 8)?);
    let flags = *body.get(10)?;
    let attributes = Attributes::behind(body, 12);
    let lladdr = attributes.get(2);
    if family == BRIDGE {
        return Some(About::Fdb(Box::new(FdbEntry {
            address: mac(lladdr),
            vlan: None,
            dev,
            master: attributes.u32(9),
            state: match state {
                _ if state & PERMANENT != 0 && state & NOARP != 0 => FdbState::Own,
                _ if state & PERMANENT != 0 => FdbState::Local,
                _ if state & NOARP != 0 => FdbState::Static,
                _ if state & STALE != 0 => FdbState::Stale,
                _ => FdbState::Dynamic,
            },
            extern_learn: flags & EXTERN_LEARN != 0,
            sticky: false,
            used: 0,
            updated: 0,
        })));
    }
    let family = family_of(family)?;
    let dst: IpAddr = attributes.addr(1)?;
    if Family::of(dst) != family {
        return None;
    }
    let mut entry = Neighbour::permanent(dev, dst, mac(lladdr));
    entry.lladdr = lladdr.map(|_| mac(lladdr));
    entry.state = match state {
        0x01 => NeighbourState::Incomplete,
        0x02 => NeighbourState::Reachable,
        STALE => NeighbourState::Stale,
        0x08 => NeighbourState::Delay,
        0x10 => NeighbourState::Probe,
        0x20 => NeighbourState::Failed,
        NOARP => NeighbourState::Noarp,
        PERMANENT => NeighbourState::Permanent,
        _ => NeighbourState::None,
    };
    entry.proxy = flags & PROXY != 0;
    entry.router = flags & ROUTER != 0;
    entry.extern_learn = flags & EXTERN_LEARN != 0;
    entry.protocol = attributes.u8(12).unwrap_or(0);
    Some(About::Neighbour(Box::new(entry)))
}
