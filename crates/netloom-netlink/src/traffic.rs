//! Programs and filters on links: eBPF at XDP (`IFLA_XDP`), and what stands at the two hooks of a `clsact`
//! or `ingress` qdisc (`struct tcmsg`, `TCA_*`; tc(8)).
//!
//! Left out: programs of tcx and netkit, which netlink does not tell of.

use crate::{Attributes, Writer, link, u32_at};

/// Kinds of messages (`RTM_NEWQDISC`, `RTM_GETQDISC`, `RTM_GETTFILTER`).
pub const QDISC: u16 = 36;
/// See [`QDISC`].
pub const QDISCS: u16 = 38;
/// See [`QDISC`].
pub const FILTERS: u16 = 46;

/// The length of the fixed part.
const FIXED: usize = 20;

/// The hooks of a link: what comes in, and what goes out (`TC_H_CLSACT`, `TC_H_MIN_*`).
pub const INGRESS: u32 = 0xffff_fff2;
/// See [`INGRESS`].
pub const EGRESS: u32 = 0xffff_fff3;

const KIND: u16 = 1;

/// A program or a filter: its name or its kind, and its number where it is a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Its name; of a filter that is no program its kind.
    pub name: String,
    /// Its number.
    pub id: Option<u32>,
}

/// The programs at XDP of the link of a message's body.
#[must_use]
pub fn xdp(body: &[u8]) -> Option<(u32, Vec<Attached>)> {
    const XDP: u16 = 43;
    /// The program, and those of the driver, of the network stack and of the hardware.
    const IDS: [u16; 4] = [4, 5, 6, 7];
    let index = u32_at(body, 4)?;
    let told = Attributes::behind(body, link::FIXED).inside(XDP);
    let mut ids: Vec<u32> = IDS.iter().filter_map(|kind| told.u32(*kind)).collect();
    ids.retain(|id| *id != 0);
    ids.sort_unstable();
    ids.dedup();
    let named = |id| Attached {
        name: "xdp".to_owned(),
        id: Some(id),
    };
    Some((index, ids.into_iter().map(named).collect()))
}

/// The link of the qdisc of a message's body, if it has hooks for filters.
#[must_use]
pub fn hooks(body: &[u8]) -> Option<u32> {
    let kind = Attributes::behind(body, FIXED).text(KIND)?;
    let has = matches!(kind.as_str(), "clsact" | "ingress");
    u32_at(body, 4).filter(|_| has)
}

/// The filter of a message's body; none where it only says that there may be some of its priority.
#[must_use]
pub fn filter(body: &[u8]) -> Option<Attached> {
    const OPTIONS: u16 = 2;
    const NAME: u16 = 7;
    const ID: u16 = 11;
    let told = Attributes::behind(body, FIXED);
    let handle = u32_at(body, 8)?;
    let (kind, options) = (told.text(KIND)?, told.inside(OPTIONS));
    let id = options.u32(ID).filter(|_| kind == "bpf");
    let name = options.text(NAME).filter(|_| kind == "bpf");
    Some(Attached {
        name: name.unwrap_or(kind),
        id,
    })
    .filter(|_| handle != 0)
}

/// The body of a request for all qdiscs.
#[must_use]
pub fn ask_qdiscs() -> Writer {
    Writer::new(&[0; FIXED])
}

/// The body of a request for the filters at a hook of a link.
#[must_use]
pub fn ask_filters(index: u32, hook: u32) -> Writer {
    let mut fixed = [0; FIXED];
    fixed[4..8].copy_from_slice(&index.to_le_bytes());
    fixed[12..16].copy_from_slice(&hook.to_le_bytes());
    Writer::new(&fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_told_by_its_program_or_its_kind() {
        let mut fixed = [0; FIXED];
        fixed[8] = 1;
        let mut body = Writer::new(&fixed);
        body.text(KIND, "bpf");
        body.nest(2, |options| {
            options.text(7, "from-container");
            options.u32(11, 9);
        });
        let (name, id) = ("from-container".to_owned(), Some(9));
        assert_eq!(filter(body.bytes()), Some(Attached { name, id }));
        let mut body = Writer::new(&fixed);
        body.text(KIND, "u32");
        let (name, id) = ("u32".to_owned(), None);
        assert_eq!(filter(body.bytes()), Some(Attached { name, id }));
        assert_eq!(filter(ask_filters(1, INGRESS).bytes()), None);
    }

    #[test]
    fn a_program_at_xdp_is_told_once() {
        let mut body = link::name(7);
        body.nest(43, |xdp| {
            xdp.u32(4, 5);
            xdp.u32(6, 5);
        });
        let (name, id) = ("xdp".to_owned(), Some(5));
        assert_eq!(xdp(body.bytes()), Some((7, vec![Attached { name, id }])));
    }
}
