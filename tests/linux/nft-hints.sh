#!/bin/bash
# Names that are missing: what is there under a name much like it is told, of what nft knows then.
nft add table ip filter
nft add table ip6 other
nft add chain ip filter input
nft add chain ip filter output
nft add set ip filter blackhole '{ type ipv4_addr; }'
nft add map ip filter ports '{ type inet_service : verdict; }'
nft add counter ip filter cnt
nft add quota ip filter quot 10 mbytes
nft list table ip filte
nft list table ip x
nft list table inet filter
nft list table inet filte
nft list table other
nft list table othe
nft list chain ip filter inpu
nft list chain ip filter outp
nft list chain ip filter o
nft list chain ip filte input
nft list chain ip6 other input
nft list set ip filter blackhol
nft list set ip filter bl
nft list set ip filte blackhole
nft list set ip filter ports
nft list set ip filter port
nft list map ip filter blackhole
nft list map ip filter blackhol
nft list map ip filter port
nft list counter ip filter cn
nft list counter ip filter quot
nft list quota ip filter cnt
nft list quota ip filter xxxxxx
nft list ct helper ip filter qu
nft list counter ip filte cnt
nft list counter ip6 other cnt
nft list chain ip other x
nft add chain ip filte x
nft add chain inet filter x
nft add rule ip filter inpu accept
nft add rule ip filte input accept
nft add rule ip6 filter input accept
nft add rule ip6 other input accept
nft add rule ip filter xxxxx accept
nft add set ip filte x '{ type ipv4_addr; }'
nft add counter ip filte x
nft delete chain ip filter inpu
nft delete chain ip filte input
nft delete table ip filte
nft delete table ip6 filter
nft delete table ip xxxx
nft delete set ip filter blackhol
nft delete set ip filte blackhole
nft delete set ip filter xxxx
nft delete map ip filter port
nft delete counter ip filter cn
nft delete counter ip filter quot
nft delete counter ip filter xxxx
nft delete counter ip filte cnt
nft delete rule ip filter inpu handle 3
nft delete rule ip filte input handle 3
nft delete rule ip filter input handle 33
nft flush chain ip filter inpu
nft flush chain ip filte input
nft flush table ip filte
nft flush set ip filter blackhol
nft flush map ip filter port
nft rename chain ip filter inpu x
nft rename chain ip filte input x
nft insert rule ip filter inpu accept
nft replace rule ip filter inpu handle 3 accept
nft replace rule ip filter input handle 3 accept
nft add element ip filter blackhol '{ 1.1.1.1 }'
nft add element ip filte blackhole '{ 1.1.1.1 }'
nft delete element ip filter blackhole '{ 1.1.1.1 }'
nft delete element ip filter blackhol '{ 1.1.1.1 }'
nft get element ip filter blackhol '{ 1.1.1.1 }'
nft get element ip filte blackhole '{ 1.1.1.1 }'
nft reset counter ip filter cn
nft reset counter ip filte cnt
nft reset counters table ip filte
nft list counters table ip filte
nft list counters table ip xxxxx
nft add rule ip filter input jump outpu
nft add rule ip filter input jump xxxxx
nft add rule ip filter input ip saddr '@blackhol'
nft add rule ip filter input ip saddr '@xxxxxx'
nft add rule ip filter input counter name cn
nft add rule ip filter input tcp dport vmap '@port'
nft add rule ip filter input quota name quo
nft add rule ip filter input ct helper set "x"
