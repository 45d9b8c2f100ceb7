# Rules are named by their numbers and by their words.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.1/24 dev a0; ip -n a link set a0 up
ip -n r addr add 10.0.1.2/24 dev r0; ip -n r link set r0 up
ip -n r addr add 10.0.2.2/24 dev r1; ip -n r link set r1 up
ip -n b addr add 10.0.2.1/24 dev b0; ip -n b link set b0 up
ip -n a route add default via 10.0.1.2; ip -n b route add default via 10.0.2.2
r() { ip netns exec r "$@"; }
r sysctl -qw net.ipv4.ip_forward=1
ping() { ip netns exec a ping -q -c 1 -W 1 "$@" 10.0.2.1 | grep -o '[0-9]* received'; }
ping > /dev/null
i() { r iptables "$@" || echo "exit status $?"; }
for address in 1 2 3 4; do i -A INPUT -s 10.9.9.$address -j DROP; done
i -I INPUT 2 -s 10.9.9.20 -j DROP
i -I INPUT -s 10.9.9.10 -j DROP
i -R INPUT 1 -s 10.9.9.11 -j ACCEPT
i -D INPUT 3
i -D INPUT -s 10.9.9.4 -j DROP
i -L INPUT -n --line-numbers
i -S INPUT 2
i -C INPUT -s 10.9.9.3 -j DROP && echo "it is there"
i -C INPUT -s 10.9.9.4 -j DROP
i -D INPUT -s 10.9.9.4 -j DROP
i -D INPUT 9
i -R INPUT 9 -j DROP
i -I INPUT 9 -j DROP
i -L INPUT 0
i -w 5 -A INPUT -j ACCEPT
i --wait -D INPUT -j ACCEPT
i -S INPUT
