#!/bin/bash
# ipv6
# A socket that joins a group hears it; who sends to one says by which device, how far, and whether
# this host hears it too.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
sleep 2.5
on() { ip netns exec "$@"; }
why() { sed 's/.*): /socat: /; s/.* E /socat: /'; }
hear() { on right timeout 1.5 socat -u "$1" - > heard.$2 & sleep 0.2; }
told() { wait; for f in heard.*; do echo $f: $(cat $f); done; rm heard.*; }
by=ip-multicast-if=10.0.0.1
hear UDP4-RECV:5000,reuseaddr,ip-add-membership=239.1.1.1:eth0 name
hear UDP4-RECV:5000,reuseaddr,ip-add-membership=239.1.1.2:10.0.0.2 address
hear UDP4-RECV:5000,reuseaddr none
hear UDP4-RECV:5000,reuseaddr,bind=239.1.1.1 bound
hear UDP4-RECV:5000,reuseaddr,bind=10.0.0.2 unicast
on right ip maddr show dev eth0 | grep 'inet '
# Every socket hears what one of the host joined, if it is not bound to another address.
echo one | on left socat -u - UDP4-DATAGRAM:239.1.1.1:5000,$by
echo two | on left socat -u - UDP4-DATAGRAM:239.1.1.2:5000,$by
echo three | on left socat -u - UDP4-DATAGRAM:239.1.1.3:5000,$by
told
on right ip maddr show dev eth0 | grep 'inet '
# Without a device the route says where it goes.
echo x | on left socat -u - UDP4-DATAGRAM:239.1.1.1:5000 2>&1 | why
on right socat -u UDP4-RECV:5000,ip-add-membership=239.1.1.1:0.0.0.0 - 2>&1 | why
for n in left right; do ip -n $n route add 239.0.0.0/8 dev eth0; done
hear UDP4-RECV:5000,ip-add-membership=239.1.1.1:0.0.0.0 routed
echo x | on left socat -u - UDP4-DATAGRAM:239.1.1.1:5000
told
# What cannot be.
on right socat -u UDP4-RECV:5000,ip-add-membership=10.0.0.2:eth0 - 2>&1 | why
on right socat -u UDP4-RECV:5000,ip-add-membership=239.1.1.1:10.9.9.9 - 2>&1 | why
echo x | on left socat -u - UDP4-DATAGRAM:239.1.1.1:5000,ip-multicast-if=10.0.0.9 2>&1 | why
# The TTL is 1 unless told; the own host hears it unless told.
on left timeout 3 tcpdump -n -v -i eth0 -c 2 udp 2>/dev/null | grep -o 'ttl [0-9]*' > ttl.txt & dump=$!
on left timeout 1.5 socat -u UDP4-RECV:5000,ip-add-membership=239.1.1.1:eth0 - > heard.left & sleep 0.5
echo loop | on left socat -u - UDP4-DATAGRAM:239.1.1.1:5000
echo silent | on left socat -u - UDP4-DATAGRAM:239.1.1.1:5000,ip-multicast-loop=0,ip-multicast-ttl=7,ip-ttl=9
wait $dump
cat ttl.txt
rm ttl.txt
told
# Broadcasts must be asked for.
hear UDP4-RECV:5000 any
hear UDP4-RECV:5001,bind=10.0.0.255 broadcast
hear UDP4-RECV:5002,bind=10.0.0.2 unicast
for to in 10.0.0.255 255.255.255.255; do
    echo x | on left socat -u - UDP4-DATAGRAM:$to:5000 2>&1 | why
    echo x | on left socat -u - UDP4:$to:5000 2>&1 | why
done
for port in 5000 5001 5002; do echo $port | on left socat -u - UDP4-DATAGRAM:10.0.0.255:$port,broadcast; done
told
# The same over IPv6.
hear UDP6-RECV:5000,ipv6-join-group=[ff02::5]:eth0 six
on right ip maddr show dev eth0 | grep ff02::5
echo six | on left socat -u - UDP6-DATAGRAM:[ff02::5]:5000,bindtodevice=eth0
echo seven | on left socat -u - UDP6-DATAGRAM:[ff02::7]:5000,bindtodevice=eth0
told
