#!/bin/bash
# ipv6
# needs: nf_log_all_netns
# Lines about packets of IPv6: addresses with all of their digits, the error with the packet inside.
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
ip -n a addr add fd01::1/64 dev a0 nodad
ip -n r addr add fd01::2/64 dev r0 nodad
ip -n r addr add fd02::2/64 dev r1 nodad
ip -n b addr add fd02::1/64 dev b0 nodad
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a route add default via fd01::2
ip -n b route add default via fd02::2
ip netns exec r sysctl -q -w net.ipv6.conf.all.forwarding=1
sleep 3
said() { dmesg -t | grep "^$1" | sed "s/ID=[0-9]* /ID=x /g; s/SPT=[3-6][0-9]* /SPT=p /g; s/DPT=[3-6][0-9][0-9][0-9][0-9] /DPT=p /g; s/SEQ=[0-9]\{5,\} /SEQ=s /; s/ACK=[0-9]\{5,\} /ACK=s /; s/FLOWLBL=[0-9]* /FLOWLBL=f /g; s/\(OPT (020405B40402080A\).*\(0000000001030307\|000000000103030A\)/\1 .../; s/$/|/"; }
r() { ip netns exec r "$@"; }
r ip6tables -A FORWARD -p icmpv6 -j LOG --log-prefix "l6-icmp "
r ip6tables -A FORWARD -p tcp -j LOG --log-prefix "l6-tcp "
r ip6tables -A FORWARD -p udp -j LOG --log-prefix "l6-udp "
r ip6tables -A OUTPUT -p icmpv6 --icmpv6-type 3 -j LOG --log-prefix "l6-out "
ip netns exec a ping -q -c 1 -W 1 fd02::1 | grep -o '[0-9]* received'
said l6-icmp
echo hello | ip netns exec a nc -u -w 1 -p 40 fd02::1 53
said l6-udp
said "l6-icmp.*TYPE=1 "
ip netns exec a ping -q -c 1 -t 1 -W 1 fd02::1 | grep -o '[0-9]* received'
said l6-out
ip netns exec a sysctl -q -w net.ipv4.tcp_timestamps=0
ip netns exec a nc -z -w 1 fd02::1 80
said l6-tcp
