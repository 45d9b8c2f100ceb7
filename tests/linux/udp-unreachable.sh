#!/bin/bash
# A datagram to a port where nobody listens comes back as an error to a connected socket.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip netns exec left nc -n -u -v -z 10.0.0.2 5000
# The second of two says what became of the first; without -v nobody listens to it.
echo hi | ip netns exec left nc -n -u -w 1 10.0.0.2 5000
: > log
ip netns exec right tcpdump -lnnti eth0 -c2 udp or icmp > seen 2> log & dump=$!
until grep -q listening log; do sleep 0.02; done
echo hi | ip netns exec left nc -n -u -w 1 -p 40000 10.0.0.2 5000
wait $dump
cat seen
rm seen log
