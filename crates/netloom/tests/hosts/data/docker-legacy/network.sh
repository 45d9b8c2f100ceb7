# Docker with iptables-legacy, without its proxy (so bridges are hairpins) and with containers of the
# default bridge apart from each other; br_netfilter shows bridged packets to the rules.
ip tuntap add eth0 mode tap
ip tuntap add web mode tap
ip tuntap add api mode tap
ip tuntap add job mode tap
ip link set lo up
ip link set eth0 address 02:00:00:00:00:10 addrgenmode none up
ip link add docker0 address 02:42:00:00:00:01 type bridge mcast_snooping 0
ip link set docker0 addrgenmode none up
ip link add br-app address 02:42:00:00:01:01 type bridge mcast_snooping 0
ip link set br-app addrgenmode none up
ip link set web master br-app addrgenmode none up
bridge fdb add 02:42:ac:12:00:02 dev web master static
ip link set api master docker0 addrgenmode none up
bridge fdb add 02:42:ac:11:00:02 dev api master static
ip link set job master docker0 addrgenmode none up
bridge fdb add 02:42:ac:11:00:03 dev job master static
ip addr add 192.0.2.10/24 brd + dev eth0
ip -6 addr add 2001:db8::10/64 dev eth0 nodad
ip addr add 172.17.0.1/16 brd + dev docker0
ip addr add 172.18.0.1/16 brd + dev br-app
ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 2001:db8::50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 172.18.0.2 lladdr 02:42:ac:12:00:02 nud permanent dev br-app
ip neigh add 172.17.0.2 lladdr 02:42:ac:11:00:02 nud permanent dev docker0
ip neigh add 172.17.0.3 lladdr 02:42:ac:11:00:03 nud permanent dev docker0
ip route add default via 192.0.2.1
ip route add default via 2001:db8::1
bridge link set dev web hairpin on
bridge link set dev api hairpin on
bridge link set dev job hairpin on
sysctl -w net.ipv4.conf.docker0.route_localnet=1
sysctl -w net.ipv4.conf.br-app.route_localnet=1
modprobe br_netfilter
sysctl -w net.bridge.bridge-nf-call-iptables=1
sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv6.conf.all.forwarding=1
