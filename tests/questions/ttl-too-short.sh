# A provider lowers the TTL so that nothing gets past the first router.
setting host net.ipv4.ip_forward 1
machine a b
wire host h0 10.0.1.1/24 a eth0 10.0.1.2/24
wire host h1 10.0.2.1/24 b eth0 10.0.2.2/24
ip -n a route add default via 10.0.1.1
ip -n b route add default via 10.0.2.1
iptables -t mangle -A PREROUTING -i h0 -j TTL --ttl-set 1
ask a ping 10.0.2.2
