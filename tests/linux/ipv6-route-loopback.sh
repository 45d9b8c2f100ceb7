# ipv6
# A route out of the loopback leads nowhere: whoever sends by it is told that there is no route.
for n in a r; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:10
ip -n a link set a0 up
ip -n r link set r0 up
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
ip -n a addr add fd00:1::2/64 dev a0 nodad
ip -n r addr add fd00:1::1/64 dev r0 nodad
ip -n a route add default via fd00:1::1
sleep 3
ip -n r route add fd00:2::/64 dev lo
ip -n r addr add fd00:3::1/64 dev lo
ip -n r -6 route show
ip -n r route get fd00:2::1
for who in a r; do
    for to in fd00:2::1 fd00:3::1 fd00:3::2; do
        ip netns exec $who ping -c1 -W1 $to | sed -n 2p
    done
done
