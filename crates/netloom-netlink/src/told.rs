//! Messages of what changed, as rtmon(8) keeps them in files: links, addresses, routes, neighbours,
//! rules and the settings that are told of a device, and the moments between them.
//!
//! Left out: messages of groups and next hops.

use crate::{
    Attributes, BRIDGE, Message, address, fdb, kind, link, neighbour, port, route, rule, u32_at,
};
use netloom_model::notice::About;

/// A moment (`NLMSG_TSTAMP`), which rtmon puts before each message.
const STAMP: u16 = 15;

/// What a message tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// When the next ones came: seconds and microseconds.
    Moment(u32, u32),
    /// What is there, or is gone.
    Notice {
        /// Whether it is gone.
        gone: bool,
        /// What it is about.
        about: About,
    },
}

/// What a message tells; none where that is nothing known here.
#[must_use]
pub fn decode(message: &Message<'_>) -> Option<Told> {
    let body = message.body;
    if message.kind == STAMP {
        return Some(Told::Moment(u32_at(body, 0)?, u32_at(body, 4)?));
    }
    let gone = message.kind % 4 == 1;
    let about = match message.kind - u16::from(gone) {
        kind::LINK => of_link(body)?,
        kind::ADDRESS => About::Address(Box::new(address::decode(body)?)),
        kind::ROUTE => About::Route(Box::new(route::decode(body)?)),
        kind::NEIGHBOUR if body.first() == Some(&BRIDGE) => {
            About::Fdb(Box::new(fdb::decode(body)?))
        }
        kind::NEIGHBOUR => About::Neighbour(Box::new(neighbour::decode(body)?)),
        kind::RULE => About::Rule(Box::new(rule::decode(body)?)),
        _ => return None,
    };
    Some(Told::Notice { gone, about })
}

/// A link: bridges and IPv6 tell less of it, in their own families.
fn of_link(body: &[u8]) -> Option<About> {
    /// Its features may have changed (`IFLA_EVENT`).
    const EVENT: u16 = 44;
    const FEATURES: u32 = 2;
    /// What it is as a port (`IFLA_PROTINFO`).
    const PORT: u16 = 12;
    let mut link = Box::new(link::decode(body)?);
    if *body.first()? != 0 {
        let port = Attributes::behind(body, link::FIXED).get(PORT);
        link.bridge_port = port.map(|port| port::decode(Attributes::new(port)));
        return Some(About::Port(link));
    }
    Some(About::Link {
        link,
        moved: None,
        features: Attributes::behind(body, link::FIXED).u32(EVENT) == Some(FEATURES),
    })
}
