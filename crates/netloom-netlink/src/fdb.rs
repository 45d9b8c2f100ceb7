//! Entries of forwarding databases (`struct ndmsg` of the family of bridges, `NDA_*`).

use crate::neighbour::{CACHEINFO, DST, EXTERN_LEARN, FIXED, LLADDR, ROUTER, ages, header};
use crate::{Attributes, BRIDGE, Writer, mac, u16_at, u32_at};
use netloom_model::bridge::{FdbRemote, FdbState};
use netloom_model::{FdbEntry, MacAddr};

const VLAN: u16 = 5;
const PORT: u16 = 6;
const VNI: u16 = 7;
const VIA: u16 = 8;
const MASTER: u16 = 9;
const VIA_NSID: u16 = 10;
const SRC_VNI: u16 = 11;
const NEXTHOP: u16 = 13;

/// Flags (`NTF_*`).
const SELF: u8 = 0x02;
const OF_MASTER: u8 = 0x04;
const STICKY: u8 = 0x40;

/// States (`NUD_*`).
const REACHABLE: u16 = 0x02;
const STALE: u16 = 0x04;
const NOARP: u16 = 0x40;
const PERMANENT: u16 = 0x80;

/// The entry of a message's body; none if it is of IP.
#[must_use]
pub fn decode(body: &[u8]) -> Option<FdbEntry> {
    let (dev, state, flags) = (u32_at(body, 4)?, u16_at(body, 8)?, *body.get(10)?);
    if *body.first()? != BRIDGE {
        return None;
    }
    let attributes = Attributes::behind(body, FIXED);
    let master = attributes.u32(MASTER);
    let remote = remote(attributes, flags);
    let [_, used, updated] = match attributes.get(CACHEINFO) {
        Some(_) => ages(attributes),
        None => [0; 3],
    };
    Some(FdbEntry {
        address: mac(attributes.get(LLADDR)),
        vlan: attributes.u16(VLAN),
        dev,
        master,
        state: match state {
            _ if flags & SELF != 0 && master.is_none() && remote.is_none() => FdbState::Own,
            _ if state & PERMANENT != 0 && master.is_none() => FdbState::Own,
            _ if state & PERMANENT != 0 => FdbState::Local,
            _ if state & NOARP != 0 => FdbState::Static,
            _ if state & STALE != 0 => FdbState::Stale,
            _ => FdbState::Dynamic,
        },
        extern_learn: flags & EXTERN_LEARN != 0,
        sticky: flags & STICKY != 0,
        used,
        updated,
        remote,
    })
}

/// The other end of a tunnel; none where the device is none.
fn remote(attributes: Attributes<'_>, flags: u8) -> Option<Box<FdbRemote>> {
    let remote = FdbRemote {
        dst: attributes.addr(DST),
        port: attributes.be16(PORT),
        vni: attributes.u32(VNI),
        via: attributes.u32(VIA),
        via_nsid: attributes.u32(VIA_NSID).map(u32::cast_signed),
        src_vni: attributes.u32(SRC_VNI),
        nhid: attributes.u32(NEXTHOP),
        router: flags & ROUTER != 0,
    };
    (remote != FdbRemote::default()).then(|| Box::new(remote))
}

/// The body of a request that puts an entry in.
#[must_use]
pub fn encode(entry: &FdbEntry) -> Writer {
    // A bridge's own database is its own list.
    let own = entry.master.is_none_or(|master| master == entry.dev);
    let state = match entry.state {
        FdbState::Own | FdbState::Local => NOARP | PERMANENT,
        // Of its own addresses a bridge takes no others.
        _ if own && entry.master.is_some() && entry.extern_learn => NOARP | PERMANENT,
        FdbState::Static => NOARP | REACHABLE,
        FdbState::Dynamic | FdbState::Stale => REACHABLE,
    };
    let mut body = body((entry.dev, entry.address, entry.vlan), state, own);
    put(&mut body, entry.remote.as_deref());
    let router = entry.remote.as_ref().is_some_and(|remote| remote.router);
    let flags = [
        (entry.extern_learn, EXTERN_LEARN),
        (entry.sticky, STICKY),
        (router, ROUTER),
    ];
    let set = flags.into_iter().filter(|(on, _)| *on);
    body.change_byte(10, |flags| set.fold(flags, |flags, (_, flag)| flags | flag));
    body
}

/// The body of a request that takes an entry out; `own`: of the device's own list, and of several hosts behind
/// which the address is only one.
#[must_use]
pub fn remove(
    (dev, address, vlan): (u32, MacAddr, Option<u16>),
    own: bool,
    remote: Option<&FdbRemote>,
) -> Writer {
    // A device has static addresses alone, and wants that said.
    let state = if own { NOARP | PERMANENT } else { 0 };
    let mut body = body((dev, address, vlan), state, own);
    put(&mut body, remote);
    body
}

/// Says the other end of a tunnel. A link of another namespace has no number here.
fn put(body: &mut Writer, remote: Option<&FdbRemote>) {
    let Some(remote) = remote else {
        return;
    };
    if let Some(dst) = remote.dst {
        body.addr(DST, dst);
    }
    if let Some(port) = remote.port {
        body.be16(PORT, port);
    }
    body.u32s([
        (VNI, remote.vni),
        (VIA, remote.via.filter(|_| remote.via_nsid.is_none())),
        (SRC_VNI, remote.src_vni),
        (NEXTHOP, remote.nhid),
    ]);
}

fn body((dev, address, vlan): (u32, MacAddr, Option<u16>), state: u16, own: bool) -> Writer {
    let flags = if own { SELF } else { OF_MASTER };
    let mut body = Writer::new(&header(BRIDGE, dev, state, flags));
    body.put(LLADDR, &address.0);
    if let Some(vlan) = vlan {
        body.u16(VLAN, vlan);
    }
    body
}

/// The body of a request for all entries.
#[must_use]
pub fn ask() -> Writer {
    Writer::new(&header(BRIDGE, 0, 0, 0))
}
