//! What it answers, its exit codes, and fixes that hold.

use crate::world;

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
    world::run(&format!("{NETWORK}{lines}\n"))
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
    let (said, code) = run(lines);
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
fn a_wrong_question_exits_with_two_and_says_what_is_wrong() {
    for (line, why) in [
        ("netloom explain", "where to?"),
        (
            "netloom explain 10.0.1.1 --nonsense",
            "\"--nonsense\" is no option",
        ),
        ("netloom explain 10.0.1.1 --ttl", "--ttl needs a value"),
        ("netloom explain 10.0.1.1 --ttl 0", "a number from 1 to 255"),
        (
            "netloom explain 10.0.1.1 --fix --format dot",
            "--fix is told as text or JSON",
        ),
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
