# Settings are files.
cat /proc/sys/net/ipv4/ip_forward
sysctl -q -w net.ipv4.ip_forward=1
cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/lo/forwarding
# Each namespace has its own.
ip netns add n
ip netns exec n cat /proc/sys/net/ipv4/ip_forward
ip netns exec n sh -c 'read x; cat /proc/sys/net/ipv4/ip_default_ttl - <<X
$x
X' <<X
from outside
X
# A device's name may have a dot.
ip link add v.1 type veth peer name w
cat /proc/sys/net/ipv4/conf/v.1/rp_filter
[ "$(cat /proc/sys/net/ipv4/conf/all/rp_filter)" = 0 ] && echo zero
ip link del v.1
cat /proc/sys/net/ipv4/conf/v.1/rp_filter
echo $?
# What is not there, is a folder, or cannot be read.
cat /proc/sys/net/ipv4/nothing /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/lo
echo $?
cat /proc/sys/net/ipv4/route/flush
cat /proc/sys/net/ipv6/conf/lo/stable_secret
# Several values; lines numbered across files.
cat -A /proc/sys/net/ipv4/ip_local_port_range
cat -n /proc/sys/net/ipv4/ip_default_ttl /proc/sys/net/ipv4/ip_forward
cd /proc/sys/net/ipv4
cat ip_default_ttl ./../ipv4/ip_forward
