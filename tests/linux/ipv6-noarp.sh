# ipv6
# A device without neighbour discovery learns of nobody, and sends to its own hardware address.
for n in a b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name b0 netns b address 02:00:00:00:00:02
ip -n a link set a0 up
ip -n b link set b0 up
ip -n a addr add fd00:1::1/64 dev a0 nodad
ip -n b addr add fd00:1::2/64 dev b0 nodad
sleep 3
ip -n b link set b0 arp off
ip netns exec a ping -c1 -W1 fd00:1::2 | sed -n 2p
ip netns exec b ping -c1 -W1 fd00:1::1 | sed -n 2p
ip -n b neigh
ip -n b neigh show nud noarp to fd00:1::1
ip -n b link set b0 arp on
ip netns exec b ping -c1 -W1 fd00:1::1 | sed -n 2p
ip -n b neigh show to fd00:1::1 | cut -d' ' -f-5
