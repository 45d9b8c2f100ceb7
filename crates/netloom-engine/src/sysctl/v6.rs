//! The settings of IPv6 (ip-sysctl, `net.ipv6.*`).

use super::{Neigh, NeighbourConf};

settings! {
    /// `net.ipv6.conf.{all,default,DEV}.*`.
    Ipv6Conf, Conf6, CONF6, [
        AcceptDad "accept_dad" = 1, -2147483648..=2147483647;
        AcceptRa "accept_ra" = 1, -2147483648..=2147483647;
        AcceptRaDefrtr "accept_ra_defrtr" = 1, -2147483648..=2147483647;
        AcceptRaFromLocal "accept_ra_from_local" = 0, -2147483648..=2147483647;
        AcceptRaMinHopLimit "accept_ra_min_hop_limit" = 1, -2147483648..=2147483647;
        AcceptRaMinLft "accept_ra_min_lft" = 0, -2147483648..=2147483647;
        AcceptRaMtu "accept_ra_mtu" = 1, -2147483648..=2147483647;
        AcceptRaPinfo "accept_ra_pinfo" = 1, -2147483648..=2147483647;
        AcceptRaRtInfoMaxPlen "accept_ra_rt_info_max_plen" = 0, -2147483648..=2147483647;
        AcceptRaRtInfoMinPlen "accept_ra_rt_info_min_plen" = 0, -2147483648..=2147483647;
        AcceptRaRtrPref "accept_ra_rtr_pref" = 1, -2147483648..=2147483647;
        AcceptRedirects "accept_redirects" = 1, -2147483648..=2147483647;
        AcceptSourceRoute "accept_source_route" = 0, -2147483648..=2147483647;
        AcceptUntrackedNa "accept_untracked_na" = 0, 0..=2;
        AddrGenMode "addr_gen_mode" = 0, 0..=3;
        Autoconf "autoconf" = 1, -2147483648..=2147483647;
        DadTransmits "dad_transmits" = 1, -2147483648..=2147483647;
        DisableIpv6 "disable_ipv6" = 0, -2147483648..=2147483647;
        DropUnicastInL2Multicast "drop_unicast_in_l2_multicast" = 0, -2147483648..=2147483647;
        DropUnsolicitedNa "drop_unsolicited_na" = 0, -2147483648..=2147483647;
        EnhancedDad "enhanced_dad" = 1, -2147483648..=2147483647;
        ForceForwarding "force_forwarding" = 0, 0..=1;
        ForceMldVersion "force_mld_version" = 0, -2147483648..=2147483647;
        ForceTllao "force_tllao" = 0, -2147483648..=2147483647;
        Forwarding "forwarding" = 0, -2147483648..=2147483647;
        HopLimit "hop_limit" = 64, 1..=255;
        IgnoreRoutesWithLinkdown "ignore_routes_with_linkdown" = 0, -2147483648..=2147483647;
        KeepAddrOnDown "keep_addr_on_down" = 0, -2147483648..=2147483647;
        MaxAddresses "max_addresses" = 16, -2147483648..=2147483647;
        MaxDesyncFactor "max_desync_factor" = 600, -2147483648..=2147483647;
        Mldv1Interval "mldv1_unsolicited_report_interval" = 10000, -2147483648..=2147483647;
        Mldv2Interval "mldv2_unsolicited_report_interval" = 1000, -2147483648..=2147483647;
        Mtu "mtu" = 1280, -2147483648..=2147483647;
        NdiscEvictNocarrier "ndisc_evict_nocarrier" = 1, 0..=1;
        NdiscNotify "ndisc_notify" = 0, -2147483648..=2147483647;
        NdiscTclass "ndisc_tclass" = 0, 0..=255;
        OptimisticDad "optimistic_dad" = 0, -2147483648..=2147483647;
        ProxyNdp "proxy_ndp" = 0, -2147483648..=2147483647;
        RaDefrtrMetric "ra_defrtr_metric" = 1024, 1..=2147483647;
        RegenMaxRetry "regen_max_retry" = 3, -2147483648..=2147483647;
        RegenMinAdvance "regen_min_advance" = 2, -2147483648..=2147483647;
        RouterSolicitationDelay "router_solicitation_delay" = 1, 0..=2147483647;
        RouterSolicitationInterval "router_solicitation_interval" = 4, 0..=2147483647;
        RouterSolicitationMaxInterval "router_solicitation_max_interval" = 3600, 0..=2147483647;
        RouterSolicitations "router_solicitations" = -1, -1..=2147483647;
        SuppressFragNdisc "suppress_frag_ndisc" = 1, -2147483648..=2147483647;
        TempPreferedLft "temp_prefered_lft" = 86400, -2147483648..=2147483647;
        TempValidLft "temp_valid_lft" = 604800, -2147483648..=2147483647;
        UseOifAddrsOnly "use_oif_addrs_only" = 0, -2147483648..=2147483647;
        UseOptimistic "use_optimistic" = 0, -2147483648..=2147483647;
        UseTempaddr "use_tempaddr" = 0, -2147483648..=2147483647;
    ]
}

settings! {
    /// `net.ipv6.*` of a namespace, and its limits of the neighbour table.
    Ipv6Global, Global6, GLOBAL6, [
        AnycastSrcEchoReply "anycast_src_echo_reply" = 0, 0..=1;
        AutoFlowlabels "auto_flowlabels" = 1, 0..=3;
        Bindv6only "bindv6only" = 0, 0..=255;
        FibMultipathHashFields "fib_multipath_hash_fields" = 7, 1..=4095;
        FibMultipathHashPolicy "fib_multipath_hash_policy" = 0, 0..=3;
        FwmarkReflect "fwmark_reflect" = 0, 0..=1;
        EchoIgnoreAll "icmp.echo_ignore_all" = 0, 0..=255;
        EchoIgnoreAnycast "icmp.echo_ignore_anycast" = 0, 0..=255;
        EchoIgnoreMulticast "icmp.echo_ignore_multicast" = 0, 0..=255;
        Ratelimit "icmp.ratelimit" = 100, 0..=2147483647;
        IdgenDelay "idgen_delay" = 1, 0..=2147483647;
        IdgenRetries "idgen_retries" = 3, -2147483648..=2147483647;
        Ip6fragHighThresh "ip6frag_high_thresh" = 4194304, 0..=2147483647;
        Ip6fragLowThresh "ip6frag_low_thresh" = 3145728, 0..=2147483647;
        Ip6fragTime "ip6frag_time" = 60, 0..=2147483;
        IpNonlocalBind "ip_nonlocal_bind" = 0, 0..=1;
        MaxDstOptsLength "max_dst_opts_length" = 2147483647, -2147483648..=2147483647;
        MaxDstOptsNumber "max_dst_opts_number" = 8, -2147483648..=2147483647;
        MaxHbhLength "max_hbh_length" = 2147483647, -2147483648..=2147483647;
        MaxHbhOptsNumber "max_hbh_opts_number" = 8, -2147483648..=2147483647;
        NeighGcInterval "neigh.default.gc_interval" = 30, 0..=2147483647;
        NeighGcThresh1 "neigh.default.gc_thresh1" = 128, 0..=2147483647;
        NeighGcThresh2 "neigh.default.gc_thresh2" = 512, 0..=2147483647;
        NeighGcThresh3 "neigh.default.gc_thresh3" = 1024, 0..=2147483647;
        MtuExpires "route.mtu_expires" = 600, 0..=2147483647;
    ]
}

/// The settings of neighbours as IPv6 begins with them: an answer replaces another at once.
pub(crate) fn neighbour_v6() -> NeighbourConf {
    let mut conf = NeighbourConf::default();
    conf.set(Neigh::Locktime, 0);
    conf
}
