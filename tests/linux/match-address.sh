# Sources and destinations: hosts, networks, masks of any form, several at once, and what they are not.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.1/24 dev a0; ip -n a link set a0 up
ip -n r addr add 10.0.1.2/24 dev r0; ip -n r link set r0 up
ip -n r addr add 10.0.2.2/24 dev r1; ip -n r link set r1 up
ip -n b addr add 10.0.2.1/24 dev b0; ip -n b link set b0 up
ip -n a route add default via 10.0.1.2; ip -n b route add default via 10.0.2.2
r() { ip netns exec r "$@"; }
r sysctl -qw net.ipv4.ip_forward=1
ping() { ip netns exec a ping -q -c 1 -W 1 "$@" 10.0.2.1 | grep -o '[0-9]* received'; }
ping > /dev/null
r iptables -A FORWARD -s 10.0.1.1 -j DROP; echo '-s 10.0.1.1:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -s 10.0.1.0/24 -j DROP; echo '-s 10.0.1.0/24:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -s 10.0.1.128/25 -j DROP; echo '-s 10.0.1.128/25:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD ! -s 10.0.1.1 -j DROP; echo '! -s 10.0.1.1:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD ! -s 10.9.9.9 -j DROP; echo '! -s 10.9.9.9:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -d 10.0.2.1/255.0.255.255 -j DROP; echo '-d 10.0.2.1/255.0.255.255:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -d 10.0.2.1/0.0.0.255 -j DROP; echo '-d 10.0.2.1/0.0.0.255:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -s 10.9.9.9,10.0.1.1 -j DROP; echo '-s 10.9.9.9,10.0.1.1:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -s 10.0.1.1 -d 10.9.9.9 -j DROP; echo '-s 10.0.1.1 -d 10.9.9.9:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -s 0.0.0.0/0 -j DROP; echo '-s 0.0.0.0/0:' $(ping); r iptables -F FORWARD
