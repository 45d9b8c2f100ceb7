# ipv6
# A router tells a host of a better one on the same link: the host keeps to it for that destination
# alone, and its routes are what they were.
for n in a r g b l; do ip netns add $n; done
ip -n l link add br0 type bridge; ip -n l link set br0 up
i=1
for n in a r g; do
  ip link add e0 netns $n address 02:00:00:00:00:0$i type veth peer name p$n netns l
  ip -n l link set p$n master br0 up; ip -n $n link set e0 up
  ip -n $n addr add 2001:db8:1::$i/64 dev e0 nodad; i=$((i+1))
done
ip link add e1 netns g address 02:00:00:00:00:13 type veth peer name e0 netns b
ip -n g link set e1 up; ip -n b link set e0 up
ip -n g addr add 2001:db8:2::1/64 dev e1 nodad
ip -n b addr add 2001:db8:2::2/64 dev e0 nodad
ip -n a route add default via fe80::ff:fe00:2 dev e0
ip -n r route add default via fe80::ff:fe00:3 dev e0
ip -n b route add default via 2001:db8:2::1
for n in r g; do ip netns exec $n sysctl -qw net.ipv6.conf.all.forwarding=1; done
sleep 5
ip -n a -6 route get 2001:db8:2::2
ip netns exec a ping -q -c2 -i0.3 -W1 2001:db8:2::2 | grep transmitted
ip -n a -6 route get 2001:db8:2::2
ip -n a -6 route get 2001:db8:2::3
ip -n a -6 route
# Who believes none keeps to the router.
ip -n a route change default via fe80::ff:fe00:2 dev e0
ip -n a -6 route get 2001:db8:2::2
ip netns exec a sysctl -w net.ipv6.conf.e0.accept_redirects=0
sleep 1
ip netns exec a ping -q -c2 -i0.3 -W1 2001:db8:2::2 | grep transmitted
ip -n a -6 route get 2001:db8:2::2
