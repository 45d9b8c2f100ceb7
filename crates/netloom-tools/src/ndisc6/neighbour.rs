//! Neighbour solicitations, and the advertisements that answer them (RFC 4861 section 4.3, 4.4).

use core::net::Ipv6Addr;
use netloom_model::MacAddr;
use netloom_wire::icmpv6::{self, Repr, Type};
use netloom_wire::ndp::{self, LLADDR_LEN, kind};

/// A solicitation for a target by a device with a hardware address, and where it goes.
pub(super) fn solicitation(target: Ipv6Addr, mac: MacAddr) -> (Ipv6Addr, Vec<u8>) {
    let [.., a, b, c] = target.octets();
    let (high, low) = (0xff00 | u16::from(a), u16::from(b) << 8 | u16::from(c));
    let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, high, low);
    let mut body = target.octets().to_vec();
    let mut option = [0; LLADDR_LEN];
    ndp::put_lladdr(&mut option, kind::SOURCE_LLADDR, mac);
    body.extend(option);
    let repr = Repr {
        msg_type: Type::NEIGHBOUR_SOLICITATION,
        code: 0,
        rest: 0,
        body: &body,
    };
    // The kernel fills in the checksum.
    let nowhere = Ipv6Addr::UNSPECIFIED;
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, nowhere, nowhere);
    (group, bytes)
}

/// What an advertisement of the target tells.
pub(super) fn answer(bytes: &[u8], target: Ipv6Addr, quiet: bool) -> Option<String> {
    let message = icmpv6::Packet::new_checked(bytes).ok()?;
    if message.msg_type() != Type::NEIGHBOUR_ADVERTISEMENT || message.target() != Some(target) {
        return None;
    }
    let options = message.payload().get(16..)?;
    let mac = ndp::lladdr(options, kind::TARGET_LLADDR)?;
    let mac = mac.to_string().to_uppercase();
    Some(if quiet {
        format!("{mac}\n")
    } else {
        format!("Target link-layer address: {mac}\n")
    })
}
