//! Worlds from outside: starting them, in this process or in one of their own, and finding those
//! that live.

use crate::client::{Client, ConnectError};
use crate::hosts::{Known, Twin};
use crate::protocol::Welcome;
use crate::server::Server;
use crate::worlds::{CreateError, Home, Place, Worlds};
use crate::{applet, snapshot, supervise};
use clap::Args;
use netloom_engine::Engine;
use netloom_kernel::{namespace, rootless};
use netloom_model::{NsName, Time};
use rustix::process::{Pid, Signal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

/// The wall clock at the start of every world under virtual time: 2025-01-01 00:00:00 UTC.
const VIRTUAL_EPOCH: Duration = Duration::from_secs(1_735_689_600);

/// What a world is like.
#[derive(Args, Clone, Debug)]
pub struct Kind {
    /// Let the clock jump to the next event whenever all is idle: `sleep 300` ends at once
    #[arg(long)]
    pub virtual_time: bool,
    /// Where the world's randomness (MAC addresses, ports...) begins
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Begin without IPv6, as Linux does with the kernel's parameter ipv6.disable_ipv6=1: a device has
    /// it once its setting disable_ipv6 is written 0
    #[arg(long)]
    pub disable_ipv6: bool,
    /// Begin as the host was that a snapshot tells of (all that `explain --snapshot` takes); several:
    /// hosts of one network
    #[arg(long, value_name = "FILE", conflicts_with = "disable_ipv6")]
    pub snapshot: Vec<PathBuf>,
    /// Begin as this machine is now. Nothing that is done in the world reaches it
    #[arg(long, conflicts_with = "disable_ipv6")]
    pub live: bool,
    /// Run on the running kernel, in a fresh namespace that goes with the command: `ip`, `bridge`,
    /// `route` ... are netloom's, everything else is the machine's own. It needs root
    #[arg(long, conflicts_with_all = ["name", "virtual_time", "seed", "disable_ipv6", "snapshot", "live"])]
    pub kernel: bool,
    /// With --kernel: do so without root, as root of a user namespace that goes with the command
    #[arg(long, requires = "kernel")]
    pub rootless: bool,
}

/// A world that is not there, or cannot be: a sentence for the user.
pub type Failure = String;

/// A world that listens, held by this process.
struct Listening {
    home: Home,
    server: Server,
}

fn listen(name: &str, kind: &Kind) -> Result<Listening, Failure> {
    let worlds = Worlds::open().map_err(|e| format!("no place for worlds: {e}"))?;
    // What killed worlds left behind goes when it is seen.
    worlds
        .living()
        .map_err(|e| format!("cannot look at the worlds there are: {e}"))?;
    let program = std::env::current_exe().map_err(|e| format!("where is netloom? {e}"))?;
    let home = worlds
        .create(name, &program, applet::links(kind.virtual_time))
        .map_err(|error| match error {
            CreateError::Exists => format!(
                "a world called {name} runs already: \"netloom attach {name}\" enters it, \
                 \"netloom stop {name}\" ends it"
            ),
            error => format!("cannot make the world {name:?}: {error}"),
        })?;
    let now = (SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)).unwrap_or_default();
    let Beginning {
        engine,
        known,
        moment,
        begins,
    } = beginning(kind, &home.place())?;
    let moment = moment.unwrap_or(if kind.virtual_time {
        VIRTUAL_EPOCH
    } else {
        now
    });
    let welcome = Welcome {
        name: name.to_owned(),
        pid: std::process::id(),
        virtual_time: kind.virtual_time,
        epoch: moment.saturating_sub(engine.now().since(Time::ZERO)),
        started: now,
        begins,
    };
    let socket = home.place().socket();
    let server = UnixListener::bind(&socket)
        .and_then(|listener| Server::new(engine, listener, welcome))
        .map_err(|e| format!("cannot listen on {}: {e}", socket.display()))?;
    let server = match known {
        Some(known) => server.of_hosts(known),
        None => server,
    };
    Ok(Listening { home, server })
}

/// How a world begins.
struct Beginning {
    engine: Engine,
    /// What is not known of the hosts that it is loaded from.
    known: Option<Known>,
    /// The wall clock, where that is not the machine's.
    moment: Option<Duration>,
    /// The namespace in which commands begin.
    begins: NsName,
}

/// Empty, or as hosts are.
fn beginning(kind: &Kind, place: &Place) -> Result<Beginning, Failure> {
    if kind.snapshot.is_empty() && !kind.live {
        let engine = Engine::new(kind.seed);
        return Ok(Beginning {
            engine: match kind.disable_ipv6 {
                true => engine.without_ipv6(),
                false => engine,
            },
            known: None,
            moment: None,
            begins: NsName::first(),
        });
    }
    let twin = Twin::open(&kind.snapshot, kind.live)?;
    // An empty answer may be one that nobody knows.
    eprint!("{}", snapshot::lacking(&twin.about));
    let about = place.hosts();
    let written = snapshot::text(&twin.about).and_then(|text| fs::write(&about, text));
    written.map_err(|error| format!("{}: {error}", about.display()))?;
    Ok(Beginning {
        moment: twin.moment(),
        begins: twin.begins(),
        engine: twin.engine.with_seed(kind.seed),
        known: Some(twin.known),
    })
}

/// Has this process end when a world does, whether it was stopped or failed: what runs in it ends too.
struct EndsProcess;

impl Drop for EndsProcess {
    fn drop(&mut self) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), Signal::TERM);
    }
}

/// Starts a world in a thread of this process, under a name made from the process's number. It
/// lives as long as what is returned; commands begin in that namespace.
///
/// # Errors
/// If it cannot be started.
pub fn start_here(kind: &Kind) -> Result<(Home, NsName), Failure> {
    let name = format!("run-{}", std::process::id());
    let Listening { home, server } = listen(&name, kind)?;
    let begins = server.begins().clone();
    std::thread::spawn(move || {
        let _ends = EndsProcess;
        if let Err(error) = server.serve() {
            eprintln!("netloom: the world has ended: {error}");
        }
    });
    Ok((home, begins))
}

/// Starts a world called `name` in a process of its own, which outlives this one.
///
/// # Errors
/// If it cannot be started.
pub fn start_apart(name: &str, kind: &Kind) -> Result<Place, Failure> {
    let failed = |e: io::Error| format!("cannot start a world: {e}");
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.args(["serve", name, "--seed", &kind.seed.to_string()]);
    for file in &kind.snapshot {
        if file == Path::new("-") {
            return Err(
                "a snapshot for a world with a name comes of a file, not of standard input".into(),
            );
        }
        command
            .arg("--snapshot")
            .arg(std::path::absolute(file).map_err(failed)?);
    }
    if kind.live {
        command.arg("--live");
    }
    if kind.virtual_time {
        command.arg("--virtual-time");
    }
    if kind.disable_ipv6 {
        command.arg("--disable-ipv6");
    }
    let mut child = command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut ready = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout)
            .read_line(&mut ready)
            .map_err(failed)?;
    }
    match ready.strip_suffix('\n') {
        Some("ready") => Ok(Worlds::open().map_err(failed)?.place(name)),
        Some(failure) => Err(failure.to_owned()),
        None => Err("the world ended before it had begun".to_owned()),
    }
}

/// Is the process that [`start_apart`] starts: tells on standard output whether the world stands,
/// lets go of the terminal, and holds the world until it is stopped.
///
/// # Errors
/// If the world cannot be started; it has been told.
pub fn serve(name: &str, kind: &Kind) -> io::Result<()> {
    let _ = rustix::process::setsid();
    let Listening { home, server } = match listen(name, kind) {
        Ok(listening) => listening,
        Err(failure) => {
            println!("{failure}");
            return Err(io::ErrorKind::Other.into());
        }
    };
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    println!("ready");
    io::stdout().flush()?;
    rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    rustix::stdio::dup2_stderr(File::create(home.place().log())?)?;
    std::thread::spawn(move || {
        let _ends = EndsProcess;
        if let Err(error) = server.serve() {
            eprintln!("netloom: {error}");
        }
    });
    signals.forever().next();
    drop(home);
    Ok(())
}

/// Has this process live in a fresh namespace of the running kernel, with netloom's commands beside it.
///
/// # Errors
/// If it may not.
pub fn start_on_kernel(kind: &Kind) -> Result<Home, Failure> {
    if kind.rootless {
        rootless::enter().map_err(|error| {
            format!("cannot be root of a user namespace: {error}; \"netloom doctor\" says why")
        })?;
    }
    namespace::fresh().map_err(|error| {
        let instead = match kind.rootless {
            true => "\"netloom doctor\" says why",
            false => "it needs root (CAP_SYS_ADMIN), or --rootless",
        };
        format!("cannot make a namespace on the kernel: {error}; {instead}")
    })?;
    let worlds = Worlds::open().map_err(|e| format!("no place for worlds: {e}"))?;
    let program = std::env::current_exe().map_err(|e| format!("where is netloom? {e}"))?;
    let name = format!("kernel-{}", std::process::id());
    let commands = applet::ON_KERNEL.iter().copied().chain(["netloom"]);
    let home = worlds.create(&name, &program, commands);
    home.map_err(|error| format!("cannot make the world {name:?}: {error}"))
}

/// Ends what ran in a world of this process, then the world.
pub fn end_here(home: Home) {
    supervise::end_leftovers();
    drop(home);
}

/// Enters the living world called `name`.
///
/// # Errors
/// If there is none.
pub fn find(name: &str) -> Result<(Client, Place), Failure> {
    let worlds = Worlds::open().map_err(|e| e.to_string())?;
    let living = worlds.living().map_err(|e| e.to_string())?;
    if !living.iter().any(|n| n == name) {
        let there = match living.as_slice() {
            [] => "no world runs".to_owned(),
            names => format!("there are: {}", names.join(", ")),
        };
        return Err(format!("there is no world called {name}; {there}"));
    }
    let place = worlds.place(name);
    let client = connect(&place).map_err(|e| format!("cannot enter the world {name}: {e}"))?;
    Ok((client, place))
}

/// Whether a world called `name` lives.
///
/// # Errors
/// If it cannot be looked for.
pub fn lives(name: &str) -> io::Result<bool> {
    let living = Worlds::open()?.living()?;
    Ok(living.iter().any(|n| n == name))
}

/// The process that holds a world which lives.
pub fn holder(name: &str) -> Option<Pid> {
    Worlds::open().ok()?.holder(name)
}

/// Every living world with its name.
///
/// # Errors
/// If they cannot be looked for.
pub fn living() -> io::Result<Vec<(String, Result<Client, ConnectError>)>> {
    let worlds = Worlds::open()?;
    let names = worlds.living()?;
    let enter = |name: String| {
        let client = connect(&worlds.place(&name));
        (name, client)
    };
    Ok(names.into_iter().map(enter).collect())
}

/// Enters the world at `place`; gives up on one that does not answer.
///
/// # Errors
/// If there is none, or it does not answer.
pub fn connect(place: &Place) -> Result<Client, ConnectError> {
    Client::connect_within(&place.socket(), Duration::from_secs(2))
}
