//! Who listens to changes of rules hears all of a large transaction. For root alone.

use libtest_mimic::{Arguments, Failed, Trial};
use netloom_kernel::Kernel;
use netloom_model::notice::About;
use netloom_model::socket::SocketKind;
use netloom_model::{Change, NsName, Time, World};
use std::io::Write;
use std::process::{Command, Stdio};

/// More than a socket has room for to which nobody gave more.
const CHAINS: usize = 20_000;

/// A namespace, which goes when the trial is over.
struct Place {
    kernel: Kernel,
    ns: NsName,
}

impl Drop for Place {
    fn drop(&mut self) {
        let gone = Change::DelNamespace(self.ns.clone());
        let _ = self.kernel.apply(vec![gone]);
    }
}

/// Has nft carry a text out.
fn nft(ns: &NsName, text: &str) -> Result<(), Failed> {
    let mut child = Command::new("ip")
        .args(["netns", "exec", ns.as_str(), "nft", "-f", "-"])
        .stdin(Stdio::piped())
        .spawn()?;
    let input = child.stdin.take();
    input.ok_or("no input")?.write_all(text.as_bytes())?;
    match child.wait()?.success() {
        true => Ok(()),
        false => Err("it was refused".into()),
    }
}

fn judge() -> Result<(), Failed> {
    let ns = NsName::new(format!("nl-monitor-{}", std::process::id()));
    let kernel = Kernel::new();
    let mut place = Place { kernel, ns };
    let made = Change::AddNamespace(place.ns.clone());
    place.kernel.apply(vec![made])?;
    let socket = place.kernel.open(&place.ns, SocketKind::Monitor)?;
    let chain = |n| format!("add chain inet t a-chain-with-a-long-name-{n}\n");
    let chains: String = (0..CHAINS).map(chain).collect();
    nft(&place.ns, &format!("add table inet t\n{chains}"))?;
    let mut heard = 0;
    while heard <= CHAINS {
        let notice = place.kernel.next_notice(socket, Time::NEVER)?;
        let notice = notice.ok_or("nothing more is told")?;
        if let About::Ruleset(told) = &notice.about {
            heard += told.events.len();
        }
    }
    Ok(())
}

fn main() {
    let arguments = Arguments::from_args();
    let trial = Trial::test("a_large_transaction_is_heard_whole", judge);
    let root = rustix::process::geteuid().is_root();
    let trials = vec![trial.with_ignored_flag(!root)];
    libtest_mimic::run(&arguments, trials).exit();
}
