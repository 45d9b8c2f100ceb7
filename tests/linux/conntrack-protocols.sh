# Connections of other protocols than those of every day.
ip netns add a
ip netns add r
ip netns add b
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
for n in a r b; do ip -n $n link set lo up; done
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a addr add 10.0.1.1/24 dev a0
ip -n r addr add 10.0.1.2/24 dev r0
ip -n r addr add 10.0.2.2/24 dev r1
ip -n b addr add 10.0.2.1/24 dev b0
ip -n a route add default via 10.0.1.2
ip -n b route add default via 10.0.2.2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/(sport|dport)=[0-9]{5}/\1=P/g; s/ id=[0-9]+/ id=N/g' | sort; }
send() { ip netns exec a socat - IP-SENDTO:10.0.2.1:$1 >/dev/null 2>&1; }
ip netns exec r iptables -A FORWARD -m conntrack --ctstate INVALID
# SCTP: what opens an association, with a wrong checksum and with a right one.
printf '\x03\xe8\x07\xd0\x00\x00\x00\x00\x01\x02\x03\x04\x01\x00\x00\x14\x00\x00\x00\x05\x00\x01\x00\x00\x00\x01\x00\x01\x00\x00\x00\x01' | send 132
l -L
printf '\x03\xe8\x07\xd0\x00\x00\x00\x00\xb4\x3b\x0a\xd4\x01\x00\x00\x14\x00\x00\x00\x05\x00\x01\x00\x00\x00\x01\x00\x01\x00\x00\x00\x01' | send 132
l -L
ip netns exec r iptables -L FORWARD -nvx | tail -1
l -F
# GRE, and a protocol that nobody knows.
printf '\x00\x00\x08\x00\x45\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00' | send 47
printf 'anything' | send 99
l -L
l -L -p 99
l -D -p gre
# Translated, where they have ports that too.
l -F
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j SNAT --to-source 10.0.2.2
printf '\x00\x00\x08\x00\x45\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00' | send 47
printf '\x03\xe8\x07\xd0\x00\x00\x00\x00\xb4\x3b\x0a\xd4\x01\x00\x00\x14\x00\x00\x00\x05\x00\x01\x00\x00\x00\x01\x00\x01\x00\x00\x00\x01' | send 132
printf 'anything' | send 99
l -L
