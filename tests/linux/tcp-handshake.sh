#!/bin/bash
# A connection in full: three segments make it, data is acknowledged, a FIN from each side ends it.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
: > log
ip netns exec right tcpdump -lnnti eth0 -c8 tcp > seen 2> log & dump=$!
until grep -q listening log; do sleep 0.02; done
ip netns exec right timeout 5 nc -n -l 5000 < <(sleep 1) > heard.txt & server=$!
sleep 0.3
(echo hello; sleep 0.2) | ip netns exec left nc -n -N -p 40000 10.0.0.2 5000
wait $server
wait $dump
cat heard.txt
# Numbers and clocks are drawn at random, the scale of windows follows from the machine's memory.
sed -E 's/(\[S\.?\],) seq [0-9]+(, ack [0-9]+)?/\1 seq S/; s/val [0-9]+ ecr [0-9]+/val V ecr E/; s/wscale [0-9]+/wscale W/; s/(\[[^S]*\],.*) win [0-9]+,/\1/' seen
rm seen log heard.txt
