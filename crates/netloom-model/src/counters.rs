//! What a namespace counts: the rows of Linux's MIBs, by the names under which `/proc/net/snmp`,
//! `netstat` and `snmp6` show them (RFC 4293 for IP and ICMP, RFC 4022 for TCP, RFC 4113 for UDP;
//! `TcpExt` and `IpExt` are Linux's own). In the order in which nstat(8) prints them.
//!
//! ICMP messages are counted by their type alone; the rows that have a type's name follow from that.
//! Left out: multipath TCP, SCTP, the counters that `snmp6` has per device.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! counters {
    ($($group:ident { $($name:ident,)* })*) => {
        /// A group of counters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Group {
            $(#[doc = concat!("The counters whose names begin with `", stringify!($group), "`.")]
            $group,)*
        }

        impl Group {
            /// Every group, in the order in which they are shown.
            pub const ALL: &'static [Group] = &[$(Group::$group,)*];

            /// Its name, with which the names of its counters begin.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Group::$group => stringify!($group),)* }
            }

            /// Its counters, in their order.
            #[must_use]
            pub const fn counters(self) -> &'static [Counter] {
                match self { $(Group::$group => &[$(Counter::$name,)*],)* }
            }
        }

        /// A counter of a namespace.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        #[allow(missing_docs, reason = "the names are those of the MIBs")]
        pub enum Counter {
            $($($name,)*)*
        }

        impl Counter {
            /// Every counter, in the order in which they are shown.
            pub const ALL: &'static [Counter] = &[$($(Counter::$name,)*)*];

            /// Its whole name: its group's, and its own.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(Counter::$name => stringify!($name),)*)* }
            }

            /// The group that it belongs to.
            #[must_use]
            pub const fn group(self) -> Group {
                match self { $($(Counter::$name)|* => Group::$group,)* }
            }
        }
    };
}

counters! {
    Ip {
        IpInReceives, IpInHdrErrors, IpInAddrErrors, IpForwDatagrams, IpInUnknownProtos,
        IpInDiscards, IpInDelivers, IpOutRequests, IpOutDiscards, IpOutNoRoutes, IpReasmTimeout,
        IpReasmReqds, IpReasmOKs, IpReasmFails, IpFragOKs, IpFragFails, IpFragCreates,
        IpOutTransmits,
    }
    Icmp {
        IcmpInMsgs, IcmpInErrors, IcmpInCsumErrors, IcmpInDestUnreachs, IcmpInTimeExcds,
        IcmpInParmProbs, IcmpInSrcQuenchs, IcmpInRedirects, IcmpInEchos, IcmpInEchoReps,
        IcmpInTimestamps, IcmpInTimestampReps, IcmpInAddrMasks, IcmpInAddrMaskReps, IcmpOutMsgs,
        IcmpOutErrors, IcmpOutRateLimitGlobal, IcmpOutRateLimitHost, IcmpOutDestUnreachs,
        IcmpOutTimeExcds, IcmpOutParmProbs, IcmpOutSrcQuenchs, IcmpOutRedirects, IcmpOutEchos,
        IcmpOutEchoReps, IcmpOutTimestamps, IcmpOutTimestampReps, IcmpOutAddrMasks,
        IcmpOutAddrMaskReps,
    }
    Tcp {
        TcpActiveOpens, TcpPassiveOpens, TcpAttemptFails, TcpEstabResets, TcpInSegs, TcpOutSegs,
        TcpRetransSegs, TcpInErrs, TcpOutRsts, TcpInCsumErrors,
    }
    Udp {
        UdpInDatagrams, UdpNoPorts, UdpInErrors, UdpOutDatagrams, UdpRcvbufErrors,
        UdpSndbufErrors, UdpInCsumErrors, UdpIgnoredMulti, UdpMemErrors,
    }
    UdpLite {
        UdpLiteInDatagrams, UdpLiteNoPorts, UdpLiteInErrors, UdpLiteOutDatagrams,
        UdpLiteRcvbufErrors, UdpLiteSndbufErrors, UdpLiteInCsumErrors, UdpLiteIgnoredMulti,
        UdpLiteMemErrors,
    }
    Ip6 {
        Ip6InReceives, Ip6InHdrErrors, Ip6InTooBigErrors, Ip6InNoRoutes, Ip6InAddrErrors,
        Ip6InUnknownProtos, Ip6InTruncatedPkts, Ip6InDiscards, Ip6InDelivers,
        Ip6OutForwDatagrams, Ip6OutRequests, Ip6OutDiscards, Ip6OutNoRoutes, Ip6ReasmTimeout,
        Ip6ReasmReqds, Ip6ReasmOKs, Ip6ReasmFails, Ip6FragOKs, Ip6FragFails, Ip6FragCreates,
        Ip6InMcastPkts, Ip6OutMcastPkts, Ip6InOctets, Ip6OutOctets, Ip6InMcastOctets,
        Ip6OutMcastOctets, Ip6InBcastOctets, Ip6OutBcastOctets, Ip6InNoECTPkts, Ip6InECT1Pkts,
        Ip6InECT0Pkts, Ip6InCEPkts, Ip6OutTransmits,
    }
    Icmp6 {
        Icmp6InMsgs, Icmp6InErrors, Icmp6OutMsgs, Icmp6OutErrors, Icmp6InCsumErrors,
        Icmp6OutRateLimitHost, Icmp6InDestUnreachs, Icmp6InPktTooBigs, Icmp6InTimeExcds,
        Icmp6InParmProblems, Icmp6InEchos, Icmp6InEchoReplies, Icmp6InGroupMembQueries,
        Icmp6InGroupMembResponses, Icmp6InGroupMembReductions, Icmp6InRouterSolicits,
        Icmp6InRouterAdvertisements, Icmp6InNeighborSolicits, Icmp6InNeighborAdvertisements,
        Icmp6InRedirects, Icmp6InMLDv2Reports, Icmp6OutDestUnreachs, Icmp6OutPktTooBigs,
        Icmp6OutTimeExcds, Icmp6OutParmProblems, Icmp6OutEchos, Icmp6OutEchoReplies,
        Icmp6OutGroupMembQueries, Icmp6OutGroupMembResponses, Icmp6OutGroupMembReductions,
        Icmp6OutRouterSolicits, Icmp6OutRouterAdvertisements, Icmp6OutNeighborSolicits,
        Icmp6OutNeighborAdvertisements, Icmp6OutRedirects, Icmp6OutMLDv2Reports,
    }
    Udp6 {
        Udp6InDatagrams, Udp6NoPorts, Udp6InErrors, Udp6OutDatagrams, Udp6RcvbufErrors,
        Udp6SndbufErrors, Udp6InCsumErrors, Udp6IgnoredMulti, Udp6MemErrors,
    }
    UdpLite6 {
        UdpLite6InDatagrams, UdpLite6NoPorts, UdpLite6InErrors, UdpLite6OutDatagrams,
        UdpLite6RcvbufErrors, UdpLite6SndbufErrors, UdpLite6InCsumErrors, UdpLite6MemErrors,
    }
    TcpExt {
        TcpExtSyncookiesSent, TcpExtSyncookiesRecv, TcpExtSyncookiesFailed, TcpExtEmbryonicRsts,
        TcpExtPruneCalled, TcpExtRcvPruned, TcpExtOfoPruned, TcpExtOutOfWindowIcmps,
        TcpExtLockDroppedIcmps, TcpExtArpFilter, TcpExtTW, TcpExtTWRecycled, TcpExtTWKilled,
        TcpExtPAWSActive, TcpExtPAWSEstab, TcpExtBeyondWindow, TcpExtTSEcrRejected,
        TcpExtPAWSOldAck, TcpExtPAWSTimewait, TcpExtDelayedACKs, TcpExtDelayedACKLocked,
        TcpExtDelayedACKLost, TcpExtListenOverflows, TcpExtListenDrops, TcpExtTCPHPHits,
        TcpExtTCPPureAcks, TcpExtTCPHPAcks, TcpExtTCPRenoRecovery, TcpExtTCPSackRecovery,
        TcpExtTCPSACKReneging, TcpExtTCPSACKReorder, TcpExtTCPRenoReorder, TcpExtTCPTSReorder,
        TcpExtTCPFullUndo, TcpExtTCPPartialUndo, TcpExtTCPDSACKUndo, TcpExtTCPLossUndo,
        TcpExtTCPLostRetransmit, TcpExtTCPRenoFailures, TcpExtTCPSackFailures,
        TcpExtTCPLossFailures, TcpExtTCPFastRetrans, TcpExtTCPSlowStartRetrans,
        TcpExtTCPTimeouts, TcpExtTCPLossProbes, TcpExtTCPLossProbeRecovery,
        TcpExtTCPRenoRecoveryFail, TcpExtTCPSackRecoveryFail, TcpExtTCPRcvCollapsed,
        TcpExtTCPBacklogCoalesce, TcpExtTCPDSACKOldSent, TcpExtTCPDSACKOfoSent,
        TcpExtTCPDSACKRecv, TcpExtTCPDSACKOfoRecv, TcpExtTCPAbortOnData, TcpExtTCPAbortOnClose,
        TcpExtTCPAbortOnMemory, TcpExtTCPAbortOnTimeout, TcpExtTCPAbortOnLinger,
        TcpExtTCPAbortFailed, TcpExtTCPMemoryPressures, TcpExtTCPMemoryPressuresChrono,
        TcpExtTCPSACKDiscard, TcpExtTCPDSACKIgnoredOld, TcpExtTCPDSACKIgnoredNoUndo,
        TcpExtTCPSpuriousRTOs, TcpExtTCPMD5NotFound, TcpExtTCPMD5Unexpected,
        TcpExtTCPMD5Failure, TcpExtTCPSackShifted, TcpExtTCPSackMerged,
        TcpExtTCPSackShiftFallback, TcpExtTCPBacklogDrop, TcpExtPFMemallocDrop,
        TcpExtTCPMinTTLDrop, TcpExtTCPDeferAcceptDrop, TcpExtIPReversePathFilter,
        TcpExtTCPTimeWaitOverflow, TcpExtTCPReqQFullDoCookies, TcpExtTCPReqQFullDrop,
        TcpExtTCPRetransFail, TcpExtTCPRcvCoalesce, TcpExtTCPOFOQueue, TcpExtTCPOFODrop,
        TcpExtTCPOFOMerge, TcpExtTCPChallengeACK, TcpExtTCPSYNChallenge,
        TcpExtTCPFastOpenActive, TcpExtTCPFastOpenActiveFail, TcpExtTCPFastOpenPassive,
        TcpExtTCPFastOpenPassiveFail, TcpExtTCPFastOpenListenOverflow,
        TcpExtTCPFastOpenCookieReqd, TcpExtTCPFastOpenBlackhole, TcpExtTCPSpuriousRtxHostQueues,
        TcpExtBusyPollRxPackets, TcpExtTCPAutoCorking, TcpExtTCPFromZeroWindowAdv,
        TcpExtTCPToZeroWindowAdv, TcpExtTCPWantZeroWindowAdv, TcpExtTCPSynRetrans,
        TcpExtTCPOrigDataSent, TcpExtTCPHystartTrainDetect, TcpExtTCPHystartTrainCwnd,
        TcpExtTCPHystartDelayDetect, TcpExtTCPHystartDelayCwnd, TcpExtTCPACKSkippedSynRecv,
        TcpExtTCPACKSkippedPAWS, TcpExtTCPACKSkippedSeq, TcpExtTCPACKSkippedFinWait2,
        TcpExtTCPACKSkippedTimeWait, TcpExtTCPACKSkippedChallenge, TcpExtTCPWinProbe,
        TcpExtTCPKeepAlive, TcpExtTCPMTUPFail, TcpExtTCPMTUPSuccess, TcpExtTCPDelivered,
        TcpExtTCPDeliveredCE, TcpExtTCPAckCompressed, TcpExtTCPZeroWindowDrop,
        TcpExtTCPRcvQDrop, TcpExtTCPWqueueTooBig, TcpExtTCPFastOpenPassiveAltKey,
        TcpExtTcpTimeoutRehash, TcpExtTcpDuplicateDataRehash, TcpExtTCPDSACKRecvSegs,
        TcpExtTCPDSACKIgnoredDubious, TcpExtTCPMigrateReqSuccess, TcpExtTCPMigrateReqFailure,
        TcpExtTCPPLBRehash, TcpExtTCPAORequired, TcpExtTCPAOBad, TcpExtTCPAOKeyNotFound,
        TcpExtTCPAOGood, TcpExtTCPAODroppedIcmps,
    }
    IpExt {
        IpExtInNoRoutes, IpExtInTruncatedPkts, IpExtInMcastPkts, IpExtOutMcastPkts,
        IpExtInBcastPkts, IpExtOutBcastPkts, IpExtInOctets, IpExtOutOctets, IpExtInMcastOctets,
        IpExtOutMcastOctets, IpExtInBcastOctets, IpExtOutBcastOctets, IpExtInCsumErrors,
        IpExtInNoECTPkts, IpExtInECT1Pkts, IpExtInECT0Pkts, IpExtInCEPkts, IpExtReasmOverlaps,
    }
}

/// How many counters there are.
pub const COUNTERS: usize = Counter::ALL.len();

/// Messages of ICMP that were counted by their type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "version and direction")]
pub enum Messages {
    IcmpIn,
    IcmpOut,
    Icmp6In,
    Icmp6Out,
}

impl Messages {
    /// How the names of its rows begin; the type follows.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Messages::IcmpIn => "IcmpMsgInType",
            Messages::IcmpOut => "IcmpMsgOutType",
            Messages::Icmp6In => "Icmp6InType",
            Messages::Icmp6Out => "Icmp6OutType",
        }
    }
}

macro_rules! named_types {
    ($($counter:ident $messages:ident $kind:literal;)*) => {
        /// The type of ICMP message that a counter counts, if it counts one.
        #[must_use]
        const fn of_type(counter: Counter) -> Option<(Messages, u8)> {
            match counter {
                $(Counter::$counter => Some((Messages::$messages, $kind)),)*
                _ => None,
            }
        }
    };
}

named_types! {
    IcmpInDestUnreachs IcmpIn 3;
    IcmpInTimeExcds IcmpIn 11;
    IcmpInParmProbs IcmpIn 12;
    IcmpInSrcQuenchs IcmpIn 4;
    IcmpInRedirects IcmpIn 5;
    IcmpInEchos IcmpIn 8;
    IcmpInEchoReps IcmpIn 0;
    IcmpInTimestamps IcmpIn 13;
    IcmpInTimestampReps IcmpIn 14;
    IcmpInAddrMasks IcmpIn 17;
    IcmpInAddrMaskReps IcmpIn 18;
    IcmpOutDestUnreachs IcmpOut 3;
    IcmpOutTimeExcds IcmpOut 11;
    IcmpOutParmProbs IcmpOut 12;
    IcmpOutSrcQuenchs IcmpOut 4;
    IcmpOutRedirects IcmpOut 5;
    IcmpOutEchos IcmpOut 8;
    IcmpOutEchoReps IcmpOut 0;
    IcmpOutTimestamps IcmpOut 13;
    IcmpOutTimestampReps IcmpOut 14;
    IcmpOutAddrMasks IcmpOut 17;
    IcmpOutAddrMaskReps IcmpOut 18;
    Icmp6InDestUnreachs Icmp6In 1;
    Icmp6InPktTooBigs Icmp6In 2;
    Icmp6InTimeExcds Icmp6In 3;
    Icmp6InParmProblems Icmp6In 4;
    Icmp6InEchos Icmp6In 128;
    Icmp6InEchoReplies Icmp6In 129;
    Icmp6InGroupMembQueries Icmp6In 130;
    Icmp6InGroupMembResponses Icmp6In 131;
    Icmp6InGroupMembReductions Icmp6In 132;
    Icmp6InRouterSolicits Icmp6In 133;
    Icmp6InRouterAdvertisements Icmp6In 134;
    Icmp6InNeighborSolicits Icmp6In 135;
    Icmp6InNeighborAdvertisements Icmp6In 136;
    Icmp6InRedirects Icmp6In 137;
    Icmp6InMLDv2Reports Icmp6In 143;
    Icmp6OutDestUnreachs Icmp6Out 1;
    Icmp6OutPktTooBigs Icmp6Out 2;
    Icmp6OutTimeExcds Icmp6Out 3;
    Icmp6OutParmProblems Icmp6Out 4;
    Icmp6OutEchos Icmp6Out 128;
    Icmp6OutEchoReplies Icmp6Out 129;
    Icmp6OutGroupMembQueries Icmp6Out 130;
    Icmp6OutGroupMembResponses Icmp6Out 131;
    Icmp6OutGroupMembReductions Icmp6Out 132;
    Icmp6OutRouterSolicits Icmp6Out 133;
    Icmp6OutRouterAdvertisements Icmp6Out 134;
    Icmp6OutNeighborSolicits Icmp6Out 135;
    Icmp6OutNeighborAdvertisements Icmp6Out 136;
    Icmp6OutRedirects Icmp6Out 137;
    Icmp6OutMLDv2Reports Icmp6Out 143;
}

/// What a namespace has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    values: Vec<u64>,
    #[serde(with = "pairs")]
    messages: BTreeMap<(Messages, u8), u64>,
}

/// A map as a list of pairs: JSON has no keys but strings.
mod pairs {
    use super::{BTreeMap, Messages};
    use serde::{Deserialize, Deserializer, Serializer};

    type Counts = BTreeMap<(Messages, u8), u64>;

    pub(super) fn serialize<S: Serializer>(counts: &Counts, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(counts)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Counts, D::Error> {
        let pairs: Vec<((Messages, u8), u64)> = Vec::deserialize(from)?;
        Ok(pairs.into_iter().collect())
    }
}

impl Counters {
    /// Counters with these values, in the order of [`Counter::ALL`], and messages by their type.
    #[must_use]
    pub fn new(values: &[u64; COUNTERS], messages: BTreeMap<(Messages, u8), u64>) -> Counters {
        Counters {
            values: values.to_vec(),
            messages,
        }
    }

    /// The value of a counter.
    #[must_use]
    pub fn get(&self, counter: Counter) -> u64 {
        match of_type(counter) {
            Some(message) => self.messages.get(&message).copied().unwrap_or_default(),
            None => self
                .values
                .get(counter as usize)
                .copied()
                .unwrap_or_default(),
        }
    }

    /// The values in the order of [`Counter::ALL`], but those of messages by their type.
    #[must_use]
    pub fn values(&self) -> &[u64] {
        &self.values
    }

    /// The messages of a version and direction by their type.
    pub fn messages(&self, of: Messages) -> impl Iterator<Item = (u8, u64)> {
        let all = self.messages.range((of, 0)..=(of, u8::MAX));
        all.map(|((_, kind), count)| (*kind, *count))
    }

    /// Every row with its whole name, in the order in which nstat(8) prints them; types of messages
    /// are there as far as they occurred.
    #[must_use]
    pub fn rows(&self) -> Vec<(String, u64)> {
        let mut rows = Vec::with_capacity(COUNTERS + self.messages.len());
        for group in Group::ALL {
            let counters = group.counters().iter();
            rows.extend(counters.map(|c| (c.name().to_owned(), self.get(*c))));
            let types = match group {
                Group::Icmp => [Messages::IcmpIn, Messages::IcmpOut],
                Group::Icmp6 => [Messages::Icmp6In, Messages::Icmp6Out],
                _ => continue,
            };
            for of in types {
                let row = |(kind, count)| (format!("{}{kind}", of.prefix()), count);
                rows.extend(self.messages(of).map(row));
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counters_name_begins_with_its_groups() {
        for counter in Counter::ALL {
            let rest = counter.name().strip_prefix(counter.group().name());
            assert!(rest.is_some_and(|rest| !rest.is_empty()), "{counter:?}");
        }
    }

    #[test]
    fn messages_show_under_their_name_and_under_their_type() {
        let messages = BTreeMap::from([((Messages::IcmpOut, 8), 3), ((Messages::IcmpIn, 42), 1)]);
        let counters = Counters::new(&[0; COUNTERS], messages);
        assert_eq!(counters.get(Counter::IcmpOutEchos), 3);
        let rows = counters.rows();
        let shown: Vec<_> = rows.iter().filter(|(_, count)| *count > 0).collect();
        let expected = [
            ("IcmpOutEchos", 3),
            ("IcmpMsgInType42", 1),
            ("IcmpMsgOutType8", 3),
        ];
        let shown: Vec<_> = shown.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        assert_eq!(shown, expected);
    }
}
