//! What is to blame for a drop, and what to look at.

use netloom_model::journey::{DropReason, Event, Journey, Verdict};

/// A hint for a verdict that needs one.
pub(super) fn of(journey: &Journey, verdict: &Verdict) -> Option<String> {
    let Verdict::Dropped {
        step,
        ns,
        dev,
        reason,
    } = verdict
    else {
        return None;
    };
    let dev = dev.as_deref().unwrap_or("the device");
    let at = *step;
    let next_hop = || {
        let before = journey.steps.get(..at? as usize)?.iter().rev();
        before
            .filter_map(|s| match &s.event {
                Event::Waits { address, .. } | Event::Resolved { address, .. } => Some(*address),
                _ => None,
            })
            .next()
    };
    let text = match reason {
        DropReason::DeviceDown => format!("{dev} in {ns} is down: ip link set {dev} up"),
        DropReason::NoCarrier | DropReason::NoPeer => {
            format!("the other end of {dev} is down: bring it up too")
        }
        DropReason::NoRoute => format!(
            "no rule and table of {ns} leads there: see \"ip route\", \"ip rule\"; add a route, or a default route"
        ),
        DropReason::RouteUnreachable | DropReason::RouteBlackhole | DropReason::RouteProhibit => {
            format!("a route of {ns} forbids it: see \"ip route show table all\"")
        }
        DropReason::ForwardingOff => {
            format!("{ns} is asked to route and does not: sysctl -w net.ipv4.ip_forward=1 there")
        }
        DropReason::ReversePath => format!(
            "strict rp_filter on {dev}: the route back to the source leaves by another device; \
             sysctl -w net.ipv4.conf.{dev}.rp_filter=2 (and look at conf.all), or mend the route back"
        ),
        DropReason::LocalSource => format!(
            "the source is an address of {ns} itself: sysctl -w net.ipv4.conf.{dev}.accept_local=1"
        ),
        DropReason::MartianSource | DropReason::MartianDestination => {
            "such an address does not come from outside (127/8, 0/8, groups as a source): \
             net.ipv4.conf.*.route_localnet lifts it for 127/8"
                .to_owned()
        }
        DropReason::NeighbourFailed => match next_hop() {
            Some(hop) => format!(
                "nobody answers ARP for {hop} on {dev}: is it there, up, on this link and with this address?"
            ),
            None => format!("nobody answers ARP on {dev}: is the next hop there and up?"),
        },
        DropReason::TtlExceeded => {
            "its TTL ended at this router: send with a greater one, or look for a loop".to_owned()
        }
        DropReason::FragmentationNeeded | DropReason::TooLong => format!(
            "it is longer than an MTU on the way: see \"ip link\" of {ns}; raise that MTU or send less"
        ),
        DropReason::BridgeIsolated => {
            "both ports are isolated: bridge link set dev PORT isolated off".to_owned()
        }
        DropReason::BridgeLocked => {
            format!("{dev} is locked: bridge fdb add MAC dev {dev} master static, or locked off")
        }
        DropReason::BridgeDown => format!("the bridge of {dev} is down: ip link set BRIDGE up"),
        DropReason::BridgePortState => {
            format!("{dev} does not forward: is it up and with carrier? See \"bridge link\"")
        }
        DropReason::NoSocket => "the packet arrived: no program listens at that port".to_owned(),
        DropReason::IcmpIgnored => format!(
            "{ns} ignores it: see net.ipv4.icmp_echo_ignore_all and icmp_echo_ignore_broadcasts"
        ),
        DropReason::ArpIgnored => format!("arp_ignore of {dev} forbids the answer"),
        DropReason::OtherHost => format!(
            "the frame is for another hardware address than {dev}'s: a stale neighbour entry? See \"ip neigh\""
        ),
        DropReason::LoopLimit => "there is a loop of links: take one out".to_owned(),
        _ => return None,
    };
    Some(text)
}
