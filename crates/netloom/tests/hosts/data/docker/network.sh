# Docker with its default bridge, a network with published ports and an internal one. The ends of the
# containers' devices are TAPs.
ip tuntap add eth0 mode tap
ip tuntap add web mode tap
ip tuntap add web2 mode tap
ip tuntap add dns mode tap
ip tuntap add db mode tap
ip link set lo up
ip link set eth0 address 02:00:00:00:00:10 addrgenmode none up
ip link add docker0 address 02:42:00:00:00:01 type bridge mcast_snooping 0
ip link add br-front address 02:42:00:00:01:01 type bridge mcast_snooping 0
ip link add br-inner address 02:42:00:00:02:01 type bridge mcast_snooping 0
ip link set docker0 addrgenmode none up
ip link set br-front addrgenmode none up
ip link set br-inner addrgenmode none up
ip link set web master docker0 addrgenmode none up
ip link set web2 master docker0 addrgenmode none up
ip link set dns master br-front addrgenmode none up
ip link set db master br-inner addrgenmode none up
bridge fdb add 02:42:ac:11:00:02 dev web master static
bridge fdb add 02:42:ac:11:00:03 dev web2 master static
bridge fdb add 02:42:ac:12:00:02 dev dns master static
bridge fdb add 02:42:ac:13:00:02 dev db master static
ip addr add 192.0.2.10/24 brd 192.0.2.255 dev eth0
ip addr add 172.17.0.1/16 brd 172.17.255.255 dev docker0
ip addr add 172.18.0.1/16 brd 172.18.255.255 dev br-front
ip addr add 172.19.0.1/16 brd 172.19.255.255 dev br-inner
ip -6 addr add 2001:db8::10/64 dev eth0 nodad
ip -6 addr add fd00:d0c::1/64 dev docker0 nodad
ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 172.17.0.2 lladdr 02:42:ac:11:00:02 nud permanent dev docker0
ip neigh add 172.17.0.3 lladdr 02:42:ac:11:00:03 nud permanent dev docker0
ip neigh add 172.18.0.2 lladdr 02:42:ac:12:00:02 nud permanent dev br-front
ip neigh add 172.19.0.2 lladdr 02:42:ac:13:00:02 nud permanent dev br-inner
ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 2001:db8::50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add fd00:d0c::242:ac11:2 lladdr 02:42:ac:11:00:02 nud permanent dev docker0
ip route add default via 192.0.2.1
ip route add default via 2001:db8::1
sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv6.conf.all.forwarding=1
