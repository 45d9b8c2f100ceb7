//! `netloom run`.

use crate::home::{Done, Home, kill, until};
use std::fs;
use std::process::Command;

#[test]
fn a_script_gets_its_arguments_and_its_exit_code_is_told() {
    let home = Home::new();
    let script = home.file("args.sh");
    fs::write(&script, "echo \"$# $1\"; exit 7\n").unwrap();
    let done = home.netloom(&["run", script.to_str().unwrap(), "--", "-x", "y z"]);
    assert_eq!((done.code, done.out.as_str()), (Some(7), "2 -x\n"));
    assert!(home.left().is_empty());
}

#[test]
fn the_interpreter_is_the_one_that_the_first_line_names() {
    let done = Home::new().run(&[], "#!/bin/sed s/^a/b/\na line\n");
    assert_eq!(done.out, "#!/bin/sed s/^a/b/\nb line\n");
    let done = Home::new().run(&[], "#!/no/such/shell\n");
    assert_eq!(done.code, Some(127));
    assert!(done.err.contains("/no/such/shell"), "{}", done.err);
}

#[test]
fn without_a_first_line_it_is_bash_with_the_worlds_commands_first() {
    let done = Home::new().run(&[], "echo ${BASH_VERSION:+bash}; command -v netloom");
    let (shell, path) = done.out.split_once('\n').unwrap();
    assert_eq!(shell, "bash");
    assert!(path.trim().ends_with("/bin/netloom"), "{path}");
}

#[test]
fn a_script_that_a_signal_killed_gives_its_number_and_128() {
    assert_eq!(Home::new().run(&[], "kill -KILL $$").code, Some(137));
}

#[test]
fn a_script_that_is_not_there_is_named() {
    let done = Home::new().netloom(&["run", "/no/such/script"]);
    assert_eq!(done.code, Some(125));
    assert!(done.err.contains("/no/such/script"), "{}", done.err);
}

#[test]
fn a_world_ends_with_its_script_and_all_that_the_script_left_running() {
    let home = Home::new();
    let left = home.run(&[], "/bin/sleep 1000 & echo $!; exit 3");
    assert_eq!(left.code, Some(3));
    assert!(!alive(left.out.trim()));
    assert!(home.left().is_empty());
}

#[test]
fn an_orphan_ends_with_its_world_too() {
    let left = Home::new().run(&[], "(setsid /bin/sleep 1000 & echo $!)");
    assert!(!alive(left.out.trim()));
}

#[test]
fn a_terminals_interrupt_ends_the_script_and_the_world() {
    let home = Home::new();
    let child = home.start(&["run"], "/bin/sleep 1000; echo not reached");
    wait_for_sleep(&home);
    kill("INT", -i64::from(child.id()));
    let done = Done::of(child.wait_with_output().unwrap());
    assert_eq!((done.code, done.out.as_str()), (Some(130), ""));
    assert!(home.left().is_empty());
}

#[test]
fn a_signal_to_netloom_alone_reaches_the_script() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let home = Home::new();
        let child = home.start(&["run"], "/bin/sleep 1000; echo not reached");
        wait_for_sleep(&home);
        kill(signal, i64::from(child.id()));
        let done = Done::of(child.wait_with_output().unwrap());
        assert_eq!((done.code, done.out.as_str()), (Some(code), ""), "{signal}");
        assert!(home.left().is_empty());
    }
}

/// As in a container, whose session was begun outside of it.
#[test]
fn a_signal_reaches_the_script_where_the_session_is_out_of_sight() {
    let home = Home::new();
    let apart = ["-Urpf", "--mount-proc", "--kill-child"];
    let can = Command::new("unshare").args(apart).arg("true").status();
    if !can.is_ok_and(|status| status.success()) {
        eprintln!("not tested: unshare(1) makes no pid namespace here");
        return;
    }
    let script = home.file("script.sh");
    fs::write(
        &script,
        "kill -s INT $PPID; /bin/sleep 1000; echo not reached",
    )
    .unwrap();
    let output = Command::new("unshare")
        .args(apart)
        .args([
            env!("CARGO_BIN_EXE_netloom"),
            "run",
            script.to_str().unwrap(),
        ])
        .env("XDG_RUNTIME_DIR", home.file(""))
        .env_remove("NETLOOM_WORLD")
        .output();
    let done = Done::of(output.unwrap());
    assert_eq!(
        (done.code, done.out.as_str()),
        (Some(130), ""),
        "{}",
        done.err
    );
}

#[test]
fn two_worlds_at_once_do_not_see_each_other() {
    let home = Home::new();
    let start = |ttl: u8| {
        let script = format!(
            "netloom sysctl -q -w net.ipv4.ip_default_ttl={ttl}; sleep 0.3; \
             netloom sysctl -n net.ipv4.ip_default_ttl"
        );
        home.start(&["run"], &script)
    };
    let (one, two) = (start(11), start(22));
    for (child, ttl) in [(one, "11\n"), (two, "22\n")] {
        let done = Done::of(child.wait_with_output().unwrap());
        assert_eq!(done.out, ttl, "{}", done.err);
    }
}

#[test]
fn a_command_whose_reader_has_gone_ends_quietly() {
    let done = Home::new().run(
        &[],
        "set -o pipefail; for i in 1 2 3; do netloom ip link; done | head -n 1",
    );
    assert_eq!(done.err, "");
    assert_eq!(done.out.lines().count(), 1);
}

#[test]
fn sudo_runs_the_worlds_own_commands() {
    let done = Home::new().run(&[], "sudo -E A=b sh -c 'echo $A; command -v netloom'");
    let (value, path) = done.out.split_once('\n').unwrap();
    assert_eq!(value, "b");
    assert!(path.contains("/netloom/run-"), "{path}");
}

#[test]
fn a_network_command_that_netloom_lacks_is_not_the_machines() {
    let done = Home::new().run(&[], "wg show; echo $?");
    assert_eq!(done.out, "127\n");
    assert!(done.err.starts_with("wg: "), "{}", done.err);
}

fn wait_for_sleep(home: &Home) {
    until("the script sleeps", || {
        let Some(world) = home.left().pop() else {
            return false;
        };
        let socket = home.place(&world).join("socket");
        processes().any(|pid| {
            let read = |what: &str| fs::read(format!("/proc/{pid}/{what}")).unwrap_or_default();
            let environment = String::from_utf8_lossy(&read("environ")).into_owned();
            read("comm") == b"sleep\n" && environment.contains(socket.to_str().unwrap())
        })
    });
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
}

fn alive(pid: &str) -> bool {
    assert!(pid.parse::<u32>().is_ok(), "{pid:?}");
    fs::exists(format!("/proc/{pid}")).unwrap()
}

#[test]
fn what_prints_where_nobody_reads_ends_like_others() {
    // The reader says when it has closed its end; 141 is the end by SIGPIPE.
    for verb in ["list", "doctor", "snapshot --script"] {
        let script = format!(
            "set -o pipefail; closed=$(mktemp -u); mkfifo $closed
             (read line < $closed; netloom {verb}) | {{ exec <&-; echo > $closed; }}
             echo $?; rm $closed"
        );
        let done = Home::new().run(&[], &script);
        assert_eq!(done.out, "141\n", "{verb}: {}", done.err);
    }
}
