//! Fragments of IPv4 (RFC 791 section 3.2).

use super::{Fragments, Piece, Reassembly};
use crate::device::DevId;
use crate::ip::icmp_error;
use crate::ip::version::V4;
use crate::namespace::{Namespace, NsId};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::Global;
use crate::timer::Timer;
use core::net::Ipv4Addr;
use netloom_model::counters::Counter;
use netloom_model::journey::Stage;
use netloom_wire::IpProtocol;
use netloom_wire::icmpv4::{Repr, code};
use netloom_wire::ipv4;

/// Which packet a fragment is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    src: Ipv4Addr,
    dst: Ipv4Addr,
    protocol: IpProtocol,
    ident: u16,
}

impl Key {
    /// Reads it from a fragment whose front is its IP header.
    pub(crate) fn of(packet: &Packet) -> Key {
        let header = ipv4::Packet::new_unchecked(packet.bytes());
        Key {
            src: header.src(),
            dst: header.dst(),
            protocol: header.protocol(),
            ident: header.ident(),
        }
    }
}

impl Reassembly for V4 {
    type Key = Key;
    const STAGE: Stage = Stage::Reassembly;
    const COUNTERS: [Counter; 4] = [
        Counter::IpReasmReqds,
        Counter::IpReasmOKs,
        Counter::IpReasmFails,
        Counter::IpReasmTimeout,
    ];
    const LONGEST: usize = ipv4::MAX_LEN;

    fn fragments(ns: &mut Namespace) -> &mut Fragments<V4> {
        &mut ns.fragments
    }

    fn limits(ns: &Namespace) -> (usize, u64) {
        let limit = |key| ns.settings.get(key).max(0);
        (
            limit(Global::IpfragHighThresh) as usize,
            limit(Global::IpfragTime) as u64,
        )
    }

    fn timer(ns: NsId) -> Timer {
        Timer::Fragments { ns }
    }

    fn piece(packet: &Packet) -> Piece {
        let header = ipv4::Packet::new_unchecked(packet.bytes());
        Piece {
            kept: header.header_len(),
            payload: header.header_len(),
            from: usize::from(header.frag_offset()),
            more: header.mf(),
        }
    }

    fn counted(piece: &Piece) -> usize {
        piece.kept
    }

    fn finish(whole: &mut [u8], _: &Packet) {
        let len = whole.len();
        let mut header = ipv4::Packet::new_unchecked(whole);
        header.set_total_len(len as u16);
        header.set_fragment(false, false, 0);
        header.fill_checksum();
    }

    fn too_late<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, first: &Packet) {
        icmp_error::send(cx, dev, first, |original| Repr::TimeExceeded {
            code: code::REASSEMBLY_EXCEEDED,
            original,
        });
    }
}
