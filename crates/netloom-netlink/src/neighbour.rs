//! Neighbours (`struct ndmsg`, `NDA_*`).

use crate::{Attributes, Writer, family_number, family_of, mac, u16_at, u32_at};
use core::net::IpAddr;
use netloom_model::{Family, Neighbour, NeighbourState};

/// The length of the fixed part.
pub(crate) const FIXED: usize = 12;

pub(crate) const DST: u16 = 1;
pub(crate) const LLADDR: u16 = 2;
pub(crate) const CACHEINFO: u16 = 3;
const PROBES: u16 = 4;
const PROTOCOL: u16 = 12;

/// Flags (`NTF_*`).
const PROXY: u8 = 0x08;
pub(crate) const EXTERN_LEARN: u8 = 0x10;
pub(crate) const ROUTER: u8 = 0x80;

/// The states by their numbers (`NUD_*`).
const STATES: [(u16, NeighbourState); 8] = [
    (0x01, NeighbourState::Incomplete),
    (0x02, NeighbourState::Reachable),
    (0x04, NeighbourState::Stale),
    (0x08, NeighbourState::Delay),
    (0x10, NeighbourState::Probe),
    (0x20, NeighbourState::Failed),
    (0x40, NeighbourState::Noarp),
    (0x80, NeighbourState::Permanent),
];

/// The fixed part.
pub(crate) fn header(family: u8, dev: u32, state: u16, flags: u8) -> [u8; FIXED] {
    let mut fixed = [0; FIXED];
    fixed[0] = family;
    fixed[4..8].copy_from_slice(&dev.to_le_bytes());
    fixed[8..10].copy_from_slice(&state.to_le_bytes());
    fixed[10] = flags;
    fixed
}

/// The ages of an entry in seconds: since it was confirmed, used, updated (`struct nda_cacheinfo`).
pub(crate) fn ages(attributes: Attributes<'_>) -> [u32; 3] {
    /// Of a second (`USER_HZ`).
    const TICKS: u32 = 100;
    let info = attributes.get(CACHEINFO).unwrap_or_default();
    [0, 4, 8].map(|at| u32_at(info, at).unwrap_or(0) / TICKS)
}

/// The neighbour of a message's body; none if it is not one of IP.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Neighbour> {
    let family = family_of(*body.first()?)?;
    let (dev, state, flags) = (u32_at(body, 4)?, u16_at(body, 8)?, *body.get(10)?);
    let attributes = Attributes::behind(body, FIXED);
    let dst = attributes
        .addr(DST)
        .filter(|dst| Family::of(*dst) == family)?;
    let lladdr = attributes.get(LLADDR);
    let mut entry = Neighbour::permanent(dev, dst, mac(lladdr));
    entry.lladdr = lladdr.map(|_| mac(lladdr));
    let known = STATES.iter().find(|(number, _)| *number == state);
    entry.state = known.map_or(NeighbourState::None, |(_, state)| *state);
    entry.proxy = flags & PROXY != 0;
    entry.router = flags & ROUTER != 0;
    entry.extern_learn = flags & EXTERN_LEARN != 0;
    entry.protocol = attributes.u8(PROTOCOL).unwrap_or(0);
    let [confirmed, used, updated] = ages(attributes);
    entry.ages = (used, confirmed, updated);
    let info = attributes.get(CACHEINFO).unwrap_or_default();
    entry.refcnt = u32_at(info, 12).unwrap_or(0);
    entry.probes = attributes.u32(PROBES).unwrap_or(0);
    Some(entry)
}

/// The body of a request about a neighbour.
#[must_use]
pub fn encode(entry: &Neighbour) -> Writer {
    let flags = [
        (entry.proxy, PROXY),
        (entry.router, ROUTER),
        (entry.extern_learn, EXTERN_LEARN),
    ];
    let set = flags.into_iter().filter(|(on, _)| *on);
    let flags = set.fold(0, |flags, (_, flag)| flags | flag);
    let known = STATES.iter().find(|(_, state)| *state == entry.state);
    let state = known.map_or(0, |(number, _)| *number);
    let family = family_number(Family::of(entry.dst));
    let mut body = Writer::new(&header(family, entry.dev, state, flags));
    body.addr(DST, entry.dst);
    if let Some(lladdr) = entry.lladdr {
        body.put(LLADDR, &lladdr.0);
    }
    if entry.protocol != 0 {
        body.u8(PROTOCOL, entry.protocol);
    }
    body
}

/// The body of a request that takes a neighbour away, or an address that is answered for.
#[must_use]
pub fn remove(dev: u32, dst: IpAddr, proxy: bool) -> Writer {
    let flags = if proxy { PROXY } else { 0 };
    let mut body = Writer::new(&header(family_number(Family::of(dst)), dev, 0, flags));
    body.addr(DST, dst);
    body
}

/// The body of a request for all neighbours, or for the addresses that are answered for.
#[must_use]
pub fn ask(family: Family, proxies: bool) -> Writer {
    let flags = if proxies { PROXY } else { 0 };
    Writer::new(&header(family_number(family), 0, 0, flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_comes_back_as_it_was_written() {
        let lladdr = netloom_model::MacAddr([2, 0, 0, 0, 0, 9]);
        let mut entry = Neighbour::permanent(3, "fe80::1".parse().unwrap(), lladdr);
        (entry.router, entry.protocol, entry.refcnt) = (true, 4, 0);
        assert_eq!(decode(encode(&entry).bytes()), Some(entry));
    }
}
