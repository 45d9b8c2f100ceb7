# Files that end in the middle: what was put in together goes together, and what is wrong is said.
r() { echo "> $1"; printf "$1" | ipset restore 2>&1 | sed 's/ initval [^ ]*//; /^Size in memory/d'; echo "exit status ${PIPESTATUS[1]}"; ipset save | sed 's/ initval [^ ]*//'; ipset destroy; }
r 'create z hash:ip\nadd z 1.1.1.1\nadd z 1.1.1.x\n'
r 'create z hash:ip\nadd z 1.1.1.1\nadd z 1.1.1.1\n'
r 'create z hash:ip\nadd z 1.1.1.1\nadd y 1.1.1.2\n'
r 'create z hash:ip comment\nadd z 1.1.1.1 comment "hello there"\nadd z 1.1.1.3 comment "unterminated\n'
r 'create z hash:ip\nadd z 1.1.1.1\nhelp\n'
r 'create z hash:ip\nadd z 1.1.1.1\nversion\n'
r 'create z hash:ip\nadd z 1.1.1.1\nrestore\n'
r 'create z hash:ip\nadd z 1.1.1.1\nlist -t z\n'
r 'create z hash:ip\nadd z 1.1.1.1\ntest z 1.1.1.1\nadd z 1.1.1.2\n'
r 'create z hash:ip\nadd z 1.1.1.1\ntest z 1.1.1.9\nadd z 1.1.1.2\n'
r 'create z hash:ip\nadd z 1.1.1.1\nquit\n'
r 'create z hash:ip\nadd z 1.1.1.1\nbogus\n'
r 'create z hash:ip\nadd z 1.1.1.1 bogus\n'
r 'create z hash:ip\nadd\n'
r 'create z hash:ip timeout 5 maxelem\n'
r 'create z hash:ip\nswap z y\n'
r 'create z hash:ip\nadd z 1.1.1.1 -exist\nadd z 1.1.1.1 -exist\n'
# What save writes of a list can be restored.
ipset create a hash:ip; ipset create l list:set; ipset create b hash:net; ipset add l b; ipset add l a
saved=$(ipset save); ipset destroy
echo "$saved" | ipset restore && ipset save | sed 's/ initval [^ ]*//'
