//! `netloom explain` as its users have it: what it says, its exit codes, and fixes that hold.

use std::io::Write;
use std::process::{Command, Stdio};

/// Two hosts and a router between them that does not forward.
const NETWORK: &str = "\
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.2/24 dev a0; ip -n a link set a0 up
ip -n r addr add 10.0.1.1/24 dev r0; ip -n r link set r0 up
ip -n r addr add 10.0.2.1/24 dev r1; ip -n r link set r1 up
ip -n b addr add 10.0.2.2/24 dev b0; ip -n b link set b0 up
ip -n a route add default via 10.0.1.1
";

/// Runs lines in the network of a fresh world: what they print, and their exit code.
fn run(lines: &str) -> (String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_netloom"))
        .args(["run", "--virtual-time", "-"])
        .env_remove("NETLOOM_WORLD")
        .env_remove("NETLOOM_NETNS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(format!("{NETWORK}{lines}\n").as_bytes())
        .unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        String::from_utf8_lossy(&said).into_owned(),
        output.status.code().unwrap(),
    )
}

#[test]
fn a_packet_that_arrives_and_is_answered_exits_with_zero() {
    let (said, code) = run("netloom explain --in a 10.0.1.1");
    assert!(said.contains("=> the packet is delivered in r"), "{said}");
    assert!(said.contains("=> its answer is delivered in a"), "{said}");
    assert_eq!(code, 0);
}

#[test]
fn a_drop_names_its_reason_and_the_setting_to_blame() {
    let (said, code) = run("netloom explain --in a 10.0.2.2");
    assert!(said.contains("dropped in r at r0: this host does not forward (forwarding_off)"));
    assert!(
        said.contains("hint: r is asked to route and does not"),
        "{said}"
    );
    assert_eq!(code, 1);
}

#[test]
fn a_fix_that_is_proposed_delivers_once_it_is_made() {
    let lines = "\
netloom explain --in a 10.0.2.2 --fix >fixed
sed -n '/^fix:/,$ s/^  //p' fixed >commands; rm fixed
cat commands; . ./commands; rm commands
netloom explain --in a 10.0.2.2 --summary";
    let folder = tempfile::tempdir().unwrap();
    let (said, code) = run(&format!("cd '{}'\n{lines}", folder.path().display()));
    assert!(said.contains("sysctl -w net.ipv4.ip_forward=1"), "{said}");
    assert!(
        said.contains("ip -n b route add default via 10.0.2.1"),
        "{said}"
    );
    assert_eq!(code, 0, "{said}");
}

#[test]
fn explaining_leaves_no_trace() {
    let lines = "ip netns exec a netloom explain 10.0.1.1 >/dev/null; ip -n a neigh; ip -n a -s link show a0 | tail -1";
    let (said, _) = run(lines);
    assert!(!said.contains("10.0.1.1"), "{said}");
    assert_eq!(said.split_whitespace().collect::<Vec<_>>(), ["0"; 6]);
}

#[test]
fn json_has_a_version_and_every_form_is_written() {
    let (said, code) = run("netloom explain --in a 10.0.1.1 --format json");
    let journey: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((journey["version"].as_u64(), code), (Some(1), 0));
    assert!(journey["steps"].as_array().unwrap().len() > 10);
    let (mermaid, _) = run("netloom explain --in a 10.0.1.1 --format mermaid");
    assert!(mermaid.starts_with("sequenceDiagram\n"), "{mermaid}");
    let (dot, _) = run("netloom explain --in a 10.0.1.1 --format dot");
    assert!(
        dot.starts_with("digraph journey {") && dot.ends_with("}\n"),
        "{dot}"
    );
}

#[test]
fn a_wrong_question_exits_with_two_and_says_what_is_wrong() {
    for (line, why) in [
        ("netloom explain", "where to?"),
        (
            "netloom explain --in nowhere 10.0.1.1",
            "there is no namespace \"nowhere\"",
        ),
        (
            "netloom explain 10.0.1.1 --dev x0 --src 1.2.3.4",
            "there is no device \"x0\"",
        ),
    ] {
        let (said, code) = run(line);
        assert!(said.contains(why), "{said}");
        assert_eq!(code, 2);
    }
}
