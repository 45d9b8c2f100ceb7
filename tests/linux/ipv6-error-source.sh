# ipv6
# An error about a packet comes from an address of the device by which the packet came, wherever the
# error goes; from the source of its route, if that names one; and from any other device's if there
# is none.
for n in a r s; do
    ip netns add $n
    ip -n $n link set lo up
    ip netns exec $n sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:11
ip link add r1 netns r address 02:00:00:00:00:12 type veth peer name s1 netns s address 02:00:00:00:00:21
ip link add a2 netns a address 02:00:00:00:00:02 type veth peer name s2 netns s address 02:00:00:00:00:22
ip link add s3 netns s address 02:00:00:00:00:23 type veth peer name s4 netns s address 02:00:00:00:00:24
for d in "a a0" "r r0" "r r1" "s s1" "a a2" "s s2" "s s3" "s s4"; do set -- $d; ip -n $1 link set $2 up; done
ip -n a addr add fd00::2/64 dev a0 nodad
ip -n r addr add fd00::1/64 dev r0 nodad
ip -n r addr add fd00:1::2/64 dev r1 nodad
ip -n s addr add fd00:1::1/64 dev s1 nodad
ip -n a addr add fd00:5::2/64 dev a2 nodad
ip -n s addr add fd00:5::1/64 dev s2 nodad
ip -n s addr add fd00:7::1/64 dev s3 nodad
ip -n a route add fd00:4::/64 via fd00::1
ip -n r route add default via fd00:1::1
sleep 3
far() { ip netns exec a ping -c1 -W5 -I fd00:5::2 "$@" fd00:4::1 | grep From; }
# The way back is by s2.
far
far -t 2
# Of several addresses the one that is most like the sender's.
ip -n s addr add fd00:5:0:0:1::1/128 dev s1 nodad
far
ip -n s addr del fd00:5:0:0:1::1/128 dev s1
ip -n s route add fd00:5::2/128 dev s2 src fd00:7::1
far
ip -n s route del fd00:5::2/128
# Too long, forbidden, and nobody there.
ip -n s route add fd00:4::/64 dev s3 mtu 1300
far -s 1400
far
ip -n s route add prohibit fd00:4::/64 metric 1
far
ip -n s route del prohibit fd00:4::/64 metric 1
ip -n s route del fd00:4::/64 dev s3
# None there.
ip -n s addr del fd00:1::1/64 dev s1
ip -n r route replace default via fe80::ff:fe00:21 dev r1
far
