#!/bin/bash
# ipv6
# A socket of IPv6 hears IPv4 too, whose addresses it sees inside those of IPv6.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
ip -n left addr add fd00::1/64 dev eth0 nodad
ip -n right addr add fd00::2/64 dev eth0 nodad
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
sleep 2.5
on() { ip netns exec "$@"; }
listen() { on right timeout 2 socat -u UDP6-RECV:5000$1 - > heard.txt & server=$!; sleep 0.4; }
heard() { wait $server; cat heard.txt; }
# What is refused, without what differs from one run to the next.
why() { sed 's/.*): /socat: /; s/.* E /socat: /'; }
listen
on right ss -Huan
echo four | on left socat -u - UDP4:10.0.0.2:5000
echo six | on left socat -u - UDP6:[fd00::2]:5000
heard
# It can be told to hear IPv6 alone; then another has the port for IPv4.
listen ,ipv6-v6only=1
on right ss -Huan
on right timeout 1 socat -u UDP4-RECV:5000 - > four.txt & four=$!
sleep 0.3
on right ss -Huan
echo four | on left socat -u - UDP4:10.0.0.2:5000
echo six | on left socat -u - UDP6:[fd00::2]:5000
wait $four
heard
cat four.txt
# The one of IPv4 is asked first, where both would hear it.
listen ,reuseaddr
on right timeout 1 socat -u UDP4-RECV:5000,reuseaddr - > four.txt & four=$!
sleep 0.3
echo four | on left socat -u - UDP4:10.0.0.2:5000
echo six | on left socat -u - UDP6:[fd00::2]:5000
wait $four
heard
cat four.txt
# An address of IPv4 inside one of IPv6 is one of IPv4.
listen ,bind=[::ffff:10.0.0.2]
on right ss -Huan
echo four | on left socat -u - UDP6:[::ffff:10.0.0.2]:5000
echo six | on left socat -u - UDP6:[fd00::2]:5000 2>&1 | why
heard
echo no | on left socat -u - UDP6:[::ffff:10.0.0.2]:5000,ipv6-v6only=1 2>&1 | why
echo no | on left socat -u - UDP6:[::ffff:10.0.0.2]:5000,bind=[fd00::1] 2>&1 | why
echo no | on left socat -u - UDP6:[fd00::2]:5000,bind=[::ffff:10.0.0.1] 2>&1 | why
# Answers go back the same way, and what is counted counts for IPv4.
for n in left right; do NSTAT_HISTORY=history.$n on $n nstat -n; done
(sleep 1; echo answer) | on right timeout 2 socat UDP6-LISTEN:5000 - 2>/dev/null > heard.txt & server=$!
sleep 0.4
(echo question; sleep 1) | on left socat -T 2 - UDP6:[::ffff:10.0.0.2]:5000,sp=40000 & client=$!
sleep 0.3
on right ss -Huan
on left ss -Huan
wait $client
heard
for n in left right; do NSTAT_HISTORY=history.$n on $n nstat | grep Udp; done
# The setting says what sockets begin with.
on right sysctl -q net.ipv6.bindv6only=1
listen
on right ss -Huan
echo four | on left socat -u - UDP4:10.0.0.2:5000
heard
rm heard.txt four.txt
