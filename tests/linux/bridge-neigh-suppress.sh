#!/bin/bash
# A bridge answers ARP for those whom it knows behind ports that suppress, and spares these the
# questions.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0
ip link set br0 up
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
frames() { ip -n h$1 -s link show eth0 | sed -n 4p | tr -s ' ' | cut -d' ' -f3; }
# Who is asked, and who answers.
ask() {
    a=$(frames 2) b=$(frames 3)
    ip netns exec h1 arping -b -c2 -w2 -I eth0 $1 | grep -o 'from.*]' | head -1
    echo h2 $(($(frames 2) - a >= 2)), h3 $(($(frames 3) - b >= 2))
}
sleep 1
ask 10.0.0.2
bridge link set dev p2 neigh_suppress on
# Without a neighbour entry nothing is known.
ask 10.0.0.2
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev br0 nud permanent
ask 10.0.0.2
bridge link set dev p3 neigh_suppress on
ask 10.0.0.2
# Without an entry in the database nobody is behind a port.
ip neigh add 10.0.0.77 lladdr 02:00:00:00:00:77 dev br0 nud permanent
ask 10.0.0.77
bridge fdb add 02:00:00:00:00:77 dev p3 master static
ask 10.0.0.77
# Who asks from a port that suppresses is answered by nobody but the host itself.
bridge link set dev p1 neigh_suppress on
bridge fdb replace 02:00:00:00:00:77 dev p2 master static
ask 10.0.0.77
ask 10.0.0.3
bridge link set dev p1 neigh_suppress off
# The bridge's own address is asked for nowhere else.
ip addr add 10.0.0.254/24 dev br0
ask 10.0.0.254
bridge link set dev p2 neigh_suppress off
bridge link set dev p3 neigh_suppress off
ask 10.0.0.2
