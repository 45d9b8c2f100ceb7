# How packets stand to their connections, as a router between two hosts counts them.
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
ip -n b route add default via 10.0.2.2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
counts() { ip netns exec r iptables -L FORWARD -nvx; }
for s in NEW ESTABLISHED RELATED INVALID; do
    ip netns exec r iptables -A FORWARD -m conntrack --ctstate $s
done
# A question and its answer are one connection.
ip netns exec r iptables -Z FORWARD
ip netns exec a ping -c 2 -i 0.2 10.0.2.1 | grep -o '.*packet loss'
counts
ip netns exec r iptables -Z FORWARD
# An answer to nothing, and a connection of TCP that is refused.
ip netns exec a nc -z -w 1 10.0.2.1 99
counts
ip netns exec r iptables -Z FORWARD
# Nobody listens there: what comes back is related.
ip netns exec a sh -c 'echo word | nc -u -w 1 -q 0 10.0.2.1 99' 2>&1
counts
# Who is on the other side may answer and not ask.
ip netns exec r iptables -F FORWARD
ip netns exec r iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
ip netns exec r iptables -A FORWARD -i r1 -j DROP
ip netns exec a ping -c 1 -W 1 10.0.2.1 | grep -o '.*packet loss'
ip netns exec b ping -c 1 -W 1 10.0.1.1 | grep -o '.*packet loss'
# How long connections are remembered is a setting.
ip netns exec r sysctl net.netfilter.nf_conntrack_tcp_timeout_established
ip netns exec r sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=7
ip netns exec r sysctl net.netfilter.nf_conntrack_tcp_timeout_established
