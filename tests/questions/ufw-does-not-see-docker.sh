# ufw denies a port, and it is reached all the same: Docker translates it before, so it is forwarded and
# INPUT is never asked.
docker_host
container web docker0 172.17.0.2/16 172.17.0.1
publish docker0 8080 172.17.0.2 80
listen web tcp 80
iptables -N ufw-user-input
iptables -A INPUT -j ufw-user-input
iptables -A ufw-user-input -p tcp --dport 8080 -j DROP
ask lan tcp 192.0.2.1 8080
