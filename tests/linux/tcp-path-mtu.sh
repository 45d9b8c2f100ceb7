#!/bin/bash
# A narrow link behind a router: the path's MTU is learned and segments become shorter.
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
ip link set r1 mtu 1000
ip -n right link set eth0 mtu 1000
seq 30000 > sent.txt
# The narrow side tells what it takes when the connection is made.
(ip netns exec right nc -n -l 5000 > there.txt < /dev/null) & server=$!
sleep 0.3
ip netns exec left nc -n -N 10.0.2.2 5000 < sent.txt
wait $server
cksum < sent.txt
cksum < there.txt
ip -n left route get 10.0.2.2 | head -1
# In the middle of the path nobody tells, and a router has to.
ip -n right link set eth0 mtu 1500
(ip netns exec right nc -n -l 5000 > there.txt < /dev/null) & server=$!
sleep 0.3
ip netns exec left nc -n -N 10.0.2.2 5000 < sent.txt
wait $server
cksum < there.txt
ip -n left route get 10.0.2.2
rm sent.txt there.txt
