//! Next hop objects (`struct nhmsg`, `NHA_*`).

use crate::{Attributes, Writer, family_number, family_of, u32_at};
use netloom_model::nexthop::{NexthopKind, NexthopMember};
use netloom_model::{Nexthop, Scope};

/// The length of the fixed part.
const FIXED: usize = 8;

const ID: u16 = 1;
const GROUP: u16 = 2;
const BLACKHOLE: u16 = 4;
const OIF: u16 = 5;
const GATEWAY: u16 = 6;

/// Flags of a way (`RTNH_F_*`).
const ONLINK: u32 = 4;
const LINKDOWN: u32 = 16;

/// The length of a member (`struct nexthop_grp`).
const MEMBER: usize = 8;

/// The next hop of a message's body.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Nexthop> {
    let &[family, scope, protocol, _, ..] = body else {
        return None;
    };
    let flags = u32_at(body, 4)?;
    let attributes = Attributes::behind(body, FIXED);
    let family = family_of(family);
    let kind = match attributes.get(GROUP) {
        Some(members) => NexthopKind::Group(members.chunks_exact(MEMBER).map(member).collect()),
        None if attributes.get(BLACKHOLE).is_some() => NexthopKind::Blackhole(family?),
        None => NexthopKind::Way {
            family: family?,
            via: attributes.addr(GATEWAY),
            dev: attributes.u32(OIF),
            onlink: flags & ONLINK != 0,
        },
    };
    Some(Nexthop {
        id: attributes.u32(ID)?,
        kind,
        protocol,
        scope: Scope(scope),
        linkdown: flags & LINKDOWN != 0,
    })
}

fn member(bytes: &[u8]) -> NexthopMember {
    NexthopMember {
        id: u32_at(bytes, 0).unwrap_or(0),
        weight: u16::from(bytes[4]) + 1,
    }
}

/// The body of a request that makes a next hop.
#[must_use]
pub fn encode(nexthop: &Nexthop) -> Writer {
    let family = nexthop.family().map_or(0, family_number);
    let onlink = matches!(nexthop.kind, NexthopKind::Way { onlink: true, .. });
    let flags = if onlink { ONLINK } else { 0 };
    let mut fixed = vec![family, 0, nexthop.protocol, 0];
    fixed.extend(flags.to_le_bytes());
    let mut body = Writer::new(&fixed);
    if nexthop.id != 0 {
        body.u32(ID, nexthop.id);
    }
    match &nexthop.kind {
        NexthopKind::Blackhole(_) => body.put(BLACKHOLE, &[]),
        NexthopKind::Way { via, dev, .. } => {
            if let Some(dev) = dev {
                body.u32(OIF, *dev);
            }
            if let Some(via) = via {
                body.addr(GATEWAY, *via);
            }
        }
        NexthopKind::Group(members) => {
            let mut all = Vec::with_capacity(members.len() * MEMBER);
            for member in members {
                all.extend(member.id.to_le_bytes());
                all.extend([member.weight.clamp(1, 256).wrapping_sub(1) as u8, 0, 0, 0]);
            }
            body.put(GROUP, &all);
        }
    }
    body
}

/// The body that names a next hop alone.
#[must_use]
pub fn name(id: u32) -> Writer {
    let mut body = Writer::new(&[0; FIXED]);
    // None has that number: it was not said which one.
    if id != 0 {
        body.u32(ID, id);
    }
    body
}

/// The body of a request for all next hops.
#[must_use]
pub fn ask() -> Writer {
    Writer::new(&[0; FIXED])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_comes_back_as_it_was_written() {
        let members = vec![
            NexthopMember { id: 1, weight: 1 },
            NexthopMember { id: 2, weight: 256 },
        ];
        let group = Nexthop {
            id: 9,
            kind: NexthopKind::Group(members),
            protocol: 4,
            scope: Scope(0),
            linkdown: false,
        };
        assert_eq!(decode(encode(&group).bytes()), Some(group));
    }
}
