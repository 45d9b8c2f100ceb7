//! Worlds with a name: `--name`, `attach`, `list`, `stop`.

use crate::home::{Home, kill, until};
use std::fs;
use std::time::Duration;

#[test]
fn a_named_world_lives_on_until_it_is_stopped() {
    let home = Home::new();
    assert_eq!(
        home.run(&["--name", "blue"], "netloom ip netns add red; exit 4")
            .code,
        Some(4)
    );
    let listed = home.netloom(&["list"]);
    let line: Vec<&str> = listed
        .out
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!((line[0], line[3], line[4]), ("blue", "real", "red"));
    assert_eq!(
        home.netloom(&["attach", "blue", "netloom", "ip", "netns"])
            .out,
        "red\n"
    );
    assert_eq!(home.netloom(&["stop", "blue"]).code, Some(0));
    assert!(home.left().is_empty());
    assert_eq!(home.netloom(&["list"]).out, "no world runs\n");
}

#[test]
fn a_name_can_be_taken_once() {
    let home = Home::new();
    home.run(&["--name", "blue"], "");
    let again = home.run(&["--name", "blue"], "echo not reached");
    assert_eq!((again.code, again.out.as_str()), (Some(125), ""));
    assert!(again.err.contains("netloom attach blue"), "{}", again.err);
}

#[test]
fn a_bad_name_is_refused_with_the_rule() {
    let done = Home::new().run(&["--name", "../x"], "echo not reached");
    assert_eq!((done.code, done.out.as_str()), (Some(125), ""));
    assert!(done.err.contains("letters, digits"), "{}", done.err);
}

#[test]
fn what_is_not_there_can_be_neither_entered_nor_stopped() {
    let home = Home::new();
    home.run(&["--name", "blue"], "");
    for verb in ["attach", "stop"] {
        let done = home.netloom(&[verb, "red"]);
        assert_eq!(done.code, Some(125));
        let text = "netloom: there is no world called red; there are: blue\n";
        assert_eq!(done.err, text);
    }
}

#[test]
fn attach_gives_the_commands_exit_code() {
    let home = Home::new();
    home.run(&["--name", "blue"], "");
    let code = |command: &[&str]| home.netloom(&[&["attach", "blue"], command].concat()).code;
    assert_eq!(code(&["sh", "-c", "exit 9"]), Some(9));
    assert_eq!(code(&["/no/such/command"]), Some(127));
    assert_eq!(code(&["/etc/passwd"]), Some(126));
}

#[test]
fn a_killed_world_leaves_nothing_that_is_in_the_way() {
    let home = Home::new();
    home.run(&["--name", "blue"], "");
    let listed = home.netloom(&["list"]).out;
    let pid = listed
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap();
    kill("KILL", pid.parse().unwrap());
    until("the process has ended", || {
        // Whoever adopted it may not have collected it.
        fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |s| s.contains(") Z "))
    });
    assert_eq!(home.left(), ["blue"]);
    assert_eq!(home.netloom(&["list"]).out, "no world runs\n");
    assert!(home.left().is_empty());
    assert_eq!(home.run(&["--name", "blue"], "").code, Some(0));
}

#[test]
fn a_world_told_to_terminate_cleans_up() {
    let home = Home::new();
    home.run(&["--name", "blue"], "");
    let listed = home.netloom(&["list"]).out;
    let pid = listed
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap();
    kill("TERM", pid.parse().unwrap());
    until("the world has ended", || home.left().is_empty());
}

#[test]
fn a_running_script_can_be_stopped_from_outside() {
    let home = Home::new();
    let mut child = home.start(&["run"], "/bin/sleep 1000");
    let name = format!("run-{}", child.id());
    until("the world is there", || {
        home.netloom(&["list"]).out.contains(&name)
    });
    assert_eq!(home.netloom(&["stop", &name]).code, Some(0));
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn an_interrupted_script_leaves_its_named_world_alone() {
    let home = Home::new();
    let mut child = home.start(&["run", "--name", "blue"], "/bin/sleep 1000");
    until("the world is there", || {
        home.netloom(&["list"]).out.contains("blue")
    });
    std::thread::sleep(Duration::from_millis(200));
    kill("INT", child.id().into());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(home.netloom(&["list"]).out.contains("blue"));
}

#[test]
fn a_world_that_does_not_answer_is_stopped_by_a_signal() {
    let home = Home::new();
    home.run(&["--name", "blue"], "");
    let listed = home.netloom(&["list"]).out;
    let pid = listed.lines().nth(1).unwrap().split_whitespace().nth(1);
    kill("STOP", pid.unwrap().parse().unwrap());
    let done = home.netloom(&["stop", "blue"]);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
    assert_eq!(home.netloom(&["list"]).out, "no world runs\n");
}
