//! The running kernel as a side: namespaces of one thread that is apart, the real tools, and plain
//! sockets.

mod sockets;

use crate::apart::{Apart, NAMES, PATH, here};
use crate::case::Tool;
use crate::play::{LinkState, Side};
use core::time::Duration;
use netloom_model::{Change, Errno, Error, NsName, Reply, Request, Result, Time, World};
use nix::ifaddrs::getifaddrs;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::net::if_::{InterfaceFlags, if_indextoname};
use nix::sched::{CloneFlags, setns, unshare};
use sockets::Sockets;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// One case's part of the kernel.
pub(crate) struct Outside<'a> {
    apart: &'a Apart,
    namespaces: BTreeMap<NsName, (File, PathBuf)>,
    current: Option<NsName>,
    sockets: Sockets,
    began: Instant,
    patience: Duration,
}

impl<'a> Outside<'a> {
    /// `patience`: how long to wait for what the engine saw.
    pub(crate) fn new(apart: &'a Apart, patience: Duration) -> Outside<'a> {
        Outside {
            apart,
            namespaces: BTreeMap::new(),
            current: None,
            sockets: Sockets::default(),
            began: Instant::now(),
            patience,
        }
    }

    fn add_namespace(&mut self, name: &NsName) -> io::Result<()> {
        unshare(CloneFlags::CLONE_NEWNET)?;
        self.current = Some(name.clone());
        let file = here()?;
        let path = Path::new(NAMES).join(name.as_str());
        File::create(&path)?;
        mount(
            Some("/proc/thread-self/ns/net"),
            &path,
            None::<&str>,
            MsFlags::MS_BIND,
            None::<&str>,
        )?;
        self.namespaces.insert(name.clone(), (file, path));
        // Where br_netfilter is loaded, bridges would cut and join packets that they pass on.
        for call in ["iptables", "ip6tables", "arptables"] {
            let _ = fs::write(format!("/proc/sys/net/bridge/bridge-nf-call-{call}"), "0");
        }
        // Every process may open sockets that ping; they exist for the tests' sake alone.
        fs::write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647")
    }

    /// Goes into a namespace.
    fn enter(&mut self, ns: &NsName) -> io::Result<()> {
        if self.current.as_ref() == Some(ns) {
            return Ok(());
        }
        let (file, _) = self.namespaces.get(ns).ok_or(io::ErrorKind::NotFound)?;
        setns(file, CloneFlags::CLONE_NEWNET)?;
        self.current = Some(ns.clone());
        Ok(())
    }

    fn change(&mut self, change: &Change) -> Result<()> {
        let done = match change {
            Change::AddNamespace(name) => self.add_namespace(name),
            Change::SetSysctl { ns, name, value } => self.enter(ns).and_then(|()| {
                let path = format!("/proc/sys/{}", name.replace('.', "/"));
                fs::OpenOptions::new()
                    .write(true)
                    .open(path)?
                    .write_all(value.as_bytes())
            }),
            _ => return Err(Errno::OPNOTSUPP.into()),
        };
        done.map_err(|error| refused(&error))
    }

    fn answer(&mut self, request: &Request) -> Result<Reply> {
        Ok(match request {
            Request::Apply(changes) => {
                for change in changes {
                    self.change(change)?;
                }
                Reply::Done
            }
            Request::Now => Reply::Time(Time(self.began.elapsed().as_nanos() as u64)),
            Request::SleepUntil(until) => {
                let now = Time(self.began.elapsed().as_nanos() as u64);
                std::thread::sleep(until.since(now));
                Reply::Done
            }
            Request::Open { ns, kind } => {
                self.enter(ns).map_err(|error| refused(&error))?;
                Reply::Socket(self.sockets.open(*kind)?)
            }
            Request::Set { socket, option } => {
                self.sockets.set(*socket, option)?;
                Reply::Done
            }
            Request::Bind {
                socket,
                address,
                port,
            } => {
                self.sockets.bind(*socket, *address, *port)?;
                Reply::Done
            }
            Request::Send {
                socket,
                to: Some(to),
                data,
            } => Reply::Sent(self.sockets.send(*socket, *to, data)?),
            Request::Receive { socket, .. } => Reply::Received(self.sockets.receive(*socket)?),
            Request::ReceiveError(socket) => Reply::Received(self.sockets.receive_error(*socket)?),
            Request::Close(socket) => {
                self.sockets.close(*socket);
                Reply::Done
            }
            _ => return Err(Errno::OPNOTSUPP.into()),
        })
    }

    fn run(&mut self, tool: Tool, ns: &str, lines: &str) -> io::Result<String> {
        self.enter(&ns.into())?;
        let mut child = Command::new(tool.name())
            .args(tool.batch())
            .env_clear()
            .env("PATH", PATH)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // The lines are far fewer than a pipe holds, so nobody waits for the other.
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(lines.as_bytes())?;
        }
        let mut printed = String::new();
        if let Some(mut stdout) = child.stdout.take() {
            stdout.read_to_string(&mut printed)?;
        }
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut printed)?;
        }
        child.wait()?;
        Ok(printed)
    }
}

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        let _ = self.apart.home();
        for (_, path) in self.namespaces.values() {
            let _ = umount2(path, MntFlags::MNT_DETACH);
            let _ = fs::remove_file(path);
        }
    }
}

impl World for Outside<'_> {
    fn call(&mut self, request: Request) -> Result<Reply> {
        self.answer(&request)
    }
}

impl Side for Outside<'_> {
    fn batch(&mut self, tool: Tool, ns: &str, lines: &str) -> String {
        self.run(tool, ns, lines)
            .unwrap_or_else(|error| format!("{}: {error}\n", tool.name()))
    }

    fn links(&mut self, ns: &str) -> BTreeMap<String, LinkState> {
        if self.enter(&ns.into()).is_err() {
            return BTreeMap::new();
        }
        let all = getifaddrs().into_iter().flatten();
        all.map(|link| {
            let has = |flag| link.flags.contains(flag);
            let state = (
                has(InterfaceFlags::IFF_UP),
                has(InterfaceFlags::IFF_RUNNING),
                has(InterfaceFlags::IFF_LOWER_UP),
            );
            (link.interface_name, state)
        })
        .collect()
    }

    fn link_name(&mut self, ns: &str, index: u32) -> String {
        let _ = self.enter(&ns.into());
        if_indextoname(index).map_or_else(
            |_| format!("if{index}"),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    fn unresolved(&mut self) -> Option<bool> {
        None
    }

    fn calm(&self) -> Duration {
        Duration::from_millis(80)
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

/// The machine's error as netloom has them.
fn refused(error: &io::Error) -> Error {
    let number = error.raw_os_error();
    let number = number.unwrap_or(match error.kind() {
        io::ErrorKind::NotFound => Errno::NOENT.0,
        _ => Errno::IO.0,
    });
    Errno(number).into()
}
