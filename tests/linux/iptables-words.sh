#!/bin/bash
# The words of rules and commands: chains, numbers, counters, what goes with what, and mistakes.
t() { echo "\$ $*"; "$@"; echo "= $?"; }
for tb in security nat filter raw mangle; do iptables -t $tb -A OUTPUT; done; iptables-save | grep '^\*' 
t iptables -I INPUT 0 -j DROP
t iptables -I INPUT x -j DROP
t iptables -D INPUT 0
t iptables -A averyveryveryveryveryverylongname -j DROP
t iptables -N 'a b'
t iptables -N '!a'
t iptables -v -N q
t iptables -v -X q
t iptables -N q; t iptables -A q -j q; t iptables -N q2; t iptables -A q -j q2; t iptables -A q2 -j q
t iptables -v -Z
t iptables -v -Z q
t iptables -Z q 1
t iptables -v -I q -j DROP
t iptables -v -R q 1 -j ACCEPT
t iptables -v -C q -j ACCEPT
t iptables -v -D q 1
t iptables -v -E q q3
t iptables -v -P INPUT DROP
t iptables -v -S
t iptables -S q3 -v
t iptables -E q3 q2
t iptables -E q3 -x
t iptables -E q3 averyveryveryveryveryverylongname
t iptables -P INPUT
t iptables -P nope DROP
t iptables -L nope
t iptables -L -s 1.2.3.4
t iptables -F -n
t iptables -A q2 -c 5 -j DROP
t iptables -A q2 -c a b -j DROP
t iptables -A q2 ! -j DROP
t iptables -A q2 ! ! -s 1.1.1.1
t iptables -A q2 -p 0
t iptables -A q2 ! -p 0
t iptables -A q2 ! -p all
t iptables -A q2 -p 256
t iptables -A q2 -p tcp -m tcp ! --syn
t iptables -A q2 -p tcp --syn --tcp-flags ALL NONE
t iptables -A q2 -p tcp ! --tcp-flags FIN,SYN FIN
t iptables -A q2 -p tcp --tcp-option 7
t iptables -A q2 -p tcp ! --tcp-option 7 --sport 3
t iptables -A q2 -p udp --sport 5 --dport 6:
t iptables -A q2 -p udp --sport 6:5
t iptables -A q2 ! -i eth0
t iptables -A q2 ! -o eth+
t iptables -A q2 -i +
t iptables -A q2 -s 1.2.3.4/255.0.255.0 ! -d 10/8
t iptables -A q2 -s 1.2.3.4/33
t iptables -A q2 -f -j DROP
t iptables -A q2 ! -f -j DROP
t iptables -A q2 -g nope
t iptables -A q2 -g q3
t iptables --append q2 --src 1.1.1.1 --dst 2.2.2.2 --proto tcp --in-interface x --out-interface y --jump ACCEPT
t iptables --app q2 --sou 1.1.1.1
t iptables -S q2
t iptables -L q2 -n -v --line-numbers
t iptables -L q2 
t iptables -A q2 --foo
t iptables -A q2 -m tcp -p tcp --sport
t iptables -D q2 -A q2
t iptables -L -Z
t iptables -nvL q2 2
t iptables -t
t iptables -m
t iptables -A q2 -m state --state FOO
t iptables -A q2 -m conntrack
t iptables -A q2 -m comment
t iptables -N averyveryveryveryveryver28chr
t iptables -A q2 -p icmp --icmp-type foo
t iptables -A q2 -p icmp --icmp-type 3/1
t iptables -A q2 -p icmp ! --icmp-type any
t iptables -A q2 -p icmp --icmp-type network-unreachable
t iptables -A q2 -p udp -m udp
t iptables -S q2
t iptables -L q2
t iptables -nL q2
