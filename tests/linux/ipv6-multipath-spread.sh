# ipv6
# Several next hops of IPv6 share flows by weight, and a flow keeps its way: by its addresses, its
# ports, as the settings say; next hop objects too.
ip link set lo up
for n in 0 1 2; do ip link add r$n type veth peer name p$n; ip link set r$n up; ip link set p$n up; done
for n in 0 1 2; do ip addr add 2001:db8:$n::1/64 dev r$n nodad; done
ip -6 route add 2001:db8:9::/48 nexthop via 2001:db8:0::9 weight 1 nexthop via 2001:db8:1::9 weight 3
share() { # of 240 ways, those through r1: all, none, or about so many quarters
    n=$(ip -6 -batch - | grep -c 'dev r1')
    case $n in 0) echo none;; 240) echo all;; *) echo about $(((n + 30) / 60)) quarters;; esac
}
addresses() { n=0; while [ $((n += 1)) -le 240 ]; do echo route get 2001:db8:9::$n $*; done | share; }
ports() { n=0; while [ $((n += 1)) -le 240 ]; do echo route get 2001:db8:9::1 ipproto udp sport $n dport 53 $*; done | share; }
same() { n=0; while [ $((n += 1)) -le 240 ]; do echo route get 2001:db8:9::1; done | share | grep -c 'all\|none'; }
addresses
same
addresses from 2001:db8:2::1
addresses oif r0
addresses oif r1
sysctl net.ipv6.fib_multipath_hash_policy net.ipv6.fib_multipath_hash_fields
ports | grep -c 'all\|none'
sysctl net.ipv6.fib_multipath_hash_policy=1
ports
addresses
sysctl net.ipv6.fib_multipath_hash_policy=3
ports | grep -c 'all\|none'
sysctl net.ipv6.fib_multipath_hash_fields=0x30
sysctl net.ipv6.fib_multipath_hash_fields=48
ports
sysctl net.ipv6.fib_multipath_hash_policy=4
sysctl net.ipv6.fib_multipath_hash_fields=4096
sysctl net.ipv6.fib_multipath_hash_fields=0
sysctl net.ipv6.fib_multipath_hash_policy=2
addresses
sysctl -q net.ipv6.conf.all.forwarding=1
addresses from 2001:db8:2::9 iif r2
# A group of next hop objects.
ip nexthop add id 1 via 2001:db8:0::9 dev r0
ip nexthop add id 2 via 2001:db8:1::9 dev r1
ip nexthop add id 3 group 1/2
ip -6 route replace 2001:db8:9::/48 nhid 3
ip -6 route show 2001:db8:9::/48
addresses
ip nexthop replace id 3 group 1,3/2
addresses
ip link set r0 down
addresses
