# The file of connections: addresses in full, the mark and the zone always told, who reads counted.
ip link set lo up
l() { cat /proc/net/nf_conntrack | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/ id=[0-9]+/ id=N/g; s/port=[0-9]{5}/port=P/g' | sort; }
l
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
ip6tables -A INPUT -m conntrack --ctstate ESTABLISHED
ping -c1 -q 127.0.0.1 >/dev/null
ping -c1 -q ::1 >/dev/null
l
# What is counted and dated is told of connections that begin later.
conntrack -F 2>/dev/null
sysctl -q -w net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1
iptables -t raw -A OUTPUT -d 127.0.0.2 -j CT --zone 5
iptables -t raw -A OUTPUT -d 127.0.0.3 -j CT --zone-orig 6
for n in 1 2 3; do ping -c1 -q 127.0.0.$n >/dev/null; done
l
conntrack -F 2>/dev/null
sysctl -q -w net.netfilter.nf_conntrack_acct=0 net.netfilter.nf_conntrack_timestamp=0
# Made by hand, of each protocol.
made="-s 10.0.0.1 -d 10.0.0.2 -t 100"
conntrack -I -p tcp $made --sport 1 --dport 2 --state ESTABLISHED -u ASSURED,SEEN_REPLY 2>/dev/null
conntrack -I -p udp $made --sport 1 --dport 2 2>/dev/null
conntrack -I -p udplite $made --sport 1 --dport 2 2>/dev/null
conntrack -I -p 99 $made 2>/dev/null
conntrack -I -p tcp -s fd00::1 -d fd00::2 -t 100 --sport 1 --dport 2 --state SYN_SENT 2>/dev/null
l
# Each namespace has its own; a process's folder leads to its namespace.
ip netns add n
ip netns exec n cat /proc/net/nf_conntrack
cat /proc/self/net/nf_conntrack | grep -c ipv4
cd /proc/net; cat nf_conntrack | grep -c ipv6; cd - >/dev/null
# Among other files, and with options.
echo before >x
echo after | cat -n x /proc/net/nf_conntrack_expect - x
conntrack -F 2>/dev/null
echo after | cat -E x /proc/net/nf_conntrack x -
cat nowhere /proc/net/nf_conntrack x
# What was counted.
cat /proc/net/stat/nf_conntrack | head -1
cat /proc/net/stat/nf_conntrack | head -2 | tail -1 | cut -d' ' -f1
