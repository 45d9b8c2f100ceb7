//! `ip address`: addresses of links (ip-address(8)).

use super::address_format::{brief, one};
use super::link_filter::Filter;
use super::link_show;
use super::link_stats::statistics;
use super::print::Record;
use super::saved::{self, Saved};
use super::words::{self, Failure, Outcome, SCOPES, Words, matches};
use super::{Options, index};
use crate::Context;
use netloom_model::state::Parts;
use netloom_model::{Address, Change, Errno, Error, Family, IpNet, Link, Mode, Namespace, Scope};
use netloom_netlink as rtnetlink;
use std::net::{IpAddr, Ipv4Addr};

/// `ip address COMMAND`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let Some(command) = words.next() else {
        return show(cx, options, words);
    };
    let is = |name: &str| matches(command, name);
    if is("add") {
        add(cx, options, words, Mode::Add)
    } else if is("change") || is("chg") || is("replace") {
        add(cx, options, words, Mode::Replace)
    } else if is("delete") {
        delete(cx, options, words)
    } else if is("show") || is("lst") || is("list") {
        show(cx, options, words)
    } else if is("flush") {
        flush(cx, options, words)
    } else if is("save") {
        save(cx, options, words)
    } else if is("showdump") {
        saved::show_addresses(cx, options)
    } else if is("restore") {
        saved::restore(cx, Saved::Addresses)
    } else if is("help") {
        Err(usage())
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"ip address help\".");
        Err(Failure::new(text, 255))
    }
}

/// A scope as it is written.
fn scope_of(word: &str) -> Option<Scope> {
    SCOPES.number(word, 255).map(|scope| Scope(scope as u8))
}

/// What the words of `add` and `del` say.
struct Wanted {
    address: Address,
    dev: String,
    /// Whether a prefix length was given.
    exact: bool,
}

fn parse(options: &Options, words: &mut Words<'_>) -> Outcome<Wanted> {
    let family = options.family;
    let mut local: Option<(IpNet, bool)> = None;
    let mut dev: Option<&str> = None;
    let (mut peer, mut broadcast, mut label, mut scope) = (None, None, None, None);
    let mut address = Address::new(0, IpNet::host(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), "");
    while let Some(word) = words.next() {
        match word {
            "peer" | "remote" => {
                let word = words.value()?;
                peer = Some((words::prefix(word, family)?, word.contains('/')));
            }
            "broadcast" | "brd" => broadcast = Some(words.value()?),
            "scope" => {
                let word = words.value()?;
                let wrong = || Failure::wrong(word, "invalid scope value.");
                scope = Some(scope_of(word).ok_or_else(wrong)?);
            }
            "dev" => dev = Some(words.value()?),
            "label" => label = Some(words.value()?),
            "metric" | "priority" | "preference" => {
                address.metric = words.number("\"metric\" value is invalid")?;
            }
            "valid_lft" => address.valid_lft = lifetime(words.value()?, "valid_lft")?,
            "preferred_lft" => address.preferred_lft = lifetime(words.value()?, "preferred_lft")?,
            "noprefixroute" => address.noprefixroute = true,
            "nodad" => address.flags.nodad = true,
            "optimistic" => address.flags.optimistic = true,
            "home" => address.flags.home = true,
            "mngtmpaddr" => address.flags.manage_temp = true,
            "autojoin" => address.autojoin = true,
            "anycast" => {}
            "proto" => return Err(Failure::unsupported("proto")),
            "help" => return Err(usage()),
            _ => {
                let word = if word == "local" {
                    words.value()?
                } else {
                    word
                };
                if local.is_some() {
                    return Err(Failure::garbage("local", word));
                }
                local = Some((words::prefix(word, family)?, word.contains('/')));
            }
        }
    }
    let Some(dev) = dev else {
        let text = "Not enough information: \"dev\" argument is required.";
        return Err(Failure::new(text, 1));
    };
    // Without an address the request names no family.
    let without = || Error::from(Errno::OPNOTSUPP);
    let (net, exact) = local.ok_or_else(without)?;
    if address.autojoin && !net.addr.is_multicast() {
        return Err(Failure::new("autojoin needs multicast address", 1));
    }
    address.local = net;
    if let Some((peer, given)) = peer {
        address.peer = Some(peer.addr);
        if given {
            address.local.len = peer.len;
        }
    }
    if let Some(label) = label {
        label.clone_into(&mut address.label);
    }
    address.broadcast = match broadcast {
        None | Some("-") => None,
        Some("+") => match address.local.last() {
            IpAddr::V4(last) if address.local.len <= 30 => Some(last),
            _ => None,
        },
        Some(word) => match words::address(word, Some(Family::V4))? {
            IpAddr::V4(addr) => Some(addr),
            IpAddr::V6(_) => None,
        },
    };
    let loopback = matches!(net.addr, IpAddr::V4(a) if a.is_loopback());
    let default = if loopback {
        Scope::HOST
    } else {
        Scope::UNIVERSE
    };
    address.scope = scope.unwrap_or(default);
    Ok(Wanted {
        address,
        dev: dev.to_owned(),
        exact: exact || peer.is_some_and(|p| p.1),
    })
}

fn lifetime(word: &str, key: &str) -> Outcome<Option<u32>> {
    if word == "forever" {
        return Ok(None);
    }
    let wrong = || Failure::wrong(word, &format!("{key} value is invalid"));
    let seconds: u32 = words::u32_of(word).ok_or_else(wrong)?;
    Ok(Some(seconds))
}

fn add(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>, mode: Mode) -> Outcome<()> {
    let mut wanted = parse(options, words)?;
    if let (Some(valid), Some(preferred)) = (wanted.address.valid_lft, wanted.address.preferred_lft)
        && preferred > valid
    {
        let text = "preferred_lft is greater than valid_lft";
        return Err(Failure::new(text, 1));
    }
    wanted.address.dev = index(cx, &wanted.dev)?;
    let ns = cx.ns.clone();
    Ok(cx.world.apply(vec![Change::AddAddress {
        ns,
        address: wanted.address,
        mode,
    }])?)
}

fn delete(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let mut wanted = parse(options, words)?;
    wanted.address.dev = index(cx, &wanted.dev)?;
    let addr = wanted.address.local.addr;
    let wildcard = !wanted.exact && wanted.address.peer.is_none();
    if wildcard && addr.is_ipv4() {
        let bits = wanted.address.local.len;
        let _ = write!(
            cx.err,
            "Warning: Executing wildcard deletion to stay compatible with old scripts.\n         \
             Explicitly specify the prefix length ({addr}/{bits}) to avoid this warning.\n         \
             This special behaviour is likely to disappear in further releases,\n         \
             fix your scripts!\n"
        );
    }
    let ns = cx.ns.clone();
    Ok(cx.world.apply(vec![Change::DelAddress {
        ns,
        address: wanted.address,
        exact: wanted.exact,
    }])?)
}

/// Which addresses are wanted.
#[derive(Default)]
struct AddressFilter {
    links: Filter,
    scope: Option<Scope>,
    to: Option<IpNet>,
    label: Option<String>,
    /// `primary`/`secondary`, `permanent`/`dynamic`.
    secondary: Option<bool>,
    dynamic: Option<bool>,
    /// Whether anything but the device was named: links without a match are not shown then.
    narrowed: bool,
}

impl AddressFilter {
    fn parse(options: &Options, words: &mut Words<'_>) -> Outcome<AddressFilter> {
        let mut filter = AddressFilter::default();
        while let Some(word) = words.next() {
            match word {
                "scope" => {
                    let word = words.value()?;
                    filter.narrowed = true;
                    if word != "all" {
                        let wrong = || Failure::wrong_nl(word, "invalid \"scope\"");
                        filter.scope = Some(scope_of(word).ok_or_else(wrong)?);
                    }
                }
                "to" => {
                    let word = words.value()?;
                    filter.to = Some(words::prefix(word, options.family)?);
                    filter.narrowed = true;
                }
                "label" => {
                    filter.label = Some(words.value()?.to_owned());
                    filter.narrowed = true;
                }
                "primary" => filter.secondary = Some(false),
                "secondary" | "temporary" => filter.secondary = Some(true),
                "permanent" => filter.dynamic = Some(false),
                "dynamic" => filter.dynamic = Some(true),
                "help" => return Err(usage()),
                _ if filter.links.word(word, words)? => {}
                _ => filter.links.set_dev(word)?,
            }
        }
        Ok(filter)
    }

    fn wants(&self, family: Option<Family>, address: &Address) -> bool {
        let dynamic = address.valid_lft.is_some();
        family.is_none_or(|family| family == address.local.family())
            && self.scope.is_none_or(|scope| scope == address.scope)
            && self
                .to
                .is_none_or(|to| to.len <= address.local.len && to.contains(address.local.addr))
            && self
                .label
                .as_deref()
                .is_none_or(|label| glob(label, &address.label))
            && self
                .secondary
                .is_none_or(|wanted| wanted == (address.secondary || address.flags.temporary))
            && self.dynamic.is_none_or(|want| want == dynamic)
    }
}

/// fnmatch(3) for `*` and `?`.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => (0..=text.len())
            .filter(|at| text.is_char_boundary(*at))
            .any(|at| glob(&pattern[1..], &text[at..])),
        Some(c) => {
            let mut rest = text.chars();
            let fits = rest.next().is_some_and(|t| c == '?' || c == t);
            fits && glob(&pattern[c.len_utf8()..], rest.as_str())
        }
    }
}

fn show(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let filter = AddressFilter::parse(options, words)?;
    let state = words::namespace(
        cx,
        Parts {
            addresses: true,
            ..Parts::LINKS
        },
    )?;
    // A prefix is one of its family.
    let family = options.family.or(filter.to.map(|to| to.family()));
    let options = &Options {
        family,
        one_link: filter.links.dev.is_some(),
        ..options.clone()
    };
    let mut records = Vec::new();
    for link in filter.links.links(&state)? {
        let addresses: Vec<&Address> = state
            .addresses
            .iter()
            .filter(|a| a.dev == link.index && !options.link_only && filter.wants(family, a))
            .collect();
        if addresses.is_empty() && (filter.narrowed || family.is_some()) {
            continue;
        }
        let link = &*link_show::as_seen(options, link);
        let mut record = Record::default();
        if options.brief {
            link_show::brief(&mut record, &state, link);
            if options.link_only {
                link_show::brief_address(&mut record, &state, link);
                records.push(record);
                continue;
            }
            record.open_list("addr_info");
            for address in &addresses {
                brief(&mut record, address);
            }
            record.close();
        } else if (options.oneline || filter.label.is_some()) && !options.json && !options.link_only
        {
            for address in &addresses {
                let mut record = Record::default();
                if options.oneline {
                    record.text(format!("{}: {}", link.index, link.name));
                }
                one(&mut record, options, &link.name, address);
                records.push(record);
            }
            continue;
        } else {
            full(&mut record, options, &state, link, &addresses);
        }
        records.push(record);
    }
    super::show(cx, options, records)
}

/// Writes the addresses that fit to a file.
fn save(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    // A device and a family decide; whatever else is said does not.
    let filter = AddressFilter::parse(options, words)?;
    let parts = Parts {
        addresses: true,
        ..Parts::LINKS
    };
    let state = words::namespace(cx, parts)?;
    let dev = match &filter.links.dev {
        Some(name) => Some(super::find(&state, name).ok_or_else(|| Failure::no_device(name))?),
        None => None,
    };
    let mut chosen: Vec<&Address> = state.addresses.iter().collect();
    chosen.retain(|address| {
        let family = address.local.family();
        dev.is_none_or(|dev| dev == address.dev) && options.family.is_none_or(|f| f == family)
    });
    chosen.sort_by_key(|address| address.local.family() == Family::V6);
    let messages = chosen.into_iter().map(rtnetlink::address::encode);
    saved::save(cx, Saved::Addresses, messages)
}

fn full(
    record: &mut Record,
    options: &Options,
    state: &Namespace,
    link: &Link,
    addresses: &[&Address],
) {
    // With a family that has no link layer, the first line alone.
    link_show::full(record, options, state, link, false);
    record.open_list("addr_info");
    for address in addresses {
        record.open_object("");
        record.text("\n");
        one(record, options, &link.name, address);
        record.close();
    }
    record.close();
    if options.statistics > 0 {
        statistics(record, options, link);
    }
}

/// `ip address flush`: every address that the filter wants.
fn flush(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    if words.is_empty() {
        let text = "Flush requires arguments.";
        return Err(Failure::new(text, 1));
    }
    let filter = AddressFilter::parse(options, words)?;
    let state = words::namespace(
        cx,
        Parts {
            addresses: true,
            ..Parts::LINKS
        },
    )?;
    let family = options.family;
    let links = match &filter.links.dev {
        Some(name) => vec![super::find(&state, name).ok_or_else(|| Failure::no_device(name))?],
        None => filter
            .links
            .links(&state)?
            .iter()
            .map(|link| link.index)
            .collect(),
    };
    let ns = cx.ns.clone();
    let wanted = |a: &&Address| links.contains(&a.dev) && filter.wants(family, a);
    // Secondaries first: their primary would take them along.
    let mut gone: Vec<Address> = state.addresses.iter().filter(wanted).cloned().collect();
    gone.sort_by_key(|a| !a.secondary);
    let changes = gone.into_iter().map(|address| Change::DelAddress {
        ns: ns.clone(),
        address,
        exact: true,
    });
    Ok(cx.world.apply(changes.collect())?)
}

/// The usage of `ip address`.
fn usage() -> Failure {
    let text = "\
Usage: ip address add|change|replace ADDRESS[/LENGTH] [peer ADDRESS[/LENGTH]] dev DEVICE
                  [broadcast ADDRESS|+|-] [label NAME] [scope SCOPE] [metric NUMBER]
                  [valid_lft SECONDS|forever] [preferred_lft SECONDS|forever]
                  [FLAG]...
       ip address del ADDRESS[/LENGTH] dev DEVICE
       ip address [show|flush] [[dev] DEVICE] [scope SCOPE] [to PREFIX] [label PATTERN]
                  [up] [master DEVICE] [type TYPE] [FLAG]...

scopes: global link host or a number";
    Failure::new(text, 255)
}
