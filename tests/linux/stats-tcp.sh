#!/bin/bash
# What is counted of connections: calls, segments, timeouts, resets, queues that were full. Left out is
# what depends on how the kernel holds its memory.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
on() { ip netns exec "$@"; }
count() { for n in left right; do echo "-- $n"; NSTAT_HISTORY=history.$n on $n nstat | grep Tcp | grep -vE 'TCPHP|PureAcks|Coalesce|AutoCorking'; done; }
# Who calls sends a line and ends.
on right nc -n -l 5000 </dev/null >/dev/null & sleep 0.3
echo hello | on left nc -n -N -p 40000 10.0.0.2 5000; wait
count
# Nobody listens.
echo x | on left nc -n -N 10.0.0.2 5001
count
# Who is called answers and ends first.
on right nc -n -N -l 5000 < <(echo answer) >/dev/null & sleep 0.3
on left nc -n -p 40001 10.0.0.2 5000 </dev/null; wait
count
# Nobody answers at all.
ip -n left neigh add 10.0.0.9 lladdr 02:00:00:00:00:77 nud permanent dev eth0
timeout 2.5 ip netns exec left nc -n -v -p 40002 10.0.0.9 80
count
# A path that loses everything for a while: data is sent again.
on right nc -n -l 5000 </dev/null >/dev/null & sleep 0.3
(sleep 0.5; echo late; sleep 3) | on left nc -n -N -p 40004 10.0.0.2 5000 & caller=$!
sleep 0.3
ip -n left neigh replace 10.0.0.2 lladdr 02:00:00:00:00:77 nud permanent dev eth0
sleep 1.4
ip -n left neigh replace 10.0.0.2 lladdr 02:00:00:00:00:02 nud permanent dev eth0
wait $caller
wait
count
