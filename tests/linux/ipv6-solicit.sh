# ipv6
# The first packet is preceded by a solicitation to the group of the neighbour, and its answer.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip link set v0 up
ip -n b link set v1 up
ip addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v1 nodad
sleep 4
: >log
tcpdump -lnei v0 -c4 'icmp6 and (ip6[40] == 128 or ip6[40] == 129 or ip6[40] == 135 or ip6[40] == 136)' >seen 2>log & until grep -q listening log; do sleep 0.02; done
ping -c1 -W1 2001:db8::2 | head -2
wait
cat seen
