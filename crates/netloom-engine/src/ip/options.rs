//! What IPv4 options have filled in on their way: record route, timestamp and source routes
//! (RFC 791 section 3.1, RFC 1812 section 5.2.4, RFC 1122 section 3.2.1.8).
//!
//! Every host takes a slot of each option when it receives a packet, and the one that passes it on
//! writes there what it leaves by. Left out: the security options, which pass as they came.

use core::net::Ipv4Addr;
use netloom_model::Time;
use netloom_wire::ipv4::{HEADER_LEN, OptionKind};

/// A timestamp's flags: times alone, or with the address of each host, or of these hosts alone.
const TIMES: u8 = 0;
const TIMES_AND_ADDRESSES: u8 = 1;
const PRESPECIFIED: u8 = 3;

/// The options of a packet that something is still to be written to. Places are counted from the
/// beginning of the options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    record: Option<usize>,
    /// The slot of the record that was taken last is to name the address that it leaves by.
    record_open: bool,
    stamp: Option<usize>,
    stamp_address: bool,
    stamp_time: bool,
    pub(crate) source_route: Option<usize>,
    /// A strict source route: the stops are neighbours.
    pub(crate) strict: bool,
    /// This host was a stop; the next is there.
    pub(crate) next_stop: Option<Ipv4Addr>,
}

/// The host that has received a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here {
    /// The address by which it answers.
    pub(crate) address: Ipv4Addr,
    pub(crate) now: Time,
}

/// Milliseconds since midnight (RFC 791, "Internet Timestamp").
pub(crate) fn milliseconds(now: Time) -> u32 {
    (now.0 / 1_000_000 % 86_400_000) as u32
}

fn put(bytes: &mut [u8], at: usize, value: [u8; 4]) {
    if let Some(slot) = bytes.get_mut(at..at + 4) {
        slot.copy_from_slice(&value);
    }
}

fn address(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    let slot: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(slot.into())
}

/// Goes over the options and takes the next slot of each. A host that received the packet (`here`)
/// writes itself there at once; what is made here is written to as it leaves. The error is the
/// place of the byte that is wrong, counted from the beginning of the header.
pub(crate) fn take_slots(
    bytes: &mut [u8],
    here: Option<Here>,
    own: impl Fn(Ipv4Addr) -> bool,
) -> Result<Options, usize> {
    let mut options = Options::default();
    let mut at = 0;
    while at < bytes.len() {
        let kind = OptionKind(bytes[at]);
        if kind == OptionKind::END {
            bytes[at..].fill(0);
            break;
        }
        if kind == OptionKind::NOP {
            at += 1;
            continue;
        }
        let len = bytes.get(at + 1).map_or(0, |len| usize::from(*len));
        if len < 2 || at + len > bytes.len() {
            return Err(HEADER_LEN + at);
        }
        let option = &mut bytes[at..at + len];
        let wrong = |within: usize| HEADER_LEN + at + within;
        match kind {
            OptionKind::RECORD_ROUTE => {
                once(&mut options.record, at).map_err(wrong)?;
                options.record_open = record(option, here).map_err(wrong)?;
            }
            OptionKind::TIMESTAMP => {
                once(&mut options.stamp, at).map_err(wrong)?;
                let open = stamp(option, here, &own).map_err(wrong)?;
                (options.stamp_address, options.stamp_time) = open;
            }
            OptionKind::LOOSE_SOURCE_ROUTE | OptionKind::STRICT_SOURCE_ROUTE => {
                source_route(option, here.is_some()).map_err(wrong)?;
                once(&mut options.source_route, at).map_err(wrong)?;
                options.strict = kind == OptionKind::STRICT_SOURCE_ROUTE;
            }
            OptionKind::ROUTER_ALERT if len < 4 => return Err(wrong(1)),
            _ => {}
        }
        at += len;
    }
    Ok(options)
}

/// An option may be there once.
fn once(place: &mut Option<usize>, at: usize) -> Result<(), usize> {
    match place.replace(at) {
        None => Ok(()),
        Some(_) => Err(0),
    }
}

/// Takes a slot of a record route; whether there was one.
fn record(option: &mut [u8], here: Option<Here>) -> Result<bool, usize> {
    let pointer = pointer(option, 3, 4)?;
    if pointer > option.len() {
        return Ok(false);
    }
    if pointer + 3 > option.len() {
        return Err(2);
    }
    if let Some(here) = here {
        put(option, pointer - 1, here.address.octets());
    }
    option[2] += 4;
    Ok(true)
}

/// The pointer of an option that is at least `least` long, and begins its slots at `first`.
fn pointer(option: &[u8], least: usize, first: u8) -> Result<usize, usize> {
    if option.len() < least {
        return Err(1);
    }
    if option[2] < first {
        return Err(2);
    }
    Ok(usize::from(option[2]))
}

/// Takes a slot of a timestamp; whether an address and a time are to be written when it leaves.
fn stamp(
    option: &mut [u8],
    here: Option<Here>,
    own: &impl Fn(Ipv4Addr) -> bool,
) -> Result<(bool, bool), usize> {
    let pointer = pointer(option, 4, 5)?;
    let flags = option[3] & 15;
    if pointer > option.len() {
        // No room: the hosts that found none are counted.
        if flags != PRESPECIFIED {
            if option[3] >> 4 == 15 {
                return Err(3);
            }
            option[3] += if here.is_some() { 16 } else { 0 };
        }
        return Ok((false, false));
    }
    let slot = match flags {
        TIMES => 4,
        TIMES_AND_ADDRESSES | PRESPECIFIED => 8,
        _ => return Ok((false, false)),
    };
    if pointer + slot - 1 > option.len() {
        return Err(2);
    }
    if flags == PRESPECIFIED && !address(option, pointer - 1).is_some_and(own) {
        return Ok((false, false));
    }
    if let Some(here) = here {
        if flags == TIMES_AND_ADDRESSES {
            put(option, pointer - 1, here.address.octets());
        }
        let time = milliseconds(here.now).to_be_bytes();
        put(option, pointer + slot - 5, time);
    }
    option[2] += slot as u8;
    Ok((flags == TIMES_AND_ADDRESSES, true))
}

/// Checks a source route. One that is set for what is made here is whole stops, none yet visited.
fn source_route(option: &[u8], received: bool) -> Result<(), usize> {
    let pointer = pointer(option, 3, 4)?;
    let len = option.len();
    if !received && (pointer != 4 || len < 7 || !(len - 3).is_multiple_of(4)) {
        return Err(1);
    }
    Ok(())
}

/// The stops of a source route that are still to come; and, where the last of them is no whole
/// address, the place of the byte that is wrong, counted from the beginning of the header.
pub(crate) fn stops(bytes: &[u8], at: usize) -> (Vec<Ipv4Addr>, Option<usize>) {
    let option = bytes.get(at..).unwrap_or_default();
    let len = option.get(1).map_or(0, |len| usize::from(*len));
    let mut pointer = option.get(2).map_or(0, |at| usize::from(*at));
    let mut all = Vec::new();
    while pointer <= len {
        match address(&option[..len.min(option.len())], pointer - 1) {
            Some(stop) => all.push(stop),
            None => return (all, Some(HEADER_LEN + at + 2)),
        }
        pointer += 4;
    }
    (all, None)
}

impl Options {
    /// A packet is passed on with source address `leaving_by`: what was left open is written. The
    /// stop of a source route that this host was is replaced by it, and the destination is the next.
    pub(crate) fn forwarded(&self, bytes: &mut [u8], leaving_by: Ipv4Addr) {
        if let Some(at) = self.record.filter(|_| self.record_open) {
            write_back(bytes, at, 5, leaving_by.octets());
        }
        let (Some(at), Some(next)) = (self.source_route, self.next_stop) else {
            return;
        };
        let len = usize::from(bytes[at + 1]);
        let mut pointer = usize::from(bytes[at + 2]);
        while pointer + 3 <= len && address(bytes, at + pointer - 1) != Some(next) {
            pointer += 4;
        }
        if pointer + 3 <= len {
            put(bytes, at + pointer - 1, leaving_by.octets());
            bytes[at + 2] = pointer as u8 + 4;
        }
        if let Some(at) = self.stamp.filter(|_| self.stamp_address) {
            write_back(bytes, at, 9, leaving_by.octets());
        }
    }
}

/// Writes to the slot that was taken last: `back` before the pointer.
fn write_back(bytes: &mut [u8], at: usize, back: usize, value: [u8; 4]) {
    let pointer = bytes.get(at + 2).map_or(0, |pointer| usize::from(*pointer));
    if let Some(place) = (at + pointer).checked_sub(back) {
        put(bytes, place, value);
    }
}

/// The options of a packet made here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prepared {
    pub(crate) bytes: Vec<u8>,
    options: Options,
    /// Where a source route leads first, rather than to the destination.
    pub(crate) first_stop: Option<Ipv4Addr>,
}

impl Prepared {
    /// The options that a program set (ip(7), `IP_OPTIONS`); the error is the place that is wrong.
    pub(crate) fn new(set: &[u8], own: impl Fn(Ipv4Addr) -> bool) -> Result<Prepared, usize> {
        let mut bytes = set.to_vec();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let options = take_slots(&mut bytes, None, own)?;
        let mut first_stop = None;
        if let Some(at) = options.source_route {
            let len = usize::from(bytes[at + 1]);
            first_stop = address(&bytes, at + 3);
            bytes.copy_within(at + 7..at + len, at + 3);
        }
        Ok(Prepared {
            bytes,
            options,
            first_stop,
        })
    }

    /// Writes what is known now that the packet leaves: the last stop of a source route is `last`.
    pub(crate) fn leave(&self, bytes: &mut [u8], source: Ipv4Addr, last: Ipv4Addr, now: Time) {
        let options = &self.options;
        if let Some(at) = options.source_route {
            let len = usize::from(bytes[at + 1]);
            put(bytes, at + len - 4, last.octets());
        }
        if let Some(at) = options.record.filter(|_| options.record_open) {
            write_back(bytes, at, 5, source.octets());
        }
        let Some(at) = options.stamp else { return };
        if options.stamp_address {
            write_back(bytes, at, 9, source.octets());
        }
        if options.stamp_time {
            write_back(bytes, at, 5, milliseconds(now).to_be_bytes());
        }
    }

    /// The options of an answer to a packet received with `options` at `bytes` from `sender`: the
    /// records go on, the source route goes back (RFC 1122 section 3.2.2.6). None if it cannot be.
    pub(crate) fn answer(
        bytes: &[u8],
        options: &Options,
        sender: Ipv4Addr,
        own: impl Fn(Ipv4Addr) -> bool,
    ) -> Option<Prepared> {
        let mut answer = Prepared::default();
        let whole = |at: usize| bytes.get(at..at + usize::from(*bytes.get(at + 1)?));
        if let Some(at) = options.record {
            answer.records(whole(at)?, options)?;
        }
        if let Some(at) = options.stamp {
            answer.stamps(whole(at)?, options, own)?;
        }
        if let Some(at) = options.source_route {
            answer.goes_back(whole(at)?, options, sender);
        }
        let padded = answer.bytes.len().next_multiple_of(4);
        answer.bytes.resize(padded, 0);
        Some(answer)
    }

    fn records(&mut self, option: &[u8], of: &Options) -> Option<()> {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(option);
        self.options.record = Some(at);
        let pointer = usize::from(option[2]);
        if of.record_open && pointer <= option.len() {
            if pointer + 3 > option.len() {
                return None;
            }
            self.bytes[at + 2] += 4;
            self.options.record_open = true;
        }
        Some(())
    }

    fn stamps(
        &mut self,
        option: &[u8],
        of: &Options,
        own: impl Fn(Ipv4Addr) -> bool,
    ) -> Option<()> {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(option);
        self.options.stamp = Some(at);
        let (pointer, len) = (usize::from(option[2]), option.len());
        if pointer > len || !of.stamp_time {
            return Some(());
        }
        let slot = match option[3] & 15 {
            TIMES => 4,
            TIMES_AND_ADDRESSES => 8,
            _ => {
                let ours = address(option, pointer - 1).is_some_and(own);
                if pointer + 7 <= len && ours { 8 } else { 0 }
            }
        };
        if pointer + 3 > len || pointer + slot > len + 1 {
            return None;
        }
        self.bytes[at + 2] += slot as u8;
        self.options.stamp_address = of.stamp_address;
        self.options.stamp_time = slot > 0;
        Some(())
    }

    fn goes_back(&mut self, option: &[u8], of: &Options, sender: Ipv4Addr) {
        let visited = usize::from(option[2]).min(option.len() + 1);
        let mut stops: Vec<Ipv4Addr> = (3..visited.saturating_sub(4))
            .step_by(4)
            .filter_map(|at| address(option, at))
            .collect();
        // A route that began with its sender ends there without it.
        if stops.first() == Some(&sender) {
            stops.remove(0);
        }
        let Some(first) = stops.pop() else { return };
        stops.reverse();
        stops.push(sender);
        self.first_stop = Some(first);
        self.options.source_route = Some(self.bytes.len());
        self.options.strict = of.strict;
        let len = 3 + 4 * stops.len() as u8;
        self.bytes.extend_from_slice(&[option[0], len, 4]);
        for stop in stops {
            self.bytes.extend_from_slice(&stop.octets());
        }
    }
}
