#!/bin/bash
# Forgets the connections of a machine and of its named namespaces.
conntrack -F
for name in $(ip netns list | cut -d' ' -f1); do
    ip netns exec "$name" conntrack -F
done
