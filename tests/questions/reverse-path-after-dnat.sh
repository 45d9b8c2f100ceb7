# A published port is asked for from a second uplink, and the answer would leave by the first: strict
# rp_filter drops the request, before any rule of NAT.
setting host net.ipv4.ip_forward 1
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24 10.0.0.1
listen web tcp 80
machine far
wire host up1 192.0.2.1/24 far d1 192.0.2.2/24
wire host up2 198.51.100.1/24 far d2 198.51.100.2/24
ip -n far addr add 203.0.113.9/32 dev lo
ip route add 203.0.113.0/24 via 192.0.2.2
ip -n far route replace 198.51.100.1/32 dev d2 src 203.0.113.9
iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80
setting host net.ipv4.conf.all.rp_filter 1 net.ipv4.conf.up2.rp_filter 1
setting far net.ipv4.conf.all.rp_filter 0 net.ipv4.conf.d1.rp_filter 0 net.ipv4.conf.d2.rp_filter 0
ip -n far neigh replace 198.51.100.1 lladdr "$(cat /sys/class/net/up2/address)" dev d2 nud permanent
ask far tcp 198.51.100.1 8080
