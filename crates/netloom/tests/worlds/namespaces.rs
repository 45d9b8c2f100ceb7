//! Programs in namespaces: `ip netns exec` and what can be seen of it.

use crate::home::Home;

#[test]
fn commands_and_shells_run_in_the_namespace_they_were_started_in() {
    let script = "netloom ip netns add blue; \
                  netloom ip netns exec blue sh -c 'netloom ip netns identify; echo $NETLOOM_NETNS'";
    let done = Home::new().run(&[], script);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("blue\nblue\n", ""));
}

#[test]
fn the_exit_code_of_the_program_is_told() {
    let script = "netloom ip netns add blue; netloom ip netns exec blue sh -c 'exit 42'";
    assert_eq!(Home::new().run(&[], script).code, Some(42));
}

#[test]
fn a_program_can_be_found_by_its_namespace() {
    let script = "netloom ip netns exec blue /bin/sleep 100 & \
                  for i in $(seq 500); do \
                  [ \"$(cat /proc/$!/comm)\" = sleep ] && break; /bin/sleep 0.01; done; \
                  [ \"$(netloom ip netns pids blue)\" = $! ] && echo found; \
                  netloom ip netns identify $!";
    let done = Home::new().run(&[], &format!("netloom ip netns add blue; {script}"));
    assert!(
        done.out.ends_with("found\nblue\n"),
        "{} {}",
        done.out,
        done.err
    );
}

#[test]
fn a_signal_to_netns_exec_reaches_the_program() {
    let script = "netloom ip netns add blue; \
                  netloom ip netns exec blue bash -c 'trap \"echo caught; exit 3\" TERM; \
                  echo ready; while :; do sleep 0.01; done' > ready & \
                  for i in $(seq 500); do \
                  grep -qs ready ready && break; sleep 0.01; done; kill $!; wait $!; echo $?; cat ready";
    let script = format!("cd $(mktemp -d); {script}; rm ready");
    let done = Home::new().run(&[], &script);
    assert_eq!(done.out, "3\nready\ncaught\n", "{}", done.err);
}
