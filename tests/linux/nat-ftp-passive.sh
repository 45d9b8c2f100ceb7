# A server of FTP behind a router announces where it can be called; its words are translated too.
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
ip -n r addr add 192.168.222.222/24 dev r1
ip -n b addr add 192.168.222.1/24 dev b0
ip -n a route add default via 10.0.1.2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/(sport|dport)=[0-9]{5}/\1=P/g; s/ id=[0-9]+/ id=N/g' | sort; }
e() { ip netns exec r conntrack -L expect 2>&1 | sed -E 's/^[0-9]+ proto/T proto/; s/sport=[0-9]{4,}/sport=P/g'; }
ip netns exec r iptables -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp
ip netns exec r iptables -t nat -A PREROUTING -i r1 -p tcp --dport 21 -j DNAT --to-destination 10.0.1.1
ip netns exec r iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
ip netns exec r iptables -A FORWARD -p tcp --dport 21 -j ACCEPT
ip netns exec r iptables -A FORWARD -j DROP
w() { while [ ! -e step$1 ]; do sleep 0.05; done; }
go() { : > step$1; sleep 0.6; }
(w 1; printf '220 hello\r\n'; w 3; printf '227 Entering Passive Mode (10,0,1,1,4,1)\r\n'; w 4; printf '200 more\r\n'; w 5; printf '229 Entering Extended Passive Mode (|||1026|)\r\n'; w 9) | ip netns exec a nc -l 10.0.1.1 21 > said &
server=$!
sleep 0.5
(w 2; printf 'PASV\r\n'; w 9) | ip netns exec b nc 192.168.222.222 21 > heard &
client=$!
sleep 0.5
for n in 1 2 3 4; do go $n; done
cat heard
l -L -p tcp --dport 21
e
ip netns exec a nc -l 10.0.1.1 1025 > data &
sleep 0.5
echo data | ip netns exec b nc -q 0 192.168.222.222 1025
wait $!
cat data
l -L -p tcp --dport 1025
e
go 5
e
cat heard
go 9
kill $server $client
wait
rm said heard data step*
