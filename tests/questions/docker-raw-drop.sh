# Since its version 28 Docker drops what is sent to a container's address from outside in the table raw,
# whatever FORWARD says.
docker_host
container web docker0 172.17.0.2/16 172.17.0.1
publish docker0 8080 172.17.0.2 80
iptables -t raw -A PREROUTING -d 172.17.0.2/32 ! -i docker0 -j DROP
listen web tcp 80
ip -n lan route add 172.17.0.0/16 via 192.0.2.1
ask lan tcp 172.17.0.2 80
