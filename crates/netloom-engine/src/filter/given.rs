//! Objects that give connections something: helpers, times, others that are waited for (`nft_ct`).

use super::facts::Facts;
use super::keep::Used;
use crate::conntrack::{Beside, Helper, Timeouts, Waits, given};
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::TableFamily;
use netloom_model::ruleset::object::{ObjectBody, ObjectKind};
use netloom_model::{Errno, Result};
use std::sync::Arc;

const TCP: u8 = 6;
const UDP: u8 = 17;

/// The kernel's helpers: their names, the protocol that they watch, and whether that of IPv6 too.
const HELPERS: &[(&str, u8, bool)] = &[
    ("amanda", UDP, true),
    ("ftp", TCP, true),
    ("H.245", UDP, true),
    ("irc", TCP, false),
    ("netbios-ns", UDP, false),
    ("pptp", TCP, false),
    ("Q.931", TCP, true),
    ("RAS", UDP, true),
    ("sane", TCP, true),
    ("sip", TCP, true),
    ("sip", UDP, true),
    ("snmp", UDP, false),
    ("snmp_trap", UDP, false),
    ("tftp", UDP, true),
];

/// Whether objects of a kind give something to connections.
pub(super) const fn gives(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::CtHelper | ObjectKind::CtTimeout | ObjectKind::CtExpectation
    )
}

/// Whether there can be such an object in a table of a family.
///
/// # Errors
/// `ENOENT` for a helper that is not there, `EINVAL` for packets that the table does not see,
/// `EAFNOSUPPORT` and `EPROTO` for a family that has no connections, `ENOENT` too for a label without a
/// security module.
pub(super) fn check(body: &ObjectBody, table: TableFamily) -> Result<()> {
    use TableFamily::{Bridge, Inet, Ip, Ip6, Netdev};
    match body {
        ObjectBody::CtHelper {
            helper,
            protocol,
            l3proto,
        } => {
            let known = |v6_too| knows(helper, *protocol, v6_too);
            let found = match (l3proto, table) {
                (Ip, Ip6) | (Ip6, Ip) => return Err(Errno::INVAL.into()),
                (Ip6, _) => known(true),
                (Ip | Inet | Bridge | Netdev, _) => known(false),
                _ => return Err(Errno::AFNOSUPPORT.into()),
            };
            if !found {
                return Err(Errno::NOENT.into());
            }
        }
        ObjectBody::CtTimeout { .. } => {}
        ObjectBody::CtExpectation { l3proto, .. } => match (l3proto, table) {
            (Ip, Ip | Inet) | (Ip6, Ip6 | Inet) => {}
            (Ip | Ip6, _) => return Err(Errno::INVAL.into()),
            _ => return Err(Errno::AFNOSUPPORT.into()),
        },
        // There is no security module whose label it could be.
        ObjectBody::Secmark(_) => return Err(Errno::NOENT.into()),
        _ => return Ok(()),
    }
    match table {
        Ip | Ip6 | Inet | Bridge => Ok(()),
        _ => Err(Errno::PROTO.into()),
    }
}

/// An object as it is there: a helper of any family that does not know IPv6 is one of IPv4.
pub(super) fn settled(body: &ObjectBody) -> ObjectBody {
    let mut body = body.clone();
    if let ObjectBody::CtHelper {
        helper,
        protocol,
        l3proto,
    } = &mut body
        && !knows(helper, *protocol, true)
    {
        *l3proto = TableFamily::Ip;
    }
    body
}

/// Whether there is such a helper, and if asked whether for IPv6 too.
fn knows(helper: &str, protocol: u8, v6_too: bool) -> bool {
    let mut all = HELPERS.iter();
    all.any(|(name, of, v6)| *name == helper && *of == protocol && (*v6 || !v6_too))
}

/// Gives the connection that a packet begins what an object has. None: netloom has no such helper.
pub(super) fn give(
    body: &ObjectBody,
    timeouts: Option<&Arc<Timeouts>>,
    net: &mut Net,
    (facts, packet): (&Facts, &Packet),
) -> Option<Used> {
    match body {
        ObjectBody::CtHelper {
            helper,
            protocol,
            l3proto,
        } => {
            let is_for = match l3proto {
                TableFamily::Ip => facts.is_v4(),
                TableFamily::Ip6 => facts.is_v6(),
                _ => true,
            };
            if is_for && given::may_watch(net, facts, packet, *protocol) {
                given::watch(net, facts, packet, Helper::named(helper)?);
            }
        }
        ObjectBody::CtTimeout { .. } => given::time(net, facts, packet, timeouts?),
        ObjectBody::CtExpectation {
            protocol,
            l3proto,
            dport,
            timeout,
            size,
        } => {
            let beside = Beside {
                v6: *l3proto == TableFamily::Ip6,
                protocol: *protocol,
                dport: *dport,
                timeout: *timeout,
                most: *size,
            };
            return Some(match given::wait(net, facts, packet, &beside) {
                Waits::Yes => Used::Rule(true),
                Waits::No => Used::Rule(false),
                Waits::Clashes => Used::Drops,
            });
        }
        _ => return None,
    }
    Some(Used::Rule(true))
}
