# A router between two networks, with what the running kernel has of most things.
for setting in accept_dad=0 router_solicitations=0; do
    sysctl -qw "net.ipv6.conf.default.$setting"
done
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=2 \
    net.ipv4.conf.default.arp_ignore=1 net.ipv4.tcp_syncookies=0
ip link set lo up
ip addr add 10.255.0.1/32 dev lo
for ns in red blue green; do
    ip netns add $ns
    ip -n $ns link set lo up
    ip netns exec $ns sysctl -qw net.ipv6.conf.default.accept_dad=0 \
        net.ipv6.conf.default.router_solicitations=0
done

# Pairs into each, one inside a namespace, one between two of them.
ip link add to-red type veth peer name eth0 netns red
ip link add to-blue type veth peer name eth0 netns blue
ip link add pair0 type veth peer name pair1
ip -n red link add across type veth peer name across netns blue
ip -n green link add inner0 type veth peer name inner1
ip -n green link set inner0 up
ip -n green link set inner1 up

# A bridge with ports and entries.
ip link add br0 type bridge ageing_time 20000 forward_delay 200 mcast_snooping 0
ip link set to-blue master br0
ip link set pair0 master br0
ip link set dev br0 type bridge priority 100 group_fwd_mask 8
bridge link set dev pair0 hairpin on learning off isolated on cost 7
bridge fdb add 02:00:00:00:00:99 dev to-blue master static
bridge fdb add 02:00:00:00:00:98 dev pair0 self
ip link add br1 address 02:00:00:00:01:01 type bridge mcast_querier 1
bridge mdb add dev br0 port to-blue grp 239.1.1.1 permanent 2>/dev/null || true

# TUN and TAP that stay.
ip tuntap add tun0 mode tun user 0
ip tuntap add tap0 mode tap multi_queue vnet_hdr
ip link set tap0 master br1

# Links with settings of all kinds.
ip link set to-red mtu 1400 alias 'the way to red' txqueuelen 77 group 5
ip link property add dev to-red altname a-very-long-name-for-a-device altname short
ip link set pair1 address 02:00:00:00:00:51
ip link set to-red promisc on allmulticast on
ip -n red link set eth0 arp off
ip -n blue link set eth0 multicast off
ip -n blue link set across addrgenmode none
for dev in br0 br1 to-red to-blue pair0 pair1 tun0 tap0; do
    ip link set $dev up
done
for ns in red blue; do
    ip -n $ns link set eth0 up
    ip -n $ns link set across up
done

# Addresses: secondaries, peers, labels, scopes, times, no routes.
ip addr add 10.1.0.1/24 brd + dev to-red label to-red:1
ip addr add 10.1.0.7/24 dev to-red
ip addr add 10.1.0.8/25 dev to-red scope link
ip addr add 10.2.0.1 peer 10.2.0.2/32 dev pair1
ip addr add 10.3.0.1/24 dev br0 noprefixroute
ip addr add 10.3.0.9/24 dev br0 metric 50 valid_lft 3000 preferred_lft 2000
ip addr add fd00:1::1/64 dev to-red
ip addr add fd00:1::2/64 dev to-red nodad
ip addr add fd00:2::1/128 dev br0 preferred_lft 0
ip addr add fd00:3::1 peer fd00:3::2 dev pair1
ip addr add fd00:4::1/64 dev tun0
ip -n red addr add 10.1.0.2/24 dev eth0
ip -n red addr add fd00:1::99/64 dev eth0
ip -n blue addr add 10.3.0.2/24 dev eth0
ip -n red addr add 10.4.0.1/30 dev across
ip -n blue addr add 10.4.0.2/30 dev across

# Routes: metrics, several ways, tables, kinds, next hop objects.
ip route add default via 10.1.0.2 proto static metric 10
ip route add default via 10.1.0.3 metric 20 mtu lock 1300 advmss 1200 initcwnd 20
ip route add 10.9.0.0/16 via 10.1.0.2 src 10.1.0.7 tos 0x10
ip route add 10.10.0.0/16 nexthop via 10.1.0.2 weight 3 nexthop via 10.1.0.3 dev to-red weight 2
ip route add 10.11.0.0/16 dev pair1 scope link
ip route add 10.12.0.0/16 via 172.16.0.1 dev to-red onlink
for kind in blackhole unreachable prohibit throw; do
    ip route add $kind 10.20.0.0/16 table 7 metric ${#kind}
done
ip route add local 10.21.0.0/24 dev lo
ip route add 10.22.0.0/16 dev to-red table 7 proto 42 realm 3 2>/dev/null ||
    ip route add 10.22.0.0/16 dev to-red table 7 proto 42
ip nexthop add id 1 via 10.1.0.2 dev to-red
ip nexthop add id 2 via 10.1.0.3 dev to-red proto 42
ip nexthop add id 3 blackhole
ip nexthop add id 9 dev pair1
ip nexthop add id 5 group 1,4/2,3
ip nexthop add id 6 via fd00:1::99 dev to-red
ip route add 10.13.0.0/16 nhid 1
ip route add 10.14.0.0/16 nhid 5
ip -6 route add fd13::/32 nhid 6
ip -6 route add default via fd00:1::99 metric 100 pref high
ip -6 route add fd10::/32 nexthop via fd00:1::99 weight 3 nexthop via fd00:1::98 dev to-red
ip -6 route add fd11::/32 via fd00:1::99 src fd00:1::2 mtu 1400 hoplimit 33
ip -6 route add blackhole fd12::/32 table 7
ip -6 route add unreachable fd14::/32 metric 5
ip -n red route add default via 10.1.0.1

# Rules of routing.
ip rule add from 10.1.0.0/16 to 10.9.0.0/16 lookup 7 priority 100
ip rule add fwmark 0x10/0xf0 iif to-red lookup 7 priority 101
ip rule add ipproto tcp dport 80-90 sport 5 prohibit priority 102
ip rule add not from 10.0.0.0/8 goto 32766 priority 103
ip rule add uidrange 5-10 lookup main suppress_prefixlength 0 priority 104
ip -6 rule add from fd00:1::/64 lookup 7 priority 100
ip -6 rule add oif br0 blackhole priority 105
ip -n blue rule del priority 32767

# Neighbours.
ip neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev to-red
ip neigh add 10.1.0.10 lladdr 02:00:00:00:00:0a nud permanent dev to-red proto 42
ip neigh add proxy 10.1.0.11 dev to-red
ip -6 neigh add fd00:1::9 lladdr 02:00:00:00:00:09 dev to-red router
ip -6 neigh add proxy fd00:1::b dev to-red
ip maddr add 33:33:00:00:00:99 dev to-red

# Settings of devices.
sysctl -qw net.ipv4.conf.to-red.rp_filter=1 net.ipv4.conf.to-red.proxy_arp=1 \
    net.ipv6.conf.to-red.forwarding=0 net.ipv4.neigh.to-red.gc_stale_time=17 \
    net.ipv6.conf.br0.hop_limit=33
ip netns exec green sysctl -qw net.ipv6.conf.all.disable_ipv6=1
