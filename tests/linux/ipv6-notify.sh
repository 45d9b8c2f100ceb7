# ipv6
# Who is told to says on the link where its addresses are, once they may be used.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip -n b link set v1 up
sysctl -w net.ipv6.conf.v0.ndisc_notify=1
ip netns exec b sysctl -qw net.ipv6.conf.v1.ndisc_notify=0
: >log
ip netns exec b tcpdump -lnteqi v1 -c4 'icmp6 and ip6[40] == 136' >seen 2>log & until grep -q listening log; do sleep 0.02; done
ip link set v0 up; sleep 3
ip addr add 2001:db8::1/64 dev v0 nodad; sleep 0.3
ip link set v0 address 02:00:00:00:00:05; sleep 0.3
ip addr add 2001:db8::7/64 dev v0; sleep 3
wait; cut -d, -f1,3- seen
ip -6 -br addr show dev v0 | tr -s ' '
