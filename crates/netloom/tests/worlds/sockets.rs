//! What is listed of the sockets of a world's programs.

use crate::home::Home;

#[test]
fn sockets_are_listed_with_their_states_and_the_programs_that_hold_them() {
    let script = "\
        ip link set lo up\n\
        http serve hello >/dev/null & server=$!\n\
        until ss -Htln | grep -q :80; do sleep 0.1; done\n\
        curl -s http://127.0.0.1/ >/dev/null\n\
        (sleep 5) | socat - TCP:127.0.0.1:80 &\n\
        until ss -Htn | grep -q ESTAB; do sleep 0.1; done\n\
        echo $server\n\
        ss -Htanp | tr -s ' '\n\
        netstat -tln | tail -n +3\n\
        netstat -st | grep established\n";
    let done = Home::new().run(&["--virtual-time"], script);
    let (server, listed) = done.out.split_once('\n').unwrap();
    let held = format!("users:((\"http\",pid={server},fd=3))");
    let first = listed.lines().next().unwrap_or_default();
    assert_eq!(
        first.trim_end(),
        format!("LISTEN 0 128 0.0.0.0:80 0.0.0.0:* {held}"),
        "{listed}"
    );
    let count = |what: &str| listed.lines().filter(|line| line.contains(what)).count();
    // Whoever closed first remembers the connection.
    assert_eq!(count("TIME-WAIT 0 0 127.0.0.1:"), 1, "{listed}");
    assert_eq!(count("ESTAB 0 0 127.0.0.1:"), 2, "{listed}");
    assert_eq!(count("users:((\"socat\""), 1, "{listed}");
    assert_eq!(
        count("0.0.0.0:80              0.0.0.0:*               LISTEN"),
        1,
        "{listed}"
    );
    assert_eq!(count("    2 connections established"), 1, "{listed}");
}
