//! Settings that only tune a host (`Documentation/networking/ip-sysctl.rst`,
//! `Documentation/admin-guide/sysctl/net.rst`).
//!
//! Named are those that are known to; what a newer kernel has beside them is taken for one that decides.

use super::Settings;
use crate::Link;
use std::collections::HashMap;

/// Of programs' sockets: how much memory they have, and what they are told.
const CORE: &[&str] = &[
    "optmem_max",
    "rmem_default",
    "rmem_max",
    "rps_default_mask",
    "tstamp_allow_data",
    "txrehash",
    "wmem_default",
    "wmem_max",
    "xfrm_aevent_etime",
    "xfrm_aevent_rseqth",
];

/// Sizes of tables, memory, and what programs are told.
const V4: &[&str] = &[
    "fib_notify_on_flag_change",
    "ip_autobind_reuse",
    "ip_dynaddr",
    "ip_early_demux",
    "nexthop_compat_mode",
    "udp_child_hash_entries",
    "udp_early_demux",
    "udp_hash_entries",
    "udp_rmem_min",
    "udp_wmem_min",
    "xfrm4_gc_thresh",
];

/// How fast a stream is sent, and what is tried to send it faster (`net.ipv4.tcp_*`).
const STREAMS: &[&str] = &[
    "adv_win_scale",
    "allowed_congestion_control",
    "app_win",
    "autocorking",
    "available_congestion_control",
    "backlog_ack_defer",
    "child_ehash_entries",
    "comp_sack_delay_ns",
    "comp_sack_nr",
    "comp_sack_rtt_percent",
    "comp_sack_slack_ns",
    "congestion_control",
    "early_demux",
    "ecn_option_beacon",
    "ehash_entries",
    "fack",
    "fastopen_blackhole_timeout_sec",
    "fastopen_key",
    "frto",
    "limit_output_bytes",
    "low_latency",
    "max_reordering",
    "min_rtt_wlen",
    "min_tso_segs",
    "mtu_probe_floor",
    "no_metrics_save",
    "no_ssthresh_metrics_save",
    "notsent_lowat",
    "pacing_ca_ratio",
    "pacing_ss_ratio",
    "pingpong_thresh",
    "plb_cong_thresh",
    "plb_enabled",
    "plb_idle_rehash_rounds",
    "plb_rehash_rounds",
    "plb_suspend_rto_sec",
    "probe_interval",
    "probe_threshold",
    "rcvbuf_low_rtt",
    "recovery",
    "reflect_tos",
    "reordering",
    "retrans_collapse",
    "rto_max_ms",
    "rto_min_us",
    "shrink_window",
    "stdurg",
    "thin_dupack",
    "thin_linear_timeouts",
    "tso_rtt_log",
    "tso_win_divisor",
    "tw_reuse_delay",
    "workaround_signed_windows",
];

/// Sizes of tables and caches, when these are swept, and numbers of packets that nobody reads.
const V6: &[&str] = &[
    "fib_notify_on_flag_change",
    "ioam6_id",
    "ioam6_id_wide",
    "route.flush",
    "route.gc_elasticity",
    "route.gc_interval",
    "route.gc_min_interval",
    "route.gc_min_interval_ms",
    "route.skip_notify_on_dev_down",
    "xfrm6_gc_thresh",
];

/// Of `all`, which Linux asks for none of them, and of `default`: how a host of IPv6 takes addresses from
/// routers and makes its own, and how often it tells of its groups. Each device has its own of them.
const OF_HOSTS: &[&str] = &[
    "accept_ra",
    "accept_ra_defrtr",
    "accept_ra_from_local",
    "accept_ra_min_hop_limit",
    "accept_ra_min_lft",
    "accept_ra_mtu",
    "accept_ra_pinfo",
    "accept_ra_rt_info_max_plen",
    "accept_ra_rt_info_min_plen",
    "accept_ra_rtr_pref",
    "autoconf",
    "bootp_relay",
    "dad_transmits",
    "igmpv2_unsolicited_report_interval",
    "igmpv3_unsolicited_report_interval",
    "ioam6_id",
    "ioam6_id_wide",
    "max_addresses",
    "max_desync_factor",
    "mldv1_unsolicited_report_interval",
    "mldv2_unsolicited_report_interval",
    "ra_defrtr_metric",
    "ra_honor_pio_life",
    "ra_honor_pio_pflag",
    "regen_max_retry",
    "regen_min_advance",
    "router_probe_interval",
    "router_solicitation_delay",
    "router_solicitation_interval",
    "router_solicitation_max_interval",
    "router_solicitations",
    "tag",
    "temp_prefered_lft",
    "temp_valid_lft",
    "use_tempaddr",
];

/// Whether a setting only tunes: programs' sockets have more memory or less by it, a stream of TCP goes
/// faster or slower, a table is larger or smaller. No packet is let through, changed or sent elsewhere by
/// it.
///
/// ```
/// use netloom_model::setting::only_tunes;
///
/// assert!(only_tunes("net.ipv4.tcp_notsent_lowat"));
/// assert!(!only_tunes("net.ipv4.ip_forward"));
/// assert!(!only_tunes("net.ipv6.conf.eth0.accept_ra"));
/// ```
#[must_use]
pub fn only_tunes(name: &str) -> bool {
    let Some((part, rest)) = name
        .strip_prefix("net.")
        .and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    match part {
        "core" => CORE.contains(&rest),
        "ipv4" | "ipv6" => of_ip(part, rest),
        "mptcp" => rest != "enabled",
        // Who writes down what rules log.
        "netfilter" => rest.starts_with("nf_log."),
        "unix" => true,
        _ => false,
    }
}

fn of_ip(part: &str, rest: &str) -> bool {
    let of_all = rest
        .strip_prefix("conf.all.")
        .or_else(|| rest.strip_prefix("conf.default."));
    if let Some(file) = of_all {
        return OF_HOSTS.contains(&file);
    }
    match part {
        "ipv6" => V6.contains(&rest),
        _ => match rest.strip_prefix("tcp_") {
            Some(of_streams) if STREAMS.contains(&of_streams) => true,
            _ => V4.contains(&rest),
        },
    }
}

/// Leaves those by which packets may fare: none that only tunes, and not how neighbours are treated by one
/// of the links that has none (`net.ipv4.neigh.lo.*`).
pub fn retain_deciding(settings: &mut Settings, links: &[Link]) {
    let alone = |device: &str| {
        let mut links = links.iter();
        let link = links.find(|link| link.name == device.replace('/', "."));
        link.is_some_and(|link| !link.flags.has_neighbours())
    };
    let mut known: HashMap<String, bool> = HashMap::new();
    let mut of_nobody = |name: &str| match treats_neighbours(name) {
        Some(device) if known.contains_key(device) => known[device],
        Some(device) => *known.entry(device.to_owned()).or_insert(alone(device)),
        None => false,
    };
    settings.retain(|name, _| !only_tunes(name) && !of_nobody(name));
}

/// The device of which a setting says how it treats its neighbours.
fn treats_neighbours(name: &str) -> Option<&str> {
    let of = ["net.ipv4.neigh.", "net.ipv6.neigh."];
    let rest = of.iter().find_map(|folder| name.strip_prefix(folder))?;
    rest.split_once('.').map(|(device, _)| device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_has_for_itself_decides() {
        for name in OF_HOSTS {
            assert!(only_tunes(&format!("net.ipv6.conf.default.{name}")));
            assert!(!only_tunes(&format!("net.ipv6.conf.eth0.{name}")));
        }
    }

    #[test]
    fn what_nobody_knows_decides() {
        for name in [
            "",
            "net",
            "net.",
            "net.ipv4",
            "net.ipv4.tcp_newer",
            "kernel.core.wmem_max",
        ] {
            assert!(!only_tunes(name), "{name}");
        }
    }
}
