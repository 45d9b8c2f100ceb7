//! What the running kernel cannot do.

use crate::namespace;
use crate::netlink::{Netlink, Protocol};
use netloom_model::{Errno, Result};
use netloom_netlink::{Writer, flag, kind};

/// The kinds of devices that are asked for, as `ip link add type` names them.
const KINDS: &[&str] = &[
    "veth",
    "bridge",
    "dummy",
    "ifb",
    "vlan",
    "macvlan",
    "macvtap",
    "ipvlan",
    "vxlan",
    "geneve",
    "bond",
    "vrf",
    "ipip",
    "gre",
    "gretap",
    "ip6gre",
    "ip6tnl",
    "sit",
    "vti",
    "vti6",
    "netkit",
    "wireguard",
];

/// The kinds of devices that the kernel does not have. They are asked for in a namespace that goes
/// with the question; where the kernel has a module for one, asking may load it.
///
/// # Errors
/// `EPERM` without `CAP_SYS_ADMIN`.
pub fn kinds() -> Result<Vec<&'static str>> {
    namespace::aside(|| {
        let mut netlink = Netlink::open(Protocol::Route).map_err(|error| crate::refused(&error))?;
        let mut lacking = Vec::new();
        for name in KINDS {
            if is_lacking(&mut netlink, name) {
                lacking.push(*name);
            }
        }
        Ok(lacking)
    })
}

/// Whether a kind is not known: every other answer says that it is.
fn is_lacking(netlink: &mut Netlink, name: &str) -> bool {
    const LINK_INFO: u16 = 18;
    const INFO_KIND: u16 = 1;
    let mut body = Writer::new(&[0; 16]);
    body.nest(LINK_INFO, |info| info.text(INFO_KIND, name));
    let flags = flag::CREATE | flag::EXCLUSIVE;
    let made = netlink.request(kind::LINK, flags, body);
    made.is_err_and(|error| error.errno == Errno::OPNOTSUPP)
}
