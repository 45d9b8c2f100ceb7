#!/bin/bash
# Datagrams there and back; a listener takes the first sender for its partner.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
(ip netns exec right nc -n -u -v -w 2 -l 5000 < <(sleep 0.6; echo answer; sleep 0.2) > heard.txt 2> said.txt) & server=$!
sleep 0.3
(echo question; sleep 0.2) | ip netns exec left nc -n -u -w 1 -p 40000 10.0.0.2 5000
# From another port nobody is heard any more.
echo stranger | ip netns exec left nc -n -u -w 1 -p 40001 10.0.0.2 5000
wait $server
cat said.txt heard.txt
# With -v a datagram or two try the port first.
(ip netns exec right nc -n -u -w 3 -l 5000 > heard.txt < /dev/null) & server=$!
sleep 0.3
echo hello | ip netns exec left nc -n -u -v -w 1 10.0.0.2 5000
wait $server
cat heard.txt
rm said.txt heard.txt
