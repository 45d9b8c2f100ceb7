//! What to look at where the state of a bridge's port, or its spanning tree, stopped a frame.

use super::command::exec;
use netloom_model::NsName;
use netloom_model::journey::DropReason;

/// The hint for a drop at port `dev` in `ns`, if it is one of these.
pub(super) fn hint(reason: DropReason, ns: &NsName, dev: &str) -> Option<String> {
    let set = |words: &str| exec(ns, &format!("bridge link set dev {dev} {words}"));
    let text = match reason {
        DropReason::BridgePortState => {
            let see = exec(ns, "bridge link");
            format!(
                "{dev} is disabled: is it up and with carrier, is its bridge up, or did its guard meet a BPDU? See \"{see}\""
            )
        }
        DropReason::BridgePortBlocking => {
            let see = exec(ns, "brctl showstp BRIDGE");
            format!(
                "STP blocks {dev} so that no frame circles: another port leads to the root; see \"{see}\""
            )
        }
        DropReason::BridgePortListening | DropReason::BridgePortLearning => {
            let by_hand = set("state 3");
            format!(
                "with STP {dev} forwards after two times forward_delay, if root_block does not keep it from there; \
                 a state set by hand without STP: {by_hand}"
            )
        }
        DropReason::BpduGuard => {
            let off = set("guard off");
            format!("a bridge that runs STP is behind {dev}, which its guard forbids: {off}")
        }
        DropReason::BpduVersion => {
            "the kernel speaks 802.1D's spanning tree alone: set the other bridge to it".to_owned()
        }
        _ => return None,
    };
    Some(text)
}
