iptables -A INPUT -p tcp --dport 80 -j ACCEPT
iptables -A INPUT -p tcp --dport 80:90 -s 10.0.0.0/24 -i eth0 -j ACCEPT
iptables -A FORWARD -p tcp ! --dport 80:90 -d 10.0.0.0/23 -o eth+ -m comment --comment hello -m conntrack --ctstate NEW -m comment --comment bla -j ACCEPT
iptables -A FORWARD -m mark --mark 1/3 -m limit --limit 5/min -j LOG --log-prefix "a b"
iptables -A FORWARD -m mark ! --mark 1 -j MARK --set-mark 5
iptables -A FORWARD -p tcp --syn -j REJECT
iptables -A FORWARD -p tcp --sport 5 --dport 6 -m ttl --ttl-eq 5 -m length --length 5:9 -m pkttype --pkt-type multicast -j NFLOG --nflog-group 3
iptables -A FORWARD -p udp --sport 5 --dport 6 -m tos --tos 5 -m dscp --dscp 5 -j TRACE
iptables -A FORWARD -f -s 10.0.0.0/255.0.255.0 -m multiport -p tcp --dports 1,2,3 -j DROP
iptables -t nat -A POSTROUTING -j MASQUERADE
iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to 1.2.3.4:80
