# The host may not send anything but to a few networks.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
iptables -A OUTPUT -d 10.0.0.0/8 -j ACCEPT
iptables -A OUTPUT -o eth0 -j REJECT --reject-with icmp-admin-prohibited
ask host ping 192.0.2.2
