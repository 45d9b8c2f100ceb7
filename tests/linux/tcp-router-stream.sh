#!/bin/bash
# A file goes through a router and comes back, whole.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip link add r0 type veth peer name eth0 netns left
ip link add r1 type veth peer name eth0 netns right
ip addr add 10.0.1.254/24 dev r0
ip addr add 10.0.2.254/24 dev r1
ip -n left addr add 10.0.1.1/24 dev eth0
ip -n right addr add 10.0.2.2/24 dev eth0
for dev in lo r0 r1; do ip link set $dev up; done
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip -n left route add default via 10.0.1.254
ip -n right route add default via 10.0.2.254
sysctl -q net.ipv4.ip_forward=1
seq 200000 > sent.txt
(ip netns exec right nc -n -l 5000 > there.txt < /dev/null) & server=$!
sleep 0.3
ip netns exec left nc -n -N 10.0.2.2 5000 < sent.txt
wait $server
(ip netns exec right nc -n -N -l 5002 < there.txt) & server=$!
sleep 0.3
ip netns exec left nc -n 10.0.2.2 5002 > back.txt < /dev/null
wait $server
cksum < sent.txt
cksum < there.txt
cksum < back.txt
# The same again by a server that has an address of its own, and a client from a port of its own.
(ip netns exec right nc -n -l 10.0.2.2 5001 > there.txt < /dev/null) & server=$!
sleep 0.3
ip netns exec left nc -n -N -s 10.0.1.1 -p 41000 10.0.2.2 5001 < sent.txt
wait $server
cksum < there.txt
rm sent.txt there.txt back.txt
