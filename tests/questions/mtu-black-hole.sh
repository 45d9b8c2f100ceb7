# Small packets pass, large ones that must not be fragmented do not: a device on the way takes less, and
# its router may not say so, for ICMP is dropped.
machine a router b
wire a eth0 10.0.1.2/24 router r0 10.0.1.1/24
wire router r1 10.0.2.1/24 b eth0 10.0.2.2/24
ip -n a route add default via 10.0.1.1
ip -n b route add default via 10.0.2.1
setting router net.ipv4.ip_forward 1
ip -n router link set r1 mtu 1400
on router iptables -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP
ask a ping 10.0.2.2
ask a large 10.0.2.2 1452
