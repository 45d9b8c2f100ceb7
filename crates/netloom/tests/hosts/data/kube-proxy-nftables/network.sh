# A node of Kubernetes: kube-proxy in mode nftables, pods on a bridge, another node behind a TAP.
ip tuntap add eth0 mode tap
ip tuntap add flannel.1 mode tap
ip tuntap add dns1 mode tap
ip tuntap add dns2 mode tap
ip tuntap add web mode tap
ip link set lo up
ip link set eth0 address 02:00:00:00:00:10 addrgenmode none up
ip link set flannel.1 address 8a:00:00:00:ff:01 addrgenmode none up
ip link add cni0 address 8a:00:00:00:00:01 type bridge mcast_snooping 0
ip link set cni0 addrgenmode none up
ip link set dns1 master cni0 addrgenmode none up
bridge fdb add 8a:00:00:00:00:02 dev dns1 master static
ip link set dns2 master cni0 addrgenmode none up
bridge fdb add 8a:00:00:00:00:03 dev dns2 master static
ip link set web master cni0 addrgenmode none up
bridge fdb add 8a:00:00:00:00:04 dev web master static
ip addr add 192.0.2.10/24 brd + dev eth0
ip -6 addr add 2001:db8::10/64 dev eth0 nodad
ip addr add 10.244.1.0/32 brd + dev flannel.1
ip addr add 10.244.1.1/24 brd + dev cni0
ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 nud permanent dev eth0
ip neigh add 2001:db8::50 lladdr 02:00:00:00:00:50 nud permanent dev eth0
ip neigh add 10.244.1.2 lladdr 8a:00:00:00:00:02 nud permanent dev cni0
ip neigh add 10.244.1.3 lladdr 8a:00:00:00:00:03 nud permanent dev cni0
ip neigh add 10.244.1.4 lladdr 8a:00:00:00:00:04 nud permanent dev cni0
ip neigh add 10.244.2.0 lladdr 8a:00:00:00:ff:02 nud permanent dev flannel.1
ip route add default via 192.0.2.1
ip route add default via 2001:db8::1
ip route add 10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink
bridge link set dev dns1 hairpin on
bridge link set dev dns2 hairpin on
bridge link set dev web hairpin on
modprobe br_netfilter
sysctl -w net.bridge.bridge-nf-call-iptables=1
sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv6.conf.all.forwarding=1
