//! `/proc/net/dev`, `/proc/net/route` and `/proc/net/arp`.

use super::{Read, namespace};
use crate::Context;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::route::table;
use netloom_model::state::Parts;
use netloom_model::{Link, MacAddr, Namespace, NeighbourState, NsName, Route, RouteType};

const DEV: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
";

const ROUTE: &str =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";

/// How long each line of routes is.
const ROUTE_WIDTH: usize = 127;

const ARP: &str =
    "IP address       HW type     Flags       HW address            Mask     Device\n";

/// `/proc/net/dev`.
pub(super) fn dev(cx: &mut Context<'_>, ns: &NsName) -> Read {
    let told = namespace(cx, ns, Parts::LINKS)?;
    let lines = told.links.iter().map(device);
    Ok([DEV.to_owned()].into_iter().chain(lines).collect())
}

fn device(link: &Link) -> String {
    let s = &link.stats;
    let frame = s.rx_length_errors + s.rx_over_errors + s.rx_crc_errors + s.rx_frame_errors;
    let carrier =
        s.tx_carrier_errors + s.tx_aborted_errors + s.tx_window_errors + s.tx_heartbeat_errors;
    format!(
        "{:>6}: {:>7} {:>7} {:>4} {:>4} {:>4} {frame:>5} {:>10} {:>9} \
         {:>8} {:>7} {:>4} {:>4} {:>4} {:>5} {carrier:>7} {:>10}\n",
        link.name,
        s.rx_bytes,
        s.rx_packets,
        s.rx_errors,
        s.rx_dropped + s.rx_missed_errors,
        s.rx_fifo_errors,
        s.rx_compressed,
        s.multicast,
        s.tx_bytes,
        s.tx_packets,
        s.tx_errors,
        s.tx_dropped,
        s.tx_fifo_errors,
        s.collisions,
        s.tx_compressed
    )
}

/// `/proc/net/route`: the main table, one line for each route's first way.
pub(super) fn route(cx: &mut Context<'_>, ns: &NsName) -> Read {
    let parts = Parts {
        links: true,
        routes: true,
        ..Parts::NONE
    };
    let told = namespace(cx, ns, parts)?;
    let shown = told.routes.iter().filter(|route| {
        let cast = matches!(route.kind, RouteType::Broadcast | RouteType::Multicast);
        route.table == table::MAIN && !cast
    });
    let lines = shown.filter_map(|route| way(&told, route));
    Ok([ROUTE.to_owned()]
        .into_iter()
        .chain(lines)
        .map(|line| format!("{line:<ROUTE_WIDTH$}\n"))
        .collect())
}

fn way(told: &Namespace, route: &Route) -> Option<String> {
    let (IpAddr::V4(dst), IpAddr::V4(mask)) = (route.dst.addr, route.dst.netmask()) else {
        return None;
    };
    let hop = route.nexthops.first();
    let gateway = match hop.and_then(|hop| hop.via) {
        Some(IpAddr::V4(gateway)) => gateway,
        _ => Ipv4Addr::UNSPECIFIED,
    };
    let reject = matches!(route.kind, RouteType::Unreachable | RouteType::Prohibit);
    // RTF_UP, RTF_GATEWAY, RTF_HOST, RTF_REJECT (route(8)).
    let flags = 0x1
        | if gateway.is_unspecified() { 0 } else { 0x2 }
        | if route.dst.is_host() { 0x4 } else { 0 }
        | if reject { 0x200 } else { 0 };
    let dev = hop.and_then(|hop| hop.dev).filter(|_| !reject);
    let dev = dev.map_or_else(|| "*".to_owned(), |index| told.link_name(index));
    let metrics = &route.metrics;
    // The table holds the MTU that the MSS stands for: TCP and IP headers take 40 bytes.
    let mtu = match metrics.advmss {
        0 => 0,
        mss => mss + 40,
    };
    Some(format!(
        "{dev}\t{:08X}\t{:08X}\t{flags:04X}\t0\t0\t{}\t{:08X}\t{mtu}\t{}\t{}",
        in_memory(dst),
        in_memory(gateway),
        route.metric,
        in_memory(mask),
        metrics.window,
        metrics.rtt
    ))
}

/// An address as a number of a machine whose lowest byte comes first.
fn in_memory(address: Ipv4Addr) -> u32 {
    u32::from_le_bytes(address.octets())
}

/// `/proc/net/arp`.
pub(super) fn arp(cx: &mut Context<'_>, ns: &NsName) -> Read {
    let parts = Parts {
        links: true,
        neighbours: true,
        ..Parts::NONE
    };
    let told = namespace(cx, ns, parts)?;
    let mut text = ARP.to_owned();
    for entry in &told.neighbours {
        let IpAddr::V4(address) = entry.dst else {
            continue;
        };
        let hidden = matches!(entry.state, NeighbourState::None | NeighbourState::Noarp);
        if hidden && !entry.proxy {
            continue;
        }
        let known = entry.lladdr.filter(|_| entry.state.is_valid());
        // ATF_COM, ATF_PERM, ATF_PUBL (arp(7)).
        let flags = match known {
            _ if entry.proxy => 0xc,
            Some(_) if entry.state == NeighbourState::Permanent => 0x6,
            Some(_) => 0x2,
            None => 0x0,
        };
        let hardware = known
            .filter(|_| !entry.proxy)
            .unwrap_or(MacAddr([0; 6]))
            .to_string();
        let dev = match entry.dev {
            0 => "*".to_owned(),
            dev => told.link_name(dev),
        };
        let address = address.to_string();
        text.push_str(&format!(
            "{address:<16} 0x{:<10x}0x{flags:<10x}{hardware:<17}     *        {dev}\n",
            1
        ));
    }
    Ok(text)
}
