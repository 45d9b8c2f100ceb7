//! `netloom echo`: sends back what it receives (RFC 862), for as many as call.

use crate::Context;
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::socket::{Interest, Received, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, Error, NsName, Result, Time, World};
use std::collections::BTreeMap;

/// How it is called.
pub const USAGE: &str = "usage: netloom echo [-l] PORT [tcp|udp]\n";

/// Bytes that are held back for one connection before no more is read from it.
const MOST: usize = 1 << 18;

/// Runs until it is interrupted.
pub fn echo(cx: &mut Context<'_>) -> i32 {
    let words: Vec<&str> = cx
        .args
        .iter()
        .map(String::as_str)
        .filter(|word| *word != "-l")
        .collect();
    let (port, protocols) = match words[..] {
        [port] => (port.parse::<u16>(), (true, true)),
        [port, "tcp"] => (port.parse(), (true, false)),
        [port, "udp"] => (port.parse(), (false, true)),
        _ => {
            let _ = write!(cx.err, "{USAGE}");
            return 1;
        }
    };
    let Ok(port @ 1..) = port else {
        let _ = writeln!(cx.err, "netloom echo: {} is no port", words[0]);
        return 1;
    };
    let ns = cx.ns.clone();
    match serve(cx.world, &ns, port, protocols) {
        Ok(()) => 0,
        Err(error) if error.errno == Errno::INTR => 130,
        Err(error) => {
            let _ = writeln!(cx.err, "netloom echo: {error}");
            1
        }
    }
}

/// Opens the sockets and echoes for ever.
fn serve(world: &mut dyn World, ns: &NsName, port: u16, (tcp, udp): (bool, bool)) -> Result<()> {
    let any6 = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    let mut listener = None;
    if tcp {
        let socket = world.open(ns, SocketKind::Tcp6)?;
        world.set(socket, SocketOption::OnlyV6(false))?;
        world.set(socket, SocketOption::ReuseAddress(true))?;
        world.bind(socket, any6, port)?;
        world.listen(socket, 128)?;
        listener = Some(socket);
    }
    let mut datagrams = None;
    if udp {
        let socket = world.open(ns, SocketKind::Udp6)?;
        world.set(socket, SocketOption::OnlyV6(false))?;
        world.bind(socket, any6, port)?;
        datagrams = Some(socket);
    }
    let mut waiting: BTreeMap<SocketId, Vec<u8>> = BTreeMap::new();
    loop {
        let mut all: Vec<(SocketId, Interest)> = Vec::new();
        all.extend(
            listener
                .iter()
                .chain(&datagrams)
                .map(|id| (*id, Interest::READ)),
        );
        all.extend(waiting.iter().map(|(id, held)| {
            let interest = Interest {
                read: held.len() < MOST,
                write: !held.is_empty(),
                ..Interest::NONE
            };
            (*id, interest)
        }));
        for (id, _) in world.poll(&all, false, Time::NEVER)?.sockets {
            if Some(id) == listener {
                if let Ok((socket, _)) = world.accept(id, Time::ZERO) {
                    world.set(socket, SocketOption::NonBlocking(true))?;
                    waiting.insert(socket, Vec::new());
                }
            } else if Some(id) == datagrams {
                if let Ok(Received::Datagram(datagram)) = world.receive(id, Time::ZERO) {
                    let _ = world.send(id, datagram.from, &datagram.data);
                }
            } else if let Some(held) = waiting.get_mut(&id)
                && stream(world, id, held).is_err()
            {
                waiting.remove(&id);
                world.close(id)?;
            }
        }
    }
}

/// Reads from a connection and writes back; an error where it is over.
fn stream(world: &mut dyn World, id: SocketId, held: &mut Vec<u8>) -> Result<()> {
    let mut ended = false;
    if held.len() < MOST
        && let Received::Stream(data) = world.receive(id, Time::ZERO)?
    {
        ended = data.is_empty();
        held.extend(data);
    }
    if !held.is_empty() {
        match world.send(id, None, held) {
            Ok(sent) => {
                held.drain(..sent.min(held.len()));
            }
            Err(error) if error.errno == Errno::AGAIN => {}
            Err(error) => return Err(error),
        }
    }
    if ended && held.is_empty() {
        return Err(Error::from(Errno::CONNRESET));
    }
    Ok(())
}
