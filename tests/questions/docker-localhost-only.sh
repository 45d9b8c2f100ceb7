# A port that was published for 127.0.0.1 alone is refused from the LAN.
docker_host
container web docker0 172.17.0.2/16 172.17.0.1
iptables -t nat -A DOCKER -d 127.0.0.1/32 ! -i docker0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
listen web tcp 80
ask lan tcp 192.0.2.1 8080
