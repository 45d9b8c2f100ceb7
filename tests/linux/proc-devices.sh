# Devices, routes and neighbours as files.
ip netns add b
ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02 netns b
ip -n b addr add 10.0.0.2/24 dev v1
ip -n b link set v1 up
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up
ping -c 2 -i 0.2 -q 127.0.0.1 >/dev/null
cat /proc/net/dev | grep -v v0
ip route add default via 10.0.0.2
ip route add 10.9.0.0/16 via 10.0.0.2 metric 5
ip route add unreachable 10.8.0.0/16
ip route add blackhole 10.7.0.0/16
ip route add 10.6.0.0/16 advmss 1000 via 10.0.0.2
ip route add 10.5.5.5 via 10.0.0.2 window 500
ip route add 10.4.0.0/16 via 10.0.0.2 table 7
cat -E /proc/net/route
ip netns exec b cat /proc/net/route
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0
ping -c 1 -q 10.0.0.2 >/dev/null
cat /proc/net/arp | sort
ip netns exec b cat /proc/net/arp /proc/net/route | cut -c 1-40
