#!/bin/bash
# Packets that a rule follows (meta nftrace set 1): nft monitor trace tells what each rule behind it did,
# and where no rule decided the policy.
ip netns add left
ip link add l0 address 02:00:00:00:00:01 type veth peer name l1 address 02:00:00:00:00:02 netns left
for dev in lo l0; do ip link set $dev up; done
ip -n left link set l1 up
ip addr add 10.1.0.1/24 dev l0
ip -n left addr add 10.1.0.2/24 dev l1
ip netns exec left ping -q -c 1 -W 1 10.1.0.1 | grep -o '[0-9]* received'
nft add table ip t
nft 'add chain ip t first { type filter hook prerouting priority -300; }'
nft 'add chain ip t in { type filter hook input priority 5; policy drop; }'
nft 'add chain ip t more'
nft add rule ip t first meta nftrace set 1
nft add rule ip t first meta mark set 7
nft add rule ip t in icmp type echo-request counter goto more
nft add rule ip t in tcp dport 80 counter accept
nft add rule ip t in udp dport 54 return
nft add rule ip t more ip saddr 10.1.0.2 drop
nft monitor trace >told &
sleep 0.5
ip netns exec left ping -c 1 -W 1 10.1.0.1 | grep -o '[0-9]* received'
echo hi | ip netns exec left nc -u -w 1 10.1.0.1 53
ip netns exec left nc -z -w 1 10.1.0.1 80
echo hi | ip netns exec left nc -u -w 1 10.1.0.1 54
sleep 0.3
kill %1
sed 's/id [0-9a-f]\{8\}/id N/; s/ip id [0-9]*/ip id N/; s/icmp id [0-9]*/icmp id N/; s/sport [0-9]*/sport N/; s/@th,64,96 0x[0-9a-f]*/@th,64,96 N/' told
nft monitor foo
