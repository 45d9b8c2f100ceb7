#!/bin/bash
# One direction of a connection can end before the other.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
# The client says all it has to say and tells so; the server still answers.
(ip netns exec right nc -n -l 5000 < <(sleep 0.7; echo late answer; sleep 0.3) > asked.txt) & server=$!
sleep 0.3
echo question | ip netns exec left nc -n -N 10.0.0.2 5000
wait $server || true
cat asked.txt
# The other way round: the server ends first, the client goes on.
(echo short | ip netns exec right nc -n -N -l 5000 > asked.txt) & server=$!
sleep 0.3
(sleep 0.5; echo afterwards) | ip netns exec left nc -n -N 10.0.0.2 5000
wait $server
cat asked.txt
rm asked.txt
