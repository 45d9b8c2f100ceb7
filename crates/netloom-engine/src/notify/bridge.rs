//! What is told of bridges: their ports in the family of bridges (`br_ifinfo_notify`), entries of
//! their forwarding databases (`fdb_notify`) and of their databases of groups (`br_mdb_notify`).

use super::tell;
use crate::device::DevId;
use crate::net::Net;
use crate::snapshot;
use netloom_model::notice::About;
use netloom_model::{FdbEntry, LinkFlags, MdbEntry};

/// A port of a bridge is there, or changed.
pub(crate) fn port(net: &mut Net, dev: DevId) {
    tell(net, net.ns_of(dev), false, |net| {
        About::Port(Box::new(snapshot::link(net, net.dev(dev))))
    });
}

/// A port came up: that it has carrier is found out behind it.
pub(crate) fn port_up(net: &mut Net, dev: DevId) {
    tell(net, net.ns_of(dev), false, |net| {
        let mut link = snapshot::link(net, net.dev(dev));
        super::before_carrier(net, dev, &mut link);
        About::Port(Box::new(link))
    });
}

/// A device is a port no more.
pub(crate) fn port_gone(net: &mut Net, dev: DevId) {
    tell(net, net.ns_of(dev), true, |net| {
        let mut link = snapshot::link(net, net.dev(dev));
        link.bridge_port = None;
        About::Port(Box::new(link))
    });
}

/// The features of a bridge may be others, as its first port came or its last one left.
pub(crate) fn features(net: &mut Net, master: DevId) {
    tell(net, net.ns_of(master), false, |net| About::Link {
        link: Box::new(snapshot::link(net, net.dev(master))),
        moved: None,
        features: true,
    });
}

/// A bridge lost its last port: of its carrier it is found out behind that.
pub(crate) fn left_alone(net: &mut Net, master: DevId, features: bool) {
    tell(net, net.ns_of(master), false, |net| {
        let device = net.dev(master);
        let mut link = snapshot::link(net, device);
        if device.is_up() {
            link.flags.set(LinkFlags::LOWER_UP, false);
        }
        About::Link {
            link: Box::new(link),
            moved: None,
            features,
        }
    });
}

/// An entry of a forwarding database is there, changed, or is gone; `dev` is where it is told.
pub(crate) fn fdb(net: &mut Net, dev: DevId, gone: bool, entry: impl FnOnce(&Net) -> FdbEntry) {
    tell(net, net.ns_of(dev), gone, |net| {
        About::Fdb(Box::new(entry(net)))
    });
}

/// A group is listened to behind a port, or no more.
pub(crate) fn mdb(net: &mut Net, master: DevId, gone: bool, entry: MdbEntry) {
    tell(net, net.ns_of(master), gone, |_| {
        About::Mdb(Box::new(entry))
    });
}
