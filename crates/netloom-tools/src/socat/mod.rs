//! `socat`: carries bytes or packets between two addresses (socat(1), version 1.7). What it has:
//! standard input and output, TCP and UDP from either side, and the program's end of a TUN or TAP,
//! so that two of them carry the packets of two sites over UDP.

mod address;
mod end;
mod wish;

use crate::Context;
use address::{Address, Local};
use end::{End, Input};
use netloom_model::socket::{Interest, SocketId};
use netloom_model::{Errno, Error, Result, Time};
use std::time::Duration;

const USAGE: &str = "\
Usage: socat [-u|-U] [-b BYTES] [-t SECONDS] [-T SECONDS] ADDRESS ADDRESS

addresses: -  STDIO  TCP:HOST:PORT  TCP-LISTEN:PORT[,fork]  UDP:HOST:PORT  UDP-LISTEN:PORT
           UDP-DATAGRAM:HOST:PORT  UDP-RECV:PORT
           TUN[:ADDRESS/BITS][,up][,tun-name=NAME][,tun-type=tun|tap][,iff-no-pi]
options of addresses: bind=ADDRESS[:PORT]  sp=PORT  broadcast  reuseaddr  reuseport  bindtodevice=DEVICE
           rcvbuf=BYTES  ttl=N  tos=N  ipv6-v6only[=0|1]  ip-multicast-ttl=N  ip-multicast-loop=0|1
           ip-multicast-if=ADDRESS  ip-add-membership=GROUP:DEVICE|ADDRESS
           ipv6-join-group=[GROUP]:DEVICE
-u only from the first to the second, -U the other way; -b how much is read at a time (8192);
-t how long the second direction may go
on after the first ended (0.5); -T ends it after so long a silence
";

/// What stands before the addresses.
struct Options {
    forth: bool,
    back: bool,
    /// How long the other direction may go on when one has ended.
    linger: Duration,
    /// How long nothing may come.
    silence: Option<Duration>,
    /// How much of standard input is read at a time, to be one datagram.
    block: usize,
}

/// Runs `socat`.
pub fn socat(cx: &mut Context<'_>) -> i32 {
    let words = cx.args.clone();
    let (options, addresses) = match read(&words) {
        Ok(Some(read)) => read,
        Ok(None) => {
            let _ = cx.out.write_all(USAGE.as_bytes());
            return 0;
        }
        Err(text) => {
            let _ = writeln!(cx.err, "socat: E {text}\nTry \"socat -h\".");
            return 1;
        }
    };
    match run(cx, &options, &addresses) {
        Ok(()) => 0,
        Err(error) if error.errno == Errno::INTR => 130,
        Err(error) => {
            let _ = writeln!(cx.err, "socat: E {error}");
            1
        }
    }
}

fn read(words: &[String]) -> core::result::Result<Option<(Options, [Address; 2])>, String> {
    let mut options = Options {
        forth: true,
        back: true,
        linger: Duration::from_millis(500),
        silence: None,
        block: 8192,
    };
    let mut addresses = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut seconds = |rest: &str| {
            let value = match rest {
                "" => words.next().map(String::as_str),
                rest => Some(rest),
            };
            let seconds = value.and_then(|value| value.parse::<f64>().ok());
            let time = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
            time.ok_or_else(|| format!("{word}: wanted seconds"))
        };
        match word.as_str() {
            "-u" => options.back = false,
            "-U" => options.forth = false,
            // How much is told of itself, and how it is buffered.
            "-d" | "-dd" | "-v" | "-D" | "-ls" | "-lf" => {}
            "-h" | "-?" | "-V" => return Ok(None),
            "-" => addresses.push(Address::Stdio),
            _ if word.starts_with("-b") => {
                let size = match &word[2..] {
                    "" => words.next().map(String::as_str),
                    rest => Some(rest),
                };
                let size = size.and_then(|size| size.parse().ok());
                let size = size.filter(|size| (1..=1 << 20).contains(size));
                options.block = size.ok_or("-b: wanted a number of bytes")?;
            }
            _ if word.starts_with("-t") => options.linger = seconds(&word[2..])?,
            _ if word.starts_with("-T") => options.silence = Some(seconds(&word[2..])?),
            _ if word.starts_with('-') => return Err(format!("unknown option \"{word}\"")),
            _ => addresses.push(Address::parse(word)?),
        }
    }
    let count = addresses.len();
    match <[Address; 2]>::try_from(addresses) {
        Ok(addresses) => Ok(Some((options, addresses))),
        Err(_) => Err(format!("exactly 2 addresses required (there are {count})")),
    }
}

fn run(cx: &mut Context<'_>, options: &Options, [one, two]: &[Address; 2]) -> Result<()> {
    if let Address::TcpListen { local, fork: true } = one {
        return forking(cx, options, local, two);
    }
    let first = End::open(cx, one)?;
    let second = End::open(cx, two)?;
    let mut relay = Relay::new(first, second, options, [one, two]);
    while !relay.done {
        wait(cx, None, core::slice::from_mut(&mut relay), options)?;
    }
    relay.close(cx);
    match relay.failed {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Every connection has a relay of its own, all of them in this process.
fn forking(cx: &mut Context<'_>, options: &Options, local: &Local, two: &Address) -> Result<()> {
    let listener = end::listen(cx, local)?;
    let mut relays: Vec<Relay> = Vec::new();
    loop {
        let comes = wait(cx, Some(listener), &mut relays, options)?;
        for relay in relays.iter().filter(|relay| relay.done) {
            if let Some(error) = &relay.failed {
                let _ = writeln!(cx.err, "socat: E {error}");
            }
            relay.close(cx);
        }
        relays.retain(|relay| !relay.done);
        if !comes {
            continue;
        }
        let Ok((socket, _)) = cx.world.accept(listener, Time::AT_ONCE) else {
            continue;
        };
        match End::open(cx, two) {
            Ok(second) => {
                let one = Address::TcpListen {
                    local: local.clone(),
                    fork: true,
                };
                relays.push(Relay::new(
                    End::Stream(socket),
                    second,
                    options,
                    [&one, two],
                ));
            }
            Err(error) => {
                let _ = writeln!(cx.err, "socat: E {error}");
                let _ = cx.world.close(socket);
            }
        }
    }
}

/// Two ends, and which directions are open still.
struct Relay {
    ends: [End; 2],
    /// Whether this end is read from.
    open: [bool; 2],
    /// Whether the first datagram's sender becomes the partner.
    first: [bool; 2],
    /// When it ends, once one direction has.
    until: Time,
    done: bool,
    /// What ended it.
    failed: Option<Error>,
}

impl Relay {
    fn new(one: End, two: End, options: &Options, addresses: [&Address; 2]) -> Relay {
        Relay {
            ends: [one, two],
            open: [options.forth, options.back],
            first: addresses.map(|address| matches!(address, Address::UdpListen(_))),
            until: Time::NEVER,
            done: false,
            failed: None,
        }
    }

    /// Carries over what end `from` has.
    fn carry(&mut self, cx: &mut Context<'_>, from: usize, options: &Options) -> Result<()> {
        let (source, sink) = (&self.ends[from], &self.ends[1 - from]);
        match source.read(cx, options.block, &mut self.first[from]) {
            Ok(Input::Data(data)) => sink.write(cx, &data)?,
            Ok(Input::Nothing) => {}
            Ok(Input::Ended) => {
                self.open[from] = false;
                sink.finish(cx);
                self.until = cx.world.now()? + options.linger;
            }
            // Nobody listens there (yet): what was sent is lost, what comes later may not be.
            Err(error)
                if matches!(source, End::Packets(..)) && error.errno == Errno::CONNREFUSED => {}
            Err(error) => return Err(error),
        }
        self.done = !self.open[0] && !self.open[1];
        Ok(())
    }

    fn close(&self, cx: &mut Context<'_>) {
        for end in &self.ends {
            end.close(cx);
        }
    }
}

/// Waits for the listener and all relays, and carries over what came; whether a connection waits to
/// be accepted.
fn wait(
    cx: &mut Context<'_>,
    listener: Option<SocketId>,
    relays: &mut [Relay],
    options: &Options,
) -> Result<bool> {
    let mut watched: Vec<(SocketId, Interest)> = Vec::new();
    let mut input = false;
    let mut deadline = Time::NEVER;
    for relay in relays.iter() {
        deadline = deadline.min(relay.until);
        for (end, _) in relay.ends.iter().zip(relay.open).filter(|(_, open)| *open) {
            match end.socket() {
                Some(socket) => watched.push((socket, Interest::READ)),
                None => input = true,
            }
        }
    }
    watched.extend(listener.map(|listener| (listener, Interest::READ)));
    if let Some(silence) = options.silence {
        deadline = deadline.min(cx.world.now()? + silence);
    }
    let ready = cx.world.poll(&watched, input, deadline)?;
    let now = cx.world.now()?;
    let silent = options.silence.is_some() && ready.sockets.is_empty() && !ready.input;
    for relay in relays.iter_mut() {
        for from in 0..2 {
            let is_ready = match relay.ends[from].socket() {
                Some(socket) => ready.of(socket).any(),
                None => ready.input,
            };
            if !is_ready || !relay.open[from] || relay.done {
                continue;
            }
            if let Err(error) = relay.carry(cx, from, options) {
                relay.done = true;
                relay.failed = Some(error);
            }
        }
        relay.done |= silent || now >= relay.until;
    }
    Ok(listener.is_some_and(|listener| ready.of(listener).read))
}
