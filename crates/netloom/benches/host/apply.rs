//! Many namespaces, each with a device of its own behind a bridge.

use crate::{TURNS, median, row, run, time};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use netloom_kernel::Kernel;
use netloom_model::{
    Address, Change, Family, IpNet, LinkRef, LinkSettings, Mode, NewKind, NewLink, NextHop, NsName,
    Route, World,
};
use netloom_netlink::{Writer, address, flag, kind, link, route};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::fs::File;
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// How many there are.
const COUNT: u32 = 1_000;

const BRIDGE: &str = "
    ip link add br0 type bridge; ip addr add 10.0.0.1/8 dev br0; ip link set br0 up
";

fn name(at: u32) -> NsName {
    NsName::new(format!("n{at}"))
}

fn prefix(at: u32) -> IpNet {
    let text = format!("10.1.{}.{}/8", at / 250, at % 250 + 1);
    text.parse().expect("it is a prefix")
}

/// The changes that make one: its namespace, a pair, an address and a route.
fn changes(at: u32) -> [Change; 5] {
    let ns = name(at);
    // The end that is made first has nobody to be up with yet.
    let inside = LinkSettings {
        netns: Some(ns.clone()),
        ..LinkSettings::default()
    };
    let up = LinkSettings {
        up: Some(true),
        ..LinkSettings::default()
    };
    let pair = NewLink {
        settings: LinkSettings {
            up: Some(true),
            master: Some(Some(LinkRef::from("br0"))),
            ..LinkSettings::default()
        },
        ..NewLink::new(
            format!("v{at}"),
            NewKind::Veth {
                peer: "eth0".to_owned(),
                peer_settings: Box::new(inside),
            },
        )
    };
    // In a namespace of its own, lo is the first device and the pair's end the second.
    let dev = 2;
    [
        Change::AddNamespace(ns.clone()),
        Change::AddLink {
            ns: NsName::first(),
            link: pair,
        },
        Change::AddAddress {
            ns: ns.clone(),
            address: Address::new(dev, prefix(at), "eth0"),
            mode: Mode::Add,
        },
        Change::SetLink {
            ns: ns.clone(),
            link: LinkRef::Index(dev),
            set: Box::new(up),
        },
        Change::AddRoute {
            ns,
            route: way(dev),
            mode: Mode::Add,
        },
    ]
}

/// The default route by the bridge.
fn way(dev: u32) -> Route {
    let gateway = NextHop {
        via: Some(Ipv4Addr::new(10, 0, 0, 1).into()),
        dev: Some(dev),
        ..NextHop::default()
    };
    Route {
        nexthops: vec![gateway],
        ..Route::new(IpNet::default_of(Family::V4))
    }
}

/// Netloom, the same requests on bare sockets, and `ip` in batches.
pub(crate) fn thousand() {
    let (mut own, mut bare, mut batch) = (Vec::new(), Vec::new(), Vec::new());
    // The kernel takes longer to take a thousand namespaces down than to make them.
    for _ in 0..TURNS.div_ceil(2) {
        run(BRIDGE);
        own.push(time(by_apply).0);
        clear();
        run(BRIDGE);
        bare.push(time(by_hand).0);
        clear();
        run(BRIDGE);
        batch.push(time(by_ip).0);
        clear();
    }
    let own: Duration = median(own);
    row(
        "1,000 namespaces, beside bare netlink",
        own,
        Some(median(bare)),
    );
    row(
        "1,000 namespaces, beside ip -batch",
        own,
        Some(median(batch)),
    );
}

pub(crate) fn clear() {
    run("ip -all netns del; ip link del br0");
    // The kernel takes namespaces down in its own time.
    run("while ip -br link | grep -q '^v'; do sleep 0.1; done; sleep 1");
}

fn by_apply() {
    let mut kernel = Kernel::new();
    let all: Vec<Change> = (0..COUNT).flat_map(changes).collect();
    kernel.apply(all).expect("the kernel carries it out");
}

/// The same requests, written once before, by sockets that know nothing of what they carry.
fn by_hand() {
    let host = Socket::new(NETLINK_ROUTE).expect("a socket can be made");
    let bridge = index_of("br0");
    for at in 0..COUNT {
        let [_, add, ip, up, way] = changes(at);
        let (file, inside) = std::thread::spawn(move || namespace(at))
            .join()
            .expect("a namespace can be made");
        let Change::AddLink { link: pair, .. } = &add else {
            unreachable!("the second one makes the pair")
        };
        let known = link::Known {
            peer_index: None,
            index: &|_| Some(bridge),
            namespace: &|_| Some(file.as_raw_fd()),
        };
        let made = flag::CREATE | flag::EXCLUSIVE;
        ask(&host, kind::LINK, made, link::make(pair, &known));
        if let Change::AddAddress { address: ip, .. } = &ip {
            ask(&inside, kind::ADDRESS, made, address::body(ip));
        }
        if let Change::SetLink { set, .. } = &up {
            ask(&inside, kind::LINK, 0, link::change(2, set, &known));
        }
        if let Change::AddRoute { route: way, .. } = &way {
            ask(&inside, kind::ROUTE, made, route::make(way));
        }
    }
}

/// Makes a namespace with a name by the thread that calls, and opens a socket there.
fn namespace(at: u32) -> (File, Socket) {
    const OWN: &str = "/proc/thread-self/ns/net";
    let path = format!("/run/netns/n{at}");
    File::create(&path).expect("a name can be made");
    unshare(CloneFlags::CLONE_NEWNET).expect("a namespace can be made");
    let none: Option<&str> = None;
    mount(Some(OWN), path.as_str(), none, MsFlags::MS_BIND, none).expect("it can be bound");
    let file = File::open(OWN).expect("it can be opened");
    let mut socket = Socket::new(NETLINK_ROUTE).expect("a socket can be made");
    socket.bind_auto().expect("it can be bound");
    (file, socket)
}

fn ask(socket: &Socket, kind: u16, flags: u16, body: Writer) {
    let message = body.message(kind, flag::REQUEST | flag::ACK | flags);
    let message = message.expect("it fits a message");
    let to = SocketAddr::new(0, 0);
    socket.send_to(&message, &to, 0).expect("it can be sent");
    let (answer, _) = socket.recv_from_full().expect("it is answered");
    assert_eq!(answer[16..20], [0; 4], "the kernel carries it out");
}

fn index_of(name: &str) -> u32 {
    let path = format!("/sys/class/net/{name}/ifindex");
    let text = std::fs::read_to_string(path).expect("the device is there");
    text.trim().parse().expect("it has an index")
}

/// The same by `ip`: one process for what is in the host, one for what is in each namespace.
fn by_ip() {
    let mut host = String::new();
    for at in 0..COUNT {
        host += &format!("netns add n{at}\n");
        host += &format!("link add v{at} master br0 up type veth peer name eth0 netns n{at}\n");
    }
    std::fs::write("/run/netns/.host", host).expect("the batch can be written");
    let mut lines = String::from("ip -batch /run/netns/.host; rm /run/netns/.host\n");
    for at in 0..COUNT {
        let address = prefix(at);
        lines += &format!(
            "printf 'addr add {address} dev eth0\\nlink set eth0 up\\nroute add default via 10.0.0.1\\n' | ip -n n{at} -batch -\n"
        );
    }
    run(&lines);
}

/// Makes them, for others to look at.
pub(crate) fn build() {
    run(BRIDGE);
    by_apply();
}
