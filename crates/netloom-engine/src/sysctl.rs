//! Settings of a namespace and its devices (ip-sysctl in the kernel's documentation, arp(7)).
//!
//! One table tells every setting's name, default and range; a setting is read by its place in the
//! table, so that a packet pays an array access and nothing else.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Which row of a table each name has.
type Rows = OnceLock<HashMap<&'static str, usize, foldhash::fast::FixedState>>;

macro_rules! settings {
    ($(#[$doc:meta])* $settings:ident, $key:ident, $count:ident, [
        $($name:ident $text:literal = $default:literal, $min:literal ..= $max:literal;)*
    ]) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(crate) struct $settings([i32; $count]);

        /// The settings by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(clippy::upper_case_acronyms, dead_code, reason = "the names are the kernel's; many are kept for whoever reads them back")]
        pub(crate) enum $key { $($name,)* }

        const $count: usize = [$($text,)*].len();

        impl Default for $settings {
            fn default() -> Self {
                $settings([$($default,)*])
            }
        }

        impl $settings {
            /// Name, least and greatest value of each setting.
            pub(crate) const TABLE: &'static [(&'static str, $key, i32, i32)] =
                &[$(($text, $key::$name, $min, $max),)*];

            /// The row of a name.
            pub(crate) fn row(name: &str) -> Option<&'static (&'static str, $key, i32, i32)> {
                static ROWS: $crate::sysctl::Rows = $crate::sysctl::Rows::new();
                let rows = ROWS.get_or_init(|| {
                    let names = $settings::TABLE.iter().map(|row| row.0);
                    names.zip(0..).collect()
                });
                rows.get(name).map(|at| &$settings::TABLE[*at])
            }

            #[inline]
            pub(crate) fn get(&self, key: $key) -> i32 {
                self.0[key as usize]
            }

            #[inline]
            #[allow(dead_code, reason = "every family of settings reads alike")]
            pub(crate) fn on(&self, key: $key) -> bool {
                self.get(key) != 0
            }

            pub(crate) fn set(&mut self, key: $key, value: i32) {
                self.0[key as usize] = value;
            }
        }
    };
}

settings! {
    /// `net.ipv4.conf.{all,default,DEV}.*`.
    Ipv4Conf, Conf, CONF, [
        AcceptLocal "accept_local" = 0, -2147483648..=2147483647;
        AcceptRedirects "accept_redirects" = 1, -2147483648..=2147483647;
        AcceptSourceRoute "accept_source_route" = 0, -2147483648..=2147483647;
        ArpAccept "arp_accept" = 0, -2147483648..=2147483647;
        ArpAnnounce "arp_announce" = 0, -2147483648..=2147483647;
        ArpEvictNocarrier "arp_evict_nocarrier" = 1, -2147483648..=2147483647;
        ArpFilter "arp_filter" = 0, -2147483648..=2147483647;
        ArpIgnore "arp_ignore" = 0, -2147483648..=2147483647;
        ArpNotify "arp_notify" = 0, -2147483648..=2147483647;
        BcForwarding "bc_forwarding" = 0, -2147483648..=2147483647;
        BootpRelay "bootp_relay" = 0, -2147483648..=2147483647;
        DisablePolicy "disable_policy" = 0, -2147483648..=2147483647;
        DisableXfrm "disable_xfrm" = 0, -2147483648..=2147483647;
        DropGratuitousArp "drop_gratuitous_arp" = 0, -2147483648..=2147483647;
        DropUnicastInL2Multicast "drop_unicast_in_l2_multicast" = 0, -2147483648..=2147483647;
        ForceIgmpVersion "force_igmp_version" = 0, -2147483648..=2147483647;
        Forwarding "forwarding" = 0, -2147483648..=2147483647;
        Igmpv2Interval "igmpv2_unsolicited_report_interval" = 10000, -2147483648..=2147483647;
        Igmpv3Interval "igmpv3_unsolicited_report_interval" = 1000, -2147483648..=2147483647;
        IgnoreRoutesWithLinkdown "ignore_routes_with_linkdown" = 0, -2147483648..=2147483647;
        LogMartians "log_martians" = 0, -2147483648..=2147483647;
        McForwarding "mc_forwarding" = 0, -2147483648..=2147483647;
        MediumId "medium_id" = 0, -2147483648..=2147483647;
        PromoteSecondaries "promote_secondaries" = 0, -2147483648..=2147483647;
        ProxyArp "proxy_arp" = 0, -2147483648..=2147483647;
        ProxyArpPvlan "proxy_arp_pvlan" = 0, -2147483648..=2147483647;
        RouteLocalnet "route_localnet" = 0, -2147483648..=2147483647;
        RpFilter "rp_filter" = 0, -2147483648..=2147483647;
        SecureRedirects "secure_redirects" = 1, -2147483648..=2147483647;
        SendRedirects "send_redirects" = 1, -2147483648..=2147483647;
        SharedMedia "shared_media" = 1, -2147483648..=2147483647;
        SrcValidMark "src_valid_mark" = 0, -2147483648..=2147483647;
        Tag "tag" = 0, -2147483648..=2147483647;
    ]
}

settings! {
    /// `net.ipv4.neigh.{default,DEV}.*`; times in the unit of their name.
    NeighbourConf, Neigh, NEIGH, [
        AnycastDelay "anycast_delay" = 100, 0..=2147483647;
        AppSolicit "app_solicit" = 0, 0..=2147483647;
        BaseReachableTimeMs "base_reachable_time_ms" = 30000, 0..=2147483647;
        DelayFirstProbeTime "delay_first_probe_time" = 5, 0..=2147483647;
        GcStaleTime "gc_stale_time" = 60, 0..=2147483647;
        IntervalProbeTimeMs "interval_probe_time_ms" = 5000, 1..=2147483647;
        Locktime "locktime" = 100, 0..=2147483647;
        McastResolicit "mcast_resolicit" = 0, 0..=2147483647;
        McastSolicit "mcast_solicit" = 3, 0..=2147483647;
        ProxyDelay "proxy_delay" = 80, 0..=2147483647;
        ProxyQlen "proxy_qlen" = 64, 0..=2147483647;
        RetransTimeMs "retrans_time_ms" = 1000, 0..=2147483647;
        UcastSolicit "ucast_solicit" = 3, 0..=2147483647;
        UnresQlen "unres_qlen" = 101, 0..=2147483647;
        UnresQlenBytes "unres_qlen_bytes" = 212992, 0..=2147483647;
    ]
}

settings! {
    /// `net.ipv4.*` of a namespace, and its limits of the neighbour table; those elsewhere by their
    /// whole names.
    Ipv4Global, Global, GLOBAL, [
        FibMultipathHashFields "fib_multipath_hash_fields" = 7, 1..=4095;
        FibMultipathHashPolicy "fib_multipath_hash_policy" = 0, 0..=3;
        FibMultipathHashSeed "fib_multipath_hash_seed" = 0, 0..=2147483647;
        FibMultipathUseNeigh "fib_multipath_use_neigh" = 0, 0..=1;
        FwmarkReflect "fwmark_reflect" = 0, 0..=1;
        IcmpEchoEnableProbe "icmp_echo_enable_probe" = 0, 0..=1;
        IcmpEchoIgnoreAll "icmp_echo_ignore_all" = 0, 0..=1;
        IcmpEchoIgnoreBroadcasts "icmp_echo_ignore_broadcasts" = 1, 0..=1;
        IcmpErrorsUseInboundIfaddr "icmp_errors_use_inbound_ifaddr" = 0, 0..=1;
        IcmpIgnoreBogusErrorResponses "icmp_ignore_bogus_error_responses" = 1, 0..=1;
        IcmpMsgsBurst "icmp_msgs_burst" = 50, 0..=2147483647;
        IcmpMsgsPerSec "icmp_msgs_per_sec" = 1000, 0..=2147483647;
        IcmpRatelimit "icmp_ratelimit" = 1000, 0..=2147483647;
        IcmpRatemask "icmp_ratemask" = 6168, -2147483648..=2147483647;
        IgmpLinkLocalMcastReports "igmp_link_local_mcast_reports" = 1, 0..=255;
        IgmpMaxMemberships "igmp_max_memberships" = 20, -2147483648..=2147483647;
        IgmpMaxMsf "igmp_max_msf" = 10, -2147483648..=2147483647;
        IgmpQrv "igmp_qrv" = 2, 1..=2147483647;
        IpDefaultTtl "ip_default_ttl" = 64, 1..=255;
        IpForward "ip_forward" = 0, -2147483648..=2147483647;
        IpForwardUpdatePriority "ip_forward_update_priority" = 1, 0..=1;
        IpForwardUsePmtu "ip_forward_use_pmtu" = 0, 0..=255;
        IpNoPmtuDisc "ip_no_pmtu_disc" = 0, 0..=255;
        IpNonlocalBind "ip_nonlocal_bind" = 0, 0..=255;
        MinAdvMss "route.min_adv_mss" = 256, 0..=2147483647;
        IpfragHighThresh "ipfrag_high_thresh" = 4194304, 0..=2147483647;
        IpfragLowThresh "ipfrag_low_thresh" = 3145728, 0..=2147483647;
        IpfragMaxDist "ipfrag_max_dist" = 64, 0..=2147483647;
        IpfragTime "ipfrag_time" = 30, 0..=2147483;
        MinPmtu "route.min_pmtu" = 552, 68..=2147483647;
        MtuExpires "route.mtu_expires" = 600, 0..=2147483647;
        NeighGcInterval "neigh.default.gc_interval" = 30, 0..=2147483647;
        NeighGcThresh1 "neigh.default.gc_thresh1" = 128, 0..=2147483647;
        NeighGcThresh2 "neigh.default.gc_thresh2" = 512, 0..=2147483647;
        NeighGcThresh3 "neigh.default.gc_thresh3" = 1024, 0..=2147483647;
        PortRangeLow "ip_local_port_range#0" = 32768, 1..=65535;
        PortRangeHigh "ip_local_port_range#1" = 60999, 1..=65535;
        Somaxconn "net.core.somaxconn" = 4096, 0..=2147483647;
        TcpAbortOnOverflow "tcp_abort_on_overflow" = 0, 0..=255;
        TcpDsack "tcp_dsack" = 1, 0..=255;
        TcpEarlyRetrans "tcp_early_retrans" = 3, 0..=4;
        TcpFinTimeout "tcp_fin_timeout" = 60, 0..=2147483;
        TcpInvalidRatelimit "tcp_invalid_ratelimit" = 500, 0..=2147483647;
        TcpKeepaliveIntvl "tcp_keepalive_intvl" = 75, 0..=2147483;
        TcpKeepaliveProbes "tcp_keepalive_probes" = 9, 0..=255;
        TcpKeepaliveTime "tcp_keepalive_time" = 7200, 0..=2147483;
        TcpMaxSynBacklog "tcp_max_syn_backlog" = 2048, -2147483648..=2147483647;
        TcpMaxTwBuckets "tcp_max_tw_buckets" = 131072, -2147483648..=2147483647;
        TcpModerateRcvbuf "tcp_moderate_rcvbuf" = 1, 0..=255;
        TcpOrphanRetries "tcp_orphan_retries" = 0, 0..=255;
        TcpRetries2 "tcp_retries2" = 15, 0..=255;
        TcpRfc1337 "tcp_rfc1337" = 0, 0..=255;
        TcpRmemMin "tcp_rmem#0" = 4096, 1..=2147483647;
        TcpRmemDefault "tcp_rmem#1" = 131072, 1..=2147483647;
        TcpRmemMax "tcp_rmem#2" = 6291456, 1..=2147483647;
        TcpSack "tcp_sack" = 1, 0..=255;
        TcpSlowStartAfterIdle "tcp_slow_start_after_idle" = 1, 0..=255;
        TcpSynLinearTimeouts "tcp_syn_linear_timeouts" = 4, 0..=255;
        TcpSynRetries "tcp_syn_retries" = 6, 1..=127;
        TcpSynackRetries "tcp_synack_retries" = 5, 0..=255;
        TcpTimestamps "tcp_timestamps" = 1, 0..=255;
        TcpTwReuse "tcp_tw_reuse" = 2, 0..=2;
        TcpWindowScaling "tcp_window_scaling" = 1, 0..=255;
        TcpWmemMin "tcp_wmem#0" = 4096, 1..=2147483647;
        TcpWmemDefault "tcp_wmem#1" = 16384, 1..=2147483647;
        TcpWmemMax "tcp_wmem#2" = 4194304, 1..=2147483647;
    ]
}

/// Settings of several numbers: one line of them by the setting's name, in the table a row each,
/// named `NAME#PLACE`.
pub(crate) const LISTS: &[&str] = &["ip_local_port_range", "tcp_rmem", "tcp_wmem"];

mod bridge;
mod conntrack;
pub(crate) mod told;
mod v6;
pub(crate) use bridge::{BridgeConf, Call, PREFIX as BRIDGE_PREFIX};
pub(crate) use conntrack::{ConntrackConf, Ct, PREFIX as CONNTRACK_PREFIX};
pub(crate) use v6::{Conf6, Global6, Ipv6Conf, Ipv6Global, neighbour_v6};
