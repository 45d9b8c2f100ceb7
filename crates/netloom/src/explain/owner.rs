//! Whose a rule is, by the names that programs give their tables and chains and by the comments that
//! they leave.

use netloom_model::ruleset::{Rule, TableRef};

/// How the name of a chain begins, and who names chains so.
const CHAINS: &[(&str, &str)] = &[
    ("DOCKER", "Docker"),
    ("KUBE-ROUTER-", "kube-router"),
    ("KUBE-NWPLCY-", "kube-router"),
    ("KUBE-POD-FW-", "kube-router"),
    ("KUBE-", "kube-proxy"),
    ("ufw-", "ufw"),
    ("ufw6-", "ufw"),
    ("FWD_", "firewalld"),
    ("FWDI_", "firewalld"),
    ("FWDO_", "firewalld"),
    ("FORWARD_direct", "firewalld"),
    ("INPUT_direct", "firewalld"),
    ("OUTPUT_direct", "firewalld"),
    ("FORWARD_POLICIES", "firewalld"),
    ("INPUT_POLICIES", "firewalld"),
    ("INPUT_ZONES", "firewalld"),
    ("FORWARD_ZONES", "firewalld"),
    ("IN_", "firewalld"),
    ("LIBVIRT_", "libvirt"),
    ("libvirt-", "libvirt"),
    ("NETAVARK", "Podman (netavark)"),
    ("nv_", "Podman (netavark)"),
    ("CNI-", "CNI plugins"),
    ("cali-", "Calico"),
    ("FLANNEL-", "Flannel"),
    ("ts-", "Tailscale"),
    ("f2b-", "fail2ban"),
    ("CILIUM_", "Cilium"),
    ("OLD_CILIUM_", "Cilium"),
    ("WEAVE", "Weave Net"),
    ("ISTIO_", "Istio"),
    ("KIND-MASQ-AGENT", "kind"),
    ("IP-MASQ", "ip-masq-agent"),
    ("neutron-", "Neutron"),
    ("lxc", "LXD"),
];

/// Tables of nft that are a program's own.
const TABLES: &[(&str, &str)] = &[
    ("docker-bridges", "Docker"),
    ("kube-proxy", "kube-proxy"),
    ("firewalld", "firewalld"),
    ("netavark", "Podman (netavark)"),
    ("libvirt_network", "libvirt"),
    ("f2b-table", "fail2ban"),
    ("calico", "Calico"),
    ("flannel-ipv4", "Flannel"),
    ("flannel-ipv6", "Flannel"),
    ("cni_hostport", "CNI plugins"),
    ("cni_plugins_masquerade", "CNI plugins"),
    ("lxd", "LXD"),
    ("incus", "Incus"),
    ("mullvad", "Mullvad"),
    ("tailscale", "Tailscale"),
];

/// How comments begin that programs leave in chains which are not their own.
const COMMENTS: &[(&str, &str)] = &[
    ("cali:", "Calico"),
    ("flanneld ", "Flannel"),
    ("kubernetes ", "kube-proxy"),
    ("cilium", "Cilium"),
    ("CNI ", "CNI plugins"),
    ("dnat name: ", "CNI plugins"),
    ("name: \"", "CNI plugins"),
    ("netavark ", "Podman (netavark)"),
    ("generated for LXD", "LXD"),
];

/// Programs that write their sets anew: what others change there goes with their next change.
const KEEPERS: &[&str] = &[
    "kube-proxy",
    "kube-router",
    "Calico",
    "Flannel",
    "Docker",
    "Podman (netavark)",
    "CNI plugins",
    "libvirt",
    "Cilium",
    "Neutron",
];

/// How the name of an ipset begins, and who names sets so.
const IPSETS: &[(&str, &str)] = &[
    ("cali40", "Calico"),
    ("cali60", "Calico"),
    ("KUBE-ROUTER", "kube-router"),
    ("kube-router", "kube-router"),
    ("KUBE-", "kube-proxy"),
    ("f2b-", "fail2ban"),
    ("docker-ext-bridges", "Docker"),
    ("cilium", "Cilium"),
    ("weave-", "Weave Net"),
];

/// Who made an ipset, as its name says.
pub(super) fn of_ipset(name: &str) -> Option<&'static str> {
    of(IPSETS, name)
}

/// Whether a program writes its sets anew whatever others change there.
pub(super) fn keeps_sets(program: &str) -> bool {
    KEEPERS.contains(&program)
}

fn of<'t>(table: &[(&str, &'t str)], name: &str) -> Option<&'t str> {
    let found = table.iter().find(|(begin, _)| name.starts_with(begin));
    found.map(|(_, owner)| *owner)
}

/// Who made a chain, as its name or that of its table says.
pub(super) fn of_chain(table: &TableRef, chain: &str) -> Option<&'static str> {
    let whole = TABLES.iter().find(|(name, _)| *name == table.name);
    of(CHAINS, chain).or(whole.map(|(_, owner)| *owner))
}

/// Who made a rule: whose chain it stands in or leads to, or whom its comment names.
pub(super) fn of_rule(table: &TableRef, chain: &str, rule: &Rule) -> Option<&'static str> {
    let own = of_chain(table, chain);
    let comment = || rule.note().and_then(|comment| of(COMMENTS, comment));
    let target = || rule.leads_to().and_then(|chain| of(CHAINS, chain));
    own.or_else(comment).or_else(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::ruleset::TableFamily;

    fn table(name: &str) -> TableRef {
        TableRef::new(TableFamily::Ip, name)
    }

    #[test]
    fn the_longest_name_of_a_family_says_whose_a_chain_is() {
        let owner = |chain| of_chain(&table("filter"), chain);
        assert_eq!(owner("DOCKER-USER"), Some("Docker"));
        assert_eq!(owner("KUBE-POD-FW-ABC"), Some("kube-router"));
        assert_eq!(owner("KUBE-SERVICES"), Some("kube-proxy"));
        assert_eq!(owner("cali-FORWARD"), Some("Calico"));
        assert_eq!(owner("FORWARD"), None);
    }

    #[test]
    fn a_table_of_a_program_says_whose_its_chains_are() {
        assert_eq!(
            of_chain(&table("netavark"), "forward"),
            Some("Podman (netavark)")
        );
        assert_eq!(of_chain(&table("nat"), "POSTROUTING"), None);
    }
}
