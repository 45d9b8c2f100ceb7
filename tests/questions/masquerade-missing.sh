# The rules were flushed, MASQUERADE with them: what a container sends arrives, and no answer comes back.
docker_host
container web docker0 172.17.0.2/16 172.17.0.1
iptables -t nat -F POSTROUTING
iptables -P FORWARD ACCEPT
ask web ping 192.0.2.2
