# A published port is reached from the LAN, by the host's own address, and the container sees who asks.
docker_host
container web docker0 172.17.0.2/16 172.17.0.1
publish docker0 8080 172.17.0.2 80
listen web tcp 80
ask lan tcp 192.0.2.1 8080
ask lan tcp 192.0.2.1 8081
