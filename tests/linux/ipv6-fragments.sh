# ipv6
# What is longer than the link is cut by its sender and joined where it is delivered.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip link set lo up; ip link set v0 up; ip -n b link set lo up; ip -n b link set v1 up
ip addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v1 nodad
sleep 4
ping -c1 -W1 2001:db8::2 | grep transmitted
: >log
tcpdump -lnnti v0 -c8 'ip6[6] == 44' >seen 2>log & until grep -q listening log; do sleep 0.02; done
ping -c1 -W1 -s5000 2001:db8::2 | head -2
wait; sed 's/ seq.*//; s/, id [0-9]*,/,/' seen
# The longest payload that there is.
ping -c1 -W1 -s65527 2001:db8::2 | head -2
# To oneself, over a loopback that takes less.
ip link set lo mtu 1500
ping -c1 -W1 -s3000 2001:db8::1 | head -2
# Not to be cut.
ping -c1 -W1 -M do -s3000 2001:db8::2
