#!/bin/bash
# ss: words that it does not take, and an empty namespace.
set -v; trap 'echo "exit status $?"' ERR
ss -tan
ss -tuwan
ss -H -tan
ss -tan state established
ss -tan state listening
ss -tan state connected exclude time-wait
ss -tn '( sport = :80 or dport = :80 )'
ss -tan state bogus
ss -tan state
ss -tan foo
ss -tan src 1.2.3.4.5
ss -tan sport = bogus
ss -N nowhere
ss -tan dst 2>&1 | head -1
ss -tan not 2>&1 | head -1
ss -tan '(' 2>&1 | head -1
ss --bogus 2>&1 | head -1
ss -f bogus 2>&1 | head -1
ss -A bogus 2>&1 | head -1
