#!/bin/bash
# What `ip monitor neigh` tells: entries set by hand, found out, lost.
set -v; trap 'echo "exit status $?"' ERR
# What is told while some commands run.
watch() {
    commands=$(cat)
    echo "$(ip "$@" 2>&1 & monitor=$!; sleep 1; eval "$commands"; sleep 1; kill $monitor; wait $monitor)"
}
ip netns add there
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02 netns there
ip link set v0 up
ip -n there link set v1 up
ip addr add 10.0.0.1/24 dev v0
ip -n there addr add 10.0.0.2/24 dev v1
sleep 0.3
watch monitor neigh <<'X'
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0
ip neigh replace 10.0.0.9 lladdr 02:00:00:00:00:0a dev v0
ip neigh change 10.0.0.9 nud stale dev v0
ip neigh del 10.0.0.9 dev v0
ip neigh del 10.0.0.9 dev v0
X
watch monitor neigh <<'X'
ping -c1 -W1 10.0.0.2 >/dev/null
X
watch monitor neigh <<'X'
ping -c1 -W1 10.0.0.77 >/dev/null
sleep 3
X
ip neigh del 10.0.0.77 dev v0
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0
# Those of a device go in no order that is told.
watch monitor neigh <<'X' | sort
ip link set v0 down
X
