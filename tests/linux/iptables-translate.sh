# Commands of iptables in words of nft.
t() { iptables-translate "$@" 2>&1 || echo "exit status $?"; }
t -A INPUT -p tcp --dport 22 -j ACCEPT
t -A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT
t -I INPUT 3 -s 10.0.0.0/8 ! -i eth0 -j DROP
t -D INPUT -s 10.0.0.1 -j DROP
t -D INPUT 3
t -P INPUT DROP
t -N web
t -X web
t -F
t -F INPUT
t -Z
t -L
t -L INPUT
t -S
t -E a b
t -R INPUT 1 -j DROP
t -C INPUT -j DROP
t -t nat -A POSTROUTING -o eth0 -j MASQUERADE
t -t nat -A POSTROUTING -o eth0 -j MASQUERADE --random
t -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8080
t -t nat -A POSTROUTING -s 10.0.0.0/24 -j SNAT --to-source 1.2.3.4-1.2.3.9
t -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080
t -A INPUT -p icmp --icmp-type echo-request -j ACCEPT
t -A INPUT -m multiport -p tcp --dports 80,443,1000:2000 -j ACCEPT
t -A INPUT -m limit --limit 5/min --limit-burst 10 -j ACCEPT
t -A INPUT -m comment --comment "hi there" -j ACCEPT
t -A INPUT -j LOG --log-prefix "x: " --log-level 4
t -A INPUT -j NFLOG --nflog-group 2
t -A INPUT -j REJECT
t -A INPUT -j REJECT --reject-with tcp-reset
t -A INPUT -p tcp -j REJECT --reject-with tcp-reset
t -A INPUT -j web
t -A INPUT -g web
t -A INPUT -j RETURN
t -t mangle -A PREROUTING -j MARK --set-mark 5
t -t mangle -A PREROUTING -j MARK --set-xmark 5/0xff
t -t mangle -A PREROUTING -j CONNMARK --save-mark
t -t mangle -A PREROUTING -m mark --mark 1/3 -j DSCP --set-dscp 10
t -t raw -A PREROUTING -j NOTRACK
t -t raw -A PREROUTING -j CT --notrack
t -A INPUT -m mac --mac-source 02:00:00:00:00:01 -j DROP
t -A INPUT -m iprange --src-range 10.0.0.1-10.0.0.9 -j DROP
t -A INPUT -p tcp --syn -j DROP
t -A INPUT -p tcp --tcp-flags SYN,RST SYN -j DROP
t -A INPUT -m ttl --ttl-eq 3 -j DROP
t -A INPUT -m length --length 10:20 -j DROP
t -A INPUT -m statistic --mode nth --every 2 --packet 1 -j DROP
t -A INPUT -m addrtype --dst-type LOCAL -j DROP
t -A INPUT -m owner --uid-owner 5 -j DROP
t -A INPUT -m pkttype --pkt-type broadcast -j DROP
t -A INPUT -m tos --tos 0x10 -j DROP
t -A INPUT -f -j DROP
t -A INPUT -s 10.0.0.1,10.0.0.2 -j DROP
t -A INPUT -p udp --sport 53 --dport 1000:2000 -c 5 6 -j DROP
t -A INPUT -m foo -j DROP
t -A INPUT --nosuch
t
t -A INPUT -p 50 -j DROP
t -A INPUT -m state --state INVALID -j DROP
t -A INPUT ! -s 10.0.0.1 ! -d 10.0.0.2 -o eth+ -j DROP
t -A INPUT
