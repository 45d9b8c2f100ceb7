# Sets of sets, in their order; what is in one cannot go.
plain() { sed '/^Size in memory/d'; }
ipset create a hash:ip; ipset create b hash:ip; ipset create c hash:net
ipset create l list:set
ipset add l a
ipset add l b
ipset add l c before b
ipset add l nosuch
ipset add l l
ipset add l a
ipset list l | plain
ipset test l a
ipset test l c before b
ipset test l b before a
ipset destroy a
ipset rename a z
ipset list -t a | grep References
ipset del l a
ipset destroy a
ipset list -n
