# A rule sends what a network sends to a table with a gateway that is gone.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
ip rule add to 192.0.2.2 lookup 100 priority 100
ip route add unreachable default table 100
ask host ping 192.0.2.2
