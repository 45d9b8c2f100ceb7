# The port of a container that was not published is not reached from the LAN, though there is a route.
docker_host
container web docker0 172.17.0.2/16 172.17.0.1
listen web tcp 80
ip -n lan route add 172.17.0.0/16 via 192.0.2.1
ask lan tcp 172.17.0.2 80
