//! What TCP between programs of one world costs: a stream through a bridge, connections made and
//! ended, a thousand of them at once.

use crate::engine::Simulated;
use crate::path::{Machine, Path};
use netloom_model::socket::{Received, SocketId, SocketKind, SocketOption};
use netloom_model::{Time, World};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

/// How long is measured.
const TURN: Duration = Duration::from_secs(1);

/// Bytes that a program sends at once.
const CHUNK: usize = 1 << 17;

/// Where programs call and listen.
const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));
const PORT: u16 = 5201;

/// Two hosts on a bridge.
fn hosts(path: &Path) -> Simulated {
    let mut machine = Simulated::new();
    path.build(&mut machine);
    machine.run(Some("a"), "ip address add 10.0.0.1/24 dev v", "");
    machine.run(Some("b"), "ip address add 10.0.0.2/24 dev v", "");
    machine
}

/// A socket in `b` that listens.
fn listener(world: &mut dyn World) -> SocketId {
    let socket = world.open(&"b".into(), SocketKind::Tcp).expect("a socket");
    world.bind(socket, SERVER, PORT).expect("the port is free");
    world.listen(socket, 4096).expect("it may listen");
    socket
}

/// Both ends of a connection from `a`.
fn connect(world: &mut dyn World, listener: SocketId) -> (SocketId, SocketId) {
    let client = world.open(&"a".into(), SocketKind::Tcp).expect("a socket");
    world
        .connect(client, SERVER, PORT)
        .expect("somebody listens");
    let (server, _) = world.accept(listener, Time::ZERO).expect("somebody called");
    for socket in [client, server] {
        let option = SocketOption::NonBlocking(true);
        world.set(socket, option).expect("an option");
    }
    (client, server)
}

/// Sends a chunk, as far as it is taken, and receives all there is: bytes received.
fn pump(world: &mut dyn World, (client, server): (SocketId, SocketId), chunk: &[u8]) -> usize {
    let _ = world.send(client, None, chunk);
    let mut got = 0;
    while let Ok(Received::Stream(data)) = world.receive(server, Time::ZERO) {
        got += data.len();
    }
    got
}

/// Bits a second of one stream through a bridge; `cut`: in segments of the links' MTU.
pub(crate) fn stream(path: &Path, cut: bool) -> f64 {
    let mut machine = hosts(path);
    if cut {
        machine.run(Some("a"), "ethtool -K v tso off", "");
    }
    let world = machine.world();
    let listener = listener(world);
    let ends = connect(world, listener);
    let chunk = vec![0x5a; CHUNK];
    let (began, mut bytes) = (Instant::now(), 0);
    while began.elapsed() < TURN {
        for _ in 0..16 {
            bytes += pump(world, ends, &chunk);
        }
    }
    bytes as f64 * 8.0 / began.elapsed().as_secs_f64()
}

/// Connections made, used for one byte and ended, a second.
pub(crate) fn connections(path: &Path) -> f64 {
    let mut machine = hosts(path);
    let world = machine.world();
    let listener = listener(world);
    let (began, mut made) = (Instant::now(), 0);
    while began.elapsed() < TURN && made < 20_000 {
        let ends = connect(world, listener);
        pump(world, ends, &[1]);
        world.close(ends.0).expect("it is open");
        world.close(ends.1).expect("it is open");
        made += 1;
    }
    f64::from(made) / began.elapsed().as_secs_f64()
}

/// Bits a second of a thousand streams at once.
pub(crate) fn thousand(path: &Path) -> f64 {
    let mut machine = hosts(path);
    let world = machine.world();
    let listener = listener(world);
    let all: Vec<_> = (0..1000).map(|_| connect(world, listener)).collect();
    let chunk = vec![0x5a; CHUNK];
    let (began, mut bytes) = (Instant::now(), 0);
    while began.elapsed() < TURN {
        for ends in &all {
            bytes += pump(world, *ends, &chunk);
        }
    }
    bytes as f64 * 8.0 / began.elapsed().as_secs_f64()
}
