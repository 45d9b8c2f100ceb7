# ipv6
# Connections of IPv6.
ip netns add a
ip netns add r
ip netns add b
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
for n in a r b; do ip -n $n link set lo up; done
ip -n a addr add fd00:1::1/64 dev a0 nodad
ip -n r addr add fd00:1::2/64 dev r0 nodad
ip -n r addr add fd00:2::2/64 dev r1 nodad
ip -n b addr add fd00:2::1/64 dev b0 nodad
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a route add default via fd00:1::2
ip netns exec r sysctl -q -w net.ipv6.conf.all.forwarding=1
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/(sport|dport)=[0-9]{5}/\1=P/g; s/ id=[0-9]+/ id=N/g; s/ use=[0-9]//' | sort; }
ip -n b route add default via fd00:2::2
ip netns exec r ip6tables -A FORWARD -m conntrack --ctstate INVALID -j DROP
ip netns exec a ping -c 1 fd00:2::1 | grep -o '.*packet loss'
l -L
l -F
ip netns exec b nc -l fd00:2::1 80 > got &
sleep 0.3
echo word | ip netns exec a nc -q 0 fd00:2::1 80
wait
cat got
rm got
l -L -p tcp
echo word | ip netns exec a nc -u -q 0 -p 1000 fd00:2::1 53
l -L -p udp -o extended
# What hosts of a link say to each other is no connection.
ip -n a neigh flush all
l -F
ip netns exec a ping -c 1 fd00:1::2 | grep -o '.*packet loss'
l -L -f ipv6
l -L -f ipv4
