# Who lists and zeroes at once is told of the chains, if more is to be told.
iptables -N own
iptables -A INPUT
iptables -Z -v
iptables -vZ own
iptables -Z INPUT 1 -v
iptables -L INPUT -nvZ
iptables -L INPUT -nZ
iptables -L INPUT 1 -nvZ
iptables-legacy -L INPUT -nvZ
iptables-legacy -Z -v
