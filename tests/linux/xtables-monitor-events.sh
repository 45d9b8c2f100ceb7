#!/bin/bash
# Changes of the rules as xtables-monitor and nft tell of what iptables does.
xtables-monitor -e > all & a=$!
xtables-monitor -e -6 -c > six & b=$!
nft monitor > nft & c=$!
sleep 0.5
iptables -A INPUT -p tcp --dport 22 -j ACCEPT
iptables -N FOO
iptables -A INPUT -s 10.0.0.0/8 -m comment --comment hi -j FOO
iptables -P INPUT DROP
iptables -D INPUT 1
iptables -t nat -A POSTROUTING -j MASQUERADE
ip6tables -A FORWARD -j DROP
iptables -F
iptables -X
nft add table ip x
nft add chain ip x y
nft add rule ip x y tcp dport 80 counter accept
nft delete table ip x
sleep 0.5
kill $a $b $c
for file in all six nft; do
    echo "# $file"
    sed 's/PID=[0-9]* NAME=.*/PID=N/; s/by process [0-9]* .*/by process N/' $file
done
