# A client of FTP behind a router announces where it is to be called; its words are translated too.
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
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec r iptables -A FORWARD -i r1 -m conntrack --ctstate ESTABLISHED
ip netns exec r iptables -A FORWARD -i r1 -m conntrack --ctstate RELATED
ip netns exec r iptables -A FORWARD -i r1 -m helper --helper ftp
ip netns exec r iptables -A FORWARD -i r1 -m conntrack --ctstate NEW -j DROP
w() { while [ ! -e step$1 ]; do sleep 0.05; done; }
go() { : > step$1; sleep 0.6; }
(w 1; echo 220 hello; w 4; echo 200 fine; w 9) | ip netns exec b nc -l 192.168.222.1 21 > said &
server=$!
sleep 0.5
(w 2; printf 'USER somebody\r\n'; w 3; printf 'PORT 10,0,1,1,4,1\r\n'; w 5; printf 'NOOP\r\n'; w 9) | ip netns exec a nc 192.168.222.1 21 > heard &
client=$!
sleep 0.5
for n in 1 2 3 4 5; do go $n; done
cat said heard
l -L -p tcp --dport 21
e
# The server calls, and is let in.
ip netns exec a nc -l 10.0.1.1 1025 > data &
sleep 0.5
echo data | ip netns exec b nc -q 0 192.168.222.222 1025
wait $!
sleep 0.2
cat data
l -L -p tcp --dport 1025
e
ip netns exec r iptables -L FORWARD -nvx | sed -E '1,2d; s/^ *0 .*/none/; s/^ *[1-9].*/some/'
# What was not announced is not let in.
ip netns exec b nc -z -w 1 192.168.222.222 1026
go 9
kill $server $client
wait
rm said heard data step*
