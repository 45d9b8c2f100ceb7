//! What has to be set on a link to make it what another one is.

use crate::bridge::{BridgePort, BridgePortSettings, BridgeSettings, BridgeState};
use crate::link::{Link, LinkFlags, LinkKind, LinkSettings};
use crate::mdb::{McastSettings, McastState};
use crate::names::LinkRef;
use netloom_wire::MacAddr;

/// What is wanted, where it is something else now.
#[allow(
    clippy::needless_pass_by_value,
    reason = "fields are compared as they stand"
)]
fn change<T: PartialEq>(now: T, wanted: T) -> Option<T> {
    Some(wanted).filter(|wanted| now != *wanted)
}

/// The fields of a type of settings that are called as those of the state; where there is none now, all
/// of them are to be set.
macro_rules! fields {
    ($now:expr, $wanted:expr, $settings:ident { $($name:ident),* $(,)? } $($rest:tt)*) => {
        $settings {
            $($name: $now.is_none_or(|now| now.$name != $wanted.$name).then_some($wanted.$name),)*
            $($rest)*
        }
    };
}

impl LinkSettings {
    /// What makes `now` the link `wanted`, as far as it can be set: neither its kind nor its namespace.
    #[must_use]
    pub fn between(now: &Link, wanted: &Link) -> LinkSettings {
        let flag = |flag: LinkFlags| change(now.flags.contains(flag), wanted.flags.contains(flag));
        let text = |alias: &Option<String>| alias.clone().unwrap_or_default();
        let port = now.bridge_port.as_ref().zip(wanted.bridge_port.as_ref());
        LinkSettings {
            up: flag(LinkFlags::UP),
            arp: flag(LinkFlags::NOARP).map(|noarp| !noarp),
            multicast: flag(LinkFlags::MULTICAST),
            allmulticast: flag(LinkFlags::ALLMULTI),
            promisc: flag(LinkFlags::PROMISC),
            mtu: change(now.mtu, wanted.mtu),
            address: change(now.address, wanted.address),
            broadcast: change(now.broadcast, wanted.broadcast),
            name: change(&now.name, &wanted.name).cloned(),
            txqueuelen: change(now.txqueuelen, wanted.txqueuelen),
            tso: change(now.tso, wanted.tso),
            alias: change(text(&now.alias), text(&wanted.alias)),
            group: change(now.group, wanted.group),
            master: change(now.master, wanted.master).map(|master| master.map(LinkRef::Index)),
            netns: None,
            index: None,
            addr_gen_mode: change(now.addr_gen_mode, wanted.addr_gen_mode).flatten(),
            bridge: match (&now.kind, &wanted.kind) {
                (LinkKind::Bridge(now), LinkKind::Bridge(wanted)) => {
                    Some(BridgeSettings::between(Some(&**now), wanted))
                        .filter(|set| *set != BridgeSettings::default())
                }
                _ => None,
            },
            bridge_port: port
                .map(|(now, wanted)| BridgePortSettings::between(Some(now), wanted))
                .filter(|set| *set != BridgePortSettings::default()),
        }
    }
}

impl BridgeSettings {
    /// What makes a bridge another one, or a bridge that is just made that one.
    #[must_use]
    pub fn between(now: Option<&BridgeState>, wanted: &BridgeState) -> BridgeSettings {
        // A bridge is made with the group that ends with 0.
        let group = wanted.group_address;
        let other_group = now.map_or(0, |now| now.group_address) != group;
        fields!(now, wanted, BridgeSettings {
            ageing_time, forward_delay, hello_time, max_age, stp_state, priority, group_fwd_mask,
            vlan_filtering, vlan_protocol, vlan_default_pvid, mcast_snooping, no_linklocal_learn,
            nf_call_iptables, nf_call_ip6tables, nf_call_arptables,
        }
            group_address: other_group.then_some(MacAddr([0x01, 0x80, 0xc2, 0, 0, group])),
            vlan_stats_enabled: now
                .is_none_or(|now| now.vlan_stats_enabled != wanted.vlan_stats_enabled)
                .then(|| wanted.vlan_stats_enabled.into()),
            vlan_stats_per_port: now
                .is_none_or(|now| now.vlan_stats_per_port != wanted.vlan_stats_per_port)
                .then(|| wanted.vlan_stats_per_port.into()),
            mcast: Box::new(McastSettings::between(now.map(|now| &now.mcast), &wanted.mcast)),
            fdb_flush: false,
        )
    }
}

impl McastSettings {
    /// What makes a bridge snoop as another one does.
    #[must_use]
    pub fn between(now: Option<&McastState>, wanted: &McastState) -> McastSettings {
        fields!(
            now,
            wanted,
            McastSettings {
                router,
                query_use_ifaddr,
                querier,
                hash_max,
                last_member_count,
                startup_query_count,
                last_member_interval,
                membership_interval,
                querier_interval,
                query_interval,
                query_response_interval,
                startup_query_interval,
                stats_enabled,
                igmp_version,
                mld_version,
            }
        )
    }
}

impl BridgePortSettings {
    /// What makes a port another one.
    #[must_use]
    pub fn between(now: Option<&BridgePort>, wanted: &BridgePort) -> BridgePortSettings {
        let (flags, wanted_flags) = (now.map(|now| &now.flags), &wanted.flags);
        let ports = fields!(
            now,
            wanted,
            BridgePortSettings {
                state,
                priority,
                cost,
                mcast_router,
            }..BridgePortSettings::default()
        );
        let set = fields!(
            flags,
            wanted_flags,
            BridgePortSettings {
                learning,
                flood,
                mcast_flood,
                bcast_flood,
                hairpin,
                isolated,
                locked,
                bpdu_guard,
                root_block,
                fast_leave,
                proxy_arp,
                proxy_arp_wifi,
                mcast_to_unicast,
                neigh_suppress,
                learning_sync,
            }..BridgePortSettings::default()
        );
        BridgePortSettings {
            state: ports.state,
            priority: ports.priority,
            cost: ports.cost,
            mcast_router: ports.mcast_router,
            ..set
        }
    }
}
