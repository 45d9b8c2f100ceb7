# ipv6
# The rules were written for IPv4, and ip6tables drops.
machine lan
setting lan net.ipv6.conf.default.accept_dad 0
setting host net.ipv6.conf.default.accept_dad 0
wire host eth0 2001:db8::1/64 lan eth0 2001:db8::2/64
socat TCP6-LISTEN:80,fork,reuseaddr SYSTEM:true &
iptables -A INPUT -p tcp --dport 80 -j ACCEPT
ip6tables -A INPUT -p ipv6-icmp -j ACCEPT
ip6tables -P INPUT DROP
sleep 2
ask lan ping 2001:db8::1
ask lan tcp 2001:db8::1 80
