#!/bin/bash
# nc -z calls a range of ports and tells which are open.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip netns exec right nc -n -k -l 5001 > /dev/null < /dev/null & first=$!
ip netns exec right nc -n -k -l 5003 > /dev/null < /dev/null & second=$!
sleep 0.3
ip netns exec left nc -n -v -z 10.0.0.2 5000-5004
ip netns exec left nc -n -z 10.0.0.2 5001
ip netns exec left nc -n -z 10.0.0.2 5002
kill $first $second
wait $first $second 2>/dev/null || true
