#!/bin/bash
# What `ip monitor` tells of links: made, set, up and down, gone.
set -v; trap 'echo "exit status $?"' ERR
# What is told while some commands run.
watch() {
    commands=$(cat)
    echo "$(ip "$@" 2>&1 & monitor=$!; sleep 1; eval "$commands"; sleep 1; kill $monitor; wait $monitor)"
}
ip link set lo up
watch monitor all <<'X'
ip link add v0 type veth peer name v1
X
watch monitor all <<'X'
ip link set v0 up
X
watch monitor all <<'X'
ip link set v1 up
X
watch monitor link <<'X'
ip link set v0 mtu 1400
ip link set v0 address 02:00:00:00:00:55
ip link set v0 alias foo
ip link set v0 txqueuelen 5
ip link set v0 group 3
ip link property add dev v0 altname bar
ip link property del dev v0 altname bar
X
watch monitor all <<'X'
ip link set v1 name w1
X
watch monitor all <<'X'
ip link set w1 down
X
watch monitor all <<'X'
ip link set w1 up
X
watch monitor all <<'X'
ip link set v0 down
X
watch monitor link <<'X'
ip link set v0 up
X
watch monitor all <<'X'
ip link del v0
X
watch monitor all <<'X'
ip link set lo down
ip link set lo up
X
