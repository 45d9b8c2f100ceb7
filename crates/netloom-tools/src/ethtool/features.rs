//! The offloads that `ethtool -k` lists, as Linux 6.18 has them for each kind of device. Of
//! these, devices here do TCP segmentation, and it alone can be turned off.

use netloom_model::LinkKind;

/// Each feature, and how it stands for a veth, a bridge, a loopback, a TAP and a dummy: `+` on,
/// `-` off, `1` on and `0` off for good, `r` asked for and off.
const FEATURES: &[(&str, &str)] = &[
    ("rx-checksumming", "+0100"),
    ("tx-checksumming", "+++-+"),
    ("\ttx-checksum-ipv4", "00000"),
    ("\ttx-checksum-ip-generic", "++1r+"),
    ("\ttx-checksum-ipv6", "00000"),
    ("\ttx-checksum-fcoe-crc", "00000"),
    ("\ttx-checksum-sctp", "+0100"),
    ("scatter-gather", "+++++"),
    ("\ttx-scatter-gather", "++1++"),
    ("\ttx-scatter-gather-fraglist", "++1++"),
    ("tcp-segmentation-offload", "+++-+"),
    ("\ttx-tcp-segmentation", "+++r+"),
    ("\ttx-tcp-ecn-segmentation", "+++r+"),
    ("\ttx-tcp-mangleid-segmentation", "+++-+"),
    ("\ttx-tcp6-segmentation", "+++r+"),
    ("\ttx-tcp-accecn-segmentation", "+++0+"),
    ("generic-segmentation-offload", "+++++"),
    ("generic-receive-offload", "-++++"),
    ("large-receive-offload", "00000"),
    ("rx-vlan-offload", "+0000"),
    ("tx-vlan-offload", "++0+0"),
    ("ntuple-filters", "00000"),
    ("receive-hashing", "00000"),
    ("highdma", "++10+"),
    ("rx-vlan-filter", "00000"),
    ("vlan-challenged", "00100"),
    ("tx-gso-robust", "0+000"),
    ("tx-fcoe-segmentation", "0+000"),
    ("tx-gre-segmentation", "++00+"),
    ("tx-gre-csum-segmentation", "++00+"),
    ("tx-ipxip4-segmentation", "++00+"),
    ("tx-ipxip6-segmentation", "++00+"),
    ("tx-udp_tnl-segmentation", "++0r+"),
    ("tx-udp_tnl-csum-segmentation", "++0r+"),
    ("tx-gso-partial", "0+000"),
    ("tx-tunnel-remcsum-segmentation", "0+000"),
    ("tx-sctp-segmentation", "+++0+"),
    ("tx-esp-segmentation", "0+000"),
    ("tx-udp-segmentation", "+++r+"),
    ("tx-gso-list", "+++0+"),
    ("tx-nocache-copy", "--0--"),
    ("loopback", "00100"),
    ("rx-fcs", "00000"),
    ("rx-all", "00000"),
    ("tx-vlan-stag-hw-insert", "++0+0"),
    ("rx-vlan-stag-hw-parse", "+0000"),
    ("rx-vlan-stag-filter", "00000"),
    ("l2-fwd-offload", "00000"),
    ("hw-tc-offload", "00000"),
    ("esp-hw-offload", "00000"),
    ("esp-tx-csum-hw-offload", "00000"),
    ("rx-udp_tunnel-port-offload", "00000"),
    ("tls-hw-tx-offload", "00000"),
    ("tls-hw-rx-offload", "00000"),
    ("rx-gro-hw", "00000"),
    ("tls-hw-record", "00000"),
    ("rx-gro-list", "-----"),
    ("macsec-hw-offload", "00000"),
    ("rx-udp-gro-forwarding", "-----"),
    ("hsr-tag-ins-offload", "00000"),
    ("hsr-tag-rm-offload", "00000"),
    ("hsr-fwd-offload", "00000"),
    ("hsr-dup-offload", "00000"),
];

/// What `tso` turns off.
const SEGMENTATION: [&str; 6] = [
    "tcp-segmentation-offload",
    "\ttx-tcp-segmentation",
    "\ttx-tcp-ecn-segmentation",
    "\ttx-tcp-mangleid-segmentation",
    "\ttx-tcp6-segmentation",
    "\ttx-tcp-accecn-segmentation",
];

/// The short names of features that can be set by groups.
const GROUPS: [&str; 9] = [
    "rx", "tx", "sg", "gso", "gro", "lro", "rxvlan", "txvlan", "rxhash",
];

/// Whether a feature is called so.
pub(super) fn is_known(name: &str) -> bool {
    let known = FEATURES
        .iter()
        .any(|(feature, _)| feature.trim_start() == name);
    known || GROUPS.contains(&name)
}

/// The lines of every feature.
pub(super) fn list(kind: &LinkKind, tso: bool) -> String {
    let column = match kind {
        LinkKind::Veth => 0,
        LinkKind::Bridge(_) => 1,
        LinkKind::Loopback => 2,
        LinkKind::Tun(_) => 3,
        LinkKind::Dummy | LinkKind::Other(_) => 4,
    };
    let line = |(name, states): &(&str, &str)| {
        let state = match states.as_bytes().get(column) {
            Some(b'+') if !tso && SEGMENTATION.contains(name) => "off",
            Some(b'+') => "on",
            Some(b'1') => "on [fixed]",
            Some(b'-') => "off",
            Some(b'r') => "off [requested on]",
            _ => "off [fixed]",
        };
        format!("{name}: {state}\n")
    };
    FEATURES.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_stands_somehow_for_every_kind() {
        for (name, states) in FEATURES {
            assert_eq!(states.len(), 5, "{name}");
            assert!(
                states.bytes().all(|state| b"+-10r".contains(&state)),
                "{name}"
            );
        }
        assert!(list(&LinkKind::Loopback, true).contains("\nloopback: on [fixed]\n"));
        let off = list(&LinkKind::Veth, false);
        assert!(off.contains("\n\ttx-tcp6-segmentation: off\n"));
        assert!(off.contains("\ngeneric-segmentation-offload: on\n"));
    }
}
