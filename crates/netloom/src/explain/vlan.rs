//! What bridges that filter VLANs do, in words.

use super::command::bridge;
use netloom_model::NsName;
use netloom_model::journey::{DropReason, VlanDecision};
use std::fmt::Display;

/// An address, and in which VLAN.
pub(super) fn station(address: &impl Display, vlan: Option<u16>) -> String {
    match vlan {
        Some(vid) => format!("{address} in VLAN {vid}"),
        None => address.to_string(),
    }
}

/// What a bridge says of a frame's VLAN.
pub(super) fn sentence(vid: u16, decision: VlanDecision) -> String {
    match decision {
        VlanDecision::Tagged => format!("its tag says VLAN {vid}"),
        VlanDecision::Pvid => format!("it has no VLAN tag: VLAN {vid}, the port's PVID"),
        VlanDecision::PriorityTagged => {
            format!("its tag tells a priority alone: VLAN {vid}, the port's PVID")
        }
        VlanDecision::OtherTag => format!(
            "its tag is not of the protocol that the bridge filters by: VLAN {vid}, the port's PVID"
        ),
        VlanDecision::LeavesTagged => format!("leaves with the tag of VLAN {vid}"),
        VlanDecision::LeavesUntagged => format!("leaves VLAN {vid} without a tag"),
    }
}

/// What to do about a drop for a VLAN's sake.
pub(super) fn hint(
    reason: DropReason,
    (ns, dev): (&NsName, &str),
    vid: Option<u16>,
) -> Option<String> {
    let bridge = bridge(ns);
    let number = vid.map_or_else(|| "N".to_owned(), |vid| vid.to_string());
    let its = match vid {
        Some(vid) => format!("VLAN {vid}"),
        None => "its VLAN".to_owned(),
    };
    Some(match reason {
        DropReason::VlanNoPvid => format!(
            "{dev} takes frames with a tag alone: {bridge} vlan add dev {dev} vid N pvid untagged, or send tagged"
        ),
        DropReason::VlanNotMember => {
            format!("{dev} is not in {its}: {bridge} vlan add dev {dev} vid {number} lets it in")
        }
        DropReason::VlanEgress => format!(
            "the port that leads there is not in {its}: see \"{bridge} vlan\"; {bridge} vlan add dev PORT vid {number}"
        ),
        DropReason::VlanState => format!(
            "a port does not forward in {its}: see \"{bridge} -d vlan\"; {bridge} vlan set dev PORT vid {number} state forwarding"
        ),
        DropReason::VlanBridge => format!(
            "the host itself is not in {its}: {bridge} vlan add dev {dev} vid {number} self"
        ),
        DropReason::NoVlanDevice => format!(
            "{dev} received it with a tag: let the port that it left by send without one (untagged), or take it by a VLAN device"
        ),
        _ => return None,
    })
}
