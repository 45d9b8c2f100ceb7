//! Brings back the links of a namespace: those that are gone are made anew with their numbers, and each
//! is set as it was.

use super::All;
use crate::{Kernel, namespace, write};
use netloom_model::bridge::BridgePortSettings;
use netloom_model::state::Parts;
use netloom_model::{
    Change, Errno, Link, LinkFlags, LinkKind, LinkRef, LinkSettings, MacAddr, Namespace, NewKind,
    NewLink, NsName, Result,
};
use netloom_netlink::{kind, link};
use std::collections::BTreeSet;
use std::os::fd::AsRawFd;

/// Takes away the links that were not there.
pub(super) fn unmake(kernel: &mut Kernel, ns: &NsName, there: &BTreeSet<u32>) -> Result<()> {
    for link in kernel.read(ns, Parts::LINKS)?.links {
        if there.contains(&link.index) {
            continue;
        }
        let gone = Change::DelLink {
            ns: ns.clone(),
            link: LinkRef::Index(link.index),
        };
        match kernel.change(&gone) {
            // Its other end went before.
            Err(error) if error.errno == Errno::NODEV => {}
            done => done?,
        }
    }
    Ok(())
}

/// A link that went to another namespace.
pub(super) struct Moved {
    /// What it was called. Where its new name is refused it has gone, and has the old one.
    pub(super) name: String,
    /// What it is to be called there.
    pub(super) new_name: String,
    /// The number that it has there, once it has come.
    pub(super) index: Option<u32>,
    /// By which it is known where its name was chosen by the kernel (`%d`).
    pub(super) address: MacAddr,
}

impl Moved {
    fn find<'a>(&self, there: &'a Namespace) -> Option<&'a Link> {
        let named = |name: &String| there.link(&LinkRef::Name(name.clone()));
        match self.index {
            Some(index) => there.link(&LinkRef::Index(index)),
            None => named(&self.name)
                .or_else(|| named(&self.new_name))
                .or_else(|| there.links.iter().find(|link| link.address == self.address)),
        }
    }
}

/// Has a link come back from a namespace, with the number that it had.
pub(super) fn bring_back(
    kernel: &mut Kernel,
    (from, moved): (&NsName, &Moved),
    (to, index): (&NsName, u32),
) -> Result<()> {
    let stayed = kernel.read(to, Parts::LINKS)?;
    let there = kernel.read(from, Parts::LINKS)?;
    let Some(link) = moved.find(&there) else {
        return Ok(());
    };
    if stayed.link(&LinkRef::Index(index)).is_some() {
        // Another one has its name there.
        return Ok(());
    }
    let file = namespace::open(to)?;
    let body = link::bring(link.index, file.as_raw_fd(), index);
    kernel.socket(from)?.request(kind::LINK, 0, body)
}

/// Makes the links of a namespace what they were.
pub(super) fn restore(
    kernel: &mut Kernel,
    ns: &NsName,
    before: &Namespace,
    kept: &All,
) -> Result<()> {
    let mut first = Ok(());
    let mut now = kernel.read(ns, Parts::LINKS)?;
    for was in &before.links {
        if now.link(&LinkRef::Index(was.index)).is_none() {
            first = first.and(make(kernel, ns, (was, before), kept));
            // Its other end may have come with it.
            now = kernel.read(ns, Parts::LINKS)?;
        }
    }
    // Masters come before what stands below them, what a port has once it is one, and all is set before it
    // is up.
    for up in [false, false, true] {
        let now = kernel.read(ns, Parts::LINKS)?;
        for was in &before.links {
            let Some(link) = now.link(&LinkRef::Index(was.index)) else {
                continue;
            };
            if up {
                first = first.and(name(kernel, ns, (link, was)));
            }
            let mut wanted = LinkSettings::between(link, was);
            if was.follows_ports(before.links.iter()) {
                wanted.address = None;
            }
            first = first.and(set(kernel, ns, (link, was), wanted, up));
        }
    }
    first
}

fn make(
    kernel: &mut Kernel,
    ns: &NsName,
    (was, before): (&Link, &Namespace),
    kept: &All,
) -> Result<()> {
    let mut peer_index = None;
    let kind = match &was.kind {
        LinkKind::Bridge(_) => NewKind::Bridge,
        LinkKind::Dummy => NewKind::Dummy,
        LinkKind::Tun(tun) => NewKind::Tun(tun.clone()),
        LinkKind::Veth => {
            let peer = was.peer.as_ref().ok_or(Errno::NODEV)?;
            let of = if peer.nsid.is_none() { ns } else { &peer.ns };
            let known = kept.get(of).and_then(|of| of.ns.link(&peer.index.into()));
            peer_index = Some(peer.index);
            NewKind::Veth {
                peer: known.map(|peer| peer.name.clone()).unwrap_or_default(),
                peer_settings: Box::new(LinkSettings {
                    netns: peer.nsid.map(|_| peer.ns.clone()),
                    address: known.map(|peer| peer.address),
                    ..LinkSettings::default()
                }),
            }
        }
        LinkKind::Loopback | LinkKind::Other(_) => return Err(Errno::OPNOTSUPP.into()),
    };
    let mut new = NewLink::new(was.name.clone(), kind);
    new.index = Some(was.index);
    let follows = was.follows_ports(before.links.iter());
    if !follows && !matches!(was.kind, LinkKind::Tun(_)) {
        new.settings.address = Some(was.address);
    }
    write::add_pair(kernel.socket(ns)?, ns, &new, peer_index)
}

/// Gives a link the names back that it lost with what it was made anew as, by itself or as the other end of
/// a pair.
fn name(kernel: &mut Kernel, ns: &NsName, (now, was): (&Link, &Link)) -> Result<()> {
    let lost = was
        .altnames
        .iter()
        .filter(|name| !now.altnames.contains(name));
    for name in lost {
        kernel.change(&Change::AddAltname {
            ns: ns.clone(),
            link: LinkRef::Index(was.index),
            name: name.clone(),
        })?;
    }
    Ok(())
}

/// Sets of what differs of a link what can be set now; whether it is up in the end.
fn set(
    kernel: &mut Kernel,
    ns: &NsName,
    (now, was): (&Link, &Link),
    mut set: LinkSettings,
    up: bool,
) -> Result<()> {
    let whether = set.up.take();
    // A port comes to its state by itself.
    if let Some(port) = &mut set.bridge_port {
        port.state = None;
    }
    set.bridge_port = set
        .bridge_port
        .filter(|port| *port != BridgePortSettings::default());
    let set = match up {
        false => set,
        true => LinkSettings {
            up: whether,
            ..LinkSettings::default()
        },
    };
    if set == LinkSettings::default() {
        return Ok(());
    }
    // One that was too short for IPv6 has nothing of it, and gets it back with its length.
    if let (Some(mtu), Some(_)) = (set.mtu, &set.addr_gen_mode) {
        let long = LinkSettings {
            mtu: Some(mtu),
            ..LinkSettings::default()
        };
        kernel.change(&change(ns, was.index, long))?;
    }
    // A link that is up cannot change its name or address everywhere: it comes down first.
    let renamed = set.name.is_some() && now.flags.contains(LinkFlags::UP);
    if renamed {
        let down = LinkSettings {
            up: Some(false),
            ..LinkSettings::default()
        };
        kernel.change(&change(ns, was.index, down))?;
    }
    let done = kernel.change(&change(ns, was.index, set));
    if renamed && was.flags.contains(LinkFlags::UP) {
        let again = LinkSettings {
            up: Some(true),
            ..LinkSettings::default()
        };
        kernel.change(&change(ns, was.index, again))?;
    }
    done
}

fn change(ns: &NsName, index: u32, set: LinkSettings) -> Change {
    Change::SetLink {
        ns: ns.clone(),
        link: LinkRef::Index(index),
        set: Box::new(set),
    }
}
