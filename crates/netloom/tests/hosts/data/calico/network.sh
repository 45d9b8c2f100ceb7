# A node with Calico: each pod behind a device of its own, policies by IP sets, VXLAN to other nodes (a TAP
# here).
ip tuntap add eth0 mode tap
ip tuntap add cali0a1 mode tap
ip tuntap add cali0b2 mode tap
ip tuntap add vxlan.calico mode tap
ip link set lo up
ip link set eth0 address 02:00:00:00:00:10 addrgenmode none up
ip link set cali0a1 address ee:ee:ee:ee:ee:ee addrgenmode none up
ip link set cali0b2 address ee:ee:ee:ee:ee:ee addrgenmode none up
ip link set vxlan.calico address 66:00:00:00:ff:01 addrgenmode none up
ip addr add 192.0.2.10/24 brd + dev eth0
ip -6 addr add 2001:db8::10/64 dev eth0 nodad
ip addr add 10.48.0.0/32 brd + dev vxlan.calico
ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 2001:db8::50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 10.48.0.10 lladdr 02:00:00:00:0a:01 nud permanent dev cali0a1
ip neigh add 10.48.0.11 lladdr 02:00:00:00:0b:02 nud permanent dev cali0b2
ip neigh add 10.48.7.0 lladdr 66:00:00:00:ff:07 nud permanent dev vxlan.calico
ip route add default via 192.0.2.1
ip route add default via 2001:db8::1
ip route add 10.48.0.10 dev cali0a1
ip route add 10.48.0.11 dev cali0b2
ip route add 10.48.7.0/26 via 10.48.7.0 dev vxlan.calico onlink
sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv6.conf.all.forwarding=1
