# A host of a tailnet, which is a way out for the others; the TUN of Tailscale is a TAP here.
ip tuntap add eth0 mode tap
ip tuntap add eth1 mode tap
ip tuntap add tailscale0 mode tap
ip link set lo up
ip link set eth0 address 02:00:00:00:00:10 addrgenmode none up
ip link set eth1 address 02:00:00:00:01:10 addrgenmode none up
ip link set tailscale0 address 02:00:00:00:02:10 addrgenmode none up
ip addr add 192.0.2.10/24 brd + dev eth0
ip -6 addr add 2001:db8::10/64 dev eth0 nodad
ip addr add 10.1.0.1/24 brd + dev eth1
ip addr add 100.101.102.103/32 brd + dev tailscale0
ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 2001:db8::50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 10.1.0.2 lladdr 02:00:00:00:01:02 nud permanent dev eth1
ip neigh add 100.64.0.7 lladdr 02:00:00:00:02:07 nud permanent dev tailscale0
ip route add default via 192.0.2.1
ip route add default via 2001:db8::1
ip route add 100.64.0.0/10 dev tailscale0
sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv6.conf.all.forwarding=1
