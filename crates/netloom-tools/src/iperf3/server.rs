//! The end that waits for tests.

use super::Options;
use super::client::{self, FIRST_ID};
use super::control::{Lines, Seen, Test};
use super::report;
use super::stream::Stream;
use crate::Context;
use crate::stream::send_all;
use netloom_model::socket::{Received, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, Error, Time};
use std::time::Duration;

/// How long a client may take to open its streams, or to say a word.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves one test after the other.
pub(super) fn run(cx: &mut Context<'_>, options: &Options) -> Result<(), String> {
    let listener = listen(cx, options)
        .map_err(|error| format!("unable to start listener for connections: {error}"))?;
    loop {
        let _ = writeln!(
            cx.out,
            "-----------------------------------------------------------"
        );
        let _ = writeln!(cx.out, "Server listening on {}", options.port);
        let _ = writeln!(
            cx.out,
            "-----------------------------------------------------------"
        );
        let _ = cx.out.flush();
        let (control, from) = match cx.world.accept(listener, Time::NEVER) {
            Ok(accepted) => accepted,
            Err(error) if error.errno == Errno::INTR => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let _ = writeln!(
            cx.out,
            "Accepted connection from {}, port {}",
            from.0, from.1
        );
        let mut server = Server {
            options,
            listener,
            control,
            lines: Lines::default(),
            sockets: Vec::new(),
        };
        let tested = server.test(cx);
        for socket in server.sockets.into_iter().chain([control]) {
            let _ = cx.world.close(socket);
        }
        match tested {
            Ok(()) => {}
            Err(error) if error.errno == Errno::INTR => return Ok(()),
            // What a client does wrong ends its test, not the server.
            Err(error) => drop(writeln!(
                cx.err,
                "iperf3: error - the test ended early: {error}"
            )),
        }
        if options.once {
            return Ok(());
        }
    }
}

fn listen(cx: &mut Context<'_>, options: &Options) -> Result<SocketId, Error> {
    let bind = options.listens();
    let kind = if bind.is_ipv4() {
        SocketKind::Tcp
    } else {
        SocketKind::Tcp6
    };
    let listener = cx.world.open(&cx.ns, kind)?;
    cx.world.set(listener, SocketOption::ReuseAddress(true))?;
    cx.world.bind(listener, bind, options.port)?;
    cx.world.listen(listener, 128)?;
    Ok(listener)
}

/// A test under way.
struct Server<'a> {
    options: &'a Options,
    listener: SocketId,
    control: SocketId,
    lines: Lines,
    /// What is closed when it ends.
    sockets: Vec<SocketId>,
}

impl Server<'_> {
    fn test(&mut self, cx: &mut Context<'_>) -> Result<(), Error> {
        let line = self.line(cx)?.ok_or(Errno::CONNRESET)?;
        let test = Test::read(&line).ok_or(Errno::PROTO)?;
        // Before the client is told to go, so that its first datagram finds somebody.
        let udp = if test.udp { Some(self.udp(cx)?) } else { None };
        send_all(cx.world, self.control, b"go\n")?;
        match udp {
            Some(socket) => self.meet_datagrams(cx, socket, &test)?,
            None => self.meet(cx, &test)?,
        }
        let began = cx.world.now()?;
        let mut streams: Vec<_> = self
            .sockets
            .iter()
            .map(|s| Stream::new(*s, began))
            .collect();
        send_all(cx.world, self.control, b"ready\n")?;
        self.transfer(cx, &test, &mut streams)?;
        let span = (0.0, cx.world.now()?.since(began).as_secs_f64());
        let columns = client::columns(&test, test.reverse);
        let _ = writeln!(cx.out, "{}", report::heading(columns));
        let who = if test.reverse { "sender" } else { "receiver" };
        for (at, stream) in streams.iter().enumerate() {
            let mut seen: Seen = stream.told(cx.world);
            if test.udp && test.reverse {
                seen.datagrams = seen.bytes / u64::from(test.length.max(1));
            }
            send_all(cx.world, self.control, seen.line(at).as_bytes())?;
            let line = report::line(Some(FIRST_ID + 2 * at), span, &seen, columns, who);
            let _ = writeln!(cx.out, "{line}");
        }
        Ok(())
    }

    fn line(&mut self, cx: &mut Context<'_>) -> Result<Option<String>, Error> {
        let deadline = cx.world.now()? + PATIENCE;
        self.lines.next(cx.world, self.control, deadline)
    }

    /// Accepts the streams of TCP.
    fn meet(&mut self, cx: &mut Context<'_>, test: &Test) -> Result<(), Error> {
        for _ in 0..test.streams {
            let deadline = cx.world.now()? + PATIENCE;
            let (socket, _) = cx.world.accept(self.listener, deadline)?;
            self.sockets.push(socket);
            let hello = Lines::default().next(cx.world, socket, deadline)?;
            if !hello.is_some_and(|line| line.starts_with("hello ")) {
                return Err(Errno::PROTO.into());
            }
            cx.world.set(socket, SocketOption::NonBlocking(true))?;
        }
        Ok(())
    }

    /// A socket of UDP at the server's port.
    fn udp(&mut self, cx: &mut Context<'_>) -> Result<SocketId, Error> {
        let bind = self.options.listens();
        let kind = if bind.is_ipv4() {
            SocketKind::Udp
        } else {
            SocketKind::Udp6
        };
        let socket = cx.world.open(&cx.ns, kind)?;
        self.sockets.push(socket);
        cx.world.set(socket, SocketOption::ReuseAddress(true))?;
        cx.world.bind(socket, bind, self.options.port)?;
        Ok(socket)
    }

    /// Learns from the first datagram of each stream where it comes from; each gets a socket of its
    /// own.
    fn meet_datagrams(
        &mut self,
        cx: &mut Context<'_>,
        mut socket: SocketId,
        test: &Test,
    ) -> Result<(), Error> {
        let deadline = cx.world.now()? + PATIENCE;
        for number in 0..test.streams {
            let from = loop {
                match cx.world.receive(socket, deadline)? {
                    Received::Datagram(datagram) => break datagram.from,
                    Received::Nothing => return Err(Errno::TIMEDOUT.into()),
                    _ => {}
                }
            };
            let (address, port) = from.ok_or(Errno::PROTO)?;
            // The next stream's socket, before this one hears its partner alone.
            let next = if number + 1 < test.streams {
                Some(self.udp(cx)?)
            } else {
                None
            };
            cx.world.connect(socket, address, port)?;
            socket = next.unwrap_or(socket);
        }
        Ok(())
    }

    /// Sends or receives until the client says that it is over.
    fn transfer(
        &mut self,
        cx: &mut Context<'_>,
        test: &Test,
        streams: &mut [Stream],
    ) -> Result<(), Error> {
        let mut open = vec![true; streams.len()];
        let mut block = vec![0; test.length as usize];
        loop {
            let now = cx.world.now()?;
            match self.lines.next(cx.world, self.control, now) {
                Err(error) if error.errno == Errno::TIMEDOUT => {}
                Ok(Some(line)) if line == "end" => break,
                Ok(_) => return Err(Errno::CONNRESET.into()),
                Err(error) => return Err(error),
            }
            let wake = now + Duration::from_millis(100);
            if test.reverse {
                client::send_some(cx, streams, test, &mut block, (u64::MAX, wake))?;
            } else {
                client::receive_some(cx, streams, &mut open, wake)?;
            }
        }
        // What is under way still.
        let until = cx.world.now()? + Duration::from_millis(20);
        while !test.reverse && open.contains(&true) && cx.world.now()? < until {
            client::receive_some(cx, streams, &mut open, until)?;
        }
        Ok(())
    }
}
