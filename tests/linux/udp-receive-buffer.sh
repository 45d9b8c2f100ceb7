#!/bin/bash
# What a socket has no room for is lost, and counted; ports are given out from the range that is set.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
on() { ip netns exec "$@"; }
count() { NSTAT_HISTORY=history.right on right nstat | grep Udp; on right ss -Huanm; }
# A program that does not read.
deaf() { sleep 4 | on right socat -u - UDP4-DATAGRAM:10.0.0.1:9,bind=10.0.0.2:5000$1 & deaf=$!; sleep 0.3; }
deaf
# Datagrams of a byte, and of 1024.
head -c 200 /dev/zero | on left socat -u -b1 - UDP4-DATAGRAM:10.0.0.2:5000
count
head -c 102400 /dev/zero | on left socat -u -b1024 - UDP4-DATAGRAM:10.0.0.2:5000
count
wait $deaf
# With a smaller buffer; into an empty one fits any.
deaf ,rcvbuf=1000
head -c 20 /dev/zero | on left socat -u -b1 - UDP4-DATAGRAM:10.0.0.2:5000
count
wait $deaf
deaf ,rcvbuf=1000
head -c 2800 /dev/zero | on left socat -u -b1400 - UDP4-DATAGRAM:10.0.0.2:5000
count
wait $deaf
# The range of ports is that of the setting.
on left sysctl -q net.ipv4.ip_local_port_range="40000 40001"
hold() { sleep 2 | on left socat -u - UDP4:10.0.0.2:9 2>&1 & sleep 0.2; }
hold
hold
on left ss -Huan | tr -s ' ' | cut -d' ' -f4 | sort
(echo x | on left socat -u - UDP4:10.0.0.2:9) 2>&1 | sed 's/.*): /socat: /; s/.* E /socat: /'
wait
