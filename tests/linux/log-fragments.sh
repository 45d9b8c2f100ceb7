#!/bin/bash
# needs: nf_log_all_netns
# Fragments: of the later ones there are no ports. Options of IP are written as bytes.
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
r iptables -A FORWARD -i r0 -j LOG --log-prefix "lg-all " --log-ip-options
ip netns exec a ping -q -c 1 -W 1 -M dont -s 2000 10.0.2.1 | grep -o '[0-9]* received'
said lg-all | sed 's/ID=[0-9]* \([MF]\)/ID=x \1/'
ip netns exec a ping -q -c 1 -W 1 -R 10.0.2.1 | grep -o '[0-9]* received'
said "lg-all.*OPT"
