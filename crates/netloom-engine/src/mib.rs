//! What a namespace counts of its packets (`netstat -s`, nstat(8)): the MIBs of IP, ICMP, UDP and
//! TCP (RFC 4293, RFC 4113, RFC 4022), by the names of [`netloom_model::counters`].
//!
//! What goes well is counted where it happens; what a drop counts is said here alone, in
//! [`of_drop`].

use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::counters::{COUNTERS, Counter, Counters, Messages};
use netloom_model::journey::{DropReason, Stage};
use netloom_model::socket::PacketType;
use netloom_wire::ipv6::extension;
use netloom_wire::{EtherType, IpProtocol, ipv4, ipv6, tcp};
use std::collections::BTreeMap;

/// The counters of what packets do that only go their way, of which each counts several: a line of
/// the processor's cache for IPv4, one for IPv6, and one for the ends of connections.
#[rustfmt::skip]
const BUSY: [Counter; 24] = {
    use Counter::*;
    [
        IpInReceives, IpExtInOctets, IpExtInNoECTPkts, IpForwDatagrams, IpOutTransmits,
        IpExtOutOctets, IpInDelivers, IpOutRequests,
        Ip6InReceives, Ip6InOctets, Ip6InNoECTPkts, Ip6InMcastPkts, Ip6InMcastOctets,
        Ip6OutForwDatagrams, Ip6OutTransmits, Ip6OutOctets,
        TcpInSegs, TcpOutSegs, UdpInDatagrams, UdpOutDatagrams, Ip6InDelivers, Ip6OutRequests,
        Udp6InDatagrams, Udp6OutDatagrams,
    ]
};

/// Where each counter stands: among the busy ones, or behind them with the others.
const PLACES: [u16; COUNTERS] = {
    let mut places = [u16::MAX; COUNTERS];
    let mut at = 0;
    while at < BUSY.len() {
        places[BUSY[at] as usize] = at as u16;
        at += 1;
    }
    let (mut counter, mut next) = (0, BUSY.len() as u16);
    while counter < COUNTERS {
        if places[counter] == u16::MAX {
            places[counter] = next;
            next += 1;
        }
        counter += 1;
    }
    places
};

/// The values of the busy counters.
#[derive(Clone, Debug, Default)]
#[repr(align(64))]
struct Busy([u64; BUSY.len()]);

/// How many of the other counters stand together.
const SHEET: usize = 8;
const SHEETS: usize = (COUNTERS - BUSY.len()).div_ceil(SHEET);

/// The values of the other counters, most of which stay 0 in most namespaces: sheets of some
/// neighbours, each there from the first time that one of them counts.
#[derive(Clone, Debug)]
struct Others {
    /// For each sheet which of `sheets` it is, from 1 on.
    places: [u8; SHEETS],
    sheets: Vec<[u64; SHEET]>,
}

impl Default for Others {
    fn default() -> Others {
        Others {
            places: [0; SHEETS],
            sheets: Vec::new(),
        }
    }
}

impl Others {
    fn get(&self, at: usize) -> u64 {
        match self.places[at / SHEET] {
            0 => 0,
            sheet => self.sheets[usize::from(sheet) - 1][at % SHEET],
        }
    }

    fn get_mut(&mut self, at: usize) -> &mut u64 {
        let sheet = &mut self.places[at / SHEET];
        if *sheet == 0 {
            self.sheets.push([0; SHEET]);
            *sheet = self.sheets.len() as u8;
        }
        &mut self.sheets[usize::from(*sheet) - 1][at % SHEET]
    }
}

/// The counters of a namespace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mib {
    busy: Busy,
    others: Others,
    /// ICMP messages by type, of which a host sees few: in the order in which they came up.
    messages: Vec<((Messages, u8), u64)>,
}

impl Mib {
    fn get(&self, counter: Counter) -> u64 {
        let place = usize::from(PLACES[counter as usize]);
        match self.busy.0.get(place) {
            Some(value) => *value,
            None => self.others.get(place - BUSY.len()),
        }
    }

    /// The value of a counter. Which of both ways is gone is known where the counter is.
    #[inline(always)]
    fn value(&mut self, counter: Counter) -> &mut u64 {
        let place = usize::from(PLACES[counter as usize]);
        if place < BUSY.len() {
            &mut self.busy.0[place]
        } else {
            self.others.get_mut(place - BUSY.len())
        }
    }

    /// Counts one.
    #[inline(always)]
    pub(crate) fn count(&mut self, counter: Counter) {
        *self.value(counter) += 1;
    }

    /// Counts some.
    #[inline(always)]
    pub(crate) fn add(&mut self, counter: Counter, count: usize) {
        *self.value(counter) += count as u64;
    }

    /// Counts a packet and its bytes.
    #[inline(always)]
    pub(crate) fn packet(&mut self, packets: Counter, octets: Counter, len: usize) {
        self.count(packets);
        self.add(octets, len);
    }

    /// Counts a received packet by what its TOS or traffic class says of congestion (RFC 3168):
    /// `first` is the counter of packets that say nothing, those of ECT(1), ECT(0) and CE follow.
    /// What stands for several segments counts as those.
    #[inline(always)]
    pub(crate) fn congestion(&mut self, first: Counter, tos: u8, segments: u64) {
        if tos & 3 == 0 {
            *self.value(first) += segments;
        } else {
            let said = Counter::ALL[first as usize + usize::from(tos & 3)];
            *self.value(said) += segments;
        }
    }

    /// Counts an ICMP message by its type.
    pub(crate) fn message(&mut self, of: Messages, kind: u8) {
        match self.messages.iter_mut().find(|(m, _)| *m == (of, kind)) {
            Some((_, count)) => *count += 1,
            None => self.messages.push(((of, kind), 1)),
        }
    }

    /// Begins with what was told.
    pub(crate) fn restore(&mut self, told: &Counters) {
        *self = Mib::default();
        for (counter, value) in Counter::ALL.iter().zip(told.values()) {
            if *value > 0 {
                *self.value(*counter) = *value;
            }
        }
        let kinds = [
            Messages::IcmpIn,
            Messages::IcmpOut,
            Messages::Icmp6In,
            Messages::Icmp6Out,
        ];
        for of in kinds {
            let all = told.messages(of);
            self.messages
                .extend(all.map(|(kind, count)| ((of, kind), count)));
        }
    }

    /// Everything, as the model tells it.
    pub(crate) fn describe(&self) -> Counters {
        let mut values = [0; COUNTERS];
        for (value, counter) in values.iter_mut().zip(Counter::ALL) {
            *value = self.get(*counter);
        }
        let messages = self.messages.iter().copied();
        Counters::new(&values, messages.collect::<BTreeMap<_, _>>())
    }
}

impl Net {
    /// Counts one in a namespace.
    #[inline(always)]
    pub(crate) fn count(&mut self, ns: NsId, counter: Counter) {
        self.ns_mut(ns).mib.count(counter);
    }

    /// Counts one in the namespace of a device.
    #[inline(always)]
    pub(crate) fn count_at(&mut self, dev: DevId, counter: Counter) {
        self.count(self.ns_of(dev), counter);
    }

    /// Counts what a drop counts.
    pub(crate) fn count_drop(
        &mut self,
        ns: NsId,
        packet: &Packet,
        stage: Stage,
        reason: DropReason,
    ) {
        for counter in of_drop(packet, stage, reason) {
            self.count(ns, *counter);
        }
    }

    /// Counts an ICMP message that is sent, its first byte its type.
    pub(crate) fn count_icmp_out(&mut self, ns: NsId, message: &[u8]) {
        let mib = &mut self.ns_mut(ns).mib;
        mib.count(Counter::IcmpOutMsgs);
        mib.message(
            Messages::IcmpOut,
            message.first().copied().unwrap_or_default(),
        );
    }

    /// Counts an ICMPv6 message that is sent in a packet, if it carries one.
    pub(crate) fn count_icmp6_out(&mut self, ns: NsId, header: &ipv6::Repr, payload: &[u8]) {
        let last = extension::walk(header.next_header, payload).last();
        let Some(message) = last.filter(|part| part.kind == IpProtocol::ICMPV6) else {
            return;
        };
        let mib = &mut self.ns_mut(ns).mib;
        mib.count(Counter::Icmp6OutMsgs);
        let kind = message.bytes.first().copied().unwrap_or_default();
        mib.message(Messages::Icmp6Out, kind);
    }
}

/// What a drop counts as.
fn of_drop(packet: &Packet, stage: Stage, reason: DropReason) -> &'static [Counter] {
    match packet.ethertype {
        EtherType::IPV4 => of_ipv4(packet, stage, reason),
        EtherType::IPV6 => of_ipv6(packet, stage, reason),
        EtherType::ARP if reason == DropReason::ArpFiltered => &[Counter::TcpExtArpFilter],
        _ => &[],
    }
}

fn of_ipv4(packet: &Packet, stage: Stage, reason: DropReason) -> &'static [Counter] {
    use Counter as C;
    use DropReason as R;
    match (stage, reason) {
        (Stage::IpReceive, R::IpTruncated) if has_ipv4_header(packet) => &[C::IpExtInTruncatedPkts],
        (Stage::IpReceive, R::IpTruncated | R::IpMalformed)
        | (Stage::IpOptions, R::IpOptions)
        | (Stage::IpForward, R::TtlExceeded) => &[C::IpInHdrErrors],
        (Stage::IpReceive, R::IpChecksum) => &[C::IpExtInCsumErrors, C::IpInHdrErrors],
        (Stage::RouteInput, R::NoRoute) => &[C::IpExtInNoRoutes],
        (Stage::RouteInput, R::ForwardingOff) => &[C::IpInAddrErrors],
        (Stage::SourceCheck, R::ReversePath) => &[C::TcpExtIPReversePathFilter],
        (Stage::IpForward | Stage::Fragment, R::FragmentationNeeded) => &[C::IpFragFails],
        (Stage::LocalDeliver, R::NoProtocol) => &[C::IpInUnknownProtos],
        (Stage::IcmpReceive, R::IcmpChecksum) => &[C::IcmpInCsumErrors, C::IcmpInErrors],
        (Stage::IcmpReceive, R::IcmpMalformed | R::IcmpIgnored)
        | (Stage::IcmpError, R::IcmpMalformed) => &[C::IcmpInErrors],
        (Stage::UdpReceive, R::UdpMalformed) => &[C::UdpInErrors],
        (Stage::UdpReceive, R::UdpChecksum) => &[C::UdpInCsumErrors, C::UdpInErrors],
        (Stage::UdpReceive, R::NoSocket) if is_ipv4_group(packet) => &[C::UdpIgnoredMulti],
        (Stage::UdpReceive, R::NoSocket) => &[C::UdpNoPorts],
        (Stage::TcpReceive, _) => of_tcp(packet, reason),
        _ => &[],
    }
}

fn of_ipv6(packet: &Packet, stage: Stage, reason: DropReason) -> &'static [Counter] {
    use Counter as C;
    use DropReason as R;
    match (stage, reason) {
        (Stage::Ip6Receive, R::IpTruncated) if packet.len() >= ipv6::HEADER_LEN => {
            &[C::Ip6InTruncatedPkts]
        }
        (Stage::Ip6Receive, R::Ipv6NotHandled) => &[C::Ip6InDiscards],
        (Stage::Ip6Receive, R::OtherHost) => &[],
        (Stage::Local6Deliver, R::NoProtocol) => &[C::Ip6InUnknownProtos],
        (Stage::Ip6Receive | Stage::Ip6HopByHop | Stage::Local6Deliver, _)
        | (Stage::Ip6Forward, R::TtlExceeded) => &[C::Ip6InHdrErrors],
        (Stage::Route6Input, R::NoRoute | R::RouteUnreachable | R::RouteProhibit) => {
            &[C::Ip6InNoRoutes]
        }
        (Stage::Ip6Forward, R::ForwardingOff | R::MartianSource | R::BeyondScope) => {
            &[C::Ip6InAddrErrors]
        }
        (Stage::Ip6Forward, R::FragmentationNeeded) => &[C::Ip6InTooBigErrors, C::Ip6FragFails],
        (Stage::IpOutput | Stage::Fragment6, R::FragmentationNeeded) => &[C::Ip6FragFails],
        (Stage::Icmp6Receive, R::IcmpChecksum) => &[C::Icmp6InCsumErrors, C::Icmp6InErrors],
        (Stage::Icmp6Receive | Stage::Icmp6Error, R::IcmpMalformed) => &[C::Icmp6InErrors],
        (Stage::UdpReceive, R::UdpMalformed) => &[C::Udp6InErrors],
        (Stage::UdpReceive, R::UdpChecksum) => &[C::Udp6InCsumErrors, C::Udp6InErrors],
        (Stage::UdpReceive, R::NoSocket) if is_ipv6_group(packet) => &[C::Udp6IgnoredMulti],
        (Stage::UdpReceive, R::NoSocket) => &[C::Udp6NoPorts],
        (Stage::TcpReceive, _) => of_tcp(packet, reason),
        _ => &[],
    }
}

/// What a dropped segment counts as beside what its connection counts.
fn of_tcp(packet: &Packet, reason: DropReason) -> &'static [Counter] {
    match reason {
        DropReason::TcpMalformed => malformed_tcp(packet),
        DropReason::AcceptQueueFull => {
            &[Counter::TcpExtListenOverflows, Counter::TcpExtListenDrops]
        }
        DropReason::SynQueueFull => &[Counter::TcpExtTCPReqQFullDrop, Counter::TcpExtListenDrops],
        _ => &[],
    }
}

/// Whether all of the header is there, so that it is the payload that is cut.
fn has_ipv4_header(packet: &Packet) -> bool {
    ipv4::Packet::new_header(packet.bytes()).is_ok()
}

fn is_ipv4_group(packet: &Packet) -> bool {
    let groups = matches!(
        packet.packet_type,
        PacketType::Broadcast | PacketType::Multicast
    );
    let header = ipv4::Packet::new_header(packet.network());
    groups || header.is_ok_and(|header| header.dst().is_multicast())
}

fn is_ipv6_group(packet: &Packet) -> bool {
    ipv6::Packet::new_header(packet.network()).is_ok_and(|header| header.dst().is_multicast())
}

/// A segment that is shorter than any is not even an error; one whose header says nonsense is, and
/// where that is in order it is the checksum that is wrong.
fn malformed_tcp(packet: &Packet) -> &'static [Counter] {
    let bytes = packet.bytes();
    let header_len = bytes.get(12).map_or(0, |b| usize::from(b >> 4) * 4);
    if bytes.len() < tcp::HEADER_LEN {
        &[]
    } else if header_len < tcp::HEADER_LEN || header_len > bytes.len() {
        &[Counter::TcpInErrs]
    } else {
        &[Counter::TcpInCsumErrors, Counter::TcpInErrs]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_has_a_place_of_its_own() {
        let mut mib = Mib::default();
        for (times, counter) in Counter::ALL.iter().enumerate() {
            mib.add(*counter, times + 1);
        }
        for (times, counter) in Counter::ALL.iter().enumerate() {
            assert_eq!(mib.get(*counter), times as u64 + 1, "{}", counter.name());
        }
    }

    #[test]
    fn a_namespace_keeps_no_room_for_what_it_never_counts() {
        let mut mib = Mib::default();
        for counter in BUSY {
            mib.count(counter);
        }
        assert!(mib.others.sheets.is_empty());
        mib.count(Counter::TcpActiveOpens);
        mib.count(Counter::TcpActiveOpens);
        assert_eq!(mib.others.sheets.len(), 1);
    }
}
