# Forwarding for all reaches every device when it changes; written again as it is, a device that was set
# apart stays so. IPv6 sets all of them each time.
# ipv6
ip link add one type veth peer name two
sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv4.conf.one.forwarding=0
sysctl -w net.ipv4.ip_forward=1
sysctl net.ipv4.conf.one.forwarding net.ipv4.conf.two.forwarding
sysctl -w net.ipv4.conf.all.forwarding=1
sysctl net.ipv4.conf.one.forwarding
sysctl -w net.ipv4.ip_forward=0
sysctl -w net.ipv4.conf.one.forwarding=1
sysctl -w net.ipv4.ip_forward=0
sysctl net.ipv4.conf.one.forwarding
sysctl -w net.ipv6.conf.all.forwarding=1
sysctl -w net.ipv6.conf.one.forwarding=0
sysctl -w net.ipv6.conf.all.forwarding=1
sysctl net.ipv6.conf.one.forwarding
