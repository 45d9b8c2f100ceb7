# libvirt: its default network (NAT), a routed one, an isolated one, and NAT of two families to a range
# of addresses and ports.
ip tuntap add eth0 mode tap
ip tuntap add vnet0 mode tap
ip tuntap add vnet00 mode tap
ip tuntap add vnet1 mode tap
ip tuntap add vnet2 mode tap
ip tuntap add vnet3 mode tap
ip link set lo up
ip link set eth0 address 02:00:00:00:00:10 addrgenmode none up
ip link add virbr0 address 52:54:00:00:00:01 type bridge mcast_snooping 0
ip link set virbr0 addrgenmode none up
ip link add virbr1 address 52:54:00:00:01:01 type bridge mcast_snooping 0
ip link set virbr1 addrgenmode none up
ip link add virbr2 address 52:54:00:00:02:01 type bridge mcast_snooping 0
ip link set virbr2 addrgenmode none up
ip link add virbr3 address 52:54:00:00:03:01 type bridge mcast_snooping 0
ip link set virbr3 addrgenmode none up
ip link set vnet0 master virbr0 addrgenmode none up
bridge fdb add 52:54:00:00:00:02 dev vnet0 master static
ip link set vnet00 master virbr0 addrgenmode none up
bridge fdb add 52:54:00:00:00:03 dev vnet00 master static
ip link set vnet1 master virbr1 addrgenmode none up
bridge fdb add 52:54:00:00:01:02 dev vnet1 master static
ip link set vnet2 master virbr2 addrgenmode none up
bridge fdb add 52:54:00:00:02:02 dev vnet2 master static
ip link set vnet3 master virbr3 addrgenmode none up
bridge fdb add 52:54:00:00:03:02 dev vnet3 master static
ip addr add 192.0.2.10/24 brd + dev eth0
ip -6 addr add 2001:db8::10/64 dev eth0 nodad
ip addr add 192.168.122.1/24 brd + dev virbr0
ip addr add 192.168.130.1/24 brd + dev virbr1
ip addr add 192.168.140.1/24 brd + dev virbr2
ip addr add 192.168.150.1/24 brd + dev virbr3
ip -6 addr add fd00:150::1/64 dev virbr3 nodad
ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 2001:db8::50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 192.168.122.2 lladdr 52:54:00:00:00:02 nud permanent dev virbr0
ip neigh add 192.168.122.3 lladdr 52:54:00:00:00:03 nud permanent dev virbr0
ip neigh add 192.168.130.2 lladdr 52:54:00:00:01:02 nud permanent dev virbr1
ip neigh add 192.168.140.2 lladdr 52:54:00:00:02:02 nud permanent dev virbr2
ip neigh add 192.168.150.2 lladdr 52:54:00:00:03:02 nud permanent dev virbr3
ip neigh add fd00:150::2 lladdr 52:54:00:00:03:02 nud permanent dev virbr3
ip route add default via 192.0.2.1
ip route add default via 2001:db8::1
ip addr add 192.0.2.20/24 dev eth0
ip addr add 192.0.2.21/24 dev eth0
sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv6.conf.all.forwarding=1
