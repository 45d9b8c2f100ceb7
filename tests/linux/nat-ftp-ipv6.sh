# ipv6
# What a client of FTP says of itself in IPv6 is translated too.
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
ip netns exec r ip6tables -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp
ip netns exec r ip6tables -t nat -A POSTROUTING -o r1 -j MASQUERADE
w() { while [ ! -e step$1 ]; do sleep 0.05; done; }
go() { : > step$1; sleep 0.6; }
(w 1; echo 220 hello; w 9) | ip netns exec b nc -l fd00:2::1 21 > said &
server=$!
sleep 0.5
(w 2; printf 'USER somebody\r\n'; w 3; printf 'EPRT |2|fd00:1::1|1025|\r\n'; w 4; printf 'NOOP\r\n'; w 9) | ip netns exec a nc fd00:2::1 21 > heard &
client=$!
sleep 0.5
for n in 1 2 3 4; do go $n; done
cat said
ip netns exec r conntrack -L expect -f ipv6 2>&1 | sed -E 's/^[0-9]+ proto/T proto/; s/sport=[0-9]{4,}/sport=P/g'
ip netns exec a nc -l fd00:1::1 1025 > data &
sleep 0.5
echo data | ip netns exec b nc -q 0 fd00:2::2 1025
wait $!
cat data
go 9
kill $server $client
wait
rm said heard data step*
