#!/bin/bash
# The same commands of the older kind of tables.
t() { echo "\$ iptables $*"; iptables-legacy "$@"; echo "= $?"; }
t -S
t -N zeta; t -N alpha; t -N alpha
t -A INPUT -s 10.1.2.3/255.255.0.0 -j zeta
t -A INPUT -p 17 -j ACCEPT
t -A FORWARD -i eth0 -o eth+ ! -p tcp -g alpha
t -A alpha -p tcp --dport 1:65535 --sport :100 -m comment --comment "a \"b\" c"
t -A alpha -p icmp --icmp-type echo-request -m conntrack --ctstate NEW,INVALID -j RETURN
t -P FORWARD DROP
t -S
t -L -n
t -L
t -vnL --line-numbers
t -L alpha
t -C alpha -j RETURN
t -D alpha 7
t -D alpha -j RETURN
t -D nope 1
t -A nope -j ACCEPT
t -A INPUT -j nope
t -A INPUT -j accept
t -A INPUT -p foo
t -A INPUT --dport 80
t -A INPUT -p tcp --dport 99999
t -A INPUT -p tcp --dport http
t -A INPUT -s 300.1.1.1
t -A INPUT -s nohost
t -X zeta
t -X alpha
t -F nope
t -E zeta beta
t -E INPUT x
t -P zeta DROP
t -P INPUT REJECT
t -t bogus -S
t -A
t -A INPUT -x
t -A INPUT foo
t -A INPUT -j
t -Q
t
t -I INPUT 9 -j DROP
t -R INPUT 9 -j DROP
t -I INPUT 2 -j DROP
t -R INPUT 1 -j DROP
t -D INPUT 1
t -Z
t -X
t -S INPUT 1
t -A INPUT -m nosuch
t -A INPUT -i e -o f
t -A OUTPUT -i e
t -A INPUT -o e
t -A INPUT -p tcp -p udp
t -A INPUT -j ACCEPT -j DROP
t -A INPUT -i averyveryverylongname
t -t nat -S
t -t nat -S
t -A INPUT -s 1.1.1.1,2.2.2.2 -d 3.3.3.3,4.4.4.4 -j ACCEPT
t -S INPUT
t -w -A INPUT -j ACCEPT
t -w 5 -A INPUT -j ACCEPT
t -V
t --version
t -nL nope
t -A INPUT -s 0/0 -d 0.0.0.0/0 -j DROP
t -A INPUT -c 5 6 -j ACCEPT
t -L INPUT -vnx
t -D INPUT -j DROP -v
t -N averyveryveryveryveryverylongname
t -N -foo
t -N ACCEPT
t -F INPUT -v
t -A INPUT -v -s 1.2.3.4 -p tcp --dport 80 -j ACCEPT
