//! What must never cost anybody their world.

use crate::home::{Home, kill, until};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A world that lives, and a way to say anything to it.
fn world() -> (Home, impl Fn() -> UnixStream) {
    let home = Home::new();
    assert_eq!(home.run(&["--name", "blue"], "").code, Some(0));
    let socket = home.place("blue").join("socket");
    let connect = move || {
        let stream = UnixStream::connect(&socket).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        stream
    };
    (home, connect)
}

fn still_lives(home: &Home) {
    let done = home.netloom(&["attach", "blue", "netloom", "sleep", "0"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
}

fn framed(payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap();
    [&len.to_le_bytes(), payload].concat()
}

fn greeting() -> Vec<u8> {
    framed(concat!("netloom/", env!("CARGO_PKG_VERSION"), "\n").as_bytes())
}

/// Reads until the world hangs up; fails if it never does.
fn rest(mut stream: &UnixStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(e) => assert_eq!(e.kind(), std::io::ErrorKind::ConnectionReset),
    }
    bytes
}

#[test]
fn garbage_is_hung_up_on() {
    let (home, connect) = world();
    for garbage in [
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        vec![0xff; 100],
        [greeting(), framed(&[0xff; 40])].concat(),
        [greeting(), framed(b"")].concat(),
        [greeting(), u32::MAX.to_le_bytes().to_vec()].concat(),
    ] {
        let stream = connect();
        (&stream).write_all(&garbage).unwrap();
        rest(&stream);
    }
    still_lives(&home);
}

#[test]
fn another_version_is_told_who_speaks_here() {
    let (home, connect) = world();
    let stream = connect();
    (&stream)
        .write_all(&framed(b"netloom/0.0.0-other\n"))
        .unwrap();
    assert_eq!(rest(&stream), greeting());
    still_lives(&home);
}

#[test]
fn half_a_message_and_silence_hold_nobody_up() {
    let (home, connect) = world();
    let half = connect();
    (&half).write_all(&greeting()[..7]).unwrap();
    let silent: Vec<UnixStream> = (0..50).map(|_| connect()).collect();
    still_lives(&home);
    drop((half, silent));
    still_lives(&home);
}

#[test]
fn who_never_reads_the_answers_holds_nobody_up() {
    let (home, connect) = world();
    let snapshot = netloom_model::Request::Snapshot {
        ns: None,
        parts: netloom_model::state::Parts::ALL,
    };
    // A request is the first of the things that may be asked.
    let ask = framed(&postcard::to_stdvec(&(0u8, snapshot)).unwrap());
    let deaf = connect();
    (&deaf).write_all(&greeting()).unwrap();
    deaf.set_nonblocking(true).unwrap();
    // As many questions as the socket takes: the world stops listening while its answers lie there.
    let mut asked = 0;
    let mut refusals = 0;
    while refusals < 20 && asked < 100_000 {
        match (&deaf).write(&ask) {
            Ok(n) if n == ask.len() => asked += 1,
            Ok(_) => break,
            Err(_) => {
                refusals += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
    assert!((10..100_000).contains(&asked), "{asked}");
    still_lives(&home);
    drop(deaf);
    still_lives(&home);
}

#[test]
fn commands_answer_while_a_storm_runs_and_after_it() {
    let home = Home::new();
    let script = "\
        for br in br0 br1; do ip link add $br type bridge; ip link set $br up; done
        for n in 1 2; do
            ip link add a$n type veth peer name b$n
            ip link set a$n master br0 up
            ip link set b$n master br1 up
        done
        ip addr add 10.0.0.1/24 dev br0
        for i in $(seq 20); do arping -c1 -w1 -I br0 10.0.0.9 >/dev/null; done
        ip -br link show br0 | cut -c1-3
        ip link set a1 down
        ip addr add 10.0.0.2/24 dev br1
        ip netns add h
        ip link add p type veth peer name eth0 netns h
        ip link set p master br1 up
        ip -n h addr add 10.0.0.3/24 dev eth0
        ip -n h link set eth0 up
        ip netns exec h ping -q -c1 -W5 10.0.0.1 | grep -o '1 received'";
    let done = home.run(&["--virtual-time"], script);
    assert_eq!(done.out, "br0\n1 received\n", "{}", done.err);
}

#[test]
fn two_programs_at_once_see_one_order_of_events() {
    let (home, _) = world();
    let script = "\
        for who in 1 2; do
            (for i in $(seq 30); do ip link add v$who.$i type dummy; done) &
        done
        wait
        ip -br link show | grep -c '^v'
        for i in $(seq 20); do
            ip link add same type dummy 2>/dev/null && echo mine &
            ip link add same type dummy 2>/dev/null && echo mine &
            wait
            ip link del same
        done | sort | uniq -c | tr -d ' '";
    let done = home.netloom(&["attach", "blue", "bash", "-c", script]);
    assert_eq!(done.out, "60\n20mine\n", "{}", done.err);
}

#[test]
fn programs_killed_while_they_ask_take_nothing_with_them() {
    let (home, _) = world();
    let script = "while :; do ip link add v0 type dummy; ip link del v0; done";
    for wait in [5, 20, 35, 60, 80] {
        let mut command = home.command(&["attach", "blue", "bash", "-c", script]);
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        kill("KILL", -i64::from(child.id()));
        child.wait().unwrap();
    }
    still_lives(&home);
    let script = "ip link del v0 2>/dev/null; ip link add v0 type dummy && echo whole";
    let done = home.netloom(&["attach", "blue", "bash", "-c", script]);
    assert_eq!(done.out, "whole\n", "{}", done.err);
}

#[test]
fn killed_programs_take_nothing_with_them() {
    let (home, _) = world();
    for _ in 0..10 {
        let mut command = home.command(&["attach", "blue", "netloom", "sleep", "1000"]);
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(10));
        kill("KILL", -i64::from(child.id()));
        child.wait().unwrap();
    }
    still_lives(&home);
}

#[test]
fn many_programs_at_once_are_all_served() {
    let (home, _) = world();
    let script = "for i in $(seq 40); do netloom sleep 0.1 & done; wait; echo all";
    let done = home.netloom(&["attach", "blue", "bash", "-c", script]);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("all\n", ""));
}

#[test]
fn a_command_outside_of_any_world_says_what_to_do() {
    let done = Home::new().netloom(&["sleep", "1"]);
    assert_eq!(done.code, Some(125));
    assert!(done.err.contains("netloom run SCRIPT"), "{}", done.err);
}

#[test]
fn a_command_whose_world_has_ended_says_so() {
    let (home, _) = world();
    let socket = home.place("blue").join("socket");
    home.netloom(&["stop", "blue"]);
    let mut command = home.command(&["sleep", "1"]);
    let output = command.env("NETLOOM_WORLD", &socket).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains(socket.to_str().unwrap()), "{text}");
}

#[test]
fn a_waiting_program_ends_with_its_world() {
    let (home, _) = world();
    let mut command = home.command(&["attach", "blue", "netloom", "sleep", "1000"]);
    let child = command.spawn().unwrap();
    until("the sleeper waits", || {
        let task = fs::read_to_string(format!("/proc/{0}/task/{0}/stat", child.id()));
        task.is_ok_and(|stat| stat.contains(") S "))
    });
    std::thread::sleep(Duration::from_millis(100));
    home.netloom(&["stop", "blue"]);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("the world has ended"), "{text}");
}

#[test]
fn an_interrupted_wait_ends_at_once() {
    let (home, _) = world();
    let script = "netloom sleep 1000 & sleep 0.2; kill -INT $!; wait $!";
    let done = home.netloom(&["attach", "blue", "bash", "-c", script]);
    assert_eq!(done.code, Some(130), "{}", done.err);
}

#[test]
fn an_interrupted_wait_ends_the_loop_around_it() {
    let (home, _) = world();
    let script = "while netloom sleep 1000; do :; done; echo not reached";
    let mut command = home.command(&["attach", "blue", "bash", "-c", script]);
    let child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    kill("INT", -i64::from(child.id()));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(output.stdout, b"");
}
