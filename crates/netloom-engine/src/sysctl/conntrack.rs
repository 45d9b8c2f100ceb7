//! The settings of connection tracking (nf_conntrack-sysctl in the kernel's documentation).

settings! {
    /// `net.netfilter.nf_conntrack_*`; times in seconds.
    ConntrackConf, Ct, CONNTRACK, [
        Acct "acct" = 0, 0..=1;
        Checksum "checksum" = 1, 0..=1;
        Events "events" = 2, 0..=2;
        ExpectMax "expect_max" = 4096, 1..=2147483647;
        Frag6HighThresh "frag6_high_thresh" = 4194304, 0..=2147483647;
        Frag6LowThresh "frag6_low_thresh" = 3145728, 0..=2147483647;
        Frag6Timeout "frag6_timeout" = 60, 0..=2147483;
        GenericTimeout "generic_timeout" = 600, 0..=2147483647;
        GreTimeout "gre_timeout" = 30, 0..=2147483647;
        GreTimeoutStream "gre_timeout_stream" = 180, 0..=2147483647;
        IcmpTimeout "icmp_timeout" = 30, 0..=2147483647;
        Icmpv6Timeout "icmpv6_timeout" = 30, 0..=2147483647;
        LogInvalid "log_invalid" = 0, 0..=255;
        Max "max" = 262144, 0..=2147483647;
        SctpClosed "sctp_timeout_closed" = 10, 0..=2147483647;
        SctpCookieEchoed "sctp_timeout_cookie_echoed" = 3, 0..=2147483647;
        SctpCookieWait "sctp_timeout_cookie_wait" = 3, 0..=2147483647;
        SctpEstablished "sctp_timeout_established" = 210, 0..=2147483647;
        SctpHeartbeatSent "sctp_timeout_heartbeat_sent" = 30, 0..=2147483647;
        SctpShutdownAckSent "sctp_timeout_shutdown_ack_sent" = 3, 0..=2147483647;
        SctpShutdownRecd "sctp_timeout_shutdown_recd" = 3, 0..=2147483647;
        SctpShutdownSent "sctp_timeout_shutdown_sent" = 3, 0..=2147483647;
        TcpBeLiberal "tcp_be_liberal" = 0, 0..=1;
        TcpIgnoreInvalidRst "tcp_ignore_invalid_rst" = 0, 0..=1;
        TcpLoose "tcp_loose" = 1, 0..=1;
        TcpMaxRetrans "tcp_max_retrans" = 3, 0..=255;
        TcpClose "tcp_timeout_close" = 10, 0..=2147483647;
        TcpCloseWait "tcp_timeout_close_wait" = 60, 0..=2147483647;
        TcpEstablished "tcp_timeout_established" = 432000, 0..=2147483647;
        TcpFinWait "tcp_timeout_fin_wait" = 120, 0..=2147483647;
        TcpLastAck "tcp_timeout_last_ack" = 30, 0..=2147483647;
        TcpRetrans "tcp_timeout_max_retrans" = 300, 0..=2147483647;
        TcpSynRecv "tcp_timeout_syn_recv" = 60, 0..=2147483647;
        TcpSynSent "tcp_timeout_syn_sent" = 120, 0..=2147483647;
        TcpTimeWait "tcp_timeout_time_wait" = 120, 0..=2147483647;
        TcpUnacknowledged "tcp_timeout_unacknowledged" = 300, 0..=2147483647;
        Timestamp "timestamp" = 0, 0..=1;
        UdpTimeout "udp_timeout" = 30, 0..=2147483647;
        UdpTimeoutStream "udp_timeout_stream" = 120, 0..=2147483647;
    ]
}

/// What the settings' names begin with.
pub(crate) const PREFIX: &str = "net.netfilter.nf_conntrack_";
