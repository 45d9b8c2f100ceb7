#!/bin/bash
# Targets by their words: as -S and -L list them, and mistakes.
c() { local tb=$1 ch=$2; shift 2; echo "\$ -t $tb -A $ch $*"; iptables -t $tb -F; iptables -t $tb -A $ch "$@" || echo "= $?"; iptables -t $tb -S $ch | grep -- ^-A; iptables -t $tb -nL $ch | sed 1,2d;  iptables -t $tb -L $ch | sed 1,2d;}
f() { c filter INPUT "$@"; }
m() { c mangle PREROUTING "$@"; }
f -j REJECT
f -j REJECT --reject-with icmp-port-unreachable
f -j REJECT --reject-with icmp-host-prohibited
f -j REJECT --reject-with admin-prohib
f -j REJECT --reject-with net-unreach
f -j REJECT --reject-with proto-unreach
f -p tcp -j REJECT --reject-with tcp-reset
f -j REJECT --reject-with tcp-reset
f -j REJECT --reject-with foo
m -j REJECT
f -j LOG
f -j LOG --log-prefix "a b " --log-level info --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode
f -j LOG --log-level 3
f -j LOG --log-level foo
f -j LOG --log-prefix "0123456789012345678901234567890"
f -j NFLOG
f -j NFLOG --nflog-size 64
f -j MARK --set-mark 4
m -j MARK --set-mark 4
m -j MARK --set-mark 4/0xff
m -j MARK --set-xmark 4/0xff
m -j MARK --and-mark 4
m -j MARK --or-mark 4
m -j MARK --xor-mark 4
m -j MARK
m -j CONNMARK --save-mark
m -j CONNMARK --restore-mark
m -j CONNMARK --set-mark 3
m -j CONNMARK --set-xmark 3/5
m -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xf0
m -j CONNMARK --restore-mark --mask 0xff
m -j CONNMARK --and-mark 1
m -j CONNMARK --or-mark 1
m -j CONNMARK --xor-mark 1
c nat POSTROUTING -j SNAT --to-source 1.1.1.1
c nat POSTROUTING -p tcp -j SNAT --to-source 1.1.1.1-1.1.1.3:1-4 --random --persistent
c nat POSTROUTING -j SNAT --to-source 1.1.1.1:80
c nat POSTROUTING -j SNAT --to-source 1.1.1.1 --random-fully
c nat POSTROUTING -j SNAT
c nat INPUT -j SNAT --to 1.1.1.1
c nat PREROUTING -p tcp -j DNAT --to-destination 1.1.1.1:80
c nat PREROUTING -p tcp -j DNAT --to-destination :80
c nat PREROUTING -p tcp -j DNAT --to-destination 1.1.1.1-1.1.1.4:80-90
c nat PREROUTING -p tcp -j DNAT --to-destination 1.1.1.1:1000-1010/100
c nat OUTPUT -j DNAT --to 1.1.1.1 --random --persistent
c nat POSTROUTING -j MASQUERADE
c nat POSTROUTING -p udp -j MASQUERADE --to-ports 1-5 --random
c nat POSTROUTING -j MASQUERADE --random-fully
c nat PREROUTING -p tcp -j REDIRECT --to-ports 80
c nat PREROUTING -p tcp -j REDIRECT --to-ports 80-90 --random
c nat PREROUTING -j REDIRECT
c nat PREROUTING -j REDIRECT --to-ports 80
c nat PREROUTING -d 1.1.1.0/24 -j NETMAP --to 2.2.2.0/24
c nat PREROUTING -j NETMAP --to 2.2.2.2
m -j TTL --ttl-set 3
m -j TTL --ttl-dec 1
m -j TTL --ttl-inc 1
m -j TTL
m -j TTL --ttl-set 0
c mangle FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu
c mangle FORWARD -p tcp --syn -j TCPMSS --set-mss 1400
c mangle FORWARD -p tcp -j TCPMSS --set-mss 1400
m -p tcp -j TPROXY --on-port 80 --tproxy-mark 1/1
m -p udp -j TPROXY --on-port 80 --on-ip 1.2.3.4
m -j TPROXY --on-port 80
c raw PREROUTING -j NOTRACK
c raw PREROUTING -j CT --notrack
c raw PREROUTING -j CT --zone 3
c raw PREROUTING -j CT --zone-orig mark
c raw PREROUTING -j CT --ctevents new,destroy
c raw PREROUTING -j CT --expevents new
c raw PREROUTING -j CT
c raw PREROUTING -j TRACE
m -j DSCP --set-dscp 3
m -j DSCP --set-dscp-class EF
m -j TOS --set-tos 0x10
m -j TOS --set-tos Minimize-Delay
m -j TOS --set-tos 0x10/0x3f
m -j TOS --and-tos 1
m -j TOS --or-tos 1
m -j TOS --xor-tos 1
c mangle POSTROUTING -j CLASSIFY --set-class 1:2
c mangle POSTROUTING -p udp -j CHECKSUM --checksum-fill
m -j TEE --gateway 1.1.1.1
m -j TEE --gateway 1.1.1.1 --oif eth0
f -j NFQUEUE
f -j NFQUEUE --queue-num 3 --queue-bypass
f -j NFQUEUE --queue-balance 1:4 --queue-cpu-fanout
m -p tcp -j ECN --ecn-tcp-remove
m -p tcp -j TCPOPTSTRIP --strip-options mss,sack,20
f -p tcp -j SYNPROXY --mss 1460 --wscale 7 --timestamp --sack-perm
