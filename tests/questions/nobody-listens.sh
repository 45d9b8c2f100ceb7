# The packet arrives, and the program does not run.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
ask lan tcp 192.0.2.1 80
ask lan udp 192.0.2.1 53
