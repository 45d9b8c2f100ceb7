//! `tcpdump` in a world: two namespaces on a veth pair, watched while they talk.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use netloom_engine::{Engine, Simulation};
use netloom_model::socket::{Received, SocketKind};
use netloom_model::{
    Address, Change, Errno, LinkSettings, Mode, NewLink, NsName, Reply, Request, Result, World,
};
use netloom_tools::capture_file::{Packet, Reader};
use netloom_tools::{Context, Host};

/// A machine of which nothing is needed but the time.
struct Machine;

impl Host for Machine {
    fn exec(&mut self, _: &NsName, _: &[String]) -> std::io::Result<i32> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    fn processes_in(&self, _: &NsName) -> Vec<u32> {
        Vec::new()
    }

    fn namespace_of(&self, _: u32) -> Option<NsName> {
        None
    }

    fn epoch(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    }
}

/// A world in which something happens once the command waits, and then the user ends it.
struct Busy {
    world: Simulation,
    traffic: Option<fn(&mut Simulation)>,
}

impl World for Busy {
    fn call(&mut self, request: Request) -> Result<Reply> {
        let Request::Receive { socket, .. } = request else {
            return self.world.call(request);
        };
        if let Some(traffic) = self.traffic.take() {
            traffic(&mut self.world);
        }
        let deadline = self.world.now()?;
        match self.world.call(Request::Receive { socket, deadline })? {
            Reply::Received(Received::Nothing) => Err(Errno::INTR.into()),
            reply => Ok(reply),
        }
    }
}

fn world() -> Simulation {
    let mut world = Simulation {
        engine: Engine::new(7).without_ipv6(),
    };
    let up = || {
        Box::new(LinkSettings {
            up: Some(true),
            ..LinkSettings::default()
        })
    };
    let first = NsName::first;
    let mut apply = |change| world.apply(vec![change]).unwrap();
    apply(Change::AddNamespace("b".into()));
    let link = NewLink::veth("veth0", "veth1", Some("b".into()));
    apply(Change::AddLink { ns: first(), link });
    let ends = [
        (first(), "veth0", "10.0.0.1/24"),
        (NsName::from("b"), "veth1", "10.0.0.2/24"),
    ];
    for (ns, dev, address) in ends {
        apply(Change::SetLink {
            ns: ns.clone(),
            link: "lo".into(),
            set: up(),
        });
        apply(Change::SetLink {
            ns: ns.clone(),
            link: dev.into(),
            set: up(),
        });
        let address = Address::new(2, address.parse().unwrap(), dev);
        apply(Change::AddAddress {
            ns,
            address,
            mode: Mode::Add,
        });
    }
    world
}

/// A ping, an answer, and a datagram to a port where nobody listens.
fn talk(world: &mut Simulation) {
    let to = "10.0.0.2".parse().unwrap();
    let ping = world.open(&NsName::first(), SocketKind::Ping).unwrap();
    let mut echo = vec![8, 0, 0, 0, 0, 0, 0, 1];
    echo.resize(64, 0xaa);
    world.send(ping, Some((to, 0)), &echo).unwrap();
    let later = world.now().unwrap() + Duration::from_secs(1);
    world.receive(ping, later).unwrap();
    let udp = world.open(&NsName::first(), SocketKind::Udp).unwrap();
    world.bind(udp, "0.0.0.0".parse().unwrap(), 40000).unwrap();
    world.send(udp, Some((to, 33434)), b"probe").unwrap();
}

struct Outcome {
    code: i32,
    out: String,
    err: String,
}

fn tcpdump(args: &str) -> Outcome {
    let mut world = Busy {
        world: world(),
        traffic: Some(talk),
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut cx = Context {
        args: args.split_whitespace().map(String::from).collect(),
        ns: NsName::first(),
        world: &mut world,
        host: &mut Machine,
        stdin: &mut std::io::empty(),
        out: &mut out,
        err: &mut err,
    };
    let code = netloom_tools::applet("tcpdump").unwrap()(&mut cx);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Outcome {
        code,
        out: text(&out),
        err: text(&err),
    }
}

/// The lines without what is drawn at random: hardware addresses and identifiers.
fn lines(outcome: &Outcome) -> Vec<String> {
    let known = |word: &str| match word.trim_end_matches(',') {
        mac if mac.len() == 17 && mac.split(':').count() == 6 => word.replace(mac, "MAC"),
        _ => word.to_owned(),
    };
    let line = |line: &str| {
        let words: Vec<String> = line.split(' ').map(known).collect();
        let line = words.join(" ");
        match line.split_once("id ") {
            Some((before, after)) => {
                let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
                format!("{before}id N{rest}")
            }
            None => line,
        }
    };
    outcome.out.lines().map(line).collect()
}

#[test]
fn a_ping_is_preceded_by_arp_and_both_are_seen() {
    let outcome = tcpdump("-i veth0 -n -t");
    assert_eq!(outcome.code, 0);
    assert_eq!(
        lines(&outcome)[..6],
        [
            "ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28",
            "ARP, Reply 10.0.0.2 is-at MAC, length 28",
            "IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id N, seq 1, length 64",
            "IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id N, seq 1, length 64",
            "IP 10.0.0.1.40000 > 10.0.0.2.33434: UDP, length 5",
            "IP 10.0.0.2 > 10.0.0.1: ICMP 10.0.0.2 udp port 33434 unreachable, length 41",
        ]
    );
    let err: Vec<&str> = outcome.err.lines().collect();
    assert_eq!(
        err[..2],
        [
            "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode",
            "listening on veth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes",
        ]
    );
    assert_eq!(err.last(), Some(&"0 packets dropped by kernel"));
}

#[test]
fn filters_directions_and_counts_choose_what_is_seen() {
    let outcome = tcpdump("-i veth0 -n -t -c 1 icmp[icmptype] == icmp-echoreply");
    assert_eq!(
        lines(&outcome),
        ["IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id N, seq 1, length 64"]
    );
    assert!(
        outcome
            .err
            .contains("1 packet captured\n1 packet received by filter\n")
    );
    let outcome = tcpdump("-i veth0 -nt -Q out udp or arp");
    assert_eq!(
        lines(&outcome)[..2],
        [
            "ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28",
            "IP 10.0.0.1.40000 > 10.0.0.2.33434: UDP, length 5",
        ]
    );
}

#[test]
fn all_devices_are_captured_with_names_and_directions() {
    let outcome = tcpdump("-i any -n -t -e -c 2");
    assert_eq!(
        lines(&outcome),
        [
            "veth0 Out ifindex 2 MAC ethertype ARP (0x0806), length 48: \
             Request who-has 10.0.0.2 tell 10.0.0.1, length 28",
            "veth0 In  ifindex 2 MAC ethertype ARP (0x0806), length 48: \
             Reply 10.0.0.2 is-at MAC, length 28",
        ]
    );
    assert!(
        outcome
            .err
            .starts_with("tcpdump: data link type LINUX_SLL2\n")
    );
    assert!(
        outcome
            .err
            .contains("listening on any, link-type LINUX_SLL2 (Linux cooked v2), ")
    );
}

#[test]
fn what_is_saved_is_read_again() {
    let directory = std::env::temp_dir().join(format!("netloom-tcpdump-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    for name in ["saved.pcap", "saved.pcapng"] {
        let path = directory.join(name);
        let path = path.to_str().unwrap();
        let saved = tcpdump(&format!("-i veth0 -w {path} icmp"));
        assert_eq!((saved.code, saved.out.as_str()), (0, ""));
        assert!(
            saved.err.starts_with("tcpdump: listening on veth0, "),
            "{}",
            saved.err
        );
        let mut reader = Reader::new(std::fs::File::open(path).unwrap()).unwrap();
        let first: Packet = reader.next_packet().unwrap().unwrap();
        assert_eq!(first.at / 1_000_000_000, 1_700_000_000);
        let read = tcpdump(&format!("-r {path} -n -t icmp[icmptype] = icmp-unreach"));
        assert_eq!(
            lines(&read),
            ["IP 10.0.0.2 > 10.0.0.1: ICMP 10.0.0.2 udp port 33434 unreachable, length 41"]
        );
        let expected = format!(
            "reading from file {path}, link-type EN10MB (Ethernet), snapshot length 262144\n"
        );
        assert_eq!(read.err, expected);
        assert_eq!(tcpdump(&format!("-r {path} --count")).out, "3 packets\n");
    }
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn devices_are_listed_with_any_among_those_that_are_up() {
    assert_eq!(
        tcpdump("-D").out,
        "1.veth0 [Up, Running, Connected]\n\
         2.any (Pseudo-device that captures on all interfaces) [Up, Running]\n\
         3.lo [Up, Running, Loopback]\n"
    );
}

#[test]
fn mistakes_are_told_in_the_words_of_tcpdump() {
    let error = |args| {
        let outcome = tcpdump(args);
        assert_eq!((outcome.code, outcome.out.as_str()), (1, ""), "{args}");
        outcome.err
    };
    assert_eq!(
        error("-i nosuch"),
        "tcpdump: nosuch: No such device exists\n(No such device exists)\n"
    );
    assert_eq!(error("-i 9"), "tcpdump: Invalid adapter index\n");
    assert_eq!(
        error("-r /nosuch.pcap"),
        "tcpdump: /nosuch.pcap: No such file or directory\n"
    );
    assert_eq!(error("-r /etc/passwd"), "tcpdump: unknown file format\n");
    assert_eq!(
        error("-i lo -w /nosuch/x"),
        "tcpdump: /nosuch/x: No such file or directory\n"
    );
    assert_eq!(
        error("-i lo foo bar"),
        "tcpdump: can't parse filter expression: syntax error\n"
    );
    assert_eq!(
        error("-i lo port nosuch"),
        "tcpdump: unknown port 'nosuch'\n"
    );
}
