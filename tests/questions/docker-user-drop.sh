# Somebody closed all published ports but for one host in DOCKER-USER.
docker_host
container web docker0 172.17.0.2/16 172.17.0.1
publish docker0 8080 172.17.0.2 80
listen web tcp 80
iptables -I DOCKER-USER -i eth0 ! -s 192.0.2.77 -j DROP
ask lan tcp 192.0.2.1 8080
