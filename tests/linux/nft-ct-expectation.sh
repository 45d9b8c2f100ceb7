# Rules of nft have other connections be waited for beside one.
ip netns add a
ip netns add b
ip link add a0 netns a type veth peer name b0 netns b
ip -n a link set lo up
ip -n b link set lo up
ip -n a link set a0 up
ip -n b link set b0 up
ip -n a addr add 10.0.0.1/24 dev a0
ip -n b addr add 10.0.0.2/24 dev b0
e() { ip netns exec b conntrack -L expect "$@" 2>&1 | sed -E 's/^119[0-9]{3} proto/T proto/; s/<timeout>119[0-9]{3}</<timeout>T</; s/ use=.//; s/sport=[0-9]{5}/sport=P/g' | sort; }
ip netns exec b nft add table ip t
ip netns exec b nft add chain ip t in '{ type filter hook input priority 0; }'
ip netns exec b nft add chain ip t out '{ type filter hook output priority 0; }'
ip netns exec b nft 'add ct expectation ip t back { protocol tcp; dport 9876; timeout 2m; size 1; l3proto ip; }'
ip netns exec b nft 'add ct expectation ip t also { protocol udp; dport 9877; timeout 2m; size 2; }'
ip netns exec b nft 'add rule ip t in udp dport 5000 ct expectation set "back" counter'
ip netns exec b nft 'add rule ip t in udp dport 5000 ct expectation set "also" counter'
ip netns exec b nft 'add rule ip t out ct state related counter'
ip netns exec b nft 'add rule ip t out ct helper "ftp" counter'
ip netns exec b conntrack -E expect > events 2>&1 &
events=$!
w() { while [ ! -e step$1 ]; do sleep 0.05; done; }
(w 1) | ip netns exec b nc -u -l 10.0.0.2 5000 > asked &
server=$!
sleep 0.5
echo one | ip netns exec a nc -u -q 0 -w 1 -p 4000 10.0.0.2 5000
sleep 0.3
e
e -o xml
# It has one, and may have no more; for another connection it is not waited at the same place.
echo two | ip netns exec a nc -u -q 0 -w 1 -p 4000 10.0.0.2 5000
echo three | ip netns exec a nc -u -q 0 -w 1 -p 4001 10.0.0.2 5000
sleep 0.3
ip netns exec b nft list chain ip t in
ip netns exec b conntrack -L 2>/dev/null | sed -E 's/^(udp +17) [0-9]+/\1 T/; s/ use=.//'
# It comes.
ip netns exec a nc -l 10.0.0.1 9876 > data &
sleep 0.5
echo data | ip netns exec b nc -q 0 10.0.0.1 9876
wait $!
cat data
e
ip netns exec b nft list chain ip t out | sed -E 's/packets [1-9].*/some/; s/packets 0 .*/none/'
# With its connection it goes.
ip netns exec b conntrack -D -p udp --orig-port-src 4000 2>/dev/null | sed -E 's/^(udp +17) [0-9]+/\1 T/; s/ use=.//'
e
: > step1
sleep 0.3
kill $server 2>/dev/null
kill -INT $events
wait
sort events | sed -E 's/^(.{10})(120000|119[0-9]{3}) /\1T /; s/sport=[0-9]{5}/sport=P/g'
rm asked data events step*
