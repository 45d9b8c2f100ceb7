# Podman with netavark: the default network, one of two families with a name server, an internal one,
# and one apart.
ip tuntap add eth0 mode tap
ip tuntap add web mode tap
ip tuntap add dns mode tap
ip tuntap add db mode tap
ip tuntap add lone mode tap
ip link set lo up
ip link set eth0 address 02:00:00:00:00:10 addrgenmode none up
ip link add podman0 address 1a:bc:4b:00:00:01 type bridge mcast_snooping 0
ip link set podman0 addrgenmode none up
ip link add podman1 address 1a:bc:4b:00:01:01 type bridge mcast_snooping 0
ip link set podman1 addrgenmode none up
ip link add podman2 address 1a:bc:4b:00:02:01 type bridge mcast_snooping 0
ip link set podman2 addrgenmode none up
ip link add podman3 address 1a:bc:4b:00:03:01 type bridge mcast_snooping 0
ip link set podman3 addrgenmode none up
ip link set web master podman0 addrgenmode none up
bridge fdb add 1a:bc:4b:00:00:02 dev web master static
ip link set dns master podman1 addrgenmode none up
bridge fdb add 1a:bc:4b:00:01:02 dev dns master static
ip link set db master podman2 addrgenmode none up
bridge fdb add 1a:bc:4b:00:02:02 dev db master static
ip link set lone master podman3 addrgenmode none up
bridge fdb add 1a:bc:4b:00:03:02 dev lone master static
ip addr add 192.0.2.10/24 brd + dev eth0
ip -6 addr add 2001:db8::10/64 dev eth0 nodad
ip addr add 10.88.0.1/16 brd + dev podman0
ip addr add 10.89.0.1/24 brd + dev podman1
ip -6 addr add fd00:89::1/64 dev podman1 nodad
ip addr add 10.89.1.1/24 brd + dev podman2
ip addr add 10.89.2.1/24 brd + dev podman3
ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 2001:db8::50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 10.88.0.2 lladdr 1a:bc:4b:00:00:02 nud permanent dev podman0
ip neigh add 10.89.0.2 lladdr 1a:bc:4b:00:01:02 nud permanent dev podman1
ip neigh add fd00:89::2 lladdr 1a:bc:4b:00:01:02 nud permanent dev podman1
ip neigh add 10.89.1.2 lladdr 1a:bc:4b:00:02:02 nud permanent dev podman2
ip neigh add 10.89.2.2 lladdr 1a:bc:4b:00:03:02 nud permanent dev podman3
ip route add default via 192.0.2.1
ip route add default via 2001:db8::1
sysctl -w net.ipv4.conf.podman0.route_localnet=1
sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv6.conf.all.forwarding=1
