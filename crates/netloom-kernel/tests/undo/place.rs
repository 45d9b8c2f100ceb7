//! Two namespaces, and what is compared of them.

use crate::cases::Case;
use netloom_kernel::Kernel;
use netloom_model::bridge::FdbState;
use netloom_model::ruleset::Table;
use netloom_model::state::Parts;
use netloom_model::{
    Change, Errno, Family, LinkFlags, LinkRef, LinkSettings, LinkStats, Namespace, NeighbourState,
    NsName, RouteMatch, World,
};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// What both have.
const MADE: &str = "
sysctl -qw net.ipv6.conf.default.accept_dad=0
ip netns exec B sysctl -qw net.ipv6.conf.default.accept_dad=0
ip link set lo up
ip link add v0 type veth peer name v1 netns B
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.7/24 dev v0
ip addr add 10.0.0.11/24 dev v0 valid_lft 100000 preferred_lft 50000
ip addr add fd00::1/64 dev v0 nodad
ip addr add fd00::5/64 dev v0 home nodad valid_lft 100000 preferred_lft 50000
ip link set v0 mtu 1400 alias here up
ip link property add dev v0 altname other
ip -n B addr add 10.0.0.2/24 dev v1
ip -n B link set v1 up
ip link add br0 type bridge forward_delay 0 ageing_time 1000
ip link set br0 up
ip link add p0 type veth peer name p1
ip link set p0 master br0 up
ip link set p1 up
bridge link set dev p0 hairpin on
bridge fdb add 02:00:00:00:00:99 dev p0 master static
ip link add vx0 type vxlan id 9 local 10.0.0.1 dstport 8472
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.2
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.3 port 4789 vni 8 via v0
bridge fdb add 02:00:00:00:00:31 dev vx0 dst 10.0.0.3
bridge fdb add 02:00:00:00:00:32 dev vx0 dst 10.0.0.3 static router
bridge fdb add 02:00:00:00:00:98 dev v0 self
bridge mdb add dev br0 port p0 grp 239.1.1.1 permanent
ip route add 10.9.0.0/16 via 10.0.0.2
ip route add fd09::/64 via fd00::2
ip route add blackhole 10.8.0.0/16 table 7 metric 5
ip nexthop add id 7 via 10.0.0.2 dev v0
ip route add 10.7.0.0/16 nhid 7
ip route add 10.20.0.0/16 via 10.0.0.2 realm 3 rto_min 50ms
ip route add 10.21.0.0/16 encap ip id 100 dst 10.0.0.2 dev v0
ip route add 10.22.0.0/16 nexthop via 10.0.0.2 realm 4 nexthop via 10.0.0.3 weight 2
ip -6 route add fd20::/64 via fd00::2 expires 100000
ip rule add tun_id 7 lookup 7 priority 101 realms 5
ip rule add from 10.1.0.0/16 lookup 7 priority 100
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0
ip neigh add 10.0.0.10 lladdr 02:00:00:00:00:10 dev v0 nud noarp
tc qdisc add dev v0 handle 7: root tbf rate 1mbit burst 10kb latency 50ms
sysctl -qw net.ipv4.conf.v0.rp_filter=2
ipset create s hash:ip
ipset add s 10.0.0.1
conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 1000
nft add table inet t
nft add set inet t blocked '{ type ipv4_addr; flags interval; elements = { 10.6.0.0/16, 10.7.0.1 }; }'
nft add chain inet t in '{ type filter hook input priority 5; policy accept; }'
nft add rule inet t in ip saddr @blocked tcp dport '{ 22, 80 }' counter drop
iptables -A FORWARD -i v0 -p tcp -m conntrack --ctstate NEW -j DROP
iptables-legacy -A INPUT -s 10.5.0.0/16 -j DROP
iptables-legacy -P FORWARD DROP
";

/// Two namespaces, which go when the case is over.
pub(crate) struct Place {
    pub(crate) kernel: Kernel,
    pub(crate) a: NsName,
    pub(crate) b: NsName,
}

impl Place {
    pub(crate) fn make() -> Result<Place, String> {
        static MADE_SO_FAR: AtomicU32 = AtomicU32::new(0);
        let number = MADE_SO_FAR.fetch_add(1, Ordering::Relaxed);
        let name = |end: &str| NsName::new(format!("nl-undo-{}-{number}{end}", std::process::id()));
        let (a, b) = (name("a"), name("b"));
        let mut kernel = Kernel::new();
        for ns in [&a, &b] {
            kernel
                .apply(vec![Change::AddNamespace(ns.clone())])
                .map_err(|error| format!("{ns}: {error}"))?;
        }
        let place = Place { kernel, a, b };
        for line in MADE.trim().lines() {
            place.run(
                &line
                    .replace(" B ", &format!(" {} ", place.b.as_str()))
                    .replace("netns B", &format!("netns {}", place.b.as_str())),
            )?;
        }
        Ok(place)
    }

    pub(crate) fn run(&self, line: &str) -> Result<String, String> {
        let words = ["netns", "exec", self.a.as_str(), "sh", "-c", line];
        let done = Command::new("ip").args(words).output();
        let done = done.map_err(|error| error.to_string())?;
        match done.status.success() {
            true => Ok(String::from_utf8_lossy(&done.stdout).into_owned()),
            false => Err(format!("{line}: {}", String::from_utf8_lossy(&done.stderr))),
        }
    }

    /// What there is once it keeps still, or is as it is awaited: carrier and the states of ports
    /// follow a little later.
    pub(crate) fn settle(&mut self, awaited: Option<&Seen>) -> Result<Seen, String> {
        let mut last = self.look()?;
        for _ in 0..30 {
            if awaited.is_some_and(|awaited| *awaited == last) {
                break;
            }
            sleep(Duration::from_millis(100));
            let now = self.look()?;
            if awaited.is_none() && now == last {
                break;
            }
            last = now;
        }
        Ok(last)
    }

    /// Everything that is compared.
    fn look(&mut self) -> Result<Seen, String> {
        let parts = Parts {
            counters: false,
            sockets: false,
            groups: false,
            ..Parts::ALL
        };
        let (a, b) = (self.a.clone(), self.b.clone());
        let mut all = Vec::new();
        for ns in [a, b] {
            let state = self.kernel.snapshot(Some(&ns), parts);
            let mut state = state.map_err(|error| format!("{ns}: {error}"))?;
            all.extend(state.namespaces.remove(&ns).map(settled));
        }
        let mut told = Vec::new();
        for line in self.run(TOLD)?.lines() {
            let words = line.split_whitespace();
            // What goes by itself, and what is measured.
            let words = words.take_while(|word| !matches!(*word, "expires" | "refcnt"));
            told.push(words.collect::<Vec<_>>().join(" "));
        }
        told.sort();
        Ok((all, told))
    }
}

/// What the commands say of that for which the model has no words.
const TOLD: &str = "
ip route show table all
ip -6 route show table all
ip rule
ip neigh show nud noarp | grep -v -e ^ff02:: -e ^224
tc qdisc show | sed 's/ refcnt [0-9]*//'
";

/// What is compared: what the model says, and what the commands do.
pub(crate) type Seen = (Vec<Namespace>, Vec<String>);

impl Drop for Place {
    fn drop(&mut self) {
        for ns in [&self.a, &self.b] {
            let _ = self.kernel.apply(vec![Change::DelNamespace(ns.clone())]);
        }
    }
}

/// What does not change by itself.
fn settled(mut ns: Namespace) -> Namespace {
    const RUNNING: LinkFlags = LinkFlags::RUNNING.union(LinkFlags::LOWER_UP);
    for link in &mut ns.links {
        (link.stats, link.carrier_changes) = (LinkStats::default(), 0);
        link.flags.set(RUNNING, false);
        if let netloom_model::LinkKind::Bridge(bridge) = &mut link.kind {
            (bridge.gc_timer, bridge.tree) = (0, Default::default());
        }
        if let Some(port) = &mut link.bridge_port {
            port.tree = Default::default();
        }
    }
    for address in &mut ns.addresses {
        (address.flags.tentative, address.flags.dad_failed) = (false, false);
        // Seconds go by.
        let about = |left: Option<u32>| left.map(|seconds| seconds.next_multiple_of(1000));
        (address.valid_lft, address.preferred_lft) =
            (about(address.valid_lft), about(address.preferred_lft));
    }
    // Those of IPv4 keep their order within a prefix.
    ns.addresses.sort_by_key(|address| {
        let of_v6 = Some(address.local).filter(|local| local.family() == Family::V6);
        (address.dev, address.prefix(), of_v6)
    });
    for route in &mut ns.routes {
        route.expires = route.expires.map(|seconds| seconds.next_multiple_of(1000));
    }
    ns.routes.sort_by_key(|route| format!("{route:?}"));
    ns.neighbours
        .retain(|one| one.proxy || one.state == NeighbourState::Permanent);
    for one in &mut ns.neighbours {
        (one.ages, one.refcnt, one.probes) = ((0, 0, 0), 0, 0);
    }
    for entry in &mut ns.fdb {
        (entry.used, entry.updated) = (0, 0);
    }
    // What a bridge learned by itself goes by itself.
    ns.fdb.retain(|entry| match entry.state {
        FdbState::Own => !entry.address.is_multicast(),
        state => matches!(state, FdbState::Static | FdbState::Local),
    });
    ns.mdb.retain(|entry| entry.permanent);
    ns.fdb.sort_by_key(|entry| format!("{entry:?}"));
    // What is tracked by itself comes and goes.
    ns.connections.retain(|one| one.original.protocol == 17);
    for one in &mut ns.connections {
        (one.id, one.timeout, one.references) = (0, 0, 0);
    }
    for set in &mut ns.ipsets {
        set.options.initval = 0;
    }
    ns.mdb_routers.clear();
    ns.ruleset.generation = 0;
    for table in &mut ns.ruleset.tables {
        unnumbered(table);
    }
    ns.ruleset
        .tables
        .sort_by_key(|table| (table.family, table.backend, table.name.clone()));
    ns.sysctls
        .retain(|name, _| !name.contains("_count") && !name.contains("random"));
    ns
}

/// What comes back has new numbers.
fn unnumbered(table: &mut Table) {
    table.handle = 0;
    table.sets.iter_mut().for_each(|set| set.handle = 0);
    for chain in &mut table.chains {
        chain.handle = 0;
        chain.rules.iter_mut().for_each(|rule| rule.handle = 0);
        if let Some(base) = &mut chain.base {
            base.counter = None;
        }
    }
}

/// Carries out the changes of a case, then one that is refused: nothing is different then.
pub(crate) fn judge(case: &Case) -> Result<(), String> {
    let mut place = Place::make()?;
    let before = place.settle(None)?;
    let mut changes = (case.changes)(&mut place);
    changes.push(refused(&place.a));
    let error = place.kernel.apply(changes).err();
    let error = error.ok_or("it was not refused")?;
    if error.errno != Errno::SRCH || error.message.is_some() {
        return Err(format!("refused by another change, or not undone: {error}"));
    }
    let after = place.settle(Some(&before))?;
    match after == before {
        true => Ok(()),
        false => Err(difference(&before, &after)),
    }
}

/// A change that the kernel refuses: nothing fits it.
pub(crate) fn refused(ns: &NsName) -> Change {
    let nowhere = "203.0.113.0/24".parse().expect("a prefix");
    Change::DelRoute {
        ns: ns.clone(),
        route: RouteMatch::new(nowhere),
    }
}

/// What differs, a line each.
pub(crate) fn difference(before: &Seen, after: &Seen) -> String {
    let all = |(of, told): &Seen| [items(of), told.clone()].concat();
    let (before, after) = (all(before), all(after));
    let mut text = String::new();
    let mut left = after.clone();
    for item in before {
        match left.iter().position(|other| *other == item) {
            Some(at) => drop(left.remove(at)),
            None => text.push_str(&format!("- {item}\n")),
        }
    }
    for item in left {
        text.push_str(&format!("+ {item}\n"));
    }
    text + "(or their order)"
}

fn items(all: &[Namespace]) -> Vec<String> {
    let mut items = Vec::new();
    for ns in all {
        let of = format!("{ns:#?}");
        // Each thing of a list is indented twice.
        let mut one = String::new();
        for line in of.lines() {
            one.push_str(line.trim());
            if line.starts_with("        ") && !line.starts_with("         ") && line.ends_with(',')
            {
                items.push(std::mem::take(&mut one));
            }
        }
    }
    items
}

/// Settings of a link.
pub(crate) fn set(ns: &NsName, link: &str, set: LinkSettings) -> Change {
    Change::SetLink {
        ns: ns.clone(),
        link: LinkRef::from(link),
        set: Box::new(set),
    }
}
