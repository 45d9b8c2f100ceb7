#!/bin/bash
# A web server and its client on two hosts of a bridge, how fast a stream between them is, and a
# way in from outside: a program that takes connections and passes them on.
set -e
ip link add br0 type bridge
ip link set br0 up
ip addr add 10.0.0.254/24 dev br0
for n in 1 2; do
    ip netns add h$n
    ip link add p$n type veth peer name eth0 netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
    ip -n h$n link set lo up
done

ip netns exec h2 http serve -p 8080 "hello from h2" &
web=$!
sleep 1
ip netns exec h1 curl -s http://10.0.0.2:8080/
ip netns exec h1 curl -s -o /dev/null -w 'code %{http_code}, %{size_download} bytes\n' 10.0.0.2:8080
ip netns exec h1 curl -s -m 2 http://10.0.0.2:81/ || echo "nobody at port 81: curl ends with $?"

# From the bridge's own address to the server.
socat TCP-LISTEN:80,fork TCP:10.0.0.2:8080 &
way=$!
sleep 1
ip netns exec h1 curl -s http://10.0.0.254/
kill $web $way

ip netns exec h2 iperf3 -s -1 >/dev/null &
sleep 1
ip netns exec h1 iperf3 -c 10.0.0.2 -n 10M
wait
