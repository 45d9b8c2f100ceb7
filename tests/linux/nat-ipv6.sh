# ipv6
# Addresses of IPv6 are translated too.
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
nat() { ip netns exec r ip6tables -t nat "$@"; }
nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec a ping -c 1 fd00:2::1 | grep -o '.*packet loss'
l -L
l -F
nat -F
nat -A POSTROUTING -o r1 -j SNAT --to-source fd00:2::2
nat -A PREROUTING -i r0 -p udp --dport 8080 -j DNAT --to-destination [fd00:2::1]:80
nat -A PREROUTING -i r0 -p udp --dport 8082 -j REDIRECT --to-ports 82
nat -A PREROUTING -i r0 -d fd00:9::/64 -j NETMAP --to fd00:2::/64
echo word | ip netns exec a nc -u -q 0 -p 1000 fd00:1::2 8080
echo word | ip netns exec a nc -u -q 0 -p 1000 fd00:1::2 8082
ip netns exec a ping -c 1 fd00:9::1 | grep -o '.*packet loss'
l -L
# A connection of TCP goes through.
ip netns exec b nc -l fd00:2::1 80 > got &
sleep 0.3
echo through | ip netns exec a nc -q 0 -p 1000 fd00:9::1 80
wait
cat got
rm got
# Errors come back as if from whom was asked.
ip netns exec a sh -c 'echo word | nc -u -w 1 -p 1001 fd00:9::1 99' 2>&1
ip netns exec a timeout 3 tcpdump -i a0 -n -c 1 'icmp6[0] == 1' 2>/dev/null | sed -E 's/^[0-9:.]+ //' > seen &
sleep 0.7
echo word | ip netns exec a nc -u -w 1 -p 1002 fd00:9::1 99
wait
cat seen
rm seen
# They die with the address.
l -F
nat -F
nat -A POSTROUTING -o r1 -j MASQUERADE
echo word | ip netns exec a nc -u -q 0 -p 1000 fd00:2::1 53
l -L -p udp
ip -n r addr del fd00:2::2/64 dev r1
sleep 0.3
l -L -p udp
