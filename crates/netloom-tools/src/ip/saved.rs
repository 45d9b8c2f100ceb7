//! Files of rtnetlink's messages (`save`, `restore` and `showdump` of ip-route(8), ip-address(8) and
//! ip-rule(8)): a number that says of what they are, then the messages.
//!
//! The original reads a file of routes three times and refuses a pipe; here it may be one. Rules that
//! are there already stay single.

use super::print::{self, Record};
use super::route::{Hidden, format};
use super::words::{self, Failure, Outcome};
use super::{Options, address_format};
use crate::Context;
use netloom_model::state::Parts;
use netloom_model::{Address, Change, Errno, Error, Mode, Route, Rule};
use netloom_netlink::{Message, Messages, address, kind, route, rule};

/// What a file is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saved {
    Routes,
    Addresses,
    Rules,
}

/// The length of the number at the beginning.
const MAGIC: usize = 4;

impl Saved {
    const fn magic(self) -> u32 {
        match self {
            Saved::Routes => 0x4531_1224,
            Saved::Addresses => 0x4736_1222,
            Saved::Rules => 0x7170_6986,
        }
    }

    /// The exit code where the file is of something else.
    const fn mismatch(self) -> i32 {
        match self {
            Saved::Routes => 1,
            Saved::Addresses | Saved::Rules => 255,
        }
    }

    /// The exit code where a message is broken or refused.
    const fn refused(self) -> i32 {
        match self {
            Saved::Routes => 2,
            Saved::Addresses | Saved::Rules => 255,
        }
    }

    fn failure(self, failure: Failure) -> Failure {
        Failure {
            code: self.refused(),
            ..failure
        }
    }
}

/// Begins a file, and writes messages.
pub(super) fn save(
    cx: &mut Context<'_>,
    of: Saved,
    messages: impl IntoIterator<Item = Result<Vec<u8>, Errno>>,
) -> Outcome<()> {
    cx.out.write_all(&of.magic().to_le_bytes())?;
    for message in messages {
        cx.out.write_all(&message.map_err(Error::from)?)?;
    }
    Ok(())
}

/// Reads a file of `of` from standard input.
fn read(cx: &mut Context<'_>, of: Saved) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    cx.stdin.read_to_end(&mut bytes)?;
    let mut first = [0; MAGIC];
    let there = bytes.len().min(MAGIC);
    first[..there].copy_from_slice(&bytes[..there]);
    let number = u32::from_le_bytes(first);
    if there == MAGIC && number == of.magic() {
        return Ok(bytes);
    }
    let whole = u8::from(there == MAGIC);
    let text = format!("Magic mismatch ({whole} elems, {number:x} magic)");
    Err(Failure::new(text, of.mismatch()))
}

/// Calls `each` with one message after the other.
fn each(of: Saved, bytes: &[u8], mut each: impl FnMut(Message<'_>) -> Outcome<()>) -> Outcome<()> {
    for message in Messages::new(bytes, MAGIC) {
        let broken = |malformed| Failure::new(format!("{malformed}"), of.refused());
        each(message.map_err(broken)?)?;
    }
    Ok(())
}

/// What a message of something else is refused with.
fn unknown() -> Failure {
    Error::from(Errno::OPNOTSUPP).into()
}

/// `ip route|address|rule restore`: does what the messages say.
pub(super) fn restore(cx: &mut Context<'_>, of: Saved) -> Outcome<()> {
    let bytes = read(cx, of)?;
    match of {
        Saved::Routes => (0..3).try_for_each(|pass| restore_routes(cx, &bytes, pass)),
        Saved::Addresses => restore_addresses(cx, &bytes),
        Saved::Rules => restore_rules(cx, &bytes),
    }
}

/// Routes come in the order in which they need each other: those of this host, those of its links,
/// then those by a gateway.
fn pass_of(route: &Route) -> u8 {
    let by_gateway = match route.nexthops.as_slice() {
        [hop] => hop.via.is_some(),
        _ => false,
    };
    if by_gateway {
        2
    } else {
        u8::from(route.prefsrc.is_some_and(|source| source != route.dst.addr))
    }
}

fn restore_routes(cx: &mut Context<'_>, bytes: &[u8], pass: u8) -> Outcome<()> {
    let of = Saved::Routes;
    each(of, bytes, |message| {
        let route = Some(message.body).filter(|_| message.kind == kind::ROUTE);
        let route = route.and_then(route::decode).ok_or_else(unknown)?;
        if pass_of(&route) != pass {
            return Ok(());
        }
        let change = Change::AddRoute {
            ns: cx.ns.clone(),
            route,
            mode: Mode::Prepend,
        };
        applied(cx, of, change)
    })
}

/// Makes a change; what is there already is told of, and no failure.
fn applied(cx: &mut Context<'_>, of: Saved, change: Change) -> Outcome<()> {
    match cx.world.apply(vec![change]) {
        Ok(()) => Ok(()),
        Err(error) if error.errno == Errno::EXIST => {
            write!(cx.err, "{}", Failure::from(error).text)?;
            Ok(())
        }
        Err(error) => Err(of.failure(error.into())),
    }
}

fn restore_addresses(cx: &mut Context<'_>, bytes: &[u8]) -> Outcome<()> {
    let of = Saved::Addresses;
    each(of, bytes, |message| {
        let known = Some(message.body).filter(|_| message.kind == kind::ADDRESS);
        let known = known.and_then(address::decode);
        let known = known.ok_or_else(|| of.failure(unknown()))?;
        let change = Change::AddAddress {
            ns: cx.ns.clone(),
            address: address::wanted(known),
            mode: Mode::Add,
        };
        applied(cx, of, change)
    })
}

fn restore_rules(cx: &mut Context<'_>, bytes: &[u8]) -> Outcome<()> {
    let of = Saved::Rules;
    each(of, bytes, |message| {
        let rule = Some(message.body).filter(|_| message.kind == kind::RULE);
        let rule = rule.and_then(rule::decode);
        let rule: Rule = rule.ok_or_else(|| of.failure(unknown()))?;
        let ns = cx.ns.clone();
        match cx.world.apply(vec![Change::AddRule { ns, rule }]) {
            Err(error) if error.errno != Errno::EXIST => Err(of.failure(error.into())),
            _ => Ok(()),
        }
    })
}

/// `ip route showdump`: the routes of a file, by the names of the devices that are here.
pub(super) fn show_routes(cx: &mut Context<'_>, options: &Options) -> Outcome<()> {
    /// The length of the fixed part of a message of routes.
    const FIXED: usize = 12;
    let bytes = read(cx, Saved::Routes)?;
    let ns = words::namespace(cx, Parts::LINKS)?;
    each(Saved::Routes, &bytes, |message| {
        let (len, kind, flags) = (message.body.len(), message.kind, message.flags);
        if kind != kind::ROUTE {
            let len = len + 16;
            writeln!(cx.err, "Not a route: {len:08x} {kind:08x} {flags:08x}")?;
        } else if len < FIXED {
            let missing = FIXED - len;
            writeln!(cx.err, "BUG: wrong nlmsg len -{missing}")?;
        } else if let Some(route) = route::decode(message.body) {
            let record = format::route(&ns, options, &route, Hidden::default());
            let text = print::text(&[record], options.oneline);
            cx.out.write_all(text.as_bytes())?;
        }
        Ok(())
    })
}

/// `ip address showdump`: the addresses of a file, with the indexes of their devices.
pub(super) fn show_addresses(cx: &mut Context<'_>, options: &Options) -> Outcome<()> {
    let of = Saved::Addresses;
    let bytes = read(cx, of)?;
    let mut all: Vec<Address> = Vec::new();
    let read = each(of, &bytes, |message| {
        let known = Some(message.body).filter(|_| message.kind == kind::ADDRESS);
        all.extend(known.and_then(address::decode));
        Ok(())
    });
    if options.json {
        let mut record = Record::default();
        record.open_list("addr_info");
        for address in &all {
            record.open_object("");
            record.json("index", address.dev);
            address_format::one(&mut record, options, "", address);
            record.close();
        }
        record.close();
        super::show(cx, options, vec![record])?;
        return read;
    }
    let records = all.iter().map(|address| {
        let mut record = Record::default();
        record.text(format_args!("if{}:\n", address.dev));
        address_format::one(&mut record, options, "", address);
        record
    });
    let records: Vec<Record> = records.collect();
    super::show(cx, options, records)?;
    read
}
