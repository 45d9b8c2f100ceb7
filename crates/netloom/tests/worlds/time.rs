//! `--virtual-time`.

use crate::home::Home;
use std::time::{Duration, Instant};

#[test]
fn five_minutes_are_over_at_once() {
    let start = Instant::now();
    let done = Home::new().run(&["--virtual-time"], "sleep 300; sleep 1m 0.5; echo over");
    assert_eq!((done.code, done.out.as_str()), (Some(0), "over\n"));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn sleepers_wake_in_the_order_of_their_times() {
    let script = "(sleep 3; echo c) & (sleep 1; echo a) & (sleep 2; echo b) & wait; echo d";
    for _ in 0..5 {
        assert_eq!(
            Home::new().run(&["--virtual-time"], script).out,
            "a\nb\nc\nd\n"
        );
    }
}

#[test]
fn time_stands_still_while_anybody_works() {
    // The background sleeper must not wake while the shell computes or starts the next command.
    let script = "(sleep 1; echo late) & \
                  for ((i = 0; i < 100000; i++)); do :; done; \
                  for i in 1 2 3 4 5; do /bin/true; (:) | cat; done; \
                  echo early; wait";
    for _ in 0..3 {
        assert_eq!(
            Home::new().run(&["--virtual-time"], script).out,
            "early\nlate\n"
        );
    }
}

#[test]
fn an_orphan_that_works_holds_the_time_as_well() {
    let script = "(setsid bash -c 'for ((i = 0; i < 200000; i++)); do :; done; echo early' &); \
                  sleep 1; echo late";
    assert_eq!(
        Home::new().run(&["--virtual-time"], script).out,
        "early\nlate\n"
    );
}

#[test]
fn real_time_takes_its_time() {
    let start = Instant::now();
    Home::new().run(&[], "netloom sleep 0.4");
    assert!(start.elapsed() >= Duration::from_millis(400));
}

#[test]
fn a_named_world_can_have_virtual_time_too() {
    let home = Home::new();
    let start = Instant::now();
    home.run(&["--name", "fast", "--virtual-time"], "sleep 1000");
    let done = home.netloom(&["attach", "fast", "sh", "-c", "sleep 1000; echo over"]);
    assert_eq!(done.out, "over\n");
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn timeout_counts_the_worlds_time() {
    let script = "timeout 100 sleep 1000; echo $?; timeout 100 sleep 10; echo $?; \
                  timeout -s INT 1 sleep 5; echo $?; timeout 5 sh -c 'exit 3'; echo $?; \
                  timeout 5 /no/such/command; echo $?; timeout 1; echo $?";
    let done = Home::new().run(&["--virtual-time"], script);
    assert_eq!(done.out, "124\n0\n124\n3\n127\n125\n", "{}", done.err);
}
