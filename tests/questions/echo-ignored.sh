# The host is told not to answer pings, and answers everything else.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
setting host net.ipv4.icmp_echo_ignore_all 1
listen host tcp 80
ask lan ping 192.0.2.1
ask lan tcp 192.0.2.1 80
