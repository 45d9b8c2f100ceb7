# ipv6
# A device that drops what it is given is told to whoever sends, by a raw socket.
for n in a b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name b0 netns b address 02:00:00:00:00:02
ip -n a link set a0 up
ip -n b link set b0 up
ip -n a addr add fd00:1::1/64 dev a0 nodad
ip -n b addr add fd00:1::2/64 dev b0 nodad
sleep 3
ip netns exec a ping -c1 -W1 fd00:1::2 | sed -n 2p
ip -n b link set b0 mtu 1300
ip netns exec a ping -c1 -W1 -s1400 fd00:1::2 | sed -n 2,5p
ip netns exec a ping -c1 -W1 -s2400 fd00:1::2 | sed -n 2,5p
