//! `bridge vlan`: the VLANs of ports and bridges (bridge(8)). Tunnels for VLANs are left out.

mod show;

use super::{Options, no_bridge_device, refused};
use crate::Context;
use crate::ip::find;
use crate::ip::words::{self, Failure, Outcome, Words, matches};
use netloom_model::bridge::PortState;
use netloom_model::state::Parts;
use netloom_model::vlan::VlanMulticastSettings;
use netloom_model::{Change, Errno, Error, VlanChange, VlanIds};

const USAGE: &str = "\
Usage: bridge vlan add|del dev DEVICE vid ID[-ID] [pvid] [untagged] [self] [master]
       bridge vlan set dev DEVICE vid ID[-ID] [state STATE] [mcast_router NUMBER]
       bridge vlan [show|tunnelshow [dev DEVICE] [vid ID]]
       bridge vlan global set dev BRIDGE vid ID[-ID] [mcast_WORD NUMBER]...
       bridge vlan global [show [dev BRIDGE] [vid ID]]";

/// VLANs are twelve bits.
const IDS: i64 = 4096;

/// Runs `bridge vlan`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let command = words.next().unwrap_or("show");
    let is = |full| matches(command, full);
    if is("add") {
        modify(cx, words, true)
    } else if is("delete") {
        modify(cx, words, false)
    } else if is("show") || is("lst") || is("list") {
        show::members(cx, options, words)
    } else if is("tunnelshow") {
        show::tunnels(cx, options, words)
    } else if is("set") {
        set(cx, words)
    } else if is("global") {
        global(cx, options, words)
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"bridge vlan help\".");
        Err(Failure::new(text, 255))
    }
}

fn global(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let command = words.next().unwrap_or("show");
    let is = |full| matches(command, full);
    if is("show") || is("lst") || is("list") {
        show::global(cx, options, words)
    } else if is("set") {
        set_global(cx, words)
    } else {
        Err(Failure::new(USAGE, 255))
    }
}

/// A number as atoi(3) reads it: what is none is zero.
fn atoi(word: &str) -> i64 {
    let word = word.trim_start();
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, word),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit());
    sign * digits[..end.unwrap_or(digits.len())].parse().unwrap_or(0)
}

/// The numbers of `vid ID` or `vid ID-ID`, as the original takes them apart.
fn ids(word: &str) -> Outcome<VlanIds> {
    let (first, last) = match word.split_once('-') {
        Some((first, last)) => (atoi(first), Some(atoi(last))),
        None => (atoi(word), None),
    };
    if first >= IDS {
        return Err(Failure::new(format!("Invalid VLAN ID \"{first}\""), 255));
    }
    let Some(last) = last else {
        let vid = first as u16;
        return Ok(VlanIds::one(vid));
    };
    if last <= first || last >= IDS {
        let text = format!("Invalid VLAN range \"{first}-{last}\"");
        return Err(Failure::new(text, 255));
    }
    Ok(VlanIds {
        first: first as u16,
        last: last as u16,
    })
}

/// A word that belongs to no other is passed over, but for `help`, behind which one is missed.
fn other(word: &str, words: &mut Words<'_>) -> Outcome<()> {
    if matches(word, "help") {
        words.value()?;
    }
    Ok(())
}

/// `add` and `del`.
fn modify(cx: &mut Context<'_>, words: &mut Words<'_>, add: bool) -> Outcome<()> {
    let (mut dev, mut vid, mut own, mut master) = (None, None, false, false);
    let (mut pvid, mut untagged) = (false, false);
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            "vid" => vid = Some(ids(words.value()?)?),
            "self" => own = true,
            "master" => master = true,
            "pvid" => pvid = true,
            "untagged" => untagged = true,
            "tunnel_info" => return Err(Failure::unsupported(word)),
            _ => other(word, words)?,
        }
    }
    let (dev, ids) = required(dev, vid)?;
    if pvid && ids.first != ids.last {
        let text = "pvid cannot be configured for a vlan range";
        return Err(Failure::new(text, 255));
    }
    let state = words::namespace(cx, Parts::LINKS)?;
    let dev = find(&state, dev).ok_or_else(|| no_bridge_device(dev))?;
    // Both may be meant; without a word the bridge of the port is asked.
    let places = [(master || !own).then_some(false), own.then_some(true)];
    for own in places.into_iter().flatten() {
        let change = if add {
            VlanChange::Add {
                ids,
                pvid,
                untagged,
                own,
            }
        } else {
            VlanChange::Del { ids, own }
        };
        apply(cx, dev, change)?;
    }
    Ok(())
}

fn required(dev: Option<&str>, vid: Option<VlanIds>) -> Outcome<(&str, VlanIds)> {
    let text = "Device and VLAN ID are required arguments.";
    dev.zip(vid).ok_or_else(|| Failure::new(text, 255))
}

fn apply(cx: &mut Context<'_>, dev: u32, change: VlanChange) -> Outcome<()> {
    let ns = cx.ns.clone();
    let changes = vec![Change::Vlan { ns, dev, change }];
    cx.world.apply(changes).map_err(refused)
}

/// The device that is set, which the original calls a network device here.
fn network_device(cx: &mut Context<'_>, name: &str) -> Outcome<u32> {
    let state = words::namespace(cx, Parts::LINKS)?;
    let text = format!("Cannot find network device \"{name}\"");
    find(&state, name).ok_or_else(|| Failure::new(text, 255))
}

fn set(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let (mut dev, mut vid, mut state, mut mcast_router) = (None, None, None, None);
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            "vid" => vid = Some(ids(words.value()?)?),
            "state" => state = Some(port_state(words.value()?)?),
            "mcast_router" => mcast_router = Some(words.plain_number("invalid mcast_router")?),
            _ => other(word, words)?,
        }
    }
    let (dev, ids) = required(dev, vid)?;
    let dev = network_device(cx, dev)?;
    let change = VlanChange::Set {
        ids,
        state,
        mcast_router,
    };
    apply(cx, dev, change)
}

/// The state of a VLAN, by name or number; of the number, the kernel is told the lowest byte.
fn port_state(word: &str) -> Outcome<PortState> {
    let invalid = || Failure::new("Error: invalid STP state", 255);
    let number = match word.parse::<i64>() {
        Ok(number) if number >= 0 => (number & 0xff) as u8,
        Ok(_) => return Err(invalid()),
        Err(_) => return PortState::of_name(word).ok_or_else(invalid),
    };
    let error = || refused(Error::with(Errno::INVAL, "bridge: Invalid vlan state"));
    PortState::of_number(number).ok_or_else(error)
}

fn set_global(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let (mut dev, mut vid) = (None, None);
    let mut mcast = VlanMulticastSettings::default();
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            "vid" => vid = Some(ids(words.value()?)?),
            _ => match mcast.word(word) {
                Some(setting) => *setting = Some(words.plain_number(&format!("invalid {word}"))?),
                None => other(word, words)?,
            },
        }
    }
    let (dev, ids) = required(dev, vid)?;
    let dev = network_device(cx, dev)?;
    apply(cx, dev, VlanChange::SetGlobal { ids, mcast })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(word: &str) -> Result<(u16, u16), String> {
        let ids = ids(word).map_err(|failure| failure.text)?;
        Ok((ids.first, ids.last))
    }

    #[test]
    fn numbers_and_ranges_are_read_as_the_original_reads_them() {
        assert_eq!(read("10"), Ok((10, 10)));
        assert_eq!(read("10abc"), Ok((10, 10)));
        assert_eq!(read("abc"), Ok((0, 0)));
        assert_eq!(read("10-20"), Ok((10, 20)));
        assert_eq!(read("5-6-7"), Ok((5, 6)));
        assert_eq!(read("-5"), Ok((0, 5)));
        for (word, range) in [("20-10", "20-10"), ("10-10", "10-10"), ("5-", "5-0")] {
            assert_eq!(read(word), Err(format!("Invalid VLAN range \"{range}\"\n")));
        }
        assert_eq!(read("4096"), Err("Invalid VLAN ID \"4096\"\n".to_owned()));
    }
}
