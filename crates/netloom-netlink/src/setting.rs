//! Settings of devices as messages tell them: those of `/proc/sys/net/*/conf` with each link
//! (`IFLA_AF_SPEC`), those of `/proc/sys/net/*/neigh` with the tables of neighbours
//! (`RTM_GETNEIGHTBL`, `NDTPA_*`).
//!
//! A link tells numbers in a fixed order, which linux/ip.h and linux/ipv6.h name; a newer kernel tells
//! more of them. Left out are those that are kept in ticks, and those that are in files alone.

use crate::{Attributes, INET, INET6, Writer, family_of, link, u32_at};
use netloom_model::{Family, LinkFlags};

/// The kind of messages about tables of neighbours (`RTM_NEWNEIGHTBL`).
const TABLES: u16 = 64;

/// The kind of a request for them.
pub const ASK_TABLES: u16 = TABLES + crate::kind::GET;

/// The files of IPv4 in the order of `IPV4_DEVCONF_*`.
const V4: [&str; 33] = [
    "forwarding",
    "mc_forwarding",
    "proxy_arp",
    "accept_redirects",
    "secure_redirects",
    "send_redirects",
    "shared_media",
    "rp_filter",
    "accept_source_route",
    "bootp_relay",
    "log_martians",
    "tag",
    "arp_filter",
    "medium_id",
    "disable_xfrm",
    "disable_policy",
    "force_igmp_version",
    "arp_announce",
    "arp_ignore",
    "promote_secondaries",
    "arp_accept",
    "arp_notify",
    "accept_local",
    "src_valid_mark",
    "proxy_arp_pvlan",
    "route_localnet",
    "igmpv2_unsolicited_report_interval",
    "igmpv3_unsolicited_report_interval",
    "ignore_routes_with_linkdown",
    "drop_unicast_in_l2_multicast",
    "drop_gratuitous_arp",
    "bc_forwarding",
    "arp_evict_nocarrier",
];

/// What a place tells that is read elsewhere.
const ELSEWHERE: &str = "";

/// The files of IPv6 in the order of `DEVCONF_*`.
const V6: [&str; 59] = [
    "forwarding",
    "hop_limit",
    "mtu",
    "accept_ra",
    "accept_redirects",
    "autoconf",
    "dad_transmits",
    "router_solicitations",
    "router_solicitation_interval",
    "router_solicitation_delay",
    "use_tempaddr",
    "temp_valid_lft",
    "temp_prefered_lft",
    "regen_max_retry",
    "max_desync_factor",
    "max_addresses",
    "force_mld_version",
    "accept_ra_defrtr",
    "accept_ra_pinfo",
    "accept_ra_rtr_pref",
    "router_probe_interval",
    "accept_ra_rt_info_max_plen",
    "proxy_ndp",
    "optimistic_dad",
    "accept_source_route",
    "mc_forwarding",
    "disable_ipv6",
    "accept_dad",
    "force_tllao",
    "ndisc_notify",
    ELSEWHERE, // mldv1_unsolicited_report_interval: kept in ticks
    ELSEWHERE, // mldv2_unsolicited_report_interval: kept in ticks
    "suppress_frag_ndisc",
    "accept_ra_from_local",
    "use_optimistic",
    "accept_ra_mtu",
    ELSEWHERE, // stable_secret: an address
    "use_oif_addrs_only",
    "accept_ra_min_hop_limit",
    "ignore_routes_with_linkdown",
    "drop_unicast_in_l2_multicast",
    "drop_unsolicited_na",
    "keep_addr_on_down",
    "router_solicitation_max_interval",
    "seg6_enabled",
    "seg6_require_hmac",
    "enhanced_dad",
    "addr_gen_mode",
    "disable_policy",
    "accept_ra_rt_info_min_plen",
    "ndisc_tclass",
    "rpl_seg_enabled",
    "ra_defrtr_metric",
    "ioam6_enabled",
    "ioam6_id",
    "ioam6_id_wide",
    "ndisc_evict_nocarrier",
    "accept_untracked_na",
    "accept_ra_min_lft",
];

/// Those that are above 2^31 where others are below zero.
const UNSIGNED: [&str; 2] = ["ra_defrtr_metric", "ioam6_id_wide"];

/// Those that are milliseconds where a file tells whole seconds, which nothing else is written to.
const SECONDS: [&str; 4] = [
    "router_solicitation_interval",
    "router_solicitation_delay",
    "router_probe_interval",
    "router_solicitation_max_interval",
];

/// How a file tells a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Signed,
    Unsigned,
    /// In seconds, of milliseconds.
    Seconds,
}

/// Which of the numbers of a link a file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    at: usize,
    form: Form,
}

/// The place of a file's number; none if links do not tell it.
#[must_use]
pub fn place(family: Family, file: &str) -> Option<Place> {
    let files = match family {
        Family::V4 => &V4[..],
        Family::V6 => &V6[..],
    };
    let at = files
        .iter()
        .position(|known| *known == file && *known != ELSEWHERE)?;
    let form = match family {
        Family::V6 if UNSIGNED.contains(&file) => Form::Unsigned,
        Family::V6 if SECONDS.contains(&file) => Form::Seconds,
        _ => Form::Signed,
    };
    Some(Place { at, form })
}

/// The numbers of one version of IP that a link tells; of a link without that version none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers(Vec<u8>);

impl Numbers {
    /// What the file of a place says; none where the number does not tell it.
    #[must_use]
    pub fn text(&self, place: Place) -> Option<String> {
        /// Seconds that are more, or below zero, are other ones in milliseconds.
        const LONGEST: u32 = 1_000_000_000;
        let number = u32_at(&self.0, place.at * 4)?;
        match place.form {
            Form::Unsigned => Some(number.to_string()),
            Form::Signed => Some(number.cast_signed().to_string()),
            Form::Seconds => (number <= LONGEST).then(|| (number / 1000).to_string()),
        }
    }
}

/// What a link tells of its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfLink {
    /// Its index.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Its flags.
    pub flags: LinkFlags,
    /// Its numbers of IPv4 and of IPv6.
    pub numbers: [Numbers; 2],
}

/// The settings of the link of a message's body.
#[must_use]
pub fn of_link(body: &[u8]) -> Option<OfLink> {
    /// Inside the part of a family: its numbers (`IFLA_INET_CONF`, `IFLA_INET6_CONF`).
    const CONF: u16 = 1;
    const CONF6: u16 = 2;
    let told = Attributes::behind(body, link::FIXED);
    let families = told.inside(link::AF_SPEC);
    let numbers = [(INET, CONF), (INET6, CONF6)].map(|(family, conf)| {
        let told = families.inside(family.into()).get(conf);
        Numbers(told.unwrap_or_default().to_vec())
    });
    Some(OfLink {
        index: u32_at(body, 4)?,
        name: told.text(link::NAME)?,
        flags: LinkFlags(u32_at(body, 8)?),
        numbers,
    })
}

/// The files of a device's folder below `neigh` that follow from what a table tells.
pub const OF_NEIGHBOURS: [&str; 17] = [
    "anycast_delay",
    "app_solicit",
    "base_reachable_time",
    "base_reachable_time_ms",
    "delay_first_probe_time",
    "gc_stale_time",
    "interval_probe_time_ms",
    "locktime",
    "mcast_resolicit",
    "mcast_solicit",
    "proxy_delay",
    "proxy_qlen",
    "retrans_time",
    "retrans_time_ms",
    "ucast_solicit",
    "unres_qlen",
    "unres_qlen_bytes",
];

/// How a device treats its neighbours: what is alike is alike in each file. Times are told as milliseconds
/// of 32 bits: where the kernel's ticks are longer than that, one of seven weeks looks like one of none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OfNeighbours(Vec<u8>);

/// What a table of neighbours tells of a device: its version of IP, the index, and how it treats them.
#[must_use]
pub fn of_neighbours(body: &[u8]) -> Option<(Family, u32, OfNeighbours)> {
    const PARAMETERS: u16 = 6;
    const INDEX: u16 = 1;
    /// How many hold them, a time that is drawn anew, and what fills up: no settings.
    const BESIDE: [u16; 4] = [INDEX, 2, 3, 18];
    let family = family_of(*body.first()?)?;
    let told = Attributes::behind(body, FIXED).inside(PARAMETERS);
    let index = told.u32(INDEX)?;
    let mut alike = Vec::new();
    for (kind, value) in told.filter(|(kind, _)| !BESIDE.contains(kind)) {
        alike.extend(kind.to_le_bytes());
        alike.extend(value);
    }
    Some((family, index, OfNeighbours(alike)))
}

/// The length of the fixed part of a message about a table (`struct ndtmsg`).
const FIXED: usize = 4;

/// The body of a request for all tables.
#[must_use]
pub fn ask_tables() -> Writer {
    Writer::new(&[0; FIXED])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_the_number_that_its_link_tells() {
        let mut body = link::name(3);
        body.text(link::NAME, "eth0");
        body.nest(link::AF_SPEC, |families| {
            families.nest(INET.into(), |inet| {
                inet.put(1, &[1, 0, 0, 0, 254, 255, 255, 255]);
            });
            families.nest(INET6.into(), |inet6| {
                inet6.put(2, &[0xff; 4 * 53]);
            });
        });
        let told = of_link(body.bytes()).unwrap();
        let file = |family, name| {
            let of = usize::from(family == Family::V6);
            told.numbers[of].text(place(family, name)?)
        };
        assert_eq!((told.index, told.name.as_str()), (3, "eth0"));
        assert_eq!(file(Family::V4, "forwarding").unwrap(), "1");
        assert_eq!(file(Family::V4, "mc_forwarding").unwrap(), "-2");
        assert_eq!(file(Family::V4, "proxy_arp"), None);
        assert_eq!(file(Family::V6, "mtu").unwrap(), "-1");
        assert_eq!(file(Family::V6, "ra_defrtr_metric").unwrap(), "4294967295");
        assert_eq!(file(Family::V6, "ioam6_id"), None);
        assert_eq!(file(Family::V6, "stable_secret"), None);
        assert_eq!(file(Family::V6, ""), None);
    }

    #[test]
    fn devices_that_treat_neighbours_alike_are_alike() {
        let table = |index, drawn, solicits| {
            let mut body = Writer::new(&[INET6, 0, 0, 0]);
            body.nest(6, |told| {
                told.u32(1, index);
                told.u64(3, drawn);
                told.u32(9, solicits);
            });
            of_neighbours(body.bytes()).unwrap()
        };
        let (family, index, one) = table(1, 17, 3);
        assert_eq!((family, index), (Family::V6, 1));
        assert_eq!(one, table(2, 18, 3).2);
        assert_ne!(one, table(2, 18, 4).2);
    }
}
