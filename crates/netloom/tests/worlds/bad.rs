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
