//! TIME-WAIT: what is left of a connection, so that its last segments harm no other (RFC 9293
//! section 3.10.7.4, RFC 6191, `tcp_timewait_state_process`).

use super::connection::{End, Segment};
use super::seq::{after, before};
use super::table::Place;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::sysctl::Global;
use crate::timer::Timer;
use core::time::Duration;
use netloom_model::Time;
use netloom_model::counters::Counter;
use netloom_model::socket::{SocketKind, TcpState};
use netloom_wire::tcp::Flags;

/// How long it lasts (`TCP_TIMEWAIT_LEN`).
const LENGTH: Duration = Duration::from_secs(60);

/// A connection that is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) kind: SocketKind,
    pub(crate) local: End,
    pub(crate) remote: End,
    pub(crate) until: Time,
    pub(super) snd_nxt: u32,
    pub(super) rcv_nxt: u32,
    /// The window field of its last segment.
    pub(super) window: u16,
    window_bytes: u32,
    /// The other side's clock and what is added to this side's.
    pub(super) clocks: Option<(u32, u32)>,
    pub(super) dev: DevId,
    pub(super) mark: u32,
    pub(super) tos: u8,
    pub(super) reuse_address: bool,
    pub(super) reuse_port: bool,
    pub(super) only_v6: bool,
    stamp: u32,
}

/// What becomes of a segment for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Nothing,
    /// It is acknowledged once more.
    Acknowledge,
    /// A new connection may have the place; the sequence number that it should begin with.
    Reopen,
}

/// A connection goes into TIME-WAIT; its socket, if a program still has it, is closed.
pub(super) fn enter(net: &mut Net, id: u32) {
    let now = net.now;
    net.sockets.1.stamp = net.sockets.1.stamp.wrapping_add(1);
    let stamp = net.sockets.1.stamp;
    let socket = &mut net.sockets.0[id];
    let (ns, kind, dev) = (socket.ns, socket.kind, socket.dev);
    let (mark, tos) = (socket.options.mark, socket.options.tos);
    let (reuse_address, reuse_port) = (socket.options.reuse_address, socket.options.reuse_port);
    let only_v6 = socket.options.only_v6;
    let Some(connection) = socket.tcp.as_mut().and_then(|tcp| tcp.connection_mut()) else {
        return;
    };
    let shift = connection.scale.map_or(0, |(_, own)| own);
    let waiting = Waiting {
        kind,
        local: connection.local,
        remote: connection.remote,
        until: now + LENGTH,
        snd_nxt: connection.snd_nxt,
        rcv_nxt: connection.rcv_nxt,
        window: (connection.rcv_wnd >> shift).min(65_535) as u16,
        window_bytes: connection.rcv_wnd,
        clocks: (connection.timestamps).then_some((connection.ts_recent, connection.clock_offset)),
        dev,
        mark,
        tos,
        reuse_address,
        reuse_port,
        only_v6,
        stamp,
    };
    let counted = connection.tally.waits;
    connection.state = TcpState::Closed;
    connection.shut_read = true;
    let (local, remote) = (waiting.local, waiting.remote);
    let most = net.ns(ns).settings.get(Global::TcpMaxTwBuckets).max(0) as usize;
    let table = &mut net.ns_mut(ns).sockets.tcp;
    if table.waiting.len() >= most {
        table.remove(local, remote, Place::Socket(id));
        net.count(ns, Counter::TcpExtTCPTimeWaitOverflow);
        return;
    }
    let slot = table.waiting.insert(waiting);
    table.insert(local, remote, Place::TimeWait(slot));
    table.ends.push_back((waiting.until, slot, stamp));
    if table.ends.len() == 1 {
        net.timers.set(waiting.until, Timer::TcpTimeWait { ns });
    }
    if !counted {
        net.count(ns, Counter::TcpExtTW);
    }
}

/// Takes one out.
pub(super) fn kill(net: &mut Net, ns: NsId, slot: u32) {
    let table = &mut net.ns_mut(ns).sockets.tcp;
    if let Some(waiting) = table.waiting.remove(slot) {
        table.remove(waiting.local, waiting.remote, Place::TimeWait(slot));
    }
}

/// Those whose time is over end.
pub(crate) fn timer<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId) {
    let now = cx.net.now;
    if cx.net.namespaces.get(ns.0).is_none() {
        return;
    }
    loop {
        let table = &mut cx.net.ns_mut(ns).sockets.tcp;
        let Some((at, slot, stamp)) = table.ends.front().copied() else {
            return;
        };
        if at > now {
            cx.net.timers.set(at, Timer::TcpTimeWait { ns });
            return;
        }
        table.ends.pop_front();
        let still = table.waiting.get(slot).filter(|w| w.stamp == stamp);
        match still.map(|w| w.until) {
            Some(until) if until > now => {
                // Its time began anew meanwhile. All wait equally long: the order stays.
                table.ends.push_back((until, slot, stamp));
            }
            Some(_) => kill(cx.net, ns, slot),
            None => {}
        }
    }
}

/// A segment for a connection in TIME-WAIT.
pub(super) fn arrives(net: &mut Net, ns: NsId, slot: u32, segment: &Segment<'_>) -> Verdict {
    let now = net.now;
    let keeps = net.ns(ns).settings.on(Global::TcpRfc1337);
    let Some(waiting) = net.ns_mut(ns).sockets.tcp.waiting.get_mut(slot) else {
        return Verdict::Nothing;
    };
    let clock = segment.options.timestamps.map(|(value, _)| value);
    let recent = waiting.clocks.map(|(recent, _)| recent);
    let past = matches!((clock, recent), (Some(value), Some(recent)) if before(value, recent));
    let reset = segment.has(Flags::RST);
    let next = segment.seq == waiting.rcv_nxt && (segment.end() == segment.seq || reset);
    if !past && next {
        if reset && !keeps {
            kill(net, ns, slot);
        } else {
            waiting.until = now + LENGTH;
        }
        return Verdict::Nothing;
    }
    if past && !reset {
        net.count(ns, Counter::TcpExtPAWSTimewait);
    }
    let Some(waiting) = net.ns_mut(ns).sockets.tcp.waiting.get_mut(slot) else {
        return Verdict::Nothing;
    };
    let syn = segment.has(Flags::SYN) && !segment.has(Flags::ACK) && !reset;
    let newer = matches!((clock, recent), (Some(value), Some(recent)) if after(value, recent));
    if syn && !past && (after(segment.seq, waiting.rcv_nxt) || newer) {
        return Verdict::Reopen;
    }
    if reset {
        return Verdict::Nothing;
    }
    let edge = waiting.rcv_nxt.wrapping_add(waiting.window_bytes);
    if past || segment.has(Flags::ACK) || after(segment.seq, edge) {
        waiting.until = now + LENGTH;
    }
    Verdict::Acknowledge
}
