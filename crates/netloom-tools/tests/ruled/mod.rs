//! Text that claims to be rules, and packets that come to a router of connections: whatever they are,
//! those who read them end with a message. Shared with the fuzzer in `fuzz/`.

#![allow(unreachable_pub, dead_code, reason = "each test takes what it needs")]

use netloom_engine::{Engine, Port, Simulation};
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{Change, NewKind, NewLink, NsName};
use netloom_tools::{Context, NoMachine, applet};

/// Runs a command with an input: what it printed, and its exit code.
fn run(world: &mut Simulation, command: &str, input: &[u8]) -> (String, i32) {
    let mut words = command.split_whitespace().map(str::to_owned);
    let name = words.next().unwrap_or_default();
    let run = applet(&name).expect("netloom has the command");
    let mut out = Vec::new();
    let mut input = input;
    let code = run(&mut Context {
        args: words.collect(),
        ns: NsName::first(),
        world,
        host: &mut NoMachine,
        stdin: &mut input,
        out: &mut out,
        err: &mut std::io::sink(),
    });
    assert!((0..256).contains(&code), "{command} ends with {code}");
    (String::from_utf8_lossy(&out).into_owned(), code)
}

fn world() -> Simulation {
    Simulation {
        engine: Engine::new(1),
    }
}

/// The lines of a listing that say something of rules.
fn said(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

/// `iptables-restore` reads any text; what it takes, `iptables-save` writes so that it is taken again.
pub fn iptables(text: &[u8]) {
    let mut first = world();
    let (_, code) = run(&mut first, "iptables-restore", text);
    let (saved, _) = run(&mut first, "iptables-save", b"");
    if code != 0 {
        return;
    }
    let mut again = world();
    let (_, code) = run(&mut again, "iptables-restore", saved.as_bytes());
    assert_eq!(code, 0, "what was saved is not taken:\n{saved}");
    let (twice, _) = run(&mut again, "iptables-save", b"");
    assert_eq!(said(&twice), said(&saved));
}

/// `nft -f` reads any text.
pub fn nft(text: &[u8]) {
    let mut world = world();
    let (_, code) = run(&mut world, "nft -f -", text);
    let (listed, _) = run(&mut world, "nft -a list ruleset", b"");
    run(&mut world, "nft -j list ruleset", b"");
    assert!(
        code == 0 || listed.is_empty(),
        "half of it was done:\n{listed}"
    );
}

/// `nft -j -f` reads any text.
pub fn json(text: &[u8]) {
    let mut world = world();
    run(&mut world, "nft -j -f -", text);
    run(&mut world, "nft list ruleset", b"");
}

/// `ipset restore` reads any text.
pub fn sets(text: &[u8]) {
    let mut world = world();
    run(&mut world, "ipset restore", text);
    let (saved, _) = run(&mut world, "ipset save", b"");
    let mut again = self::world();
    let (_, code) = run(&mut again, "ipset restore", saved.as_bytes());
    assert_eq!(code, 0, "what was saved is not taken:\n{saved}");
}

/// The router that packets come to.
const ROUTER: &str = "\
link set lo up
link set t0 address 02:00:00:00:ff:00 up
link set t1 address 02:00:00:00:ff:01 up
addr add 10.0.0.254/24 dev t0
addr add 10.1.0.254/24 dev t1
neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev t0
neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev t0
neigh add 10.1.0.1 lladdr 02:00:00:00:01:01 dev t1
neigh add 10.1.0.2 lladdr 02:00:00:00:01:02 dev t1
";

/// Its rules: connections are tracked, translated both ways, limited and marked.
const RULES: &[u8] = b"\
*nat
-A PREROUTING -i t1 -p tcp --dport 8 -j DNAT --to-destination 10.0.0.1:9
-A PREROUTING -i t0 -p udp --dport 8 -j REDIRECT --to-ports 9
-A POSTROUTING -o t1 -j MASQUERADE
COMMIT
*mangle
-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
-A FORWARD -p tcp -j TCPOPTSTRIP --strip-options 3,4
COMMIT
*raw
-A PREROUTING -p tcp --dport 21 -j CT --helper ftp
COMMIT
*filter
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i t0 -m connmark --mark 0 -j CONNMARK --set-mark 1
-A FORWARD -i t1 -p udp -j REJECT
COMMIT
";

/// Packets by sixteen bytes: any of a few hosts, ports, protocols and flags, in any order.
pub fn packets(story: &[u8]) {
    let mut world = world();
    let ns = NsName::first();
    let ports: Vec<Port> = ["t0", "t1"]
        .iter()
        .map(|name| {
            let link = NewLink::new(*name, NewKind::Tun(Tun::held(TunMode::Tap)));
            let ns = ns.clone();
            let made = world.engine.apply(&[Change::AddLink { ns, link }]);
            made.expect("a new TAP");
            let port = world.engine.port(&NsName::first(), &(*name).into());
            port.expect("it is there")
        })
        .collect();
    run(&mut world, "ip -batch -", ROUTER.as_bytes());
    for setting in [
        "net.ipv4.ip_forward=1",
        "net.netfilter.nf_conntrack_checksum=0",
    ] {
        run(&mut world, &format!("sysctl -w {setting}"), b"");
    }
    let (_, code) = run(&mut world, "iptables-restore", RULES);
    assert_eq!(code, 0, "the rules are right");
    for packet in story.chunks_exact(16) {
        let side = usize::from(packet[0] & 1);
        let frame = frame(packet, side);
        world.engine.inject(ports[side], &frame);
        world.engine.run();
        // Now and then time passes.
        if packet[0] & 0xe0 == 0xe0 {
            let now = world.engine.now();
            let seconds = core::time::Duration::from_secs(u64::from(packet[15]));
            world.engine.advance(now + seconds);
        }
        for port in &ports {
            while world.engine.take(*port).is_some() {}
        }
    }
    run(&mut world, "conntrack -L", b"");
    run(&mut world, "conntrack -L expect", b"");
    run(&mut world, "iptables-save -c", b"");
}

/// A frame for the router.
fn frame(packet: &[u8], side: usize) -> Vec<u8> {
    let protocol = [6, 6, 17, 1, 132, 136, 33, 47][usize::from(packet[1] & 7)];
    let host = 1 + (packet[0] >> 1 & 1);
    let payload = usize::from(packet[14] & 63);
    let far = match packet[0] >> 2 & 3 {
        0 => [10, side as u8, 0, 254],
        _ => [10, 1 - side as u8, 0, 1 + (packet[0] >> 4 & 1)],
    };
    let mut frame = Vec::new();
    frame.extend([2, 0, 0, 0, 0xff, side as u8]);
    frame.extend([2, 0, 0, 0, side as u8, host, 8, 0]);
    let len = (20 + 24 + payload) as u16;
    frame.extend([0x45, 0]);
    frame.extend(len.to_be_bytes());
    frame.extend([0, packet[13], 0, 0, 64, protocol, 0, 0]);
    frame.extend([10, side as u8, 0, host]);
    frame.extend(far);
    let sum = frame[14..34].chunks(2).fold(0u32, |sum, two| {
        sum + u32::from(u16::from_be_bytes([two[0], two[1]]))
    });
    let sum = (sum & 0xffff) + (sum >> 16);
    let sum = !(((sum & 0xffff) + (sum >> 16)) as u16);
    frame[24..26].copy_from_slice(&sum.to_be_bytes());
    let port = |byte: u8| [0, [8, 9, 21, 20, 53, 80, 1, 3][usize::from(byte & 7)]];
    frame.extend(port(packet[2]));
    frame.extend(port(packet[3]));
    // Numbers are small, so that packets meet in a window.
    frame.extend([
        0,
        0,
        packet[4] & 3,
        packet[5],
        0,
        0,
        packet[6] & 3,
        packet[7],
    ]);
    // Headers of TCP are as long as they say, or not.
    let header = if packet[1] & 8 != 0 {
        packet[12] << 4
    } else {
        0x60
    };
    frame.extend([header, packet[8], packet[9], packet[10], 0, 0, 0, 0]);
    frame.extend([packet[11], packet[12], packet[13], 0]);
    frame.extend((0..payload).map(|at| packet[at & 15]));
    frame
}
