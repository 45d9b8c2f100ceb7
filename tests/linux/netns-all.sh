#!/bin/bash
# A command for every namespace: ip -all netns exec.
set -v; trap 'echo "exit status $?"' ERR
ip netns add one
ip -all netns exec ip -br link
ip -all netns delete
ip netns list
