# Docker is installed, and a host that routes through this one no longer reaches the network behind it:
# the daemon set the policy of FORWARD to drop.
docker_host
machine office
wire host eth1 10.9.0.1/24 office eth0 10.9.0.2/24
ip -n office route add default via 10.9.0.1
ip -n lan route add default via 192.0.2.1
ask lan ping 10.9.0.2
