#!/bin/bash
# TRACE of iptables-nft: xtables-monitor tells the rules that a packet met, in the words of iptables.
ip netns add left
ip link add l0 address 02:00:00:00:00:01 type veth peer name l1 address 02:00:00:00:00:02 netns left
for dev in lo l0; do ip link set $dev up; done
ip -n left link set l1 up
ip addr add 10.1.0.1/24 dev l0
ip -n left addr add 10.1.0.2/24 dev l1
ip netns exec left ping -q -c 1 -W 1 10.1.0.1 | grep -o '[0-9]* received'
iptables -t raw -A PREROUTING -j TRACE
iptables -N more
iptables -A INPUT -p icmp -j more
iptables -A more -m mark --mark 5 -j ACCEPT
iptables -A more -j MARK --set-mark 3
iptables -A INPUT -p icmp -m comment --comment "hello there" -j ACCEPT
iptables -A INPUT -p udp --dport 53 -j DROP
iptables -A INPUT -p tcp -j REJECT --reject-with tcp-reset
xtables-monitor --trace >told &
sleep 0.5
ip netns exec left ping -c 1 -W 1 10.1.0.1 | grep -o '[0-9]* received'
echo hi | ip netns exec left nc -u -w 1 10.1.0.1 53
echo hi | ip netns exec left nc -u -w 1 10.1.0.1 54
ip netns exec left nc -z -w 1 10.1.0.1 80
sleep 0.3
kill %1
sed 's/^\( TRACE\|PACKET\): 2 [0-9a-f]\{8\}/\1: 2 N/; s/ ID=[0-9]*/ ID=N/; s/SPORT=[0-9]*/SPORT=N/' told
xtables-monitor --foo
