//! Links (`struct ifinfomsg`, `IFLA_*`).

use crate::{Attributes, BRIDGE, Writer, bridge, mac, port, u16_at, u32_at, u64_at};
use netloom_model::link::{IpTunnel, OtherKind, Peer, Vxlan};
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{
    AddrGenMode, BridgePortSettings, Link, LinkFlags, LinkKind, LinkSettings, LinkStats, NewKind,
    NewLink, NsName, OperState,
};

/// The length of the fixed part.
pub(crate) const FIXED: usize = 16;

const ADDRESS: u16 = 1;
const BROADCAST: u16 = 2;
pub(crate) const NAME: u16 = 3;
const MTU: u16 = 4;
const LINK: u16 = 5;
const QDISC: u16 = 6;
const MASTER: u16 = 10;
const PROTINFO: u16 = 12;
const TX_QUEUE_LENGTH: u16 = 13;
const OPERSTATE: u16 = 16;
const LINKINFO: u16 = 18;
const ALIAS: u16 = 20;
const STATS64: u16 = 23;
pub(crate) const AF_SPEC: u16 = 26;
const GROUP: u16 = 27;
const NETNS_FD: u16 = 28;
const EXT_MASK: u16 = 29;
const PROMISCUITY: u16 = 30;
const TX_QUEUES: u16 = 31;
const RX_QUEUES: u16 = 32;
const CARRIER: u16 = 33;
const CARRIER_CHANGES: u16 = 35;
const LINK_NSID: u16 = 37;
const MIN_MTU: u16 = 50;
const MAX_MTU: u16 = 51;
const PROPERTIES: u16 = 52;
const ALTNAME: u16 = 53;
const ALLMULTI: u16 = 61;

/// Inside `LINKINFO`.
mod info {
    pub(super) const KIND: u16 = 1;
    pub(super) const DATA: u16 = 2;
    pub(super) const PORT_KIND: u16 = 4;
    pub(super) const PORT_DATA: u16 = 5;
}

/// What a veth's settings hold: the message of its peer (`VETH_INFO_PEER`).
const PEER: u16 = 1;

/// IPv6's part of `AF_SPEC`, and its mode of making addresses in there.
const INET6: u16 = 10;
const ADDR_GEN_MODE: u16 = 8;

/// The operational states by their numbers (RFC 2863).
const OPERSTATES: [OperState; 7] = [
    OperState::Unknown,
    OperState::NotPresent,
    OperState::Down,
    OperState::LowerLayerDown,
    OperState::Testing,
    OperState::Dormant,
    OperState::Up,
];

/// Types of hardware (`ARPHRD_*`) by the words of `ip link`; others by their number.
const HARDWARE: [(u16, &str); 12] = [
    (1, "ether"),
    (32, "infiniband"),
    (512, "ppp"),
    (768, "ipip"),
    (769, "tunnel6"),
    (772, "loopback"),
    (776, "sit"),
    (778, "gre"),
    (801, "ieee802.11"),
    (823, "gre6"),
    (824, "netlink"),
    (65534, "none"),
];

/// The link of a message's body. A peer is of the first namespace until who asks knows better; what a
/// device can offload is not told.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Link> {
    let (index, flags) = (u32_at(body, 4)?, u32_at(body, 8)?);
    let attributes = Attributes::behind(body, FIXED);
    let number = |kind| attributes.u32(kind).unwrap_or(0);
    let queues = |kind| attributes.u32(kind).unwrap_or(1);
    let information = attributes.inside(LINKINFO);
    let operstate = usize::from(attributes.u8(OPERSTATE).unwrap_or(0));
    let kind = kind(u16_at(body, 2)?, attributes, information);
    let is_port = information.text(info::PORT_KIND).as_deref() == Some("bridge");
    let peer = attributes.u32(LINK).filter(|peer| *peer != 0);
    Some(Link {
        index,
        name: attributes.text(NAME)?,
        altnames: attributes
            .inside(PROPERTIES)
            .filter(|(kind, _)| *kind == ALTNAME)
            .map(|(_, name)| crate::attribute::text(name))
            .collect(),
        flags: LinkFlags(flags),
        operstate: OPERSTATES
            .get(operstate)
            .copied()
            .unwrap_or(OperState::Unknown),
        carrier: attributes.is_on(CARRIER),
        carrier_changes: number(CARRIER_CHANGES),
        address: mac(attributes.get(ADDRESS)),
        broadcast: mac(attributes.get(BROADCAST)),
        mtu: number(MTU),
        min_mtu: number(MIN_MTU),
        max_mtu: number(MAX_MTU),
        qdisc: attributes.text(QDISC).unwrap_or_default(),
        txqueuelen: number(TX_QUEUE_LENGTH),
        queues: (queues(TX_QUEUES), queues(RX_QUEUES)),
        group: number(GROUP),
        promiscuity: number(PROMISCUITY),
        allmulti: number(ALLMULTI),
        alias: attributes.text(ALIAS),
        master: attributes.u32(MASTER),
        peer: peer.map(|index| Peer {
            index,
            ns: NsName::first(),
            nsid: attributes.u32(LINK_NSID).map(u32::cast_signed),
        }),
        stats: attributes
            .get(STATS64)
            .map_or_else(LinkStats::default, stats),
        bridge_port: is_port.then(|| port::decode(information.inside(info::PORT_DATA))),
        addr_gen_mode: attributes
            .inside(AF_SPEC)
            .inside(INET6)
            .u8(ADDR_GEN_MODE)
            .and_then(|mode| AddrGenMode::of_number(mode.into())),
        tso: !matches!(kind, LinkKind::Other(_)),
        kind,
    })
}

/// What a device is; one that says of no kind is real hardware, or is told of by somebody who does not
/// tell (rtmon's files have no kinds, but ends of pairs are tied to another link).
fn kind(hardware: u16, attributes: Attributes<'_>, information: Attributes<'_>) -> LinkKind {
    let data = information.inside(info::DATA);
    let word = information.text(info::KIND);
    match word.as_deref() {
        Some("veth") => LinkKind::Veth,
        Some("bridge") => LinkKind::Bridge(Box::new(bridge::decode(data))),
        Some("dummy") => LinkKind::Dummy,
        Some("tun") => LinkKind::Tun(tun(data)),
        None if hardware == 772 => LinkKind::Loopback,
        None if hardware == 65534 => LinkKind::Tun(Tun::persistent(TunMode::Tun)),
        None if attributes.get(LINK).is_some() => LinkKind::Veth,
        _ => {
            let known = HARDWARE.iter().find(|(number, _)| *number == hardware);
            let word_of = || format!("[{hardware}]");
            LinkKind::Other(Box::new(OtherKind {
                vxlan: (word.as_deref() == Some("vxlan")).then(|| vxlan(data)),
                tunnel: word.as_deref().and_then(|word| tunnel(word, data)),
                kind: word,
                link_type: known.map_or_else(word_of, |(_, word)| (*word).to_owned()),
            }))
        }
    }
}

/// What a VXLAN tells of itself (`IFLA_VXLAN_*`).
fn vxlan(data: Attributes<'_>) -> Vxlan {
    let either = |four, six| data.addr(four).or_else(|| data.addr(six));
    Vxlan {
        id: data.u32(1).unwrap_or(0),
        remote: either(2, 16),
        local: either(4, 17),
        port: data.be16(15).unwrap_or(0),
    }
}

/// What a tunnel of IP tells of itself (`IFLA_IPTUN_*`, `IFLA_GRE_*`).
fn tunnel(word: &str, data: Attributes<'_>) -> Option<IpTunnel> {
    /// That there is a key (`GRE_KEY`).
    const KEY: u16 = 0x2000;
    let address = |kind| data.addr(kind).filter(|address| !address.is_unspecified());
    let key = |flags, kind| {
        let has = data.be16(flags).is_some_and(|flags| flags & KEY != 0);
        data.be32(kind).filter(|_| has)
    };
    match word {
        "ipip" | "sit" | "ip6tnl" => Some(IpTunnel {
            local: address(2),
            remote: address(3),
            keys: (None, None),
        }),
        "gre" | "gretap" | "ip6gre" | "ip6gretap" => Some(IpTunnel {
            local: address(6),
            remote: address(7),
            keys: (key(2, 4), key(3, 5)),
        }),
        _ => None,
    }
}

/// What a TUN tells of itself (`IFLA_TUN_*`).
fn tun(data: Attributes<'_>) -> Tun {
    const TUN: u8 = 1;
    let mode = match data.u8(3) {
        Some(TUN) => TunMode::Tun,
        _ => TunMode::Tap,
    };
    Tun {
        packet_info: data.is_on(4),
        vnet_header: data.is_on(5),
        persist: data.is_on(6),
        multi_queue: data.is_on(7),
        user: data.u32(1),
        group: data.u32(2),
        ..Tun::persistent(mode)
    }
}

/// `struct rtnl_link_stats64`.
fn stats(value: &[u8]) -> LinkStats {
    let mut at = (0..).step_by(8);
    let mut next = || u64_at(value, at.next().unwrap_or(usize::MAX - 8)).unwrap_or(0);
    LinkStats {
        rx_packets: next(),
        tx_packets: next(),
        rx_bytes: next(),
        tx_bytes: next(),
        rx_errors: next(),
        tx_errors: next(),
        rx_dropped: next(),
        tx_dropped: next(),
        multicast: next(),
        collisions: next(),
        rx_length_errors: next(),
        rx_over_errors: next(),
        rx_crc_errors: next(),
        rx_frame_errors: next(),
        rx_fifo_errors: next(),
        rx_missed_errors: next(),
        tx_aborted_errors: next(),
        tx_carrier_errors: next(),
        tx_fifo_errors: next(),
        tx_heartbeat_errors: next(),
        tx_window_errors: next(),
        rx_compressed: next(),
        tx_compressed: next(),
        rx_nohandler: next(),
    }
}

/// The body of a request for links, of all or of one by its name. Counters of every kind are told.
#[must_use]
pub fn ask(name: Option<&str>) -> Writer {
    let mut body = Writer::new(&[0; FIXED]);
    if let Some(name) = name {
        put_name(&mut body, name);
    }
    body.u32(EXT_MASK, 0);
    body
}

/// Names of more than 15 bytes are further names (`IFLA_ALT_IFNAME`).
fn put_name(body: &mut Writer, name: &str) {
    const LONGEST: usize = 15;
    let kind = if name.len() > LONGEST { ALTNAME } else { NAME };
    body.text(kind, name);
}

/// What who writes a link knows of the namespace that it is written in.
pub struct Known<'a> {
    /// The number of a link.
    pub index: &'a dyn Fn(&netloom_model::LinkRef) -> Option<u32>,
    /// An open file of a namespace.
    pub namespace: &'a dyn Fn(&NsName) -> Option<i32>,
    /// The number that the other end of a new pair must have.
    pub peer_index: Option<u32>,
}

/// The body of a request that makes a link.
#[must_use]
pub fn make(link: &NewLink, known: &Known<'_>) -> Writer {
    let mut body = Writer::new(&header(link.index.unwrap_or(0), &link.settings));
    if !link.name.is_empty() {
        body.text(NAME, &link.name);
    }
    settings(&mut body, &link.settings, known);
    body.nest(LINKINFO, |inside| match &link.kind {
        NewKind::Veth {
            peer,
            peer_settings,
        } => {
            inside.text(info::KIND, "veth");
            inside.nest(info::DATA, |data| {
                let index = peer_settings.index.or(known.peer_index).unwrap_or(0);
                let mut other = Writer::new(&header(index, peer_settings));
                if !peer.is_empty() {
                    other.text(NAME, peer);
                }
                settings(&mut other, peer_settings, known);
                data.put(PEER, other.bytes());
            });
        }
        NewKind::Bridge => {
            inside.text(info::KIND, "bridge");
            if let Some(set) = &link.settings.bridge {
                inside.nest(info::DATA, |data| bridge::encode(data, set));
            }
        }
        NewKind::Dummy => inside.text(info::KIND, "dummy"),
        NewKind::Tun(_) => inside.text(info::KIND, "tun"),
    });
    body
}

/// The body of a request that changes the link `index`; its name changes in a request of its own only
/// where more than that would be refused together.
#[must_use]
pub fn change(index: u32, set: &LinkSettings, known: &Known<'_>) -> Writer {
    let mut body = Writer::new(&header(index, set));
    if let Some(name) = &set.name {
        body.text(NAME, name);
    }
    settings(&mut body, set, known);
    if set.bridge.is_some() || set.bridge_port.is_some() {
        body.nest(LINKINFO, |inside| {
            if let Some(set) = &set.bridge {
                inside.text(info::KIND, "bridge");
                inside.nest(info::DATA, |data| bridge::encode(data, set));
            }
            if let Some(set) = &set.bridge_port {
                inside.text(info::PORT_KIND, "bridge");
                inside.nest(info::PORT_DATA, |data| port::encode(data, set));
            }
        });
    }
    body
}

/// The body of a request in the family of bridges that changes the port `index` alone
/// (`bridge link set`).
#[must_use]
pub fn change_port(index: u32, set: &BridgePortSettings) -> Writer {
    let mut fixed = header(index, &LinkSettings::default());
    fixed[0] = BRIDGE;
    let mut body = Writer::new(&fixed);
    body.nest(PROTINFO, |inside| port::encode(inside, set));
    body
}

/// The body that names a link alone.
#[must_use]
pub fn name(index: u32) -> Writer {
    Writer::new(&header(index, &LinkSettings::default()))
}

/// The body of a request that moves a link to the namespace of an open file, where it has a number that
/// nobody else has there.
#[must_use]
pub fn bring(index: u32, namespace: i32, number: u32) -> Writer {
    const NEW_INDEX: u16 = 49;
    let mut body = name(index);
    body.u32(NETNS_FD, namespace.cast_unsigned());
    body.u32(NEW_INDEX, number);
    body
}

/// The body of a request for a further name of a link, or for one less.
#[must_use]
pub fn altname(index: u32, name: &str) -> Writer {
    let mut body = self::name(index);
    body.nest(PROPERTIES, |inside| inside.text(ALTNAME, name));
    body
}

/// The fixed part: the link, its flags, and which of them are meant.
fn header(index: u32, set: &LinkSettings) -> [u8; FIXED] {
    let flags = [
        (set.up, LinkFlags::UP),
        (set.arp.map(|arp| !arp), LinkFlags::NOARP),
        (set.multicast, LinkFlags::MULTICAST),
        (set.allmulticast, LinkFlags::ALLMULTI),
        (set.promisc, LinkFlags::PROMISC),
    ];
    let (mut on, mut meant) = (0, 0);
    for (wanted, flag) in flags {
        let Some(wanted) = wanted else {
            continue;
        };
        meant |= flag.0;
        on |= if wanted { flag.0 } else { 0 };
    }
    let mut fixed = [0; FIXED];
    fixed[4..8].copy_from_slice(&index.to_le_bytes());
    fixed[8..12].copy_from_slice(&on.to_le_bytes());
    fixed[12..16].copy_from_slice(&meant.to_le_bytes());
    fixed
}

fn settings(body: &mut Writer, set: &LinkSettings, known: &Known<'_>) {
    for (kind, address) in [(ADDRESS, set.address), (BROADCAST, set.broadcast)] {
        if let Some(address) = address {
            body.put(kind, &address.0);
        }
    }
    body.u32s([
        (MTU, set.mtu),
        (TX_QUEUE_LENGTH, set.txqueuelen),
        (GROUP, set.group),
    ]);
    if let Some(alias) = &set.alias {
        body.text(ALIAS, alias);
    }
    if let Some(master) = &set.master {
        let index = master.as_ref().and_then(|master| (known.index)(master));
        body.u32(MASTER, index.unwrap_or(0));
    }
    if let Some(file) = set.netns.as_ref().and_then(|ns| (known.namespace)(ns)) {
        body.u32(NETNS_FD, file.cast_unsigned());
    }
    if let Some(mode) = set.addr_gen_mode {
        body.nest(AF_SPEC, |inside| {
            inside.nest(INET6, |v6| v6.u8(ADDR_GEN_MODE, mode.number() as u8));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::LinkRef;

    #[test]
    fn a_pair_is_asked_for_in_one_message() {
        let known = Known {
            index: &|link| match link {
                LinkRef::Name(name) if name == "br0" => Some(7),
                _ => None,
            },
            namespace: &|_| Some(5),
            peer_index: None,
        };
        let mut link = NewLink::veth("a", "b", Some(NsName::new("x")));
        link.settings.up = Some(true);
        link.settings.master = Some(Some("br0".into()));
        let made = make(&link, &known);
        let body = made.bytes();
        assert_eq!((u32_at(body, 8), u32_at(body, 12)), (Some(1), Some(1)));
        let attributes = Attributes::behind(body, FIXED);
        assert_eq!(attributes.u32(MASTER), Some(7));
        let information = attributes.inside(LINKINFO);
        assert_eq!(information.text(info::KIND).as_deref(), Some("veth"));
        let peer = information.inside(info::DATA).get(PEER).expect("its peer");
        let peer = Attributes::behind(peer, FIXED);
        assert_eq!(peer.text(NAME).as_deref(), Some("b"));
        assert_eq!(peer.u32(NETNS_FD), Some(5));
    }

    #[test]
    fn a_body_that_is_too_short_is_no_link() {
        assert!(decode(&[0; 10]).is_none());
        assert!(decode(&[0; 16]).is_none());
    }
}
