# A router translates addresses between two hosts.
ip netns add a
ip netns add r
ip netns add b
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
for n in a r b; do ip -n $n link set lo up; done
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a addr add 10.0.1.1/24 dev a0
ip -n r addr add 10.0.1.2/24 dev r0
ip -n r addr add 10.0.2.2/24 dev r1
ip -n b addr add 10.0.2.1/24 dev b0
ip -n a route add default via 10.0.1.2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
# The other host knows no way back: the router asks in its own name.
ip netns exec a ping -c 1 -W 1 10.0.2.1 | grep -o '.*packet loss'
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec a ping -c 3 -i 0.2 10.0.2.1 | grep -o '.*packet loss'
# What a rule of translation counts is connections.
ip netns exec r iptables -t nat -L POSTROUTING -nvx | tail -1
# A connection of TCP goes through, and its refusal comes back.
ip netns exec b nc -l 10.0.2.1 80 </dev/null &
sleep 0.3
echo through | ip netns exec a nc -q 0 10.0.2.1 80
wait
ip netns exec a nc -z -v -w 1 10.0.2.1 81
# A port of the router is that of the other host.
ip netns exec r iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.2.1:80
ip netns exec b nc -l 10.0.2.1 80 </dev/null &
sleep 0.3
echo published | ip netns exec a nc -q 0 10.0.1.2 8080
wait
