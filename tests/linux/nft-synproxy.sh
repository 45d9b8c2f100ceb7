# ipv6
# synproxy before a server of this host, of both versions, and what it is not for.
ip netns add a
ip netns add r
ip link add a0 netns a type veth peer name r0 netns r
for n in a r; do ip -n $n link set lo up; done
ip -n a link set a0 up
ip -n r link set r0 up
ip -n a addr add 10.0.1.1/24 dev a0
ip -n r addr add 10.0.1.2/24 dev r0
ip -n a addr add fd00::1/64 dev a0 nodad
ip -n r addr add fd00::2/64 dev r0 nodad
ip netns exec r sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
ip netns exec r nft -f - <<'RULES'
table inet t {
	chain raw {
		type filter hook prerouting priority raw;
		iif "r0" tcp dport 80 tcp flags syn notrack
	}
	chain in {
		type filter hook input priority filter;
		iif "r0" tcp dport 80 ct state invalid,untracked counter synproxy mss 1460 wscale 7 timestamp sack-perm
		ct state invalid drop
		udp dport 80 counter synproxy mss 1460 counter
	}
}
RULES
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/ use=[0-9]//' | sort; }
talk() {
	echo answer | ip netns exec r timeout 5 nc $1 -l -p 80 >got &
	sleep 0.5
	echo hello | ip netns exec a nc $1 -N -w 2 -p $2 $3 80
	wait
	cat got
}
talk -4 4000 10.0.1.2
talk -6 4001 fd00::2
l -L -p tcp
l -L -p tcp -f ipv6
echo word | ip netns exec a nc -u -q 0 -p 1000 10.0.1.2 80
ip netns exec r nft list chain inet t in
rm got
