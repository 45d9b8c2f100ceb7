//! `netloom check`: which sentences hold, its exit codes, and what it says of files that are wrong.

use crate::world;

/// Two hosts and a router between them that forwards what its rules accept.
const NETWORK: &str = "\
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.2/24 dev a0; ip -n a link set a0 up
ip -n r addr add 10.0.1.1/24 dev r0; ip -n r link set r0 up
ip -n r addr add 10.0.2.1/24 dev r1; ip -n r link set r1 up
ip -n b addr add 10.0.2.2/24 dev b0; ip -n b link set b0 up
ip -n a route add default via 10.0.1.1
ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip netns exec r iptables -A FORWARD -p tcp --dport 22 -j DROP
ip netns exec r iptables -t nat -A PREROUTING -d 10.0.1.1 -p tcp --dport 80 -j DNAT --to 10.0.2.2:8080
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -m mark --mark 5 -j SNAT --to 10.0.2.99
ip netns exec r iptables -t mangle -A FORWARD -s 10.0.1.2 -p udp --dport 5 -j MARK --set-mark 5
ip netns exec r iptables -A FORWARD -p icmp -m mark --mark 0 -m length --length 1000: -m u32 --u32 '4=7' -j DROP
";

/// Holds sentences to the network: what is said, and the exit code.
fn check(sentences: &str) -> (String, i32) {
    let script = format!("{NETWORK}cat >f <<'END'\n{sentences}\nEND\nnetloom check f\n");
    world::run(&script)
}

#[test]
fn a_sentence_that_holds_exits_with_zero() {
    for sentence in [
        "a reaches b",
        "a reaches 10.0.2.2 tcp 80, over r/r1, not over r/lo, at b",
        "a and b reach r",
        "anyone reaches 10.0.1.1",
        "a must not reach b tcp 22",
        "a must not reach b:22, because rule_drop",
        "a must not reach 10.0.2.2/31 tcp 22",
        "a reaches 10.0.1.1:80, to 10.0.2.2:8080, at b",
        "a reaches b udp 5, as 10.0.2.99",
        "outside r/r0 reaches b src 10.0.1.77, leaving by r0 # not so: see below",
        "host must not reach b",
        "",
    ] {
        let expected = i32::from(sentence.contains("not so"));
        let (said, code) = check(sentence);
        assert_eq!(code, expected, "{sentence}: {said}");
    }
}

#[test]
fn a_sentence_that_does_not_hold_exits_with_one_and_says_why() {
    for (sentence, why) in [
        (
            "a reaches b tcp 22",
            "r/r0: rule 1 of chain FORWARD in table filter of r (handle 2): -p tcp -m tcp --dport 22 -j DROP",
        ),
        (
            "a reaches b tcp 22",
            "fix: ip netns exec r iptables -I FORWARD 1",
        ),
        (
            "a must not reach b tcp 23",
            "it comes to b, where no program listens: nothing kept it off",
        ),
        ("a must not reach b", "r/r0: ip filter FORWARD"),
        ("a reaches b tcp 23, listening", "no socket listens there"),
        (
            "a reaches b, over r/eth7",
            "it goes over a/a0, r/r0, r/r1, b/b0, not over r/eth7",
        ),
        ("a reaches b, not over r1", "it goes over r1"),
        (
            "a reaches b udp 5, as 10.0.1.2",
            "it comes as 10.0.2.99, not as 10.0.1.2",
        ),
        (
            "a reaches 10.0.1.1:80, to 10.0.2.2:80",
            "it is sent on to 10.0.2.2:8080, not to 10.0.2.2:80",
        ),
        (
            "a reaches r:80",
            "is dropped in b at b0: no socket listens there (no_socket), not in r",
        ),
        (
            "a must not reach b tcp 22, because no_route",
            "not for no_route",
        ),
        ("anyone must not reach b tcp 80", "and 1 more packet of 2"),
    ] {
        let (said, code) = check(sentence);
        assert!(said.contains(why), "{sentence}: {said}");
        assert_eq!(code, 1, "{sentence}");
    }
}

#[test]
fn what_leaves_is_unknown_unless_leaving_is_all_that_is_asked() {
    let uplink = "ip -n r link add wan type dummy; ip -n r link set wan up; ip -n r route add default dev wan";
    let check = |sentences: &str| {
        world::run(&format!(
            "{NETWORK}{uplink}\nprintf '{sentences}\\n' | netloom check -"
        ))
    };
    let (said, code) = check("a reaches b\\na reaches 8.8.8.8");
    assert!(
        said.contains("it left r by wan: unknown from there"),
        "{said}"
    );
    assert!(said.ends_with("1 passed, 1 unknown\n"), "{said}");
    assert_eq!(code, 3);
    assert_eq!(check("a reaches 8.8.8.8, leaving by r/wan").1, 0);
    let (said, code) = check("a reaches 8.8.8.8, leaving by r1");
    assert!(said.contains("not by r1"), "{said}");
    assert_eq!(code, 1);
    let (said, code) = check("a must not reach 8.8.8.8\\na reaches 8.8.8.8");
    assert!(said.contains("and nothing here stops it"), "{said}");
    assert_eq!(code, 1);
}

#[test]
fn a_file_that_is_wrong_exits_with_two_and_names_the_places() {
    for (sentence, why) in [
        (
            "# first\na sees b",
            "f:2:3: \"sees\": wanted reaches, or must not reach",
        ),
        (
            "nobody reaches b",
            "f:1:1: nobody here is called \"nobody\": there are a, b, host, r",
        ),
        (
            "a reaches b tcp 80 mark x",
            "f:1:25: mark x: wanted a number",
        ),
        (
            "a reaches b tcp 80 ttl",
            "f:1:23: the line ends: wanted the value of ttl",
        ),
        (
            "a reaches b tcp 80, from b",
            "f:1:21: \"from\": wanted as, at, to",
        ),
        ("a reaches b tcp 99999", "f:1:17: \"99999\": wanted icmp"),
        (
            "a reaches b, because rule_drop",
            "f:1:14: what arrives has no reason",
        ),
        (
            "a must not reach b, over r1",
            "f:1:21: what must not arrive",
        ),
        (
            "a must not reach b, because x",
            "f:1:29: \"x\" is no reason to drop",
        ),
        (
            "outside r/r0 reaches b",
            "f:1:23: what comes from outside needs src ADDRESS",
        ),
        (
            "a reaches 172.16.0.0/12",
            "f:1:24: nobody else here has an address in 172.16.0.0/12",
        ),
        ("a reaches a", "f:1:1: this is about no packet at all"),
        (
            "a reaches b src 9.9.9.9",
            "f:1:1: the source is no address of this namespace",
        ),
    ] {
        let (said, code) = check(sentence);
        assert!(said.contains(why), "{sentence}: {said}");
        assert_eq!(code, 2, "{sentence}");
    }
    for (words, why) in [
        ("check", "which file?"),
        ("check f --frob", "\"--frob\" is no option"),
        ("check absent", "absent: No such file or directory"),
    ] {
        let (said, code) = world::run(&format!("netloom {words}"));
        assert!(said.contains(why), "{said}");
        assert_eq!(code, 2);
    }
}
