#!/bin/bash
# From which address an ICMP error comes, which routes refuse with which, and who is answered.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip link add r0 address 02:00:00:00:00:10 type veth peer name eth0 address 02:00:00:00:00:01 netns left
ip link add r1 address 02:00:00:00:00:20 type veth peer name eth0 address 02:00:00:00:00:02 netns right
ip addr add 10.0.1.254/24 dev r0
ip addr add 10.0.2.254/24 dev r1
for n in 1 2 3 4 5; do ip -n left addr add 10.0.1.$n/24 dev eth0; done
ip -n right addr add 10.0.2.2/24 dev eth0
for dev in lo r0 r1; do ip link set $dev up; done
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip -n left route add default via 10.0.1.254
for n in 1 2; do ip -n left addr add 172.16.0.$n/32 dev lo; ip route add 172.16.0.$n via 10.0.2.2; done
sysctl -q net.ipv4.ip_forward=1
: the way to the sender gives the address
ip netns exec left ping -c1 -W0.1 -t1 10.0.2.2 | grep From
from() {
    : >log
    ip netns exec right tcpdump --immediate-mode -lnti eth0 -c1 icmp >seen 2>log &
    until grep -q listening log; do sleep 0.02; done
    ip netns exec left ping -q -c1 -W0.1 -I $1 10.9.0.1 >/dev/null
    sleep 0.1
    kill $! 2>/dev/null
    wait
    cat seen
}
from 172.16.0.1
sysctl net.ipv4.icmp_errors_use_inbound_ifaddr=1
from 172.16.0.2
: routes that refuse
ip route add prohibit 10.9.0.2
ip route add unreachable 10.9.0.3
ip route add blackhole 10.9.0.4
for n in 2 3 4 5; do ip netns exec left ping -c1 -W0.1 -I 10.0.1.$n 10.9.0.$n | grep From; done
: an address that is not there
ip netns exec left ping -q -c1 -W0.1 -I 10.7.7.7 10.0.1.254
ip netns exec left sysctl net.ipv4.ip_nonlocal_bind=1
ip route add 10.7.7.7 via 10.0.1.1
ip netns exec left ping -q -c1 -W0.1 -I 10.7.7.7 10.0.1.254 | grep transmitted
: a ping that nobody answers
sysctl net.ipv4.icmp_echo_ignore_all=1
ip netns exec left ping -q -c1 -W0.1 10.0.1.254 | grep transmitted
sysctl net.ipv4.icmp_echo_ignore_all=0
ip netns exec left ping -q -c1 -W0.1 10.0.1.254 | grep transmitted
