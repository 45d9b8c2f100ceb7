#!/bin/bash
# A queue that no program reads ends its packets; with --queue-bypass they pass this chain, and the
# rules behind are not asked.
ip link set lo up
p() { ping -q -c 1 -W 1 127.0.0.1 | grep -o '[0-9]* received'; iptables -nvxL INPUT; }
iptables -A INPUT -p icmp -j NFQUEUE --queue-num 3
iptables -A INPUT -p icmp
p
iptables -F
iptables -A INPUT -p icmp -j NFQUEUE --queue-num 3 --queue-bypass
iptables -A INPUT -p icmp -j DROP
p
iptables -F
iptables -A INPUT -p icmp -j NFQUEUE --queue-balance 1:4
p
