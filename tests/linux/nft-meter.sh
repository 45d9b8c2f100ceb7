#!/bin/bash
# A meter is a set of a rule's own: it is listed with the rule, and goes with it.
nft add table ip t
nft add chain ip t c
nft add chain ip t d
nft add rule ip t c meter m1 size 5 '{ ip saddr timeout 5s limit rate 3/second }' accept
nft add rule ip t c meter m2 '{ ip saddr . tcp dport counter }'
nft add rule ip t c tcp dport 22 meter ssh '{ ip saddr ct count over 3 }' reject
nft add rule ip t c flow table old '{ ip daddr quota 3 mbytes }'
nft -a list ruleset
nft list meters
nft list meter ip t m1
nft -j list meters
nft -j list chain ip t c
nft list sets
nft list maps
# As a set it cannot be listed, changed or deleted.
nft list set ip t m1
nft delete set ip t m1
nft add element ip t m1 '{ 1.1.1.1 }'
nft list meter ip t m9
# Its name is taken.
nft add rule ip t d meter m1 '{ ip saddr counter }'
nft list chain ip t d
# With the rule it is gone, and its name is free.
nft delete rule ip t c handle 4
nft list meter ip t m1
nft add rule ip t d meter m1 '{ ip saddr counter }'
nft flush chain ip t c
nft list meters
nft list ruleset
# What JSON says of it makes it again.
nft -j list ruleset > saved.json
nft flush ruleset
nft -j -f saved.json
nft list ruleset
nft add rule ip t c meter m5 '{ ip saddr }'
nft add rule ip t c meter '{ ip saddr counter }'
# It counts each address for itself, and limits it.
nft flush ruleset
nft -f - <<END
table ip t {
	chain out {
		type filter hook output priority 0;
		meter few { ip daddr limit rate over 1/hour burst 2 packets } counter drop
		icmp type echo-request meter each { ip daddr counter }
	}
}
END
ip link set lo up
ping -c 4 -i 0.2 -W 0.3 127.0.0.1 > /dev/null
ping -c 1 -W 0.3 127.0.0.2 > /dev/null
nft list meter ip t few
nft list meter ip t each
nft list chain ip t out
