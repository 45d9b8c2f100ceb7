#!/bin/bash
# Who closes first keeps the port for a minute; a server that listens anew may have it at once.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
serve() { ip netns exec right timeout 5 nc -n -l 5000 > /dev/null < /dev/null & server=$!; sleep 0.3; }
serve
echo one | ip netns exec left nc -n -v -N -p 40000 10.0.0.2 5000
wait $server
serve
echo two | ip netns exec left nc -n -v -N -p 40000 10.0.0.2 5000
# From another port nothing hinders.
echo three | ip netns exec left nc -n -v -N -p 40001 10.0.0.2 5000
wait $server
