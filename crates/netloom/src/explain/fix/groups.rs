//! Changes by which a packet to a group finds its members.

use super::{Candidate, links};
use crate::explain::command::{exec, ip};
use crate::explain::hint;
use core::net::IpAddr;
use netloom_model::journey::{Journey, Verdict};
use netloom_model::{
    Address, Change, IpNet, LinkKind, LinkRef, MdbEntry, MdbGroup, Mode, Namespace, NsName,
};

/// The group, behind every port of the bridge; else no snooping.
pub(super) fn members(
    ns: &NsName,
    here: &Namespace,
    dev: &str,
    journey: &Journey,
    verdict: &Verdict,
) -> Vec<Candidate> {
    let Some(at) = here.link(&LinkRef::from(dev)) else {
        return Vec::new();
    };
    let bridge = at.master.unwrap_or(at.index);
    let Some(bridge) = here.link(&LinkRef::Index(bridge)) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    if let Some(group) = hint::group(journey, verdict).and_then(|group| group.parse().ok()) {
        let ports = here.links.iter();
        for port in ports.filter(|port| port.master == Some(bridge.index) && port.index != at.index)
        {
            all.push(member(
                ns,
                (bridge.index, &bridge.name),
                (port.index, &port.name),
                group,
            ));
        }
    }
    if matches!(bridge.kind, LinkKind::Bridge(_)) {
        all.push(links::no_snooping(ns, bridge));
    }
    all
}

fn member(
    ns: &NsName,
    (bridge, bridge_name): (u32, &str),
    (port, port_name): (u32, &str),
    group: IpAddr,
) -> Candidate {
    let entry = MdbEntry {
        bridge,
        port,
        group: MdbGroup::Ip(group),
        source: None,
        vid: 0,
        permanent: true,
        by_user: true,
        filter_mode: None,
        timer: 0,
    };
    let command =
        format!("bridge mdb add dev {bridge_name} port {port_name} grp {group} permanent");
    Candidate {
        change: Change::AddMdb {
            ns: ns.clone(),
            entry,
        },
        command: exec(ns, &command),
    }
}

/// The group as an address of the device that received the packet: it is joined.
pub(super) fn join(
    ns: &NsName,
    here: &Namespace,
    dev: &str,
    group: Option<IpAddr>,
) -> Option<Candidate> {
    let group = group.filter(IpAddr::is_multicast)?;
    let link = here.link(&LinkRef::from(dev))?;
    let mut address = Address::new(link.index, IpNet::host(group), "");
    address.autojoin = true;
    let len = address.local.len;
    let command = format!("{} addr add {group}/{len} dev {dev} autojoin", ip(ns));
    Some(Candidate {
        change: Change::AddAddress {
            ns: ns.clone(),
            address,
            mode: Mode::Add,
        },
        command,
    })
}
