# Rules of nft give connections a helper by its name.
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
ip netns exec r nft add table ip t
ip netns exec r nft add chain ip t raw '{ type filter hook prerouting priority raw; }'
ip netns exec r nft add chain ip t pre '{ type filter hook prerouting priority 0; }'
ip netns exec r nft add chain ip t way '{ type filter hook forward priority 0; }'
ip netns exec r nft 'add ct helper ip t watch { type "ftp" protocol tcp; }'
# Before connections are looked up there is none to be watched.
ip netns exec r nft 'add rule ip t raw tcp dport 22 ct helper set "watch"'
ip netns exec r nft 'add rule ip t pre tcp dport 21 ct helper set "watch" counter'
ip netns exec r nft 'add rule ip t way ct state related counter'
ip netns exec r nft 'add rule ip t way ct helper "ftp" counter'
ip netns exec r nft 'add rule ip t way ct helper != "ftp" counter'
ip netns exec r nft 'add rule ip t way ct helper "irc" counter' 2>&1
ip netns exec r nft 'list table ip t'
w() { while [ ! -e step$1 ]; do sleep 0.05; done; }
go() { : > step$1; sleep 0.6; }
(w 9) | ip netns exec b nc -l 192.168.222.1 22 > other &
another=$!
(w 1; echo 220 hello; w 9) | ip netns exec b nc -l 192.168.222.1 21 > said &
server=$!
sleep 0.5
(w 9) | ip netns exec a nc 192.168.222.1 22 > nothing &
beside=$!
(w 2; printf 'USER somebody\r\n'; w 3; printf 'PORT 10,0,1,1,4,1\r\n'; w 9) | ip netns exec a nc 192.168.222.1 21 > heard &
client=$!
sleep 0.5
go 1
go 2
go 3
e
l -L
ip netns exec a nc -l 10.0.1.1 1025 > data &
sleep 0.5
echo data | ip netns exec b nc -q 0 10.0.1.1 1025
wait $!
cat data
e
l -L -p tcp --dport 1025
ip netns exec r nft list chain ip t way | sed -E 's/packets [1-9].*/some/; s/packets 0 .*/none/'
go 9
kill $server $client $another $beside
wait
# An object that a rule uses stays.
ip netns exec r nft delete ct helper ip t watch
ip netns exec r nft flush chain ip t raw
ip netns exec r nft flush chain ip t pre
ip netns exec r nft delete ct helper ip t watch
ip netns exec r nft delete ct helper ip t watch
rm said heard data other nothing step*
