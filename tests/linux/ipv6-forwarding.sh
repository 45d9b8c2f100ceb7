# ipv6
# forwarding for all is forwarding for each; a router listens to the anycast address of its subnets
# and to the groups of routers.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v0 up
ip link set v1 up
ip -6 addr add 2001:db8::1/64 dev v0 nodad
sysctl net.ipv6.conf.all.forwarding net.ipv6.conf.default.forwarding net.ipv6.conf.v0.forwarding
sysctl -w net.ipv6.conf.all.forwarding=1
sysctl net.ipv6.conf.default.forwarding net.ipv6.conf.v0.forwarding net.ipv4.ip_forward
sleep 3
ip -6 route show table all dev v0
sysctl -w net.ipv6.conf.v0.forwarding=0
ip -6 route show table all dev v0
sysctl net.ipv6.conf.all.forwarding
