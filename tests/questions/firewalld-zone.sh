# firewalld has the device in a zone that knows ssh alone.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
listen host tcp 80
nft -f - <<'N'
table inet firewalld {
    chain filter_INPUT {
        type filter hook input priority filter + 10; policy accept;
        ct state { established, related } accept
        iifname "lo" accept
        jump filter_INPUT_ZONES
        reject with icmpx admin-prohibited
    }
    chain filter_INPUT_ZONES {
        iifname "eth0" goto filter_IN_public
        goto filter_IN_public
    }
    chain filter_IN_public {
        jump filter_IN_public_allow
    }
    chain filter_IN_public_allow {
        tcp dport 22 accept
    }
}
N
ask lan tcp 192.0.2.1 80
