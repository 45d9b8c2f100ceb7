#!/bin/bash
# How calling a port fails: nobody listens, no such host, no route, no answer at all.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip netns exec left nc -n -v 10.0.0.2 5000 < /dev/null
# Without -v only the exit status tells.
ip netns exec left nc -n 10.0.0.2 5000 < /dev/null
ip netns exec left nc -n -v 10.0.0.9 5000 < /dev/null
ip netns exec left nc -n -v 10.9.0.9 5000 < /dev/null
ip -n left route add prohibit 10.8.0.0/16
ip netns exec left nc -n -v 10.8.0.9 5000 < /dev/null
# Who has no way back does not answer.
ip -n right route add blackhole 10.0.0.1/32
ip netns exec left nc -n -v -w 1 10.0.0.2 5000 < /dev/null
ip netns exec left nc -n -v -s 10.0.0.77 10.0.0.2 5000 < /dev/null
ip netns exec left nc -n -v 127.0.0.1 5000 < /dev/null
