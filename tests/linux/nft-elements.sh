#!/bin/bash
# Elements put in, looked up and taken out
nft -f - <<'END'
table ip t {
	set a { type ipv4_addr; }
	set r { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.0.1-192.168.0.9 } }
	set m { type inet_service; flags interval; auto-merge; elements = { 1-5 } }
	set p { type ipv4_addr . inet_service; counter; elements = { 1.2.3.4 . 80 } }
}
END
nft add element t a { 1.1.1.1, 2.2.2.2 comment "two", 3.3.3.3 }
nft add element t a { 1.1.1.1 } && echo again
nft create element t a { 1.1.1.1 }
nft delete element t a { 3.3.3.3 }
nft delete element t a { 3.3.3.3 }
nft list set t a
nft get element t r { 10.5.5.5 }
nft get element t r { 192.168.0.3, 10.1.1.1 }
nft get element t r { 1.1.1.1 }
nft get element t p { 1.2.3.4 . 80 }
# Ranges that touch are one where the set says so.
nft add element t m { 6-9 }
nft add element t m { 20, 21, 30-40 }
nft list set t m
nft flush set t r
nft list set t r
nft add element t none { 1.1.1.1 }
nft add element nowhere none { 1.1.1.1 }
nft add element t a { ::1 }
nft add element t a { 1.2.3.0/24 }
