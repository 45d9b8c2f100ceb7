#!/bin/bash
# Where a socket listens: at one address, at all, and not where the host has none.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip -n right addr add 10.0.0.3/24 dev eth0
ip netns exec right nc -n -k -l 10.0.0.3 5000 > three.txt < /dev/null & first=$!
sleep 0.3
ip netns exec left nc -n -v -z 10.0.0.2 5000
ip netns exec left nc -n -v -z 10.0.0.3 5000
# The address itself goes before all addresses.
ip netns exec right nc -n -k -l 5000 > any.txt < /dev/null & second=$!
sleep 0.3
echo to three | ip netns exec left nc -n -N 10.0.0.3 5000
echo to two | ip netns exec left nc -n -N 10.0.0.2 5000
echo to itself | ip netns exec right nc -n -N 127.0.0.1 5000
sleep 0.2
cat three.txt any.txt
ip netns exec right nc -n -l 10.0.0.99 5000 < /dev/null
kill $first $second
wait $first $second 2>/dev/null || true
rm three.txt any.txt
