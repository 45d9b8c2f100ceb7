//! What `br_netfilter` does with the frames of bridges (bridge-nf-* of ip-sysctl).

settings! {
    /// `net.bridge.bridge-nf-*`; whatever is written but 0 is 1.
    BridgeConf, Call, BRIDGE, [
        Arptables "call-arptables" = 1, -2147483648..=2147483647;
        Ip6tables "call-ip6tables" = 1, -2147483648..=2147483647;
        Iptables "call-iptables" = 1, -2147483648..=2147483647;
        PppoeTagged "filter-pppoe-tagged" = 0, -2147483648..=2147483647;
        VlanTagged "filter-vlan-tagged" = 0, -2147483648..=2147483647;
        VlanInputDev "pass-vlan-input-dev" = 0, -2147483648..=2147483647;
    ]
}

/// What the settings' names begin with.
pub(crate) const PREFIX: &str = "net.bridge.bridge-nf-";
