# ipv6
# Rules hand packets to the program that listens to their group.
ip netns add a
ip link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02 netns a
ip addr add 10.0.0.1/24 dev va
ip link set va up
ip -n a addr add 10.0.0.2/24 dev vb
ip -n a link set vb up
ip link set lo up
ip addr add fd00::1/64 dev va nodad
ip -n a addr add fd00::2/64 dev vb nodad
ping -c 1 -q 10.0.0.2 > /dev/null
iptables -A INPUT -p udp -j NFLOG --nflog-group 5 --nflog-prefix "in: "
iptables -A OUTPUT -p udp -j NFLOG --nflog-group 5
ip6tables -A OUTPUT -p udp -j NFLOG --nflog-group 5 --nflog-threshold 2
send() { ip netns exec a sh -c 'echo hello | nc -n -u -p 4000 -w 1 10.0.0.1 7'; }
nc -n -k -u -l 7 </dev/null >/dev/null 2>&1 &
server=$!
tcpdump -i nflog:5 -n -t -c 3 > seen 2> said &
listener=$!
sleep 0.5
# Another program cannot have the same group.
tcpdump -i nflog:5 -c 1
send
echo hi | nc -n -u -p 4001 -w 1 10.0.0.2 9
echo hi | nc -n -u -p 4002 -w 1 fd00::2 9
wait $listener
cat seen
cat said
# With what the kernel says of it; -e: the whole length, with prefix, devices and header.
tcpdump -i nflog:5 -n -t -e -c 1 > seen 2>/dev/null &
listener=$!
sleep 0.5
send
wait $listener
cat seen
tcpdump -i nflog:5 -n -t -e -q -c 1 > seen 2>/dev/null &
listener=$!
sleep 0.5
send
wait $listener
cat seen
# Several groups, each with a part of the packet; group 0 needs no number.
iptables -F
iptables -A OUTPUT -p udp -j MARK --set-mark 7
iptables -A OUTPUT -p udp -j NFLOG --nflog-size 4 --nflog-prefix zero
nft add table inet t
nft add chain inet t c '{ type filter hook output priority 10; }'
nft add rule inet t c meta l4proto udp ip saddr 10.0.0.1 log group 9 prefix '"nine "' snaplen 2
tcpdump -i nflog:8,9 -n -t -xx -c 1 > seen 2>/dev/null &
listener=$!
sleep 0.5
echo hi | nc -n -u -p 4001 -w 1 10.0.0.2 9
wait $listener
cat seen
tcpdump -i nflog -n -t -c 1 -w log.pcap > /dev/null 2>&1 &
listener=$!
sleep 0.5
echo hi | nc -n -u -p 4001 -w 1 10.0.0.2 9
wait $listener
tcpdump -r log.pcap -n -t -xx
tcpdump -r log.pcap -n -t udp
kill $server
tcpdump -i nflog:70000
tcpdump -i nflog:x
tcpdump -i nflog:5 udp
tcpdump -i nflog:5 -Q in
