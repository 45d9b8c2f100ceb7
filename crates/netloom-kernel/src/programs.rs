//! Programs and filters on the links of a namespace, and of the control groups of its processes: what they do
//! to packets nobody knows here, but that they are there has to be told.
//!
//! Those at XDP and of queueing disciplines netlink tells, those of tcx, netkit and control groups `bpf`.

use crate::{Kernel, bpf, namespace};
use netloom_model::snapshot::Program;
use netloom_model::{Errno, Link, NsName, Result};
use netloom_netlink::traffic::{self, Attached};
use netloom_netlink::{kind, link};
use std::collections::BTreeSet;
use std::fs::{self, File};

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

/// Those of tcx and netkit, of these links. A kernel without these hooks has none.
///
/// # Errors
/// `EPERM` without `CAP_NET_ADMIN` in the first user namespace.
pub fn hooked(ns: &NsName, links: &[Link]) -> Result<Vec<Program>> {
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

/// Where control groups of the second version are mounted, alone or beside those of the first.
const CGROUPS: [&str; 2] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/// Those that decide for all of some processes, whatever each of them is; on no link. A program that only
/// some of them have says nothing of the others.
///
/// # Errors
/// `EPERM` without `CAP_NET_ADMIN` in the first user namespace.
pub fn of_processes(ns: &NsName, pids: impl Iterator<Item = u32>) -> Result<Vec<Program>> {
    let groups: BTreeSet<String> = pids.filter_map(group_of).collect();
    let mut common: Option<Vec<bpf::Hooked>> = None;
    for group in groups {
        let ask = |root: &&str| {
            let folder = File::open(format!("{root}{group}")).ok()?;
            match bpf::of_cgroup(&folder) {
                // A folder of the first version, or of none.
                Err(error) if error.errno == Errno::BADF => None,
                own => Some(own),
            }
        };
        let Some(own) = CGROUPS.iter().find_map(ask) else {
            continue;
        };
        let own = own?;
        common = Some(match common {
            None => own,
            Some(common) => common.into_iter().filter(|one| own.contains(one)).collect(),
        });
        if common.as_ref().is_some_and(Vec::is_empty) {
            break;
        }
    }
    let each = common.unwrap_or_default().into_iter().map(|one| {
        let name = one.name.unwrap_or_else(|| "bpf".to_owned());
        let id = Some(one.id);
        program(ns, 0, one.hook, Attached { name, id })
    });
    Ok(each.collect())
}

/// The control group of a process (cgroups(7), `/proc/PID/cgroup`): `0::/system.slice/x.service`.
fn group_of(pid: u32) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    let group = text.lines().find_map(|line| line.strip_prefix("0::"))?;
    // One outside of what is seen here cannot be opened.
    (!group.contains("..")).then(|| group.to_owned())
}
