//! Programs and filters on the links of a namespace: what they do to packets nobody knows here, but that
//! they are there has to be told.
//!
//! Those at XDP and of queueing disciplines netlink tells, those of tcx and netkit `bpf`. Left out are programs
//! of control groups.

use crate::{Kernel, bpf, namespace};
use netloom_model::snapshot::Program;
use netloom_model::{Errno, NsName, Result};
use netloom_netlink::traffic::{self, Attached};
use netloom_netlink::{kind, link};

/// What stands at a hook of a link.
fn program(ns: &NsName, index: u32, hook: &str, found: Attached) -> Program {
    Program {
        ns: ns.clone(),
        link: index,
        hook: hook.to_owned(),
        name: found.name,
        id: found.id,
    }
}

/// Those at XDP and of queueing disciplines, link by link.
///
/// # Errors
/// Those of the kernel; one without qdiscs has none of their filters.
pub fn read(kernel: &mut Kernel, ns: &NsName) -> Result<Vec<Program>> {
    let netlink = kernel.socket(ns)?;
    let mut all = Vec::new();
    let at_xdp = netlink.dump(kind::LINK + kind::GET, &link::ask(None), traffic::xdp)?;
    for (index, found) in at_xdp {
        let each = found.into_iter();
        all.extend(each.map(|one| program(ns, index, "xdp", one)));
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
            let each = found.into_iter();
            all.extend(each.map(|one| program(ns, index, name, one)));
        }
    }
    Ok(all)
}

/// Those of tcx and netkit, link by link. A kernel without these hooks has none.
///
/// # Errors
/// `EPERM` without `CAP_NET_ADMIN` in the first user namespace.
pub fn hooked(kernel: &mut Kernel, ns: &NsName) -> Result<Vec<Program>> {
    let netlink = kernel.socket(ns)?;
    let links = netlink.dump(kind::LINK + kind::GET, &link::ask(None), link::decode)?;
    let found = namespace::inside(ns, || {
        let each = links.iter().map(|link| {
            let is_netkit = link.kind.name() == Some("netkit");
            bpf::read(link.index, is_netkit).map(|found| (link.index, found))
        });
        each.collect::<Result<Vec<_>>>()
    })??;
    let each = found.into_iter().flat_map(|(index, found)| {
        found.into_iter().map(move |one| {
            let name = one.name.unwrap_or_else(|| "bpf".to_owned());
            let id = Some(one.id);
            program(ns, index, one.hook, Attached { name, id })
        })
    });
    Ok(each.collect())
}
