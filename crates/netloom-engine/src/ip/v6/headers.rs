//! Extension headers, read one after the other (RFC 8200 section 4, RFC 7112): options, routing
//! headers, fragment headers, and what follows them.
//!
//! Left out: segment routing (RFC 8754) and RPL (RFC 6554), which Linux has turned off by default,
//! and mobility (RFC 6275).

use crate::sysctl::{Global6, Ipv6Global};
use netloom_model::journey::DropReason;
use netloom_wire::icmpv6::code;
use netloom_wire::ipv6::extension::{self, Fragment, TlvOption};
use netloom_wire::{IpProtocol, ipv6};

/// Padding is at most this long: headers are aligned to eight bytes.
const LONGEST_PADDING: usize = 7;

/// Types of routing headers that lead by segments: dropped where segments are not enabled, even
/// once none is left.
const RPL: u8 = 3;
const SEGMENTS: u8 = 4;

/// Why a packet ends at its extension headers, and what its sender is told: the code of a parameter
/// problem and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) reason: DropReason,
    pub(super) tell: Option<(u8, usize)>,
}

fn silently(reason: DropReason) -> Refused {
    Refused { reason, tell: None }
}

fn tell(reason: DropReason, code: u8, at: usize) -> Refused {
    Refused {
        reason,
        tell: Some((code, at)),
    }
}

/// A header of a packet: what it is, where it begins from the start of the IP header, and where the
/// field stands that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: IpProtocol,
    pub(super) at: usize,
    pub(super) named_at: usize,
    /// The packet came in fragments, or said that it was one.
    pub(super) fragmented: bool,
}

impl Place {
    /// The first header behind the fixed one.
    pub(super) fn first(header: &ipv6::Packet<&[u8]>) -> Place {
        Place {
            kind: header.next_header(),
            at: ipv6::HEADER_LEN,
            named_at: 6,
            fragmented: false,
        }
    }
}

/// Where reading ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The upper layer.
    Upper(Place),
    /// The header of a fragment.
    Fragment(Place),
}

/// How many options a header may have, and how long it may be (ip-sysctl, `max_hbh_opts_number`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    number: i32,
    length: i32,
}

impl Limits {
    /// Those of hop-by-hop options.
    pub(super) fn hop_by_hop(settings: &Ipv6Global) -> Limits {
        Limits {
            number: settings.get(Global6::MaxHbhOptsNumber),
            length: settings.get(Global6::MaxHbhLength),
        }
    }

    /// Those of destination options.
    pub(super) fn destination(settings: &Ipv6Global) -> Limits {
        Limits {
            number: settings.get(Global6::MaxDstOptsNumber),
            length: settings.get(Global6::MaxDstOptsLength),
        }
    }
}

/// What reading must know of the packet beside its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) limits: Limits,
    /// It is for a group.
    pub(super) group: bool,
    /// Its frame is for this host alone.
    pub(super) to_host: bool,
}

/// Reads the hop-by-hop options of a packet, if it begins with them: every host on its way does.
pub(super) fn hop_by_hop(bytes: &[u8], facts: &Facts) -> Result<(), Refused> {
    let header = ipv6::Packet::new_unchecked(bytes);
    if header.next_header() != IpProtocol::HOP_BY_HOP {
        return Ok(());
    }
    let mut all = extension::walk(header.next_header(), &bytes[ipv6::HEADER_LEN..]);
    match all.next().filter(|first| !first.is_cut()) {
        Some(first) => options(first.bytes, ipv6::HEADER_LEN, facts, |option, at| {
            known_on_the_way(bytes, option, at)
        }),
        None => Err(silently(DropReason::IpTruncated)),
    }
}

/// Hop-by-hop options that are understood: whether this is one, or why it ends the packet.
fn known_on_the_way(bytes: &[u8], option: &TlvOption<'_>, at: usize) -> Result<bool, Refused> {
    let malformed = Err(silently(DropReason::Ipv6Options));
    match option.kind {
        extension::ROUTER_ALERT if option.data.len() == 2 => Ok(true),
        extension::ROUTER_ALERT => malformed,
        extension::JUMBO => {
            let Some(len) = option.data.first_chunk::<4>().filter(|_| at & 3 == 2) else {
                return malformed;
            };
            let header = ipv6::Packet::new_unchecked(bytes);
            let reason = DropReason::Ipv6Options;
            if option.data.len() != 4 {
                malformed
            } else if u32::from_be_bytes(*len) <= u32::from(u16::MAX) {
                Err(tell(reason, code::FIELD, at + 2))
            } else if header.payload_len() != 0 {
                Err(tell(reason, code::FIELD, at))
            } else {
                // No link here carries as much.
                Err(silently(DropReason::IpTruncated))
            }
        }
        _ => Ok(false),
    }
}

/// Reads the headers from `place` on.
pub(super) fn read(bytes: &[u8], mut place: Place, facts: &Facts) -> Result<Next, Refused> {
    let base = place.at;
    let behind = bytes.get(base..).unwrap_or_default();
    for next in extension::walk(place.kind, behind) {
        place = Place {
            kind: next.kind,
            at: base + next.at,
            named_at: next.named_at.map_or(place.named_at, |at| base + at),
            fragmented: place.fragmented,
        };
        if next.kind == IpProtocol::FRAGMENT && place.fragmented {
            // Fragments of fragments are not joined.
            return Err(tell(DropReason::FragmentMalformed, code::FIELD, place.at));
        }
        if next.is_cut() {
            let reason = DropReason::IpTruncated;
            return Err(if next.kind == IpProtocol::FRAGMENT {
                tell(reason, code::FIELD, place.at)
            } else {
                silently(reason)
            });
        }
        match next.kind {
            // Read already, where it is the first; elsewhere it is no header at all.
            IpProtocol::HOP_BY_HOP if place.at == ipv6::HEADER_LEN => {}
            IpProtocol::DESTINATION_OPTIONS => {
                options(next.bytes, place.at, facts, |_, _| Ok(false))?;
            }
            IpProtocol::ROUTING => routing(next.bytes, place.at, facts)?,
            IpProtocol::FRAGMENT => {
                let whole = Fragment::new(next.bytes).is_some_and(|f| f.offset() == 0 && !f.more());
                if !whole {
                    return Ok(Next::Fragment(place));
                }
                // A fragment that is all of its packet (RFC 6946) has nothing to do with others.
                place.fragmented = true;
            }
            _ => return Ok(Next::Upper(place)),
        }
    }
    Err(silently(DropReason::IpTruncated))
}

/// A routing header: passed over once no segment is left; none is followed (RFC 5095).
fn routing(header: &[u8], at: usize, facts: &Facts) -> Result<(), Refused> {
    let (kind, left) = (header[2], header[3]);
    let reason = DropReason::RoutingHeader;
    if matches!(kind, RPL | SEGMENTS) || facts.group || !facts.to_host {
        Err(silently(reason))
    } else if left > 0 {
        Err(tell(reason, code::FIELD, at + 2))
    } else {
        Ok(())
    }
}

/// Reads the options of a header at `at`; `known` says of each whether it is understood.
fn options(
    header: &[u8],
    at: usize,
    facts: &Facts,
    known: impl Fn(&TlvOption<'_>, usize) -> Result<bool, Refused>,
) -> Result<(), Refused> {
    let Limits { number, length } = facts.limits;
    let too_many = Err(silently(DropReason::Ipv6TooManyOptions));
    if i64::from(length) < header.len() as i64 {
        return too_many;
    }
    let malformed = || silently(DropReason::Ipv6Options);
    let mut padding = 0;
    let mut count = 0;
    for option in extension::all_options(header) {
        let option = option.map_err(|_| malformed())?;
        if option.is_padding() {
            padding += option.len();
            if padding > LONGEST_PADDING || option.data.iter().any(|byte| *byte != 0) {
                return Err(malformed());
            }
            continue;
        }
        padding = 0;
        count += 1;
        if count > number.unsigned_abs() {
            return too_many;
        }
        let at = at + option.at;
        if !known(&option, at)? {
            // A negative number asks for options that are known alone.
            if number < 0 {
                return too_many;
            }
            unknown(option.kind, at, facts.group)?;
        }
    }
    Ok(())
}

/// The highest bits of an unknown option say what is to be done (RFC 8200 section 4.2).
fn unknown(kind: u8, at: usize, group: bool) -> Result<(), Refused> {
    let reason = DropReason::Ipv6UnknownOption;
    match kind >> 6 {
        0 => Ok(()),
        1 => Err(silently(reason)),
        3 if group => Err(silently(reason)),
        _ => Err(tell(reason, code::OPTION, at)),
    }
}

/// Whether the first fragment of a packet, whose fragment header is at `place`, holds all headers
/// (RFC 7112): the upper layer's too, as far as its kind is known.
pub(super) fn chain_is_whole(bytes: &[u8], place: &Place) -> bool {
    let behind = bytes.get(place.at + extension::FRAGMENT_LEN..);
    let behind = behind.unwrap_or_default();
    is_whole(IpProtocol(bytes[place.at]), behind)
}

/// The same of headers from the one of this kind on.
fn is_whole(first: IpProtocol, behind: &[u8]) -> bool {
    extension::walk(first, behind).last().is_some_and(|last| {
        let least = match last.kind {
            IpProtocol::TCP => netloom_wire::tcp::HEADER_LEN,
            IpProtocol::UDP => netloom_wire::udp::HEADER_LEN,
            IpProtocol::ICMPV6 => netloom_wire::icmpv6::HEADER_LEN,
            AUTHENTICATION => return is_whole_behind_authentication(last.bytes),
            _ => 1,
        };
        !last.is_cut() && last.bytes.len() >= least
    })
}

/// An authentication header counts its length in units of 4 bytes, less two (RFC 4302).
const AUTHENTICATION: IpProtocol = IpProtocol(51);

fn is_whole_behind_authentication(bytes: &[u8]) -> bool {
    let [next, len, ..] = bytes else { return false };
    let behind = bytes.get((usize::from(*len) + 2) * 4..);
    behind.is_some_and(|behind| is_whole(IpProtocol(*next), behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(number: i32) -> Facts {
        Facts {
            limits: Limits {
                number,
                length: i32::MAX,
            },
            group: false,
            to_host: true,
        }
    }

    fn read_options(header: &[u8], facts: &Facts) -> Result<(), Refused> {
        options(header, 40, facts, |_, _| Ok(false))
    }

    #[test]
    fn the_two_highest_bits_of_an_unknown_option_say_what_becomes_of_its_packet() {
        let with = |kind: u8| [58, 0, kind, 0, 1, 2, 0, 0];
        let told = |kind, group| {
            let facts = Facts { group, ..facts(8) };
            read_options(&with(kind), &facts).map_err(|refused| refused.tell)
        };
        assert_eq!(told(0x1e, false), Ok(()));
        assert_eq!(told(0x5e, false), Err(None));
        assert_eq!(told(0x9e, true), Err(Some((code::OPTION, 42))));
        assert_eq!(told(0xde, false), Err(Some((code::OPTION, 42))));
        assert_eq!(told(0xde, true), Err(None));
    }

    #[test]
    fn padding_is_zero_and_shorter_than_eight() {
        assert!(read_options(&[58, 0, 0, 0, 0, 0, 0, 0], &facts(8)).is_ok());
        assert!(read_options(&[58, 0, 1, 4, 0, 1, 0, 0], &facts(8)).is_err());
        let long = [58, 1, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(read_options(&long, &facts(8)).is_err());
    }

    #[test]
    fn there_are_as_many_options_as_the_setting_allows() {
        let two = [58, 0, 0x1e, 0, 0x1e, 0, 1, 0];
        assert!(read_options(&two, &facts(2)).is_ok());
        let reason = DropReason::Ipv6TooManyOptions;
        assert_eq!(read_options(&two, &facts(1)), Err(silently(reason)));
        assert_eq!(read_options(&two, &facts(-8)), Err(silently(reason)));
    }
}
