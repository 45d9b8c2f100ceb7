#!/bin/bash
# ipv6
# Rules of a device see packets of IPv6 as those of family ip6 do: addresses, extension headers, what
# is behind them.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0
sysctl -qw net.ipv6.conf.br0.disable_ipv6=1
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    sysctl -qw net.ipv6.conf.p$n.disable_ipv6=1
    ip netns exec h$n sysctl -qw net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth0.addr_gen_mode=1
    ip link set p$n master br0 up
    ip -n h$n addr add fd00::$n/64 dev eth0 nodad
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
for n in fd00::2 10.0.0.2; do ip -n h1 neigh add $n lladdr 02:00:00:00:00:02 dev eth0; done
for n in fd00::1 10.0.0.1; do ip -n h2 neigh add $n lladdr 02:00:00:00:00:01 dev eth0; done
nft add table netdev t
nft add chain netdev t f '{ type filter hook ingress device p1 priority 0; }'
nft add rule netdev t f ip6 saddr fd00::1 counter
nft add rule netdev t f ip6 daddr fd00::/64 ip6 hoplimit 9 counter
nft add rule netdev t f ip saddr 10.0.0.1 counter
nft add rule netdev t f icmpv6 type echo-request counter
nft add rule netdev t f icmp type echo-request counter
nft add rule netdev t f ip6 daddr fd00::/64 meta l4proto ipv6-icmp counter
nft add rule netdev t f exthdr frag exists counter
nft add rule netdev t f frag more-fragments 1 counter
nft add rule netdev t f frag frag-off 0 counter
nft add rule netdev t f ip6 daddr fd00::/64 hbh nexthdr 58 counter
nft add rule netdev t f udp dport 99 counter
nft add rule netdev t f th dport 99 counter
nft add rule netdev t f ip6 nexthdr udp udp length 10 counter
nft add rule netdev t f ether type ip6 tcp dport 80 tcp flags syn counter
nft add rule netdev t f tcp option maxseg size 1440 counter
nft add rule netdev t f tcp option maxseg size 1460 counter
nft add rule netdev t f ip option rr exists counter
ip netns exec h1 ping -q -c1 -W1 fd00::2 | grep transmitted
ip netns exec h1 ping -q -c1 -W1 -t9 fd00::2 | grep transmitted
ip netns exec h1 ping -q -c1 -W1 -s 2000 fd00::2 | grep transmitted
ip netns exec h1 ping -q -c1 -W1 -R 10.0.0.2 | grep transmitted
echo x | ip netns exec h1 nc -u -q0 -w1 fd00::2 99
echo x | ip netns exec h1 nc -u -q0 -w1 10.0.0.2 99
ip netns exec h1 nc -z -w1 fd00::2 80 || echo refused
ip netns exec h1 nc -z -w1 10.0.0.2 80 || echo refused
nft list table netdev t
