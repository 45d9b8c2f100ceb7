#!/bin/bash
# What is told of namespaces: they come and go, and devices go to them.
set -v; trap 'echo "exit status $?"' ERR
# What is told while some commands run.
watch() {
    commands=$(cat)
    echo "$(ip "$@" 2>&1 & monitor=$!; sleep 1; eval "$commands"; sleep 1; kill $monitor; wait $monitor)"
}
watch netns monitor <<'X'
ip netns add first
ip netns add second
ip netns del first
X
watch monitor all <<'X'
ip link add z0 type veth peer name z1 netns second
X
watch monitor link <<'X'
ip link set z0 up
ip -n second link set z1 up
X
sleep 1.5
watch -n second monitor all <<'X'
ip -n second addr add 10.0.0.1/24 dev z1
ip addr add 10.0.0.2/24 dev z0
X
watch monitor link nsid <<'X'
ip link set z0 netns second
X
watch monitor all <<'X'
ip netns del second
X
