#!/bin/bash
# Options of TCP and IPv4, and what goes with packets: users, hours, kinds and types of devices.
ip netns add left
ip link add l0 type veth peer name l1 netns left
for dev in lo l0; do ip link set $dev up; done
ip -n left link set l1 up
ip addr add 10.1.0.1/24 dev l0
ip -n left addr add 10.1.0.2/24 dev l1
nft -f - <<END
table ip t {
    chain in {
        type filter hook input priority 0
        tcp flags syn tcp option maxseg exists counter
        tcp flags syn tcp option maxseg size 1460 counter
        tcp flags syn tcp option maxseg size 1-1000 counter
        tcp flags syn tcp option sack-perm exists counter
        tcp flags syn tcp option window count >= 0 counter
        tcp flags syn tcp option timestamp missing counter
        tcp flags syn tcp option 99 exists counter
        icmp type echo-request meta iifkind "veth" counter
        icmp type echo-request meta iiftype ether counter
        icmp type echo-request meta iifkind "dummy" counter
        icmp type echo-request meta cpu < 1000 counter
        icmp type echo-request meta day { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" } counter
        icmp type echo-request meta time > "2020-01-01 00:00:00" counter
        icmp type echo-request meta time > "2100-01-01 00:00:00" counter
        icmp type echo-request meta random >= 0 counter
        icmp type echo-request meta rtclassid 0 counter
        icmp type echo-request ct count 2 counter
        icmp type echo-request ct count over 2 counter
    }
    chain out {
        type filter hook output priority 0
        icmp type echo-request meta skuid 0 counter
        icmp type echo-request meta skgid 0 counter
        icmp type echo-request meta skuid != 0 counter
        icmp type echo-reply meta skuid 0 counter
        icmp type echo-reply meta skuid != 0 counter
    }
}
END
for n in 1 2 3; do ip netns exec left ping -q -c 1 10.1.0.1 >log; done
ping -q -c 1 10.1.0.2 >log
ip netns exec left nc -w 1 10.1.0.1 80
nft list table ip t | grep counter
