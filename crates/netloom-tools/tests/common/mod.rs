//! A world in this process, and commands that run in it.

#![allow(unreachable_pub, reason = "each test takes what it needs")]

use netloom_engine::{Engine, Simulation};
use netloom_model::{
    Address, Change, LinkSettings, MacAddr, Mode, NewKind, NewLink, NsName, World,
};
use netloom_tools::{Context, NoMachine, applet};
use std::io::{self, Cursor};
use std::sync::{Arc, Mutex};

/// A namespace with `lo`, a pair `eth0` - `eth1`, all up, and 10.0.0.1/24 on `eth0`.
pub fn world() -> Simulation {
    let mut world = Simulation {
        engine: Engine::new(1).without_ipv6(),
    };
    let ns = NsName::first();
    let set = |link: &str, up, address| Change::SetLink {
        ns: ns.clone(),
        link: link.into(),
        set: Box::new(LinkSettings {
            up,
            address,
            ..LinkSettings::default()
        }),
    };
    let up = Some(true);
    let mac = |last| Some(MacAddr([2, 0, 0, 0, 0, last]));
    let veth = NewLink::veth("eth0", "eth1", None);
    assert!(matches!(veth.kind, NewKind::Veth { .. }));
    let link = Change::AddLink {
        ns: ns.clone(),
        link: veth,
    };
    world.apply(vec![link]).unwrap();
    let parts = netloom_model::state::Parts::LINKS;
    let state = world.snapshot(Some(&ns), parts).unwrap();
    let eth0 = state.namespaces[&ns].link(&"eth0".into()).unwrap().index;
    let address = Address::new(eth0, "10.0.0.1/24".parse().unwrap(), "eth0");
    world
        .apply(vec![
            set("eth1", up, mac(0xbb)),
            set("lo", up, None),
            set("eth0", None, mac(0xaa)),
            Change::AddAddress {
                ns: ns.clone(),
                address,
                mode: Mode::Add,
            },
            set("eth0", up, None),
        ])
        .unwrap();
    world
}

/// Both streams of a command, in the order in which they were written.
#[derive(Clone, Default)]
struct Both(Arc<Mutex<Vec<u8>>>);

impl io::Write for Both {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a command: what it printed and its exit code, as a transcript has them.
pub fn run(world: &mut Simulation, words: &[String]) -> String {
    let (name, args) = words.split_first().unwrap();
    let run = applet(name).unwrap();
    let mut out = Both::default();
    let mut err = out.clone();
    let code = run(&mut Context {
        args: args.to_vec(),
        ns: NsName::first(),
        world,
        host: &mut NoMachine,
        stdin: &mut Cursor::new([]),
        out: &mut out,
        err: &mut err,
    });
    let text = String::from_utf8_lossy(&out.0.lock().unwrap()).into_owned();
    format!("{text}=> {code}\n")
}
