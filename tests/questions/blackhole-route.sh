# A route that a daemon left swallows a prefix.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
ip -n lan addr add 10.5.0.1/24 dev lo
ip route add 10.5.0.0/24 via 192.0.2.2
ip route add blackhole 10.5.0.0/28
ask host ping 10.5.0.1
