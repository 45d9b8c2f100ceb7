//! Replays what Linux answered: each file in `transcripts` holds commands (`$ COMMAND`), what the
//! real tools printed on a real kernel, and their exit codes (`=> CODE`), one after the other in
//! a namespace with `lo`, a pair `eth0` - `eth1`, all up, and 10.0.0.1/24 on `eth0`.

use netloom_engine::{Engine, Simulation};
use netloom_model::{
    Address, Change, LinkSettings, MacAddr, Mode, NewKind, NewLink, NsName, World,
};
use netloom_tools::{Context, Host, applet};
use std::fmt::Write;
use std::io::{self, Cursor};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

struct Nobody;

impl Host for Nobody {
    fn exec(&mut self, _: &NsName, _: &[String]) -> io::Result<i32> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn processes_in(&self, _: &NsName) -> Vec<u32> {
        Vec::new()
    }

    fn namespace_of(&self, _: u32) -> Option<NsName> {
        None
    }

    fn epoch(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

fn world() -> Simulation {
    let mut world = Simulation {
        engine: Engine::new(1),
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

/// Runs a command line: what it printed and its exit code, as a transcript has them.
fn run(world: &mut Simulation, line: &str) -> String {
    let mut words = line.split_whitespace().map(str::to_owned);
    let name = words.next().unwrap();
    let run = applet(&name).unwrap();
    let mut out = Both::default();
    let mut err = out.clone();
    let code = run(&mut Context {
        args: words.collect(),
        ns: NsName::first(),
        world,
        host: &mut Nobody,
        stdin: &mut Cursor::new([]),
        out: &mut out,
        err: &mut err,
    });
    let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    format!("{text}=> {code}\n")
}

/// The lines in an order of their own where the kernel's is that of a hash table.
fn in_order(line: &str, text: &str) -> String {
    if !line.contains(" neigh") && !line.starts_with("arp") {
        return text.to_owned();
    }
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn differences(transcript: &str) -> String {
    let mut world = world();
    let mut differences = String::new();
    for part in transcript.split("\n$ ") {
        let part = part.strip_prefix("$ ").unwrap_or(part);
        let (line, expected) = part.split_once('\n').unwrap();
        let got = run(&mut world, line);
        let expected = format!("{}\n", expected.trim_end_matches('\n'));
        if in_order(line, &got) != in_order(line, &expected) {
            let _ = write!(
                differences,
                "\n$ {line}\n--- Linux\n{expected}+++ netloom\n{got}"
            );
        }
    }
    differences
}

#[test]
fn every_transcript_is_what_linux_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut count = 0;
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let transcript = std::fs::read_to_string(&path).unwrap();
        let differences = differences(&transcript);
        if !differences.is_empty() {
            let name = path.file_name().unwrap().to_string_lossy();
            let _ = write!(all, "\n===== {name}{differences}");
        }
        count += 1;
    }
    assert!(count > 0 && all.is_empty(), "{all}");
}
