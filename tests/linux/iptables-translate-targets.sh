# Targets of iptables in words of nft, and matches of ip6tables.
t() { iptables-translate "$@" 2>&1; }
t6() { ip6tables-translate "$@" 2>&1; }
t -t nat -A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.1-10.0.0.5:80-90 --persistent --random
t -t nat -A PREROUTING -p tcp -j DNAT --to-destination :80
t -t nat -A POSTROUTING -p tcp -j SNAT --to-source :80-90
t -t nat -A POSTROUTING -p tcp -j SNAT --to-source 1.2.3.4 --random-fully
t -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 80-90 --random-fully
t -t nat -A PREROUTING -j REDIRECT
t -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 80-90 --random
t -t nat -A PREROUTING -j NETMAP --to 10.0.0.0/24
t -t mangle -A FORWARD -j CONNMARK --set-xmark 5/0xf
t -t mangle -A FORWARD -j CONNMARK --save-mark --mask 0xf
t -t mangle -A FORWARD -j CONNMARK --restore-mark --nfmask 0xf0 --ctmask 0xf0
t -t mangle -A FORWARD -j TOS --set-tos 0x10/0x3f
t -A INPUT -j NFQUEUE
t -A INPUT -j NFQUEUE --queue-balance 1:4 --queue-cpu-fanout
t -A INPUT -j TEE --gateway 1.1.1.1
t -A INPUT -j LOG --log-prefix abc --log-level 3
t -A INPUT -j LOG --log-ip-options --log-tcp-sequence --log-macdecode
t -A INPUT -j REJECT --reject-with icmp-host-unreachable
t -A INPUT -j REJECT --reject-with icmp-port-unreachable
t -t mangle -A FORWARD -j MARK --set-mark 5/7
t -t mangle -A FORWARD -j MARK --or-mark 5
t -t mangle -A FORWARD -j MARK --and-mark 5
t -t mangle -A FORWARD -j MARK --xor-mark 5
t -A INPUT -j NFQUEUE --queue-num 3 --queue-bypass
t -t mangle -A FORWARD -p tcp -j SYNPROXY --mss 1460 --wscale 7 --sack-perm --timestamp
t -t mangle -A FORWARD -j CLASSIFY --set-class 0:0
t -t mangle -A FORWARD -j CLASSIFY --set-class 1:2
t -t mangle -A FORWARD -p tcp -j TCPOPTSTRIP --strip-options 5
t -t mangle -A FORWARD -j TTL --ttl-set 5
t -t mangle -A FORWARD -j CHECKSUM --checksum-fill
t -t mangle -A FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu
t -t mangle -A FORWARD -p tcp --syn -j TCPMSS --set-mss 5
t -t raw -A PREROUTING -j TRACE
t -t raw -A PREROUTING -j CT --zone 5
t -A INPUT -j NFLOG --nflog-prefix x --nflog-threshold 3 --nflog-size 4
t -A INPUT -j LOG --log-level debug --log-tcp-options --log-uid
t -t mangle -A FORWARD -j DSCP --set-dscp-class CS1
t6 -A FORWARD -p ipv6-icmp --icmpv6-type 1/3
t6 -A FORWARD -p ipv6-icmp --icmpv6-type echo-request
t6 -A FORWARD -j REJECT --reject-with icmp6-adm-prohibited
t6 -A FORWARD -m hl --hl-eq 5
t6 -A FORWARD -m hl --hl-lt 5
t6 -A FORWARD -m dscp --dscp 5
t6 -A FORWARD -s ::1
t6 -A FORWARD -p udp --dport 53 -j REJECT
t6 -A FORWARD -p ipv6-icmp
t6 -A FORWARD -m addrtype --dst-type LOCAL
t6 -A FORWARD -m ecn --ecn-ip-ect 1
t6 -A FORWARD -p tcp -s 2001:db8::/32 -j REJECT
