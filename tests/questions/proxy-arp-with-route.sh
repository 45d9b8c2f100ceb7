# The same with the route of the pod.
setting host net.ipv4.ip_forward 1
machine pod lan
ip link add cali0 type veth peer name eth0 netns pod
ip link set cali0 up
ip -n pod addr add 10.244.0.5/32 dev eth0
ip -n pod link set eth0 up
ip -n pod route add 169.254.1.1 dev eth0 scope link
ip -n pod route add default via 169.254.1.1
setting host net.ipv4.conf.cali0.proxy_arp 1 net.ipv4.neigh.cali0.proxy_delay 0
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
ip route add default via 192.0.2.2
ip route add 10.244.0.5/32 dev cali0
ip -n lan route add 10.244.0.0/24 via 192.0.2.1
ask pod ping 192.0.2.2
