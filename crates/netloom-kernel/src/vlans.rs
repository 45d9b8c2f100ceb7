//! VLANs of bridges and their ports.

use crate::netlink::Netlink;
use netloom_model::{BridgeVlan, Errno, GlobalVlan, Result, VlanChange};
use netloom_netlink::vlan::{self, Dump};
use netloom_netlink::{Writer, kind};

/// Those of a namespace, and what bridges have for each. A kernel that cannot filter by VLANs has none; one
/// before 5.6 tells them with the ports.
pub(crate) fn read(netlink: &mut Netlink) -> Result<(Vec<BridgeVlan>, Vec<GlobalVlan>)> {
    const ASK: u16 = kind::VLAN + kind::GET;
    let members = netlink.dump(ASK, &vlan::ask(Dump::Members), vlan::decode);
    let members = match members {
        Err(error) if error.errno == Errno::OPNOTSUPP => {
            let told = ask_links(netlink, &vlan::ask_links())?;
            return Ok((told, Vec::new()));
        }
        members => members?,
    };
    let global = netlink.dump(ASK, &vlan::ask(Dump::Global), vlan::global);
    let global = match global {
        // Kernels before 5.15 have nothing for all ports.
        Err(error) if matches!(error.errno, Errno::OPNOTSUPP | Errno::INVAL) => Vec::new(),
        global => global?,
    };
    let (members, global) = (members.into_iter(), global.into_iter());
    Ok((members.flatten().collect(), global.flatten().collect()))
}

fn ask_links(netlink: &mut Netlink, body: &Writer) -> Result<Vec<BridgeVlan>> {
    let told = netlink.dump(kind::LINK + kind::GET, body, vlan::of_link)?;
    Ok(told.into_iter().flatten().collect())
}

/// Changes those of a device.
pub(crate) fn change(netlink: &mut Netlink, dev: u32, change: &VlanChange) -> Result<()> {
    let (kind, body) = vlan::change(dev, change);
    netlink.request(kind, 0, body)
}
