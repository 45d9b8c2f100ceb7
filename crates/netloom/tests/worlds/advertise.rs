//! `netloom advertise`: a router is set up by a line, and hosts find it.

use crate::home::Home;

/// A router and a host on a cable.
const CABLE: &str = "\
ip netns add r
ip link add h0 address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:02
ip link set h0 up; ip -n r link set r0 up
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
sleep 4
";

fn run(script: &str) -> String {
    let done = Home::new().run(&["--virtual-time"], &format!("{CABLE}{script}"));
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
    done.out
}

#[test]
fn hosts_take_addresses_and_routes_from_a_namespace_that_advertises() {
    let out = run("\
ip netns exec r netloom advertise dev r0 prefix 2001:db8:1::/64 mtu 1400 preference high
sleep 4
ip -6 -br addr show dev h0 scope global | tr -s ' '
ip -6 route show default | sed 's/expires [0-9]*sec/expires SOON/'
rdisc6 -1 h0 | sed -n '3,$p' | grep -E 'preference|Prefix|MTU|from'
netloom advertise -n r
netloom advertise -n r dev r0 off
sleep 1
ip -6 route show default
netloom advertise -n r
");
    let expected = "\
h0@if2 UP 2001:db8:1::ff:fe00:1/64 
default via fe80::ff:fe00:2 dev h0 proto ra metric 1024 expires SOON mtu 1400 hoplimit 64 pref high
Router preference         :         high
 MTU                      :         1400 bytes (valid)
 Prefix                   : 2001:db8:1::/64
 from fe80::ff:fe00:2
dev r0 lifetime 1800 preference high hoplimit 64 interval 200 600 mtu 1400
    prefix 2001:db8:1::/64 valid 2592000 preferred 604800
";
    assert_eq!(out, expected);
}

#[test]
fn what_it_does_not_understand_is_named() {
    let home = Home::new();
    let done = home.run(&[], "netloom advertise dev nodev lifetime 1800");
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("nodev"), "{}", done.err);
    let done = home.run(&[], "netloom advertise dev lo mtu 1000");
    assert!(done.err.contains("1280"), "{}", done.err);
    let done = home.run(&[], "netloom advertise frobnicate");
    assert!(done.err.contains("frobnicate"), "{}", done.err);
}
