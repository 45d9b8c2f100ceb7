# What FTP announces is waited for, and related.
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
ip -n b route add default via 192.168.222.222
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/(sport|dport)=[0-9]{5}/\1=P/g; s/ id=[0-9]+/ id=N/g' | sort; }
e() { ip netns exec r conntrack -L expect 2>&1 | sed -E 's/^[0-9]+ proto/T proto/; s/sport=[0-9]{4,}/sport=P/g'; }
ip netns exec r iptables -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp
ip netns exec r iptables -A FORWARD -m conntrack --ctstate RELATED
ip netns exec r conntrack -E expect > events 2>&1 &
events=$!
w() { while [ ! -e step$1 ]; do sleep 0.05; done; }
go() { : > step$1; sleep 0.6; }
(w 1; echo 220 hello; w 9) | ip netns exec b nc -l 192.168.222.1 21 > said &
server=$!
sleep 0.5
(w 2; printf 'USER somebody\r\n'; w 3; printf 'PORT 10,0,1,1,4,1\r\n'; w 4; printf 'PORT 10,0,1,9,4,2\r\n'; w 5; printf 'EPRT |1|10.0.1.1|1027|\r\n'; w 9) | ip netns exec a nc 192.168.222.1 21 > heard &
client=$!
sleep 0.5
go 1
go 2
go 3
e
ip netns exec r conntrack -C expect
l -L
# Of somebody else nothing is believed; what comes behind takes the place of what was before.
go 4
e
go 5
e
# It comes.
ip netns exec a nc -l 10.0.1.1 1027 > data &
sleep 0.5
echo data | ip netns exec b nc -q 0 10.0.1.1 1027
wait $!
cat data
e
l -L -p tcp --dport 1027
ip netns exec r iptables -L FORWARD -nvx | sed -E '1,2d; s/^ *0 .*/none/; s/^ *[1-9].*/some/'
go 9
kill $server $client
sleep 0.2
kill -INT $events
wait
sed -E 's/^(.{10})[0-9]+ /\1T /; s/sport=[0-9]{4,}/sport=P/g' events
rm said heard data events step*
