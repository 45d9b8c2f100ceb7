//! The end that asks for a test and reports it.

use super::Options;
use super::control::{Lines, Seen, Test};
use super::report::{self, Columns};
use super::stream::{STAMP, Stream};
use crate::Context;
use crate::stream::send_all;
use netloom_model::socket::{Interest, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, Error, Time};
use std::net::IpAddr;
use std::time::Duration;

/// The number by which iperf3 tells the first stream.
pub(super) const FIRST_ID: usize = 5;

/// How long the server may take for a word.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client's end of a test.
struct Client<'a, 'b> {
    cx: &'a mut Context<'b>,
    options: &'a Options,
    control: SocketId,
    lines: Lines,
    streams: Vec<Stream>,
    began: Time,
}

fn told(error: &Error) -> String {
    match error.errno {
        Errno::PROTO => "the other end is no iperf3 of netloom".to_owned(),
        _ => error.to_string(),
    }
}

/// Runs a test against the server at `to`.
pub(super) fn run(cx: &mut Context<'_>, options: &Options, to: IpAddr) -> Result<(), String> {
    let refused = |error: Error| format!("unable to connect to server: {error}");
    let tcp = if to.is_ipv4() {
        SocketKind::Tcp
    } else {
        SocketKind::Tcp6
    };
    let control = open(cx, options, tcp, to).map_err(refused)?;
    let began = cx.world.now().map_err(|e| told(&e))?;
    let mut client = Client {
        cx,
        options,
        control,
        lines: Lines::default(),
        streams: Vec::new(),
        began,
    };
    client.run(to).map_err(|error| told(&error))
}

/// A socket that is connected to the server.
fn open(
    cx: &mut Context<'_>,
    options: &Options,
    kind: SocketKind,
    to: IpAddr,
) -> Result<SocketId, Error> {
    let socket = cx.world.open(&cx.ns, kind)?;
    if let Some(bind) = options.bind {
        cx.world.bind(socket, bind, 0)?;
    }
    cx.world.connect(socket, to, options.port)?;
    Ok(socket)
}

impl Client<'_, '_> {
    fn run(&mut self, to: IpAddr) -> Result<(), Error> {
        let test = self.options.test.clone();
        self.say(&test.line())?;
        self.expect("go")?;
        self.connect(to, &test)?;
        self.expect("ready")?;
        let columns = columns(&test, !test.reverse);
        if !self.options.json {
            let _ = writeln!(
                self.cx.out,
                "Connecting to host {to}, port {}",
                self.options.port
            );
            let _ = writeln!(self.cx.out, "{}", report::heading(columns));
        }
        self.began = self.cx.world.now()?;
        self.streams
            .iter_mut()
            .for_each(|s| *s = Stream::new(s.socket, self.began));
        self.transfer(&test, columns)?;
        let ended = self.cx.world.now()?;
        self.say("end\n")?;
        let own: Vec<Seen> = (0..self.streams.len()).map(|at| self.told(at)).collect();
        let mut other = Vec::new();
        for _ in 0..own.len() {
            let line = self.line()?;
            other.push(Seen::read(&line).ok_or(Errno::PROTO)?);
        }
        self.finish(&test, ended, &own, &other)
    }

    fn say(&mut self, line: &str) -> Result<(), Error> {
        send_all(self.cx.world, self.control, line.as_bytes())
    }

    fn line(&mut self) -> Result<String, Error> {
        let deadline = self.cx.world.now()? + PATIENCE;
        let line = self.lines.next(self.cx.world, self.control, deadline)?;
        line.ok_or_else(|| Errno::CONNRESET.into())
    }

    fn expect(&mut self, word: &str) -> Result<(), Error> {
        let line = self.line()?;
        if line == word {
            return Ok(());
        }
        Err(match line.strip_prefix("no ") {
            Some(why) => Error::with(Errno::BUSY, why),
            None => Errno::PROTO.into(),
        })
    }

    /// Opens the streams; each says its number.
    fn connect(&mut self, to: IpAddr, test: &Test) -> Result<(), Error> {
        let kind = match (test.udp, to.is_ipv4()) {
            (true, true) => SocketKind::Udp,
            (true, false) => SocketKind::Udp6,
            (false, true) => SocketKind::Tcp,
            (false, false) => SocketKind::Tcp6,
        };
        for number in 0..test.streams {
            let socket = open(self.cx, self.options, kind, to)?;
            let hello = format!("hello {number}\n");
            if test.udp {
                self.cx.world.send(socket, None, hello.as_bytes())?;
            } else {
                send_all(self.cx.world, socket, hello.as_bytes())?;
                self.cx.world.set(socket, SocketOption::NonBlocking(true))?;
            }
            self.streams.push(Stream::new(socket, self.began));
        }
        Ok(())
    }

    /// Sends or receives until the time is over, or all bytes are through.
    fn transfer(&mut self, test: &Test, columns: Columns) -> Result<(), Error> {
        let seconds = Duration::try_from_secs_f64(test.seconds.max(0.0));
        let end = match test.bytes {
            Some(_) => Time::NEVER,
            None => self.began + seconds.unwrap_or(Duration::from_secs(10)),
        };
        let step = Duration::try_from_secs_f64(self.options.interval).unwrap_or_default();
        let mut reported: (Time, Vec<Seen>) =
            (self.began, vec![Seen::default(); self.streams.len()]);
        let mut block = vec![0; test.length as usize];
        let mut open = vec![true; self.streams.len()];
        loop {
            let now = self.cx.world.now()?;
            let sum: u64 = self.streams.iter().map(|s| s.bytes).sum();
            let through = test.bytes.is_some_and(|bytes| sum >= bytes);
            let over = now >= end || through || !open.contains(&true);
            let next = reported.0 + step;
            if !step.is_zero() && (now >= next || (over && now > reported.0)) {
                self.interval(&mut reported, now, columns);
            }
            if over {
                return Ok(());
            }
            let wake = if step.is_zero() { end } else { end.min(next) };
            if test.reverse {
                receive_some(self.cx, &mut self.streams, &mut open, wake)?;
            } else {
                let left = test.bytes.map_or(u64::MAX, |bytes| bytes - sum);
                send_some(self.cx, &mut self.streams, test, &mut block, (left, wake))?;
            }
        }
    }

    /// What stream `at` saw at this end.
    fn told(&mut self, at: usize) -> Seen {
        let mut seen = self.streams[at].told(self.cx.world);
        if self.options.test.udp && !self.options.test.reverse {
            seen.datagrams = seen.bytes / u64::from(self.options.test.length.max(1));
        }
        seen
    }

    /// Reports what went since the last report.
    fn interval(&mut self, last: &mut (Time, Vec<Seen>), now: Time, columns: Columns) {
        let seconds = |at: Time| at.since(self.began).as_secs_f64();
        let span = (seconds(last.0), seconds(now));
        let mut sum = Seen::default();
        for at in 0..self.streams.len() {
            let whole = self.told(at);
            let since = since(&whole, &last.1[at]);
            add(&mut sum, &since);
            last.1[at] = whole;
            if !self.options.json {
                let line = report::line(Some(FIRST_ID + 2 * at), span, &since, columns, "");
                let _ = writeln!(self.cx.out, "{line}");
            }
        }
        if self.streams.len() > 1 && !self.options.json {
            let _ = writeln!(
                self.cx.out,
                "{}",
                report::line(None, span, &sum, columns, "")
            );
        }
        let _ = self.cx.out.flush();
        last.0 = now;
    }

    /// The last lines: both ends of every stream, and of all.
    fn finish(
        &mut self,
        test: &Test,
        ended: Time,
        own: &[Seen],
        other: &[Seen],
    ) -> Result<(), Error> {
        let span = (0.0, ended.since(self.began).as_secs_f64());
        let (sender, receiver) = if test.reverse {
            (other, own)
        } else {
            (own, other)
        };
        if self.options.json {
            let text = json(span.1, sender, receiver, test);
            let _ = writeln!(self.cx.out, "{text}");
            return Ok(());
        }
        let out = &mut self.cx.out;
        let _ = writeln!(out, "- - - - - - - - - - - - - - - - - - - - - - - - -");
        let heading = if test.udp {
            Columns::Loss
        } else {
            Columns::Retransmits
        };
        let _ = writeln!(out, "{}", report::heading(heading));
        let mut sums = (Seen::default(), Seen::default());
        for (at, (sent, came)) in sender.iter().zip(receiver).enumerate() {
            add(&mut sums.0, sent);
            add(&mut sums.1, came);
            let id = Some(FIRST_ID + 2 * at);
            let _ = writeln!(out, "{}", last_line(id, span, sent, test, "sender"));
            let _ = writeln!(out, "{}", last_line(id, span, came, test, "receiver"));
        }
        if sender.len() > 1 {
            let _ = writeln!(out, "{}", last_line(None, span, &sums.0, test, "sender"));
            let _ = writeln!(out, "{}", last_line(None, span, &sums.1, test, "receiver"));
        }
        let _ = writeln!(out, "\niperf Done.");
        Ok(())
    }
}

fn last_line(id: Option<usize>, span: (f64, f64), seen: &Seen, test: &Test, who: &str) -> String {
    let columns = match (test.udp, who) {
        (true, _) => Columns::Loss,
        (false, "sender") => Columns::Retransmits,
        (false, _) => Columns::Plain,
    };
    report::line(id, span, seen, columns, who)
}

/// The columns of the reports of an end that sends, or receives.
pub(super) fn columns(test: &Test, sends: bool) -> Columns {
    match (test.udp, sends) {
        (false, true) => Columns::Retransmits,
        (false, false) => Columns::Plain,
        (true, true) => Columns::Datagrams,
        (true, false) => Columns::Loss,
    }
}

/// What came since `before`.
fn since(now: &Seen, before: &Seen) -> Seen {
    Seen {
        bytes: now.bytes - before.bytes,
        datagrams: now.datagrams - before.datagrams,
        lost: now.lost.saturating_sub(before.lost),
        jitter: now.jitter,
        retransmits: now.retransmits - before.retransmits,
    }
}

fn add(sum: &mut Seen, one: &Seen) {
    sum.bytes += one.bytes;
    sum.datagrams += one.datagrams;
    sum.lost += one.lost;
    sum.jitter = sum.jitter.max(one.jitter);
    sum.retransmits += one.retransmits;
}

/// Blocks that a stream sends in a row before anybody looks at the clock.
const ROW: usize = 8;

/// Sends by every stream that may, at most `most` bytes, or waits until one may; at most until
/// `wake`.
pub(super) fn send_some(
    cx: &mut Context<'_>,
    streams: &mut [Stream],
    test: &Test,
    block: &mut [u8],
    (most, wake): (u64, Time),
) -> Result<(), Error> {
    let now = cx.world.now()?;
    let due = streams.iter().map(|stream| stream.due(test)).min();
    let due = due.unwrap_or(Time::NEVER);
    if due > now {
        return cx.world.sleep_until(due.min(wake));
    }
    let (mut left, mut full) = (most, false);
    for stream in streams.iter_mut() {
        for _ in 0..ROW {
            if left == 0 || stream.due(test) > now || full {
                break;
            }
            // A datagram has its number in it, whatever is left.
            let piece = usize::try_from(left).unwrap_or(usize::MAX).max(STAMP);
            let piece = &mut block[..piece.min(test.length as usize)];
            let before = stream.bytes;
            full = !stream.send(cx.world, test, piece, now)?;
            left = left.saturating_sub(stream.bytes - before);
        }
    }
    if full {
        let watched: Vec<_> = streams
            .iter()
            .map(|s| (s.socket, Interest::WRITE))
            .collect();
        cx.world.poll(&watched, false, wake)?;
    }
    Ok(())
}

/// Takes what comes by the streams that are open; waits until `wake` at most.
pub(super) fn receive_some(
    cx: &mut Context<'_>,
    streams: &mut [Stream],
    open: &mut [bool],
    wake: Time,
) -> Result<(), Error> {
    let watched = streams.iter().zip(&*open).filter(|(_, open)| **open);
    let watched: Vec<_> = watched.map(|(s, _)| (s.socket, Interest::READ)).collect();
    let ready = cx.world.poll(&watched, false, wake)?;
    for (stream, open) in streams.iter_mut().zip(open) {
        if *open && ready.of(stream.socket).any() {
            *open = stream.receive(cx.world)?;
        }
    }
    Ok(())
}

/// The sums, for programs.
fn json(seconds: f64, sender: &[Seen], receiver: &[Seen], test: &Test) -> String {
    let sum = |all: &[Seen]| {
        let mut sum = Seen::default();
        all.iter().for_each(|one| add(&mut sum, one));
        let rate = if seconds > 0.0 {
            sum.bytes as f64 * 8.0 / seconds
        } else {
            0.0
        };
        let (bytes, lost, jitter) = (sum.bytes, sum.lost, sum.jitter);
        let retransmits = sum.retransmits;
        format!(
            "{{\"seconds\":{seconds},\"bytes\":{bytes},\"bits_per_second\":{rate},\
             \"retransmits\":{retransmits},\"lost_packets\":{lost},\"jitter_ms\":{jitter}}}"
        )
    };
    let (streams, sent, received) = (test.streams, sum(sender), sum(receiver));
    format!("{{\"end\":{{\"streams\":{streams},\"sum_sent\":{sent},\"sum_received\":{received}}}}}")
}
