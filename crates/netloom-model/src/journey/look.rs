//! What a step looks at before it decides: which tables, which settings, which device. One table
//! says it for those who keep the state beside the step and for those who show it.

use super::Stage;
use crate::state::Parts;

/// Something that a step reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The device: its state, MTU and hardware address (`ip link show dev DEV`).
    Device,
    /// The bridge's ports (`bridge link show`).
    Ports,
    /// The bridge's forwarding database (`bridge fdb show br BRIDGE`).
    Fdb,
    /// The VLANs of a port or a bridge (`bridge vlan show dev DEV`).
    Vlans,
    /// The bridge's database of groups (`bridge mdb show dev BRIDGE`).
    Mdb,
    /// Rules and routing tables (`ip rule`, `ip route show table N`).
    Routes,
    /// The neighbours of the device (`ip neigh show dev DEV`).
    Neighbours,
    /// The connections that are remembered (`conntrack -L`).
    Connections,
    /// The chains that were asked (`iptables -S CHAIN`, `nft list chain TABLE CHAIN`).
    Ruleset,
    /// Settings by their dotted names, `{dev}` standing for the device (`sysctl NAME...`).
    Settings(&'static [&'static str]),
}

impl Look {
    /// The setting called `name` in a [`Look::Settings`], for device `dev`; a dot of the device's
    /// own is a slash in a dotted name.
    #[must_use]
    pub fn setting(name: &str, dev: &str) -> String {
        name.replace("{dev}", &crate::setting::dotted(dev))
    }

    /// The parts of a state that hold it.
    #[must_use]
    pub const fn parts(self) -> Parts {
        let links = Parts::LINKS;
        match self {
            Look::Device | Look::Ports => links,
            Look::Fdb => Parts { fdb: true, ..links },
            Look::Vlans => Parts {
                vlans: true,
                ..links
            },
            Look::Mdb => Parts { mdb: true, ..links },
            Look::Routes => Parts {
                routes: true,
                rules: true,
                ..links
            },
            Look::Neighbours => Parts {
                neighbours: true,
                ..links
            },
            Look::Connections => Parts {
                connections: true,
                ..Parts::NONE
            },
            Look::Ruleset => Parts {
                ruleset: true,
                ..links
            },
            Look::Settings(_) => Parts {
                sysctls: true,
                ..links
            },
        }
    }
}

impl Stage {
    /// What is read at this place of the packet path.
    #[must_use]
    pub const fn looks(self) -> &'static [Look] {
        use Look::{
            Connections, Device, Fdb, Mdb, Neighbours, Ports, Routes, Ruleset, Settings, Vlans,
        };
        match self {
            Stage::PingSend => &[Settings(&["net.ipv4.ip_default_ttl"])],
            Stage::RouteOutput | Stage::Route6Output | Stage::RouteInput | Stage::Route6Input => {
                &[Routes]
            }
            Stage::Rules => &[Ruleset],
            Stage::Conntrack | Stage::Confirm => &[Connections],
            Stage::Neighbour | Stage::NdpReceive => &[Neighbours],
            Stage::DeviceTransmit | Stage::Receive | Stage::Fragment | Stage::BridgeUp => &[Device],
            Stage::BridgeReceive
            | Stage::BridgeForward
            | Stage::BridgeFlood
            | Stage::StpReceive => &[Ports],
            Stage::BridgeLearn | Stage::BridgeLookup => &[Fdb],
            Stage::BridgeVlanIn | Stage::BridgeVlanOut => &[Vlans],
            Stage::BridgeGroup => &[Mdb],
            Stage::ArpReceive => &[
                Settings(&[
                    "net.ipv4.conf.all.arp_ignore",
                    "net.ipv4.conf.{dev}.arp_ignore",
                    "net.ipv4.conf.{dev}.proxy_arp",
                ]),
                Neighbours,
            ],
            Stage::SourceCheck => &[Settings(&[
                "net.ipv4.conf.all.rp_filter",
                "net.ipv4.conf.{dev}.rp_filter",
                "net.ipv4.conf.{dev}.accept_local",
            ])],
            Stage::IpForward => &[Settings(&["net.ipv4.conf.{dev}.forwarding"])],
            Stage::Ip6Forward => &[Settings(&["net.ipv6.conf.{dev}.forwarding"])],
            Stage::IcmpEcho => &[Settings(&[
                "net.ipv4.icmp_echo_ignore_all",
                "net.ipv4.icmp_echo_ignore_broadcasts",
            ])],
            Stage::IcmpSend => &[Settings(&[
                "net.ipv4.icmp_ratelimit",
                "net.ipv4.icmp_ratemask",
            ])],
            Stage::Reassembly => &[Settings(&[
                "net.ipv4.ipfrag_high_thresh",
                "net.ipv4.ipfrag_time",
            ])],
            _ => &[],
        }
    }
}
