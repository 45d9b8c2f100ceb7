//! What `arp` does to the table: `-s`, `-d`, `-f`.

use super::{Options, PARTS, USAGE_HEAD, entries, failure};
use crate::Context;
use crate::net_tools::{Failure, names, namespace};
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::route::RouteQuery;
use netloom_model::{
    Change, Errno, LinkFlags, MacAddr, Mode, Namespace, Neighbour, NeighbourState,
};

/// The words behind the address: how the entry is to be.
#[derive(Default)]
struct Flags {
    temporary: bool,
    published: bool,
    dontpub: bool,
    netmask: Option<Ipv4Addr>,
    dev: Option<String>,
}

fn flags(words: &[&str]) -> Result<Flags, Failure> {
    let mut flags = Flags::default();
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| Failure::new(USAGE_HEAD, 3));
        match word {
            "temp" => flags.temporary = true,
            "pub" => flags.published = true,
            // What they ask for is what there is: no trailers, no rarp.
            "priv" | "auto" | "trail" => {}
            "dontpub" => flags.dontpub = true,
            "dev" => flags.dev = Some(value()?.to_owned()),
            "netmask" => flags.netmask = Some(names::resolve_or(value()?, 255)?),
            _ => return Err(Failure::new(USAGE_HEAD, 3)),
        }
    }
    Ok(flags)
}

/// `-s`: makes an entry.
pub(super) fn set(cx: &mut Context<'_>, options: &Options, words: &[&str]) -> Result<(), Failure> {
    let (host, words) = words
        .split_first()
        .ok_or_else(|| failure("arp: need host name\n"))?;
    let dst = names::resolve_or(host, 255)?;
    let (hardware, words) = words
        .split_first()
        .ok_or_else(|| failure("arp: need hardware address\n"))?;
    let ns = namespace(cx, PARTS)?;
    let mac = if options.use_device {
        let link = ns.link(&(*hardware).into()).ok_or_else(|| {
            let text = "No such device.";
            failure(format!(
                "arp: cant get HW-Address for `{hardware}': {text}\n"
            ))
        })?;
        link.address
    } else {
        hardware
            .parse()
            .map_err(|_| failure("arp: invalid hardware address\n"))?
    };
    let flags = flags(words)?;
    if options.verbose {
        writeln!(cx.err, "arp: SIOCSARP()")?;
    }
    let neighbour = new_entry(cx, options, &ns, dst, mac, &flags);
    let outcome = neighbour.and_then(|neighbour| {
        let change = Change::AddNeighbour {
            ns: cx.ns.clone(),
            neighbour,
            mode: Mode::Replace,
        };
        cx.world.apply(vec![change]).map_err(|e| e.errno)
    });
    outcome.map_err(|errno| Failure::perror("SIOCSARP", errno, 255))
}

/// The entry that `SIOCSARP` makes.
fn new_entry(
    cx: &mut Context<'_>,
    options: &Options,
    ns: &Namespace,
    dst: Ipv4Addr,
    mac: MacAddr,
    flags: &Flags,
) -> Result<Neighbour, Errno> {
    let host_mask = flags.netmask.is_none_or(|m| m == Ipv4Addr::BROADCAST);
    if !host_mask || flags.dontpub || (flags.netmask.is_some() && !flags.published) {
        return Err(Errno::INVAL);
    }
    let named = flags.dev.as_ref().or(options.dev.as_ref());
    let dev = match named {
        Some(name) => ns.link(&name.as_str().into()).ok_or(Errno::NODEV)?.index,
        None if flags.published => {
            let owner = ns.links.iter().find(|l| l.address == mac);
            owner.ok_or(Errno::NODEV)?.index
        }
        None => route_device(cx, ns, dst)?,
    };
    let mut entry = Neighbour::permanent(dev, IpAddr::V4(dst), mac);
    if flags.published {
        entry.proxy = true;
        entry.lladdr = None;
    } else if flags.temporary {
        entry.state = NeighbourState::Stale;
    }
    Ok(entry)
}

/// The device that a packet to `dst` leaves by; the loopback resolves nothing.
fn route_device(cx: &mut Context<'_>, ns: &Namespace, dst: Ipv4Addr) -> Result<u32, Errno> {
    let query = RouteQuery {
        to: IpAddr::V4(dst),
        from: None,
        iif: None,
        oif: None,
        mark: 0,
        tos: 0,
        protocol: 0,
        ports: (0, 0),
        uid: 0,
        fibmatch: false,
    };
    let answer = cx.world.route_get(&cx.ns, query).map_err(|e| e.errno)?;
    let dev = answer.route.nexthops.first().and_then(|h| h.dev);
    let link = dev.and_then(|d| ns.link(&d.into())).ok_or(Errno::INVAL)?;
    if link.flags.contains(LinkFlags::LOOPBACK) {
        return Err(Errno::INVAL);
    }
    Ok(link.index)
}

/// `-d`: deletes an entry, or a published one.
pub(super) fn delete(
    cx: &mut Context<'_>,
    options: &Options,
    words: &[&str],
) -> Result<(), Failure> {
    let (host, words) = words
        .split_first()
        .ok_or_else(|| failure("arp: need host name\n"))?;
    let dst = names::resolve_or(host, 255)?;
    let flags = flags(words)?;
    let ns = namespace(cx, PARTS)?;
    let named = flags.dev.as_ref().or(options.dev.as_ref());
    let missing = || failure(format!("No ARP entry for {host}\n"));
    let perror = |kind, errno| Failure::perror(&format!("SIOCDARP({kind})"), errno, 255);
    if !flags.published {
        if options.verbose {
            writeln!(cx.err, "arp: SIOCDARP(dontpub)")?;
        }
        let dev = match named {
            Some(name) => ns
                .link(&name.as_str().into())
                .map(|l| l.index)
                .ok_or(Errno::NODEV),
            None => route_device(cx, &ns, dst),
        };
        let dev = dev.map_err(|errno| perror("dontpub", errno))?;
        let found = entries(&ns).any(|(n, d)| !n.proxy && n.dev == dev && d == dst);
        if found {
            return remove(cx, dev, dst, false).map_err(|errno| perror("dontpub", errno));
        }
    }
    if options.verbose {
        writeln!(cx.err, "arp: SIOCDARP(pub)")?;
    }
    let index = named
        .and_then(|name| ns.link(&name.as_str().into()))
        .map(|l| l.index);
    let proxy = ns
        .neighbours
        .iter()
        .find(|n| n.proxy && n.dst == IpAddr::V4(dst) && Some(n.dev) == index)
        .ok_or_else(missing)?;
    remove(cx, proxy.dev, dst, true).map_err(|errno| perror("pub", errno))
}

fn remove(cx: &mut Context<'_>, dev: u32, dst: Ipv4Addr, proxy: bool) -> Result<(), Errno> {
    let change = Change::DelNeighbour {
        ns: cx.ns.clone(),
        dev,
        dst: IpAddr::V4(dst),
        proxy,
    };
    cx.world.apply(vec![change]).map_err(|e| e.errno)
}

/// `-f`: an entry a line, as on the command line behind `-s`.
pub(super) fn file(
    cx: &mut Context<'_>,
    options: &Options,
    path: Option<&str>,
) -> Result<i32, Failure> {
    let path = path.unwrap_or("/etc/ethers");
    let text = std::fs::read_to_string(path)
        .map_err(|_| failure(format!("arp: cannot open etherfile {path} !\n")))?;
    for (number, line) in (1..).zip(text.lines()) {
        if options.verbose {
            writeln!(cx.err, ">> {line}")?;
        }
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        if words.len() < 2 {
            writeln!(
                cx.err,
                "arp: format error on line {number} of etherfile {path} !"
            )?;
            continue;
        }
        if let Err(error) = set(cx, options, &words) {
            write!(cx.err, "{}", error.text)?;
            writeln!(
                cx.err,
                "arp: cannot set entry on line {number} of etherfile {path} !"
            )?;
        }
    }
    Ok(0)
}
