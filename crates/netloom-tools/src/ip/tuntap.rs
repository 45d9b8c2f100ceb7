//! `ip tuntap`: devices whose other end is a program (ip-tuntap(8)).

use super::print::Record;
use super::words::{self, Failure, Outcome, Words, matches};
use super::{Options, link_new};
use crate::Context;
use netloom_model::state::Parts;
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{Change, Errno, Link, LinkKind, LinkRef, NewKind, NewLink};
use std::fs;

const USAGE: &str = "\
Usage: ip tuntap add [dev] NAME mode tun|tap [user USER] [group GROUP] [pi] [vnet_hdr]
               [multi_queue] [one_queue]
       ip tuntap del [dev] NAME mode tun|tap
       ip tuntap [show]

A TUN carries IP packets, a TAP Ethernet frames; USER and GROUP are names or numbers.";

/// The longest name of a device (`IFNAMSIZ` - 1): the request has no room for more.
const LONGEST_NAME: usize = 15;

/// `ip tuntap COMMAND`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let Some(command) = words.next() else {
        return show(cx, options);
    };
    let is = |name: &str| matches(command, name);
    if is("add") {
        add(cx, &Wanted::read(words)?)
    } else if is("delete") {
        delete(cx, &Wanted::read(words)?)
    } else if is("show") || is("lst") || is("list") {
        show(cx, options)
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"ip tuntap help\".");
        Err(Failure::new(text, 255))
    }
}

/// The device that the words describe.
struct Wanted {
    name: String,
    tun: Tun,
}

impl Wanted {
    fn read(words: &mut Words<'_>) -> Outcome<Wanted> {
        let mut name: Option<String> = None;
        let mut mode = None;
        let mut tun = Tun::persistent(TunMode::Tun);
        while let Some(word) = words.next() {
            match word {
                "mode" => mode = Some(mode_of(words.value()?)?),
                "user" => tun.user = Some(id_of("user", "/etc/passwd", words.value()?)?),
                "group" => tun.group = Some(id_of("group", "/etc/group", words.value()?)?),
                "pi" => tun.packet_info = true,
                "one_queue" => tun.one_queue = true,
                "vnet_hdr" => tun.vnet_header = true,
                "multi_queue" => tun.multi_queue = true,
                _ => {
                    let given = match word {
                        "dev" | "name" => words.value()?,
                        _ if matches(word, "help") => return Err(Failure::new(USAGE, 255)),
                        given => given,
                    };
                    if name.is_some() {
                        return Err(Failure::garbage("name", given));
                    }
                    if given.len() > LONGEST_NAME {
                        return Err(Failure::wrong(given, "\"dev\" not a valid ifname"));
                    }
                    name = Some(link_new::checked("dev", given)?);
                }
            }
        }
        let Some(mode) = mode else {
            return Err(Failure::new("You failed to specify a tunnel mode", 1));
        };
        Ok(Wanted {
            name: name.unwrap_or_default(),
            tun: Tun { mode, ..tun },
        })
    }
}

fn mode_of(word: &str) -> Outcome<TunMode> {
    if matches(word, "tun") {
        Ok(TunMode::Tun)
    } else if matches(word, "tap") {
        Ok(TunMode::Tap)
    } else {
        Err(Failure::new(format!("Unknown tunnel mode \"{word}\""), 255))
    }
}

/// A user or group by number or by its name in `file`.
fn id_of(what: &str, file: &str, word: &str) -> Outcome<u32> {
    if let Ok(id) = word.parse() {
        return Ok(id);
    }
    let text = fs::read_to_string(file).unwrap_or_default();
    let found = accounts(&text).find(|(name, _)| *name == word);
    found
        .map(|(_, id)| id)
        .ok_or_else(|| Failure::new(format!("invalid {what} \"{word}\""), 255))
}

/// Names and numbers in passwd(5) or group(5).
fn accounts(text: &str) -> impl Iterator<Item = (&str, u32)> {
    text.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        Some((name, fields.nth(1)?.parse().ok()?))
    })
}

/// The name of a number in passwd(5) or group(5), or the number.
fn name_of(file: &str, id: u32) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let found = accounts(&text).find(|(_, number)| *number == id);
    found.map_or_else(|| id.to_string(), |(name, _)| name.to_owned())
}

/// What the ioctl(2) that makes such devices is refused with.
fn refused(errno: Errno) -> Failure {
    Failure::new(format!("ioctl(TUNSETIFF): {errno}"), 1)
}

fn add(cx: &mut Context<'_>, wanted: &Wanted) -> Outcome<()> {
    let kind = NewKind::Tun(wanted.tun.clone());
    let link = NewLink::new(&wanted.name, kind);
    let ns = cx.ns.clone();
    cx.world
        .apply(vec![Change::AddLink { ns, link }])
        .map_err(|error| match error.errno {
            Errno::EXIST => refused(Errno::BUSY),
            errno => refused(errno),
        })
}

fn delete(cx: &mut Context<'_>, wanted: &Wanted) -> Outcome<()> {
    let state = words::namespace(cx, Parts::LINKS)?;
    // Without a device of that name one would be made, and go at once.
    let Some(link) = state.link(&LinkRef::from(wanted.name.as_str())) else {
        return Ok(());
    };
    match &link.kind {
        LinkKind::Tun(tun) if tun.mode == wanted.tun.mode => {
            if tun.attached {
                return Err(refused(Errno::BUSY));
            }
            let (ns, link) = (cx.ns.clone(), LinkRef::Index(link.index));
            Ok(cx.world.apply(vec![Change::DelLink { ns, link }])?)
        }
        _ => Err(refused(Errno::INVAL)),
    }
}

fn show(cx: &mut Context<'_>, options: &Options) -> Outcome<()> {
    let state = words::namespace(cx, Parts::LINKS)?;
    let records = state.links.iter().filter_map(|link| match &link.kind {
        LinkKind::Tun(tun) => Some(listed(options, link, tun)),
        _ => None,
    });
    super::show(cx, options, records.collect())
}

/// A line of `ip tuntap`.
fn listed(options: &Options, link: &Link, tun: &Tun) -> Record {
    let mut record = Record::default();
    record.field("ifname", link.name.as_str(), format!("{}:", link.name));
    record.open_list("flags");
    // A device that belongs to somebody lets nobody else in.
    let owned = tun.user.is_some() || tun.group.is_some();
    let flags = [
        (true, tun.mode.name()),
        (tun.packet_info, "pi"),
        (tun.one_queue, "one_queue"),
        (tun.multi_queue, "multi_queue"),
        (tun.vnet_header, "vnet_hdr"),
        (tun.persist, "persist"),
        (owned, "filter"),
    ];
    for (_, flag) in flags.iter().filter(|(set, _)| *set) {
        record.field("", *flag, format!(" {flag}"));
    }
    record.close();
    for (key, id) in [("user", tun.user), ("group", tun.group)] {
        if let Some(id) = id {
            record.field(key, id, format!(" {key} {id}"));
        }
    }
    if options.details {
        record.text("\n\tAttached to processes:");
        record.open_list("processes");
        record.close();
    }
    record
}

/// What `ip -d link` tells of a TUN or TAP.
pub(super) fn details(record: &mut Record, tun: &Tun) {
    let on_off = |on: bool| if on { "on" } else { "off" };
    let mode = tun.mode.name();
    record.field("type", mode, format!("type {mode} "));
    let mut flag = |key: &str, on: bool| record.field(key, on, format!("{key} {} ", on_off(on)));
    flag("pi", tun.packet_info);
    flag("vnet_hdr", tun.vnet_header);
    if tun.multi_queue {
        record.field("multi_queue", true, "multi_queue ");
        let queues = u32::from(tun.attached);
        record.field("numqueues", queues, format!("numqueues {queues} "));
        record.field("numdisabled", 0u32, "numdisabled 0 ");
    }
    let persist = on_off(tun.persist);
    record.field("persist", tun.persist, format!("persist {persist} "));
    for (key, id, file) in [
        ("user", tun.user, "/etc/passwd"),
        ("group", tun.group, "/etc/group"),
    ] {
        if let Some(id) = id {
            let name = name_of(file, id);
            record.field(key, name.as_str(), format!("{key} {name} "));
        }
    }
}
