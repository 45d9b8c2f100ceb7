#!/bin/bash
# ipv6
# TCP over IPv6, to a host on the link and to oneself.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip -n left addr add 2001:db8::1/64 dev eth0 nodad
ip -n right addr add 2001:db8::2/64 dev eth0 nodad
seq 20000 > sent.txt
(ip netns exec right nc -n -6 -l 5000 > there.txt < /dev/null) & server=$!
sleep 0.3
ip netns exec left nc -n -v -N 2001:db8::2 5000 < sent.txt
wait $server
cksum < sent.txt
cksum < there.txt
ip netns exec left nc -n -v 2001:db8::2 5001 < /dev/null
ip netns exec left nc -n -v ::1 5001 < /dev/null
ip netns exec left nc -n -v 2001:db8:1::2 5001 < /dev/null
rm sent.txt there.txt
