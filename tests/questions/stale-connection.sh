# A stream of UDP began before its port was published, and goes on past the rule: its connection is
# remembered as it began.
setting host net.ipv4.ip_forward 1
bridge_of br0 10.0.0.1/24
container dns br0 10.0.0.2/24 10.0.0.1
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
ip -n lan route add default via 192.0.2.1
iptables -A INPUT -m conntrack --ctstate NEW -j ACCEPT
listen dns udp 53
SPORT=40000
sent lan udp 192.0.2.1 5353
iptables -t nat -A PREROUTING -p udp --dport 5353 -j DNAT --to-destination 10.0.0.2:53
netloom lint --live --trap stale-connection | grep -o '^warning: [a-z-]*'
ask lan udp 192.0.2.1 5353
