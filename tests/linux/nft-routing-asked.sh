#!/bin/bash
# ipv6
# fib and rt: what routing would say of addresses, and what it said.
ip netns add left
ip netns add right
ip link add l0 type veth peer name l1 netns left
ip link add r0 type veth peer name r1 netns right
for dev in lo l0 r0; do ip link set $dev up; done
ip -n left link set l1 up
ip -n right link set r1 up
ip addr add 10.1.0.1/24 dev l0
ip addr add 10.2.0.1/24 dev r0
ip -n left addr add 10.1.0.2/24 dev l1
ip -n left addr add 10.2.0.9/32 dev l1
ip -n right addr add 10.2.0.2/24 dev r1
ip -n left route add default via 10.1.0.1
ip -n right route add default via 10.2.0.1
ip addr add fd00:1::1/64 dev l0 nodad
ip -n left addr add fd00:1::2/64 dev l1 nodad
for dev in all default l0 r0; do sysctl -qw net.ipv4.conf.$dev.rp_filter=0; done
sysctl -qw net.ipv4.ip_forward=1
ip neigh add 10.2.0.9 dev r0 lladdr 02:00:00:00:00:0f
nft -f - <<END
table inet t {
    chain pre {
        type filter hook prerouting priority 0
        meta l4proto { icmp, icmpv6 } jump asked
    }
    chain asked {
        icmp type != echo-request return
        icmpv6 type != echo-request return
        fib saddr . iif oif missing counter
        fib saddr . iif oif exists counter
        fib saddr oif "l0" counter
        fib saddr oif "r0" counter
        fib saddr oifname "l0" counter
        fib saddr type unicast counter
        fib saddr type local counter
        fib daddr type local counter
        fib daddr type unicast counter
        fib daddr . iif type local counter
        fib daddr . iif type != local counter
        fib daddr type { local, broadcast, multicast } counter
        fib daddr oif exists counter
        fib daddr oifname "r0" counter
    }
    chain forward {
        type filter hook forward priority 0
        rt ip nexthop 10.2.0.2 counter
        rt ip nexthop 10.1.0.2 counter
        rt classid 0 counter
        tcp flags syn rt mtu 1460 counter
    }
}
END
seen() { echo "# $1"; nft list table inet t | sed -nE 's/^\t\t(.*) counter packets ([0-9]+) .*/\2 \1/p'; }
p() { ip netns exec left ping -q -c 1 -W 1 "$@" >log; }
p 10.1.0.1
seen "to this host"
p 10.2.0.1
seen "to its address on the other device"
p 10.2.0.2
seen "through it"
p -I 10.2.0.9 10.1.0.1
seen "from elsewhere"
p fd00:1::1
seen "by IPv6"
