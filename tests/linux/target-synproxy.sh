# SYNs are answered in the place of the server; it hears of those alone who acknowledge the answer.
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
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/ use=[0-9]//' | sort; }
rules() { ip netns exec r iptables -L FORWARD -nvx | tail -n +3; ip netns exec r iptables -t raw -L PREROUTING -nvx | tail -1; }
ip netns exec r sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
ip netns exec r iptables -t raw -A PREROUTING -i r0 -p tcp --syn --dport 80 -j CT --notrack
ip netns exec r iptables -A FORWARD -i r0 -p tcp --dport 80 -m state --state INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460
ip netns exec r iptables -A FORWARD -m state --state INVALID -j DROP
# Somebody talks to a server through it, and is answered.
echo answer | ip netns exec b timeout 5 nc -l -p 80 >got &
sleep 0.5
echo hello | ip netns exec a nc -N -w 2 -p 4000 10.0.2.1 80
wait
cat got
l -L
rules
# Much more of it.
ip netns exec b sh -c 'timeout 5 nc -l -p 80 | wc -c' >got &
sleep 0.5
head -c 300000 /dev/zero | ip netns exec a nc -N -w 2 -p 4001 10.0.2.1 80
wait
cat got
l -L -p tcp --sport 4001
# Nobody listens there: that is heard once the server was asked.
echo hello | ip netns exec a nc -N -w 2 -p 4002 10.0.2.1 80
l -L -p tcp --sport 4002
rules
# An acknowledgement of nothing.
printf '\x13\x88\x00\x50\x00\x00\x03\xe8\x00\x00\x07\xd0\x50\x10\x00\x64\x78\xdf\x00\x00' | ip netns exec a socat - IP-SENDTO:10.0.2.1:6
sleep 0.2
l -L -p tcp --sport 5000
rules
# Without clocks there is no scale of windows and nothing selective, but all of it arrives.
ip netns exec r iptables -R FORWARD 1 -i r0 -p tcp --dport 80 -m state --state INVALID,UNTRACKED -j SYNPROXY --mss 1000
echo answer | ip netns exec b timeout 5 nc -l -p 80 >got &
sleep 0.5
echo hello | ip netns exec a nc -N -w 2 -p 4003 10.0.2.1 80
wait
cat got
l -L -p tcp --sport 4003
rm got
