# How sets are made: what each kind takes, words of old, numbers out of range, commands cut short.
t() { echo "> $*"; ipset "$@" 2>&1 | sed 's/ initval [^ ]*//; /^Size in memory/d'; s=${PIPESTATUS[0]}; [ $s = 0 ] || echo "exit status $s"; }
t create a2 bitmap:ip range 10.0.0.5-10.0.0.20
t create a3 bitmap:ip range 10.0.0.0/16 netmask 24
t create a4 bitmap:ip range 10.0.0.0/8
t create a5 bitmap:ip range 10.0.0.0/8 netmask 24
t create a6 bitmap:ip
t create a7 bitmap:ip range 10.0.0.0
t create a8 bitmap:ip range 10.0.0.20-10.0.0.5
t create a9 bitmap:ip range 10.0.0.0/24 netmask 33
t create a9 bitmap:ip range 10.0.0.0/24 hashsize 5
t create a9 bitmap:ip range fd00::/64
t create a9 bitmap:ip range 10.0.0.0/24 timeout 2147484
t create a9 bitmap:ip range 10.0.0.0/24 timeout -1
t create a9 bitmap:ip range 10.0.0.0/24 timeout x
t create a9 bitmap:ip from 10.0.0.0 to 10.0.0.9
t create b1 bitmap:ip from 10.0.0.1
t create a11 bitmap:port range 1-100
t create a12 bitmap:port range 100
t create a13 bitmap:port range 100-1
t create a14 bitmap:port range tcp:ssh-80
t create a15 bitmap:port range 0-70000
t create h2 hash:ip netmask 30
t create h3 hash:ip bitmask 255.0.255.0
t create h4 hash:ip netmask 24 bitmask 255.255.0.0
t create h4 hash:ip bitmask 0.0.0.0
t create h4 hash:ip bitmask foo
t create h5 hash:ip family inet6 netmask 64
t create h6 hash:ip family inet6 bitmask ffff::ffff
t create h7 hash:ip netmask 33
t create h7 hash:ip family foo
t create h7 hash:ip hashsize 1500 maxelem 10 bucketsize 3
t create h8 hash:ip bucketsize 16
t create h9 hash:ip bucketsize 0
t create h10 hash:ip bucketsize 256
t create h10 hash:ip hashsize 1 maxelem 0
t create h11 hash:ip probes 4 resize 50
t create h12 hash:ip maxelem 99999999999
t create h12 hash:ip hashsize -5
t create p1 hash:ip,port netmask 24
t create p2 hash:ip,port bitmask 255.255.0.255
t create l2 list:set size 2
t -N old2 nethash --hashsize 64
t -N old3 ipmap --from 10.0.0.0 --to 10.0.0.255
t -N old4 portmap --from 1 --to 20
t -N old5 macipmap --network 10.0.0.0/24
# Lists come last, behind the sets that they may name.
t n short hash:ip
t list -t
t sa
t save -n a2
# Commands can be cut short.
t cre y hash:ip
t ad y 10.0.0.1
t te y 10.0.0.1
t d y 10.0.0.1
t fl y
t ren y z
t ren z thisnameislongerthanthirtyonecharacters
t sw z short
t l -n z
t des z
