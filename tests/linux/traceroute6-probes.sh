# ipv6
# The way to a host over IPv6, by each kind of probe.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:10
ip link add b0 netns b address 02:00:00:00:00:02 type veth peer name r1 netns r address 02:00:00:00:00:20
for d in "a a0" "r r0" "r r1" "b b0"; do set -- $d; ip -n $1 link set $2 up; done
ip -n a addr add 2001:db8:1::2/64 dev a0 nodad
ip -n r addr add 2001:db8:1::1/64 dev r0 nodad
ip -n r addr add 2001:db8:2::1/64 dev r1 nodad
ip -n b addr add 2001:db8:2::2/64 dev b0 nodad
ip -n a route add default via 2001:db8:1::1
ip -n b route add default via 2001:db8:2::1
for n in r b; do ip netns exec $n sysctl -qw net.ipv6.icmp.ratelimit=0; done
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
sleep 4
trace() { ip netns exec a traceroute -n -q1 -w1 -m4 "$@"; }
trace 2001:db8:2::2
trace -6 2001:db8:2::2 100
trace -I 2001:db8:2::2
trace -T 2001:db8:2::2
trace -T -p 443 2001:db8:2::2
trace -U 2001:db8:2::2
trace -U -p 99 2001:db8:2::2 30
trace -s 2001:db8:1::2 2001:db8:2::2
trace ::1
# What is on the link is named with it.
trace fe80::ff:fe00:10%a0
trace -i a0 fe80::ff:fe00:10
ip netns exec a traceroute 2001:db8:2::2 | sed 's/[0-9.]* ms/T ms/g'
