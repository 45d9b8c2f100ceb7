//! Modules of the kernel (modprobe(8)): most of what netloom has is there from the beginning, as if
//! built in; `br_netfilter` changes what bridges do, and is there once it is loaded.

use crate::net::Net;
use netloom_model::{Errno, Result};

/// What is there by itself: whole names, or what they begin with where `*` follows.
const BUILT_IN: &[&str] = &[
    "arp_tables",
    "arpt_*",
    "arptable_*",
    "bridge",
    "dummy",
    "ebt_*",
    "ebtable_*",
    "ebtables",
    "ip6_tables",
    "ip6t_*",
    "ip6table_*",
    "ip_tables",
    "ipt_*",
    "iptable_*",
    "ipv6",
    "nf_*",
    "nft_*",
    "nfnetlink*",
    "tun",
    "veth",
    "x_tables",
    "xt_*",
];

/// Loads a module, or takes it out.
///
/// # Errors
/// `ENOENT` for one that netloom knows nothing of, `EBUSY` where it cannot be taken out.
pub(super) fn change(net: &mut Net, name: &str, load: bool) -> Result<()> {
    let name = name.replace('-', "_");
    if name == "br_netfilter" {
        net.br_netfilter = load;
        return Ok(());
    }
    let fits = |known: &str| match known.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => name == known,
    };
    match (BUILT_IN.iter().any(|known| fits(known)), load) {
        (true, true) => Ok(()),
        (true, false) => Err(Errno::BUSY.into()),
        (false, _) => Err(Errno::NOENT.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_can_be_loaded_and_not_taken_out() {
        let mut net = Net::default();
        assert_eq!(change(&mut net, "nf-tables", true), Ok(()));
        assert_eq!(
            change(&mut net, "xt_physdev", false),
            Err(Errno::BUSY.into())
        );
        assert_eq!(change(&mut net, "nosuch", true), Err(Errno::NOENT.into()));
    }

    #[test]
    fn br_netfilter_comes_and_goes() {
        let mut net = Net::default();
        assert_eq!(change(&mut net, "br_netfilter", true), Ok(()));
        assert!(net.br_netfilter);
        assert_eq!(change(&mut net, "br_netfilter", false), Ok(()));
        assert!(!net.br_netfilter);
    }
}
