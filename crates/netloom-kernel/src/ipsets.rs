//! The sets of xtables of a namespace (ipset(8)): read, and changed.

use crate::netlink::Netlink;
use netloom_model::ipset::{IpSet, IpSetChange, Kind};
use netloom_model::{Errno, Result};
use netloom_netlink::ipset::{self, kind};

/// All sets, in the order in which they were made.
pub(crate) fn read(netlink: &mut Netlink) -> Result<Vec<IpSet>> {
    match netlink.dump(kind::LIST, &ipset::ask(None), ipset::decode) {
        Ok(pieces) => Ok(ipset::joined(pieces)),
        // There is none.
        Err(error) if error.errno == Errno::NOENT => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Carries a change out.
pub(crate) fn change(netlink: &mut Netlink, change: &IpSetChange) -> Result<()> {
    let (mut revision, mut of) = (0, None);
    match change {
        IpSetChange::Create { set, .. } => {
            let asked = ipset::kind_of(set);
            let newest = netlink.ask(kind::TYPE, asked, ipset::newest)?;
            revision = newest.unwrap_or(0).min(set.kind.revision());
        }
        IpSetChange::Add { set, .. }
        | IpSetChange::Del { set, .. }
        | IpSetChange::Test { set, .. } => of = Some(kind_of(netlink, set)?),
        _ => {}
    }
    let (kind, flags, body) = ipset::change(change, revision, of);
    netlink.request(kind, flags, body)
}

/// The kind of the set of a name: what its elements have.
fn kind_of(netlink: &mut Netlink, name: &str) -> Result<Kind> {
    let found = netlink.ask(kind::HEADER, ipset::ask(Some(name)), ipset::named)?;
    found.ok_or_else(|| Errno::NOENT.into())
}
