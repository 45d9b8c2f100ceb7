//! Programs and filters on the links of a namespace: what they do to packets nobody knows here, but that
//! they are there has to be told.
//!
//! Left out: what tcx and netkit hold (they are told by bpf(2) alone), and programs of cgroups.

use crate::Kernel;
use netloom_model::snapshot::Program;
use netloom_model::{Errno, NsName, Result};
use netloom_netlink::traffic::{self, Attached};
use netloom_netlink::{kind, link};

/// All of them, link by link.
///
/// # Errors
/// Those of the kernel; one without qdiscs has none of their filters.
pub fn read(kernel: &mut Kernel, ns: &NsName) -> Result<Vec<Program>> {
    let netlink = kernel.socket(ns)?;
    let program = |index: u32, hook: &str, found: Attached| Program {
        ns: ns.clone(),
        link: index,
        hook: hook.to_owned(),
        name: found.name,
        id: found.id,
    };
    let mut all = Vec::new();
    let at_xdp = netlink.dump(kind::LINK + kind::GET, &link::ask(None), traffic::xdp)?;
    for (index, found) in at_xdp {
        all.extend(found.into_iter().map(|one| program(index, "xdp", one)));
    }
    let hooks = match netlink.dump(traffic::QDISCS, &traffic::ask_qdiscs(), traffic::hooks) {
        Err(error) if error.errno == Errno::OPNOTSUPP => Vec::new(),
        hooks => hooks?,
    };
    for index in hooks {
        for (hook, name) in [
            (traffic::INGRESS, "tc ingress"),
            (traffic::EGRESS, "tc egress"),
        ] {
            let asked = traffic::ask_filters(index, hook);
            let found = match netlink.dump(traffic::FILTERS, &asked, traffic::filter) {
                // An ingress qdisc has one hook.
                Err(error) if error.errno == Errno::INVAL => Vec::new(),
                found => found?,
            };
            all.extend(found.into_iter().map(|one| program(index, name, one)));
        }
    }
    Ok(all)
}
