# ipv6
# IPv4 is forwarded, and IPv6 has a setting of its own.
machine a b
setting a net.ipv6.conf.default.accept_dad 0
setting b net.ipv6.conf.default.accept_dad 0
setting host net.ipv6.conf.default.accept_dad 0 net.ipv4.ip_forward 1
wire host h0 2001:db8:1::1/64 a eth0 2001:db8:1::2/64
wire host h1 2001:db8:2::1/64 b eth0 2001:db8:2::2/64
ip -n a route add default via 2001:db8:1::1
ip -n b route add default via 2001:db8:2::1
sleep 2
ask a ping 2001:db8:2::2
