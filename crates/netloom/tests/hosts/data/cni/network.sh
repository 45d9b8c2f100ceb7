# Pods of the CNI plugins bridge, portmap and firewall.
ip tuntap add eth0 mode tap
ip tuntap add web mode tap
ip tuntap add dns mode tap
ip link set lo up
ip link set eth0 address 02:00:00:00:00:10 addrgenmode none up
ip link add cni0 address 82:8a:37:00:00:01 type bridge mcast_snooping 0
ip link set cni0 addrgenmode none up
ip link set web master cni0 addrgenmode none up
bridge fdb add 82:8a:37:00:00:02 dev web master static
ip link set dns master cni0 addrgenmode none up
bridge fdb add 82:8a:37:00:00:03 dev dns master static
ip addr add 192.0.2.10/24 brd + dev eth0
ip -6 addr add 2001:db8::10/64 dev eth0 nodad
ip addr add 10.88.0.1/24 brd + dev cni0
ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 2001:db8::50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 10.88.0.2 lladdr 82:8a:37:00:00:02 nud permanent dev cni0
ip neigh add 10.88.0.3 lladdr 82:8a:37:00:00:03 nud permanent dev cni0
ip route add default via 192.0.2.1
ip route add default via 2001:db8::1
bridge link set dev web hairpin on
bridge link set dev dns hairpin on
sysctl -w net.ipv4.conf.cni0.route_localnet=1
sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv6.conf.all.forwarding=1
