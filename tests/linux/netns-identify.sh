#!/bin/bash
# Which namespace a process is in, and which processes are in a namespace.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip netns identify $$
ip netns exec NS ip netns identify
ip netns exec NS bash -c 'ip netns identify $$'
ip netns pids NS
ip netns exec NS sleep 30 &
until [ "$(ip netns pids NS)" ]; do sleep 0.05; done
[ "$(ip netns pids NS)" = $! ] && echo the process is in NS
kill $!
wait $! || true
ip netns pids NS
ip netns pids nowhere
