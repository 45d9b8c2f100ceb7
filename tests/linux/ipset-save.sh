# What save writes, restore reads; to the first line that fails.
plain() { sed 's/ initval [^ ]*//; s/<initval>[^<]*//; s/<memsize>[0-9]*/<memsize>/'; }
ipset create a hash:ip comment
ipset add a 10.0.0.1 comment "first one"
ipset create n hash:net skbinfo forceadd
ipset add n 10.0.0.0/8 skbmark 0x1/0xff skbprio 1:10 skbqueue 3
ipset create l list:set
ipset add l n
saved=$(ipset save)
echo "$saved" | plain
ipset destroy
echo "$saved" | ipset restore
[ "$(ipset save | plain)" = "$(echo "$saved" | plain)" ] && echo the same
ipset save a -o xml | plain
printf 'create r hash:ip\nadd r 1.1.1.1\nadd r 1.1.1.1\nadd r 1.1.1.2\n' | ipset restore
echo "exit status $?"
ipset list r | tail -1
printf '# twice\n\nadd r 1.1.1.1\nCOMMIT\n' | ipset -exist restore
echo "exit status $?"
