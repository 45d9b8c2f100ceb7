//! `ip nexthop show`, `get` and `flush`: the next hops that fit a selector.

use super::{PARTS, format, id, strange, usage};
use crate::Context;
use crate::ip::words::{self, Failure, Outcome, Words, matches, u32_of};
use crate::ip::{Options, find, show};
use netloom_model::{Change, Errno, Error, Family, Namespace, Nexthop, NexthopKind};

/// Which next hops are meant.
#[derive(Debug, Default)]
struct Filter {
    family: Option<Family>,
    id: Option<u32>,
    dev: Option<u32>,
    master: Option<u32>,
    groups: bool,
    protocol: Option<u8>,
}

fn parse(ns: &Namespace, options: &Options, words: &mut Words<'_>) -> Outcome<Filter> {
    let mut filter = Filter {
        family: options.family,
        ..Filter::default()
    };
    while let Some(word) = words.next() {
        let device = |name: &str| {
            let missing = || Failure::wrong_nl(name, "Device does not exist");
            find(ns, name).ok_or_else(missing)
        };
        match word {
            "dev" => filter.dev = Some(device(words.value()?)?),
            "master" => filter.master = Some(device(words.value()?)?),
            "vrf" => return Err(Failure::wrong_nl(words.value()?, "Invalid VRF")),
            "groups" => filter.groups = true,
            // The kernel's list has the others too.
            "fdb" => {}
            "id" => filter.id = Some(id(words)?),
            _ if matches(word, "protocol") => {
                let name = words.value()?;
                let wrong = || Failure::wrong(name, "invalid protocol value");
                let number = u32_of(name).and_then(|n| u8::try_from(n).ok());
                filter.protocol = Some(number.ok_or_else(wrong)?);
            }
            _ => return Err(strange(word)),
        }
    }
    Ok(filter)
}

impl Filter {
    fn fits(&self, ns: &Namespace, nexthop: &Nexthop) -> bool {
        let dev = match nexthop.kind {
            NexthopKind::Way { dev, .. } => dev,
            _ => None,
        };
        let master = || {
            let link = dev.and_then(|dev| ns.link(&dev.into()));
            link.and_then(|link| link.master)
        };
        self.family.is_none_or(|f| nexthop.family() == Some(f))
            && self.dev.is_none_or(|d| dev == Some(d))
            && self.master.is_none_or(|m| master() == Some(m))
            && (!self.groups || matches!(nexthop.kind, NexthopKind::Group(_)))
            && self.protocol.is_none_or(|p| nexthop.protocol == p)
    }
}

/// The next hop of a number.
fn one(ns: &Namespace, number: u32) -> Outcome<&Nexthop> {
    let found = ns.nexthops.iter().find(|nexthop| nexthop.id == number);
    found.ok_or_else(|| Error::from(Errno::NOENT).into())
}

/// Lists the next hops that fit.
pub(super) fn list(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let ns = words::namespace(cx, PARTS)?;
    let filter = parse(&ns, options, &mut words)?;
    let found: Vec<&Nexthop> = match filter.id {
        Some(number) => vec![one(&ns, number)?],
        None => {
            let all = ns.nexthops.iter();
            all.filter(|nexthop| filter.fits(&ns, nexthop)).collect()
        }
    };
    let records = found.iter().map(|n| format::nexthop(&ns, options, n));
    show(cx, options, records.collect())
}

/// Tells the next hop of a number.
pub(super) fn get(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let mut number = None;
    while let Some(word) = words.next() {
        match word {
            "id" => number = Some(id(&mut words)?),
            _ => return Err(strange(word)),
        }
    }
    let Some(number) = number else {
        return Err(usage());
    };
    let ns = words::namespace(cx, PARTS)?;
    let record = format::nexthop(&ns, options, one(&ns, number)?);
    show(cx, options, vec![record])
}

/// Deletes the next hops that fit.
pub(super) fn flush(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let ns = words::namespace(cx, PARTS)?;
    let filter = parse(&ns, options, &mut words)?;
    let all = ns.nexthops.iter().filter(|n| match filter.id {
        Some(number) => n.id == number,
        None => filter.fits(&ns, n),
    });
    if let Some(number) = filter.id {
        one(&ns, number).map_err(|failure| Failure { code: 1, ..failure })?;
    }
    let doomed: Vec<&Nexthop> = all.collect();
    for nexthop in &doomed {
        let change = Change::DelNexthop {
            ns: cx.ns.clone(),
            id: nexthop.id,
        };
        match cx.world.apply(vec![change]) {
            Ok(()) => {}
            // It went with another one.
            Err(error) if error.errno == Errno::NOENT => {}
            Err(error) => return Err(error.into()),
        }
    }
    let count = doomed.len();
    if count == 0 {
        writeln!(cx.out, "Nothing to flush")?;
    } else {
        writeln!(cx.out, "Flushed {count} nexthops")?;
    }
    Ok(())
}
