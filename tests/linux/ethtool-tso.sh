#!/bin/bash
# A device that takes large packets gets several segments in one; tso off has them cut before it.
set -v; trap 'echo "exit status $?"' ERR
ip netns add left
ip netns add right
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
for n in left right; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
seq 50000 > sent.txt
send() {
  : > log
  ip netns exec right tcpdump -lnnti eth0 -c1 greater 1515 > seen 2> log & dump=$!
  until grep -q listening log; do sleep 0.02; done
  ip netns exec right nc -n -l 5000 > there.txt < /dev/null & server=$!
  sleep 0.3
  ip netns exec left nc -n -N 10.0.0.2 5000 < sent.txt
  wait $server
  sleep 0.2
  kill $dump 2>/dev/null || true
  wait $dump || true
  grep -c length seen || true
  cksum < there.txt
}
ip netns exec left ethtool -k eth0 | grep tcp-seg
# A packet longer than the link's MTU was seen, and the data is whole.
send
ip netns exec left ethtool -K eth0 tso off
ip netns exec left ethtool -k eth0 | grep tcp
# No more.
send
ip netns exec left ethtool -K eth0 tso on
ip netns exec left ethtool -k eth0 | grep tcp-seg
ip netns exec left ethtool -K eth0 tso
ip netns exec left ethtool -K eth0 nonsense on 2>&1 | tail -1
ip netns exec left ethtool -K nowhere tso on
rm sent.txt there.txt seen log
