#!/bin/bash
# Identifiers of other namespaces: set by hand, or given when a link crosses.
set -v; trap 'echo "exit status $?"' ERR
ip netns add one
ip netns add two
ip netns list-id
ip netns set one 7
ip netns set one 8
ip netns set two 7
ip netns set two auto
ip netns list | sort
ip netns list-id | sort
ip netns set three 1
