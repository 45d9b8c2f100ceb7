//! What cannot be undone, which is refused before it is done: links that the kernel's backend cannot make
//! again, and what stands on links that go, or go elsewhere.

use super::kept::qdiscs;
use crate::netlink::Netlink;
use netloom_model::{Errno, Error, Link, LinkKind, Result};
use netloom_netlink::again::Qdisc;
use netloom_netlink::{kind, link, traffic};

/// What a queueing discipline is below that is a link's own (`TC_H_ROOT`, `TC_H_INGRESS`).
const ROOT: u32 = 0xffff_ffff;
const INGRESS: u32 = 0xffff_fff1;

/// Those without classes, of which all is in one message.
const PLAIN: [&str; 17] = [
    "bfifo",
    "cake",
    "choke",
    "clsact",
    "codel",
    "fq",
    "fq_codel",
    "fq_pie",
    "hhf",
    "ingress",
    "netem",
    "pfifo",
    "pfifo_head_drop",
    "pie",
    "red",
    "sfq",
    "tbf",
];

fn refused(why: &str) -> Error {
    let text = format!("{why} if a later change is refused: ask for this alone, or last");
    Error::with(Errno::OPNOTSUPP, text)
}

/// Refuses to delete a link that cannot be made again, or with which such a one goes: one that stands on
/// it, or on its other end.
pub(super) fn deletion(of: &Link, links: &[Link]) -> Result<()> {
    let ends = [
        Some(of.index),
        pair(of).and_then(|(here, peer)| here.then_some(peer)),
    ];
    let goes = |link: &&Link| {
        let lower = link.peer.as_ref().filter(|lower| lower.nsid.is_none());
        let on_it = lower.is_some_and(|lower| ends.contains(&Some(lower.index)));
        link.index == of.index || on_it
    };
    let other = |link: &&Link| matches!(link.kind, LinkKind::Other(_));
    match links.iter().filter(goes).find(other) {
        None => Ok(()),
        Some(link) => {
            let kind = link.kind.name().unwrap_or("hardware");
            let name = &link.name;
            Err(refused(&format!(
                "{name} ({kind}) would go, and could not be made again"
            )))
        }
    }
}

/// The other end of a pair: whether it is in the same namespace, and its number there.
fn pair(link: &Link) -> Option<(bool, u32)> {
    let peer = link.peer.as_ref().filter(|_| link.kind == LinkKind::Veth)?;
    Some((peer.nsid.is_none(), peer.index))
}

/// Refuses to take from a link what stands on it and cannot be put there again; of one that is deleted
/// programs too, which others keep.
pub(super) fn traffic(netlink: &mut Netlink, of: &Link, deleted: bool) -> Result<()> {
    let name = &of.name;
    let own: Vec<Qdisc> = qdiscs(netlink)?
        .into_iter()
        .filter(|one| one.dev == of.index)
        .collect();
    for one in &own {
        let alone = one.parent == ROOT || one.parent == INGRESS;
        if !alone || !PLAIN.contains(&one.kind.as_str()) {
            let kind = &one.kind;
            return Err(refused(&format!(
                "qdisc {kind} of {name} could not come back"
            )));
        }
    }
    for _ in own.iter().filter(|one| one.parent == INGRESS) {
        for hook in [traffic::INGRESS, traffic::EGRESS] {
            let asked = traffic::ask_filters(of.index, hook);
            let found = match netlink.dump(traffic::FILTERS, &asked, traffic::filter) {
                // An ingress qdisc has one hook.
                Err(error) if error.errno == Errno::INVAL => Vec::new(),
                found => found?,
            };
            if !found.is_empty() {
                return Err(refused(&format!("filters of {name} could not come back")));
            }
        }
    }
    if !deleted {
        return Ok(());
    }
    let asked = link::name(of.index);
    let programs = netlink.ask(kind::LINK + kind::GET, asked, traffic::xdp)?;
    match programs.is_none_or(|(_, programs)| programs.is_empty()) {
        true => Ok(()),
        false => Err(refused(&format!(
            "the program at XDP of {name} could not come back"
        ))),
    }
}
