#!/bin/bash
# What `ip monitor` tells of addresses, and of the routes that come and go with them.
set -v; trap 'echo "exit status $?"' ERR
# What is told while some commands run.
watch() {
    commands=$(cat)
    echo "$(ip "$@" 2>&1 & monitor=$!; sleep 1; eval "$commands"; sleep 1; kill $monitor; wait $monitor)"
}
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up; ip link set v1 up
watch monitor all <<'X'
ip addr add 10.0.0.1/24 dev v0
X
watch monitor all <<'X'
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.7/24 dev v0
ip addr add 10.1.0.1/16 brd + dev v0 label v0:x
ip addr add 10.2.0.1/32 dev v0 scope link
ip addr add 10.3.0.1 peer 10.3.0.2 dev v0
X
watch monitor all <<'X'
ip addr del 10.0.0.1/24 dev v0
ip addr del 10.1.0.1/16 dev v0
ip addr del 10.2.0.1/32 dev v0
X
watch monitor address <<'X'
ip addr change 10.3.0.1 peer 10.3.0.2 dev v0 valid_lft 1000 preferred_lft 500
ip addr del 10.3.0.1 peer 10.3.0.2 dev v0
X
ip addr add 10.0.0.1/24 dev v0
ip route add 10.9.0.0/16 via 10.0.0.2
# What goes when a device goes down is not told of, and what comes is.
watch monitor all <<'X'
ip link set v0 down
X
watch monitor route <<'X'
ip link set v0 up
X
watch monitor all <<'X'
ip link del v0
X
