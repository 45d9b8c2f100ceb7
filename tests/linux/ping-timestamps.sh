#!/bin/bash
# IP options through a router and back: each host takes a slot for its time and its address, and
# says how many found none.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip link add r0 address 02:00:00:00:00:10 type veth peer name eth0 address 02:00:00:00:00:01 netns left
ip link add r1 address 02:00:00:00:00:20 type veth peer name eth0 address 02:00:00:00:00:02 netns right
ip addr add 10.0.1.254/24 dev r0
ip addr add 10.0.2.254/24 dev r1
ip -n left addr add 10.0.1.1/24 dev eth0
ip -n right addr add 10.0.2.2/24 dev eth0
for dev in lo r0 r1; do ip link set $dev up; done
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
ip -n left route add default via 10.0.1.254
ip -n right route add default via 10.0.2.254
sysctl -q net.ipv4.ip_forward=1
ping() { ip netns exec left ping -c1 -W1 "$@" | sed '/absolute/s/[0-9]* absolute/NOW/; s/\t[0-9]$/\tSOON/'; }
sleep 0.1
ping -q 10.0.2.2 >/dev/null
ping -T tsonly 10.0.2.2
ping -T tsandaddr 10.0.2.2
ping -T tsprespec 10.0.1.254 10.0.2.2 10.0.2.2
ping -T tsprespec 10.0.1.254 10.9.9.9 10.0.2.2
ip netns exec left ping -c2 -i0.01 -W1 -R 10.0.2.2
ip netns exec left ping -c1 -W1 -R -t1 10.0.2.2
ip netns exec left ping -c1 -W1 -R 10.0.1.1
ip netns exec left ping -c1 -W1 -R 10.0.2.9
ping -T tsandaddr 10.0.1.1
ip netns exec left ping -T never 10.0.2.2
ip netns exec left ping -T tsonly -R 10.0.2.2
ip netns exec left ping -R -T tsonly 10.0.2.2
: >log
ip netns exec left tcpdump -c2 -vnti eth0 icmp >seen 2>log &
until grep -q listening log; do sleep 0.02; done
ip netns exec left ping -q -c1 -W1 -R 10.0.2.2 | grep transmitted
wait
cat seen
