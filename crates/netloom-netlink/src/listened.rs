//! Messages of what changed that rtmon(8) does not keep: next hops, groups of bridges, ids of
//! namespaces, settings of devices.

use crate::{Attributes, Message, family_of, kind, link, mdb, nexthop, u32_at};
use netloom_model::NsName;
use netloom_model::notice::{About, Netconf};

/// What a message tells, with what its names stand for yet to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Whether it is gone.
    pub gone: bool,
    /// What it is about.
    pub about: About,
}

/// What a message tells beside what [`told::decode`](crate::told::decode) knows. Namespaces and devices
/// are yet without their names.
#[must_use]
pub fn decode(message: &Message<'_>) -> Vec<Heard> {
    let body = message.body;
    let gone = message.kind % 4 == 1;
    let all = match message.kind - u16::from(gone) {
        kind::NEXTHOP => nexthop::decode(body)
            .map(About::Nexthop)
            .into_iter()
            .collect(),
        kind::MDB => {
            let entries = mdb::decode(body).map(|(entries, _)| entries);
            let entries = entries.into_iter().flatten();
            entries.map(|entry| About::Mdb(Box::new(entry))).collect()
        }
        kind::NSID => nsid(body).into_iter().collect(),
        kind::NETCONF => netconf(body).into_iter().collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    all.into_iter().map(|about| Heard { gone, about }).collect()
}

fn nsid(body: &[u8]) -> Option<About> {
    const ID: u16 = 1;
    let id = Attributes::behind(body, 1).u32(ID)?.cast_signed();
    let ns = NsName::first();
    Some(About::Nsid { id, ns })
}

/// The id of the namespace that a link went to, and its index there.
#[must_use]
pub fn moved(body: &[u8]) -> Option<(i32, u32)> {
    const NSID: u16 = 45;
    const INDEX: u16 = 49;
    let found = Attributes::behind(body, link::FIXED);
    let index = found.u32(INDEX)?;
    Some((found.u32(NSID).map_or(-1, u32::cast_signed), index))
}

/// The settings of a device (`struct netconfmsg`, `NETCONFA_*`).
fn netconf(body: &[u8]) -> Option<About> {
    const DEV: u16 = 1;
    const FORWARDING: u16 = 2;
    const RP_FILTER: u16 = 3;
    const MC_FORWARDING: u16 = 4;
    const PROXY: u16 = 5;
    const IGNORE_LINKDOWN: u16 = 6;
    /// What stands for a device (`NETCONFA_IFINDEX_*`).
    const ALL: i32 = -1;
    const DEFAULT: i32 = -2;
    let family = family_of(*body.first()?)?;
    let found = Attributes::behind(body, 1);
    let dev = u32_at(found.get(DEV)?, 0)?;
    let on = |kind: u16| found.u32(kind).map(|value| value != 0);
    Some(About::Netconf {
        family,
        dev: Some(dev).filter(|dev| dev.cast_signed() > 0),
        name: match dev.cast_signed() {
            ALL => "all".to_owned(),
            DEFAULT => "default".to_owned(),
            _ => String::new(),
        },
        told: Netconf {
            forwarding: on(FORWARDING),
            rp_filter: found.u32(RP_FILTER).map(|value| value as u8),
            mc_forwarding: on(MC_FORWARDING),
            proxy: on(PROXY),
            ignore_linkdown: on(IGNORE_LINKDOWN),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Messages, Writer};
    use netloom_model::Family;

    #[test]
    fn settings_are_of_a_device_of_all_or_of_those_to_come() {
        for (number, name) in [(-1i32, "all"), (-2, "default"), (3, "")] {
            let mut body = Writer::new(&[2]);
            body.u32(1, number.cast_unsigned());
            body.u32(2, 1);
            let bytes = body.message(kind::NETCONF, 0).unwrap();
            let message = Messages::new(&bytes, 0).next().unwrap().unwrap();
            let told = Netconf {
                forwarding: Some(true),
                ..Netconf::default()
            };
            let about = About::Netconf {
                family: Family::V4,
                dev: (number > 0).then_some(3),
                name: name.to_owned(),
                told,
            };
            let gone = false;
            assert_eq!(decode(&message), [Heard { gone, about }]);
        }
    }
}
