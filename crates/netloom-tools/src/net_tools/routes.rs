//! The table that `route` and `netstat -r` print, as /proc/net/route holds it: the main table
//! without broadcast and multicast routes, one line for each route's first way.

use super::names;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::route::table;
use netloom_model::{Namespace, Route, RouteType};
use std::fmt::Write;

/// Which columns are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Columns {
    /// Metric, references, uses: `route`.
    Metric,
    /// MSS, window, initial round trip: `route -e`, `netstat -r`.
    Tcp,
    /// All of them: `route -ee`.
    All,
}

/// The kernel's table in words.
pub(super) fn fib(ns: &Namespace, columns: Columns, numeric: bool) -> String {
    let mut out = String::from("Kernel IP routing table\n");
    out.push_str(match columns {
        Columns::Metric => {
            "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n"
        }
        Columns::Tcp => {
            "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n"
        }
        Columns::All => concat!(
            "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface",
            "    MSS   Window irtt\n"
        ),
    });
    for route in ns.routes.iter().filter(|r| r.table == table::MAIN) {
        if !matches!(route.kind, RouteType::Broadcast | RouteType::Multicast) {
            line(&mut out, ns, route, columns, numeric);
        }
    }
    out
}

/// The routing cache, which Linux has not had since 3.6: only its heading is left.
pub(super) fn cache(columns: Columns) -> &'static str {
    match columns {
        Columns::Metric => concat!(
            "Kernel IP routing cache\n",
            "Source          Destination     Gateway         Flags Metric Ref    Use Iface\n"
        ),
        Columns::Tcp => concat!(
            "Kernel IP routing cache\n",
            "Source          Destination     Gateway         Flags   MSS Window  irtt Iface\n"
        ),
        Columns::All => concat!(
            "Kernel IP routing cache\n",
            "Source          Destination     Gateway         Flags Metric Ref    Use Iface",
            "    MSS   Window irtt  HH  Arp\n"
        ),
    }
}

fn line(out: &mut String, ns: &Namespace, route: &Route, columns: Columns, numeric: bool) {
    let (IpAddr::V4(dst), IpAddr::V4(mask)) = (route.dst.addr, route.dst.netmask()) else {
        return;
    };
    let hop = route.nexthops.first();
    let gateway = match hop.and_then(|h| h.via) {
        Some(IpAddr::V4(gateway)) => gateway,
        _ => Ipv4Addr::UNSPECIFIED,
    };
    let reject = matches!(route.kind, RouteType::Unreachable | RouteType::Prohibit);
    let host = if route.dst.is_host() { "H" } else { "" };
    let (flags, gateway, dev) = if reject {
        (format!("!{host}"), "-".to_owned(), "-".to_owned())
    } else {
        let via = if gateway.is_unspecified() { "" } else { "G" };
        let dev = hop.and_then(|h| h.dev);
        (
            format!("U{via}{host}"),
            names::host(gateway, numeric),
            dev.map_or_else(|| "*".to_owned(), |index| ns.link_name(index)),
        )
    };
    let dst = names::destination(dst, route.dst.len, numeric);
    let _ = write!(out, "{dst:<15.15} {gateway:<15.15} {mask:<15} {flags:<5} ");
    let m = &route.metrics;
    // The table holds the MTU that the MSS stands for: TCP and IP headers take 40 bytes.
    let mss = if m.advmss == 0 { 0 } else { m.advmss + 40 };
    let metric = route.metric;
    let _ = match (columns, reject) {
        (Columns::Metric, false) => writeln!(out, "{metric:<6} {:<2} {:>7} {dev}", 0, 0),
        (Columns::Metric, true) => writeln!(out, "{metric:<6} {:<2} {:>7} {dev}", "-", 0),
        (Columns::Tcp, false) => writeln!(out, "{mss:>5} {:<5} {:>6} {dev}", m.window, m.rtt),
        (Columns::Tcp, true) => writeln!(out, "{:>5} {:<5} {:>6} {dev}", "-", "-", "-"),
        (Columns::All, false) => writeln!(
            out,
            "{metric:<6} {:<2} {:>7} {dev:<8} {mss:<5} {:<6} {}",
            0, 0, m.window, m.rtt
        ),
        (Columns::All, true) => writeln!(
            out,
            "{metric:<6} {:<2} {:>7} {dev:<8} {:<5} {:<6} -",
            "-", 0, "-", "-"
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::{IpNet, NextHop, Scope};

    fn route(dst: &str, via: Option<&str>, dev: Option<u32>) -> Route {
        let mut route = Route::new(dst.parse::<IpNet>().unwrap());
        route.nexthops.push(NextHop {
            via: via.map(|v| v.parse().unwrap()),
            dev,
            ..NextHop::default()
        });
        route
    }

    fn table() -> Namespace {
        let mut slow = route("10.61.0.0/16", None, Some(2));
        slow.metric = 5;
        slow.metrics.advmss = 1360;
        slow.metrics.window = 3000;
        slow.metrics.rtt = 300;
        let mut reject = Route::new("10.38.0.0/16".parse().unwrap());
        reject.kind = RouteType::Unreachable;
        reject.scope = Scope::HOST;
        let mut hole = Route::new("9.9.9.0/24".parse().unwrap());
        hole.kind = RouteType::Blackhole;
        Namespace {
            routes: vec![
                route("0.0.0.0/0", Some("10.139.128.1"), Some(2)),
                route("1.2.3.4/32", Some("10.139.128.9"), Some(2)),
                hole,
                reject,
                slow,
            ],
            ..Namespace::default()
        }
    }

    #[test]
    fn the_table_is_printed_as_route_does() {
        let expected = "\
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
default         10.139.128.1    0.0.0.0         UG    0      0        0 if2
1.2.3.4         10.139.128.9    255.255.255.255 UGH   0      0        0 if2
9.9.9.0         0.0.0.0         255.255.255.0   U     0      0        0 *
10.38.0.0       -               255.255.0.0     !     0      -        0 -
10.61.0.0       0.0.0.0         255.255.0.0     U     5      0        0 if2
";
        assert_eq!(fib(&table(), Columns::Metric, false), expected);
    }

    #[test]
    fn the_tcp_columns_are_printed_as_netstat_does() {
        let text = fib(&table(), Columns::Tcp, true);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface",
                "0.0.0.0         10.139.128.1    0.0.0.0         UG        0 0          0 if2",
                "1.2.3.4         10.139.128.9    255.255.255.255 UGH       0 0          0 if2",
                "9.9.9.0         0.0.0.0         255.255.255.0   U         0 0          0 *",
                "10.38.0.0       -               255.255.0.0     !         - -          - -",
                "10.61.0.0       0.0.0.0         255.255.0.0     U      1400 3000     300 if2",
            ]
        );
    }

    #[test]
    fn all_columns_are_printed_as_route_ee_does() {
        let text = fib(&table(), Columns::All, true);
        let last: Vec<&str> = text.lines().rev().take(2).collect();
        assert_eq!(
            last,
            [
                "10.61.0.0       0.0.0.0         255.255.0.0     U     5      0        0 if2      1400  3000   300",
                "10.38.0.0       -               255.255.0.0     !     0      -        0 -        -     -      -",
            ]
        );
    }
}
