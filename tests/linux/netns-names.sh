#!/bin/bash
# Names of namespaces: added, listed, deleted; twice or not there is an error.
set -v; trap 'echo "exit status $?"' ERR
ip netns
ip netns add red
ip netns add red
ip netns list
ip netns delete red
ip netns list
ip netns del red
ip netns add blue
ip netns exec green true
ip -n green link
ip netns exec blue false
ip netns exec blue no-such-command
ip netns frobnicate
ip netns add
ip netns add blue/green
ip netns delete
