# Sets come and go, change their names and their contents.
ipset create a hash:ip; ipset add a 10.0.0.1
ipset create b hash:ip; ipset add b 10.0.0.2
ipset create n hash:net
ipset create a hash:ip
echo "exit status $?"
ipset -exist create a hash:ip
ipset create a hash:net -exist
ipset swap a b
ipset test a 10.0.0.2
ipset swap a n
ipset swap a nosuch
ipset swap nosuch a
ipset rename a b
ipset rename a c
ipset list -n
ipset flush c
ipset list c | tail -1
ipset destroy nosuch
ipset destroy c
ipset list c
ipset destroy
ipset list -n
ipset create x hash:nosuch
ipset create x hash:ip nosuch
echo "exit status $?"
ipset create thisnameislongerthanthirtyonecharacters hash:ip
ipset add
ipset nosuch
echo "exit status $?"
ipset -q destroy nosuch
echo "exit status $?"
