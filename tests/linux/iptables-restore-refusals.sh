#!/bin/bash
# What the kernel refuses of a file is told of every line at once.
iptables-restore <<'R'
*filter
-A FORWARD ! -s 0.0.0.0/0
-A FORWARD -s 1.1.1.1
-A FORWARD ! -s 0.0.0.0/0
-A FORWARD -j REJECT --reject-with tcp-reset -p tcp
-A FORWARD ! -s 0.0.0.0/0
COMMIT
*nat
-A PREROUTING ! -s 0.0.0.0/0
-A PREROUTING -p tcp -j DNAT --to-destination 1.1.1.1
-A PREROUTING ! -d 0.0.0.0/0
COMMIT
R
echo $?
iptables -S
iptables-restore --noflush <<'R'
*filter
:own -
:other -
-A own -j other
-X other
-A FORWARD ! -s 0.0.0.0/0
-I own 2 -s 1.1.1.1
COMMIT
R
echo $?
iptables-restore --noflush <<'R'
*filter
:own -
-A own -j REJECT
-A own ! -s 0/0
:own2 -
-A own2 ! -s 0/0
-A own ! -d 0/0
-A own2 -s 1.1.1.1
-A own2 ! -d 0/0 -j own
COMMIT
R
echo $?
iptables -S
iptables-restore --noflush <<'R'
*filter
:b -
-A b ! -s 0/0
:a -
-A a ! -s 0/0
-A b ! -d 0/0
-A INPUT ! -d 0/0
-A a ! -d 0/0
-A b ! -d 0/0
COMMIT
R
echo $?
# A set is made though its elements are refused.
cat > rules <<'END'
add table ip x
add chain ip x d
add map ip x v { type ipv4_addr : verdict; elements = { 1.1.1.1 : goto zz } ; }
add rule ip x d ip daddr vmap @v
add rule ip x d jump zz
END
nft -f rules 2>&1 | grep -c Error
