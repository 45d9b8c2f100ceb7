# Rules of nft give connections times of their own.
ip netns add a
ip netns add b
ip link add a0 netns a type veth peer name b0 netns b
ip -n a link set lo up
ip -n b link set lo up
ip -n a link set a0 up
ip -n b link set b0 up
ip -n a addr add 10.0.0.1/24 dev a0
ip -n b addr add 10.0.0.2/24 dev b0
# Thousands of seconds are told.
l() { ip netns exec b conntrack -L "$@" 2>/dev/null | sed -E 's/^([a-z]+ +[0-9]+) ([0-9]*)9[0-9][0-9] /\1 \2999 /; s/^(udp +17) (2[0-9]|30|1[12][0-9]) /\1 as ever /; s/(sport|dport)=[0-9]{5}/\1=P/g' | sort; }
ip netns exec b nft add table ip t
ip netns exec b nft add chain ip t in '{ type filter hook input priority 0; }'
ip netns exec b nft 'add ct timeout ip t slow { protocol tcp; l3proto ip; policy = { syn_recv : 8000, established : 2000, close_wait : 3000, time_wait : 6000, fin_wait : 7000, last_ack : 5000, close : 4000 }; }'
ip netns exec b nft 'add ct timeout ip t often { protocol udp; policy = { unreplied : 1000, replied : 3000 }; }'
ip netns exec b nft 'add rule ip t in tcp dport 80 ct timeout set "slow" counter'
ip netns exec b nft 'add rule ip t in ct timeout set "often"'
w() { while [ ! -e step$1 ]; do sleep 0.05; done; }
go() { : > step$1; sleep 0.6; }
(w 2) | ip netns exec b nc -q 0 -l 10.0.0.2 80 > said &
server=$!
(w 3; echo again; w 5) | ip netns exec b nc -u -l 10.0.0.2 5000 > asked &
other=$!
sleep 0.5
(w 1; echo hello; w 2) | ip netns exec a nc -q 0 10.0.0.2 80 > heard &
client=$!
(echo one; w 4; echo two; w 5) | ip netns exec a nc -u -p 4000 10.0.0.2 5000 > answer &
asker=$!
sleep 0.5
l
go 1
l -p tcp
# While TCP closes.
go 2
wait $client $server
l -p tcp
go 3
l -p udp
# When the object has gone, the settings hold again.
ip netns exec b nft flush chain ip t in
ip netns exec b nft delete ct timeout ip t often
go 4
l -p udp --orig-port-src 4000
ip netns exec b nft list table ip t
go 5
kill $other $asker 2>/dev/null
wait
rm said heard asked answer step*
