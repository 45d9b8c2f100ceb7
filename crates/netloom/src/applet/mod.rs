//! The familiar commands, called by their name: what they run in is the world that the environment
//! names.

mod absent;
mod cat;
mod host;
mod kernel_host;
mod on_kernel;
mod output;
mod sleep;
mod sudo;
mod timeout;

use crate::client::Client;
use crate::interrupt::Interrupt;
use crate::process::{NETNS, WORLD};
use host::ProcessHost;
use kernel_host::KernelHost;
use netloom_kernel::Kernel;
use netloom_model::socket::{Interest, SocketId};
use netloom_model::world::Ready;
use netloom_model::{NsName, Reply, Request, Result, Time, World};
use netloom_tools::{Applet, Context, Host};
pub(crate) use on_kernel::ON_KERNEL;
pub(crate) use output::Output;
use signal_hook::low_level;
use std::cell::OnceCell;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;
use std::time::SystemTime;

/// The commands that follow the world's clock in place of the machine's.
const TIMED: &[(&str, Applet)] = &[("sleep", sleep::main), ("timeout", timeout::main)];

/// Commands in front of the machine's own: `cat` has the world's files of `/proc`, and `sudo` runs
/// its command as it is, for in a world everybody may do everything.
const BESIDE: &[(&str, Applet)] = &[("cat", cat::main), ("sudo", sudo::main)];

/// The command called `name`.
pub fn find(name: &str) -> Option<Applet> {
    let mut own = TIMED.iter().chain(BESIDE);
    own.find(|(n, _)| *n == name)
        .map(|(_, applet)| *applet)
        .or_else(|| netloom_tools::applet(name))
        .or_else(|| absent::NAMES.contains(&name).then_some(absent::main))
}

/// The names of the familiar commands.
pub fn names() -> impl Iterator<Item = &'static str> {
    netloom_tools::APPLETS.iter().map(|(name, _)| *name)
}

/// The names under which a world links netloom. The machine's own `sleep` is right where time runs
/// as the machine's does.
pub fn links(virtual_time: bool) -> impl Iterator<Item = &'static str> {
    let timed = TIMED.iter().filter(move |_| virtual_time);
    let own = timed.chain(BESIDE).map(|(name, _)| *name);
    names()
        .chain(own)
        .chain(absent::NAMES.iter().copied())
        .chain(["netloom"])
}

/// Runs a command in the world and the namespace that the environment names: its exit code.
pub fn run(applet: Applet, args: Vec<String>) -> i32 {
    let mut out = Output::new();
    let epoch = Rc::new(OnceCell::new());
    let mut world = Entrance {
        entered: None,
        epoch: Rc::clone(&epoch),
        out: out.clone(),
    };
    let ns = NsName::new(std::env::var(NETNS).unwrap_or_default());
    let mut host: Box<dyn Host> = match is_kernel() {
        true => Box::new(KernelHost),
        false => Box::new(ProcessHost::new(epoch)),
    };
    let code = applet(&mut Context {
        args,
        ns,
        world: &mut world,
        host: &mut *host,
        stdin: &mut std::io::stdin(),
        out: &mut out,
        err: &mut std::io::stderr(),
    });
    let flushed = out.flush();
    if code > 128
        && let Some(signal) = world.signal()
    {
        // It ended because of the signal, and a shell must see that: a loop of commands ends with
        // the one that was interrupted.
        let _ = low_level::emulate_default_handler(signal);
    }
    match flushed {
        Err(_) if code == 0 => 1,
        _ => code,
    }
}

/// The way into the world: taken at the first request, for some commands never make one.
struct Entrance {
    entered: Option<Entered>,
    epoch: Rc<OnceCell<SystemTime>>,
    out: Output,
}

/// What a command runs in.
enum Entered {
    World(Client),
    Kernel(Box<Kernel>, Option<Interrupt>),
}

impl Entrance {
    fn world(&mut self) -> &mut dyn World {
        let Entrance {
            entered,
            epoch,
            out,
        } = self;
        let entered = entered.get_or_insert_with(|| {
            if is_kernel() {
                return Entered::Kernel(Box::default(), None);
            }
            let client = enter().unwrap_or_else(|text| {
                let _ = out.flush();
                eprintln!("netloom: {text}");
                std::process::exit(NO_WORLD);
            });
            epoch.get_or_init(|| client.welcome().epoch());
            Entered::World(client)
        });
        match entered {
            Entered::World(client) => client,
            Entered::Kernel(kernel, _) => &mut **kernel,
        }
    }

    /// Has a wait for the kernel end when the user asks for it.
    fn catch(&mut self) {
        self.world();
        if let Some(Entered::Kernel(kernel, caught @ None)) = &mut self.entered
            && let Ok(interrupt) = Interrupt::catch()
        {
            if let Ok(bell) = interrupt.bell() {
                kernel.end_by(bell);
            }
            *caught = Some(interrupt);
        }
    }

    /// The signal by which the user asked the program to end.
    fn signal(&self) -> Option<i32> {
        match self.entered.as_ref()? {
            Entered::World(client) => client.signal(),
            Entered::Kernel(_, interrupt) => interrupt.as_ref()?.signal(),
        }
    }
}

/// What stands for the running kernel in place of a world's socket.
pub const KERNEL: &str = "kernel";

/// Whether commands are to run on the running kernel.
fn is_kernel() -> bool {
    std::env::var_os(WORLD).is_some_and(|world| world == KERNEL)
}

/// The exit code of a command that has no world to run in.
const NO_WORLD: i32 = 125;

/// Enters the world that the environment names.
pub fn enter() -> core::result::Result<Client, String> {
    let path = std::env::var_os(WORLD).filter(|path| !path.is_empty());
    let path = path.ok_or_else(|| {
        format!(
            "no world here: {WORLD} is not set; start one by \"netloom run SCRIPT\" or \
             \"netloom shell\""
        )
    })?;
    let path = Path::new(&path);
    Client::connect(path)
        .map_err(|error| format!("no world here: {WORLD} is {}, but {error}", path.display()))
}

impl World for Entrance {
    fn call(&mut self, request: Request) -> Result<Reply> {
        if request.waits() {
            // What was printed is seen before the wait begins, not after it.
            let _ = self.out.flush();
            self.catch();
        }
        self.world().call(request)
    }

    fn poll(
        &mut self,
        sockets: &[(SocketId, Interest)],
        input: bool,
        deadline: Time,
    ) -> Result<Ready> {
        let _ = self.out.flush();
        self.world().poll(sockets, input, deadline)
    }

    fn interrupted(&self) -> bool {
        match &self.entered {
            Some(Entered::World(client)) => client.interrupted(),
            Some(Entered::Kernel(_, interrupt)) => interrupt.as_ref().is_some_and(Interrupt::seen),
            None => false,
        }
    }
}
