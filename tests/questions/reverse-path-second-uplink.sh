# A host has two uplinks. What comes in by the second one is dropped, because the way back is the first.
machine far
wire host up1 192.0.2.1/24 far d1 192.0.2.2/24
wire host up2 198.51.100.1/24 far d2 198.51.100.2/24
ip -n far addr add 203.0.113.9/32 dev lo
ip route add default via 192.0.2.2
ip -n far route replace 192.0.2.1/32 via 198.51.100.1 dev d2 src 203.0.113.9
setting host net.ipv4.conf.all.rp_filter 1 net.ipv4.conf.up2.rp_filter 1
setting far net.ipv4.conf.all.rp_filter 0 net.ipv4.conf.d1.rp_filter 0 net.ipv4.conf.d2.rp_filter 0
ip -n far neigh replace 198.51.100.1 lladdr "$(cat /sys/class/net/up2/address)" dev d2 nud permanent
ask far ping 192.0.2.1
