#!/bin/bash
# A listener that keeps on takes one caller after the other.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip netns exec right nc -n -v -k -l 5000 > heard.txt 2> said.txt < /dev/null & server=$!
sleep 0.3
for port in 40001 40002 40003; do echo from $port | ip netns exec left nc -n -N -p $port 10.0.0.2 5000; done
sleep 0.2
kill $server
wait $server 2>/dev/null || true
cat said.txt heard.txt
rm said.txt heard.txt
