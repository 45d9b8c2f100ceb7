# Rules ask sets: of the source, the destination, ports, several sets at once; a set that is asked
# cannot go, and its elements count.
for n in a b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name b0 netns b
ip -n a addr add 10.0.0.1/24 dev a0; ip -n a addr add 10.0.0.3/24 dev a0; ip -n a link set a0 up
ip -n b addr add 10.0.0.2/24 dev b0; ip -n b link set b0 up
b() { ip netns exec b "$@"; }
try() { ip netns exec a ping -c 1 -W 1 -q -I $1 10.0.0.2 | sed -n 's/, 0% packet loss.*/: passes/p; s/, 100% packet loss.*/: lost/p'; }
b iptables -A INPUT -m set --match-set nosuch src -j DROP
echo "exit status $?"
b ipset create bad hash:ip counters
b ipset add bad 10.0.0.1
b iptables -A INPUT -m set --match-set bad src -j DROP
b ipset list -t bad | grep References
b ipset destroy bad
try 10.0.0.1
try 10.0.0.3
b ipset list bad | tail -1
b iptables -I INPUT -m set ! --match-set bad src -j ACCEPT
b iptables -S INPUT
b iptables -L INPUT -n
b iptables -F INPUT
# A list of sets, and a network that says no.
b ipset create nets hash:net
b ipset add nets 10.0.0.0/24
b ipset add nets 10.0.0.3 nomatch
b ipset create all list:set
b ipset add all nets
b iptables -A INPUT -m set --match-set all src -j DROP
try 10.0.0.1
try 10.0.0.3
b iptables -F INPUT
# Fewer directions than the elements have parts match nothing.
b ipset create pairs hash:ip,port
b ipset add pairs 10.0.0.1,icmp:ping
b iptables -A INPUT -m set --match-set pairs src -j DROP
try 10.0.0.1
b iptables -R INPUT 1 -m set --match-set pairs src,dst -j DROP
try 10.0.0.1
try 10.0.0.3
b iptables -F INPUT
# What a rule puts in, another one finds.
b ipset create seen hash:ip
b iptables -A INPUT -m set --match-set seen src -j DROP
b iptables -A INPUT -p icmp -j SET --add-set seen src
try 10.0.0.3
try 10.0.0.3
b ipset list seen | tail -1
b iptables -S INPUT
b iptables -F INPUT
b ipset destroy && b ipset list -n
