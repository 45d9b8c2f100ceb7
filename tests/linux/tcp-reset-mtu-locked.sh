#!/bin/bash
# A reset and the answer to a SYN must not be cut, though the MTU of their route is locked; what a
# connection sends may be.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip link add l0 type veth peer name eth0 netns left
ip addr add 10.0.0.2/24 dev l0
ip -n left addr add 10.0.0.1/24 dev eth0
ip link set l0 up
ip -n left link set eth0 up
ip route change 10.0.0.0/24 dev l0 src 10.0.0.2 mtu lock 1000
: >log
tcpdump -vlni l0 -c1 'tcp[tcpflags] & tcp-rst != 0' >seen 2>log &
until grep -q listening log; do sleep 0.02; done
ip netns exec left nc -z -w1 10.0.0.2 81
wait
grep -o 'flags \[[^]]*\], proto TCP' seen
echo hello | nc -l -N 10.0.0.2 80 >/dev/null &
until ss -tln | grep -q ':80 '; do sleep 0.02; done
: >log
tcpdump -vlni l0 -c2 'src 10.0.0.2 and (tcp[tcpflags] & (tcp-syn|tcp-push) != 0)' >seen 2>log &
tap=$!
until grep -q listening log; do sleep 0.02; done
ip netns exec left nc -w1 10.0.0.2 80 </dev/null
wait $tap
grep -o 'flags \[[^]]*\], proto TCP' seen
