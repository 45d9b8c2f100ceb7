#!/bin/bash
# needs: nf_log_all_netns
# LOG writes a line for each packet into the kernel's log: where it is, what it came with, and its
# headers. The chain goes on.
ip netns add a
ip netns add r
ip netns add b
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:10
ip link add b0 netns b address 02:00:00:00:00:02 type veth peer name r1 netns r address 02:00:00:00:00:20
for n in a r b; do ip -n $n link set lo up; done
ip -n a addr add 10.0.1.1/24 dev a0
ip -n r addr add 10.0.1.2/24 dev r0
ip -n r addr add 10.0.2.2/24 dev r1
ip -n b addr add 10.0.2.1/24 dev b0
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a route add default via 10.0.1.2
ip -n b route add default via 10.0.2.2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
said() { dmesg -t | grep "^$1" | sed "s/ID=[0-9]* /ID=x /g; s/SPT=[3-6][0-9]* /SPT=p /g; s/DPT=[3-6][0-9][0-9][0-9][0-9] /DPT=p /g; s/SEQ=[0-9]\{5,\} /SEQ=s /; s/ACK=[0-9]\{5,\} /ACK=s /; s/FLOWLBL=[0-9]* /FLOWLBL=f /g; s/\(OPT (020405B40402080A\).*\(0000000001030307\|000000000103030A\)/\1 .../; s/$/|/"; }
r() { ip netns exec r "$@"; }
r iptables -t raw -A PREROUTING -i r0 -p icmp -j LOG --log-prefix "lf-raw: "
r iptables -A FORWARD -p icmp -j LOG --log-prefix "lf-forward "
r iptables -t mangle -A POSTROUTING -p icmp -j LOG --log-prefix "lf-post"
r iptables -A FORWARD -m mark --mark 7 -j LOG --log-prefix "lf-mark "
ip netns exec a ping -q -c 1 -W 1 -Q 0x48 10.0.2.1 | grep -o '[0-9]* received'
said lf-raw
said lf-forward
said lf-post
r iptables -t mangle -A PREROUTING -p udp -j MARK --set-mark 7
echo hello | ip netns exec a nc -u -w 1 -p 40 10.0.2.1 53
said lf-mark
# What the other host says of its closed port quotes the datagram.
said "lf-forward.*TYPE=3"
r iptables -nvxL FORWARD
