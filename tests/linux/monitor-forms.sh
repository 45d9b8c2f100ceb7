#!/bin/bash
# The words of `ip monitor`: objects, labels, moments, one line each, one device, one family.
set -v; trap 'echo "exit status $?"' ERR
# What is told while some commands run.
watch() {
    commands=$(cat)
    echo "$(ip "$@" 2>&1 & monitor=$!; sleep 1; eval "$commands"; sleep 1; kill $monitor; wait $monitor)"
}
plain() { sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+/WHEN/; s/^Timestamp: .* usec$/Timestamp: WHEN/'; }
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up; ip link set v1 up
sleep 0.3
change() { ip rule add from 1.1.1.1 table 5 pref 9; ip rule del pref 9; ip link set v0 mtu $((n += 1280)); ip route add 10.9.0.0/16 dev v1; ip route del 10.9.0.0/16; }
watch monitor <<'X'
change
X
watch monitor label <<'X'
change
X
watch monitor rule route <<'X'
change
X
watch mon ru la <<'X'
change
X
watch -o monitor all <<'X'
change
X
watch -j monitor rule label <<'X'
change
X
watch -d monitor rule <<'X'
change
X
watch monitor dev v1 <<'X'
change
ip addr add 10.0.3.6/24 dev v1
ip neigh add 10.0.3.9 lladdr 02:00:00:00:00:01 dev v1
X
watch -6 monitor rule <<'X'
change
ip -6 rule add from 2001::/16 table 6 pref 10
X
watch -4 monitor rule <<'X'
change
ip -6 rule del pref 10
X
watch monitor mroute prefix stats <<'X'
change
X
watch -t monitor rule <<'X' | plain
change
X
watch -ts monitor rule label <<'X' | plain
change
X
ip monitor foo
ip monitor all foo
ip monitor maddress
ip monitor dev nosuch
ip monitor dev
ip monitor file
# It ends when it is told to, as programs do.
ip monitor nsid & monitor=$!
sleep 0.3
kill $monitor
wait $monitor
