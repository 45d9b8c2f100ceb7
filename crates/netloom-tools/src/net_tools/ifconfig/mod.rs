//! `ifconfig`: interfaces by ioctl (ifconfig(8), netdevice(7)).
//!
//! `SIOCSIFADDR` and its sisters know an address by its label, take one address away and put
//! another in its place, and give an address without a netmask the one of its class. Left out,
//! with the errors that drivers without them give: media, I/O settings, SLIP; IPv6 tunnels.

mod address;

use super::interface::{self, Interface};
use super::{Failure, atoi, finish, names, namespace};
use crate::Context;
use core::net::Ipv4Addr;
use netloom_model::state::Parts;
use netloom_model::{Address, Change, Errno, Link, LinkFlags, LinkSettings, MacAddr, Namespace};

const USAGE: &str = "\
Usage: ifconfig [-a] [-s] [-v] [DEVICE]
       ifconfig DEVICE [inet] [ADDRESS[/LENGTH]] [WORD]...

  up, down
  netmask ADDRESS, broadcast ADDRESS, pointopoint ADDRESS, dstaddr ADDRESS
  add ADDRESS[/LENGTH], del ADDRESS[/LENGTH]
  hw ether MAC, mtu BYTES, txqueuelen PACKETS, name NAME
  [-]arp, [-]promisc, [-]allmulti, [-]multicast, [-]dynamic, [-]trailers
";

const HINT: &str = "ifconfig: `--help' gives usage information.\n";

fn usage() -> Failure {
    Failure::new(USAGE, 3)
}

/// Runs `ifconfig`.
pub fn ifconfig(cx: &mut Context<'_>) -> i32 {
    let outcome = run(cx);
    finish(cx, outcome)
}

#[derive(Default)]
struct Options {
    all: bool,
    short: bool,
}

fn run(cx: &mut Context<'_>) -> Result<i32, Failure> {
    let args = cx.args.clone();
    let mut options = Options::default();
    let mut words = args.iter().map(String::as_str).peekable();
    while let Some(word) = words.next_if(|w| w.starts_with('-')) {
        match word {
            "-a" => options.all = true,
            "-s" => options.short = true,
            "-v" => {}
            "-V" | "-version" | "--version" => {
                writeln!(cx.out, "net-tools 2.10 ({})", crate::VERSION)?;
                return Ok(0);
            }
            "-h" | "-?" | "--help" => {
                let Failure { text, .. } = usage();
                write!(cx.out, "{text}")?;
                return Ok(0);
            }
            _ => {
                let text = format!("ifconfig: option `{word}' not recognised.\n{HINT}");
                return Err(Failure::new(text, 1));
            }
        }
    }
    let Some(name) = words.next() else {
        return show(cx, None, &options);
    };
    // `struct ifreq` has room for 15 bytes.
    let name: String = name.chars().take(15).collect();
    let mut words = words.collect::<Vec<_>>().into_iter();
    if words.len() == 0 {
        return show(cx, Some(&name), &options);
    }
    Setting {
        cx,
        name,
        code: 0,
        mask: None,
    }
    .run(&mut words)
}

const PARTS: Parts = Parts {
    addresses: true,
    ..Parts::LINKS
};

fn show(cx: &mut Context<'_>, name: Option<&str>, options: &Options) -> Result<i32, Failure> {
    let ns = namespace(cx, PARTS)?;
    let heading = options
        .short
        .then(|| interface::short_heading("Iface      MTU"));
    let mut code = 0;
    let found = match name {
        None => interface::all(&ns),
        Some(name) => interface::find(&ns, name).map_or_else(
            || {
                let text = "error fetching interface information: Device not found";
                let _ = writeln!(cx.err, "{name}: {text}");
                code = 1;
                Vec::new()
            },
            |interface| vec![interface],
        ),
    };
    write!(cx.out, "{}", heading.unwrap_or_default())?;
    let wanted = |i: &&Interface<'_>| name.is_some() || options.all || i.is_up();
    for interface in found.iter().filter(wanted) {
        let text = if options.short {
            interface::short(interface)
        } else {
            interface::long(interface)
        };
        write!(cx.out, "{text}")?;
    }
    Ok(code)
}

/// The words of one command line on their way to the interface `name`.
struct Setting<'a, 'b> {
    cx: &'a mut Context<'b>,
    name: String,
    /// What the ioctls that failed add up to.
    code: i32,
    /// The netmask of `ADDRESS/LENGTH`, set after everything else.
    mask: Option<Ipv4Addr>,
}

type Words<'w> = std::vec::IntoIter<&'w str>;

impl Setting<'_, '_> {
    fn run(&mut self, words: &mut Words<'_>) -> Result<i32, Failure> {
        let mut inet6 = false;
        while let Some(word) = words.next() {
            match word {
                "inet" => inet6 = false,
                "inet6" => inet6 = true,
                _ => self.word(word, words, inet6)?,
            }
        }
        if let Some(mask) = self.mask.take() {
            self.set_netmask(mask);
        }
        Ok(self.code & 0xff)
    }

    fn word(&mut self, word: &str, words: &mut Words<'_>, inet6: bool) -> Result<(), Failure> {
        let on = !word.starts_with('-');
        let mut value = || words.next().ok_or_else(usage);
        match word {
            "up" => self.set_flags(|set| set.up = Some(true)),
            "down" => self.down(),
            "arp" | "-arp" => self.set_flags(|set| set.arp = Some(on)),
            "promisc" | "-promisc" => self.set_flags(|set| set.promisc = Some(on)),
            "allmulti" | "-allmulti" => self.set_flags(|set| set.allmulticast = Some(on)),
            "multicast" | "-multicast" => self.set_flags(|set| set.multicast = Some(on)),
            "trailers" | "-trailers" | "dynamic" | "-dynamic" => self.set_flags(|_| {}),
            "mtu" => {
                let mtu = u32::try_from(atoi(value()?)).unwrap_or(u32::MAX);
                self.set_link("SIOCSIFMTU", |set| set.mtu = Some(mtu));
            }
            "txqueuelen" => {
                let length = atoi(value()?);
                match u32::try_from(length).ok().filter(|&n| n <= i32::MAX as u32) {
                    Some(n) => self.set_link("SIOCSIFTXQLEN", |set| set.txqueuelen = Some(n)),
                    None => self.fail("SIOCSIFTXQLEN", Errno::INVAL),
                }
            }
            "hw" => {
                let (class, address) = (value()?, value()?);
                self.set_hardware(class, address)?;
            }
            "name" => {
                let new = value()?.to_owned();
                self.set_link("SIOCSIFNAME", |set| set.name = Some(new.clone()));
                if self.code == 0 {
                    self.name = new;
                }
            }
            "netmask" => {
                let mask = names::resolve_or(value()?, 1)?;
                self.set_netmask(mask);
            }
            "broadcast" | "-broadcast" => {
                if let Some(text) = on.then(|| words.next()).flatten() {
                    let broadcast = names::resolve_or(text, 1)?;
                    self.replace("SIOCSIFBRDADDR", |a| a.broadcast = Some(broadcast));
                }
                self.mode_warning(LinkFlags::BROADCAST, "BROADCAST", on);
            }
            "dstaddr" => {
                let peer = names::resolve_or(value()?, 1)?;
                self.set_peer(peer);
            }
            "pointopoint" | "-pointopoint" => {
                if let Some(text) = on.then(|| words.next()).flatten() {
                    let peer = names::resolve_or(text, 1)?;
                    self.set_peer(peer);
                }
                self.mode_warning(LinkFlags::POINTOPOINT, "POINTOPOINT", on);
            }
            "add" => {
                let address = value()?;
                self.add(address)?;
            }
            "del" => {
                let address = value()?;
                self.del(address)?;
            }
            "tunnel" => {
                value()?;
                self.fail("SIOCSIFDSTADDR", Errno::NODEV);
            }
            "keepalive" | "outfill" => {
                value()?;
                let call = format!("SIOCS{}", word.to_ascii_uppercase());
                self.fail(&call, Errno::OPNOTSUPP);
            }
            "mem_start" | "io_addr" | "irq" => {
                value()?;
                self.fail(&format!("{word}: SIOCSIFMAP"), Errno::OPNOTSUPP);
            }
            _ if inet6 => {
                let text = "Don't know how to set addresses for family 10.\n";
                return Err(Failure::new(text, 1));
            }
            _ => self.address(word)?,
        }
        Ok(())
    }

    fn fail(&mut self, call: &str, errno: Errno) {
        let _ = writeln!(self.cx.err, "{call}: {errno}");
        self.code |= 1;
    }

    fn namespace(&mut self) -> Namespace {
        namespace(self.cx, PARTS).unwrap_or_default()
    }

    /// The name without an alias label.
    fn plain(&self) -> &str {
        self.name.split(':').next().unwrap_or(&self.name)
    }

    fn link(&mut self) -> Result<(Namespace, Link), Errno> {
        let ns = self.namespace();
        let link = ns.link(&self.plain().into()).cloned().ok_or(Errno::NODEV)?;
        Ok((ns, link))
    }

    /// The link, and the address that has the interface's name as its label.
    fn labelled(&mut self) -> Result<(Link, Option<Address>), Errno> {
        let (ns, link) = self.link()?;
        let mine =
            |a: &&Address| a.dev == link.index && a.local.addr.is_ipv4() && a.label == self.name;
        let address = ns.addresses.iter().find(mine).cloned();
        Ok((link, address))
    }

    fn apply(&mut self, changes: Vec<Change>) -> Result<(), Errno> {
        self.cx.world.apply(changes).map_err(|e| e.errno)
    }

    fn set_link(&mut self, call: &str, set: impl FnOnce(&mut LinkSettings)) {
        let mut settings = LinkSettings::default();
        set(&mut settings);
        let change = Change::SetLink {
            ns: self.cx.ns.clone(),
            link: self.plain().into(),
            set: Box::new(settings),
        };
        if let Err(errno) = self.apply(vec![change]) {
            self.fail(call, errno);
        }
    }

    /// `SIOCGIFFLAGS` and `SIOCSIFFLAGS`. On an alias they ask for its address alone.
    fn set_flags(&mut self, set: impl FnOnce(&mut LinkSettings)) {
        let found = match self.labelled() {
            Ok((_, address)) => address,
            Err(errno) => {
                let text = "ERROR while getting interface flags";
                let _ = writeln!(self.cx.err, "{}: {text}: {errno}", self.name);
                self.code = -1;
                return;
            }
        };
        let failed = if self.name.contains(':') {
            found.is_none().then_some(Errno::ADDRNOTAVAIL)
        } else {
            let mut settings = LinkSettings::default();
            set(&mut settings);
            let change = Change::SetLink {
                ns: self.cx.ns.clone(),
                link: self.plain().into(),
                set: Box::new(settings),
            };
            self.apply(vec![change]).err()
        };
        if let Some(errno) = failed {
            let _ = writeln!(self.cx.err, "SIOCSIFFLAGS: {errno}");
            self.code = -1;
        }
    }

    /// `down`: of an alias, its address goes.
    fn down(&mut self) {
        if !self.name.contains(':') {
            return self.set_flags(|set| set.up = Some(false));
        }
        match self.labelled() {
            Ok((_, Some(address))) => {
                let change = self.deletion(address);
                if let Err(errno) = self.apply(vec![change]) {
                    self.fail("SIOCSIFFLAGS", errno);
                }
            }
            _ => self.set_flags(|_| {}),
        }
    }

    fn set_hardware(&mut self, class: &str, text: &str) -> Result<(), Failure> {
        match class {
            "ether" => {}
            "loop" => {
                let text = "hw address type `loop' has no handler to set address. failed.\n";
                return Err(Failure::new(text, 1));
            }
            _ => return Err(usage()),
        }
        let Some(address) = ether(text) else {
            let text = format!("{text}: invalid ether address.\n");
            return Err(Failure::new(text, 1));
        };
        self.set_link("SIOCSIFHWADDR", |set| set.address = Some(address));
        Ok(())
    }

    fn mode_warning(&mut self, flag: LinkFlags, name: &str, on: bool) {
        let has = self.link().is_ok_and(|(_, link)| link.flags.contains(flag));
        if !on && has {
            let interface = &self.name;
            let text = format!("Warning: Interface {interface} still in {name} mode.");
            let _ = writeln!(self.cx.err, "{text}");
        }
    }
}

/// Reads an Ethernet address as net-tools does: what is missing at its end is zero.
fn ether(text: &str) -> Option<MacAddr> {
    let mut bytes = [0; 6];
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 6 {
        return None;
    }
    for (byte, part) in bytes.iter_mut().zip(&parts) {
        if part.is_empty() || part.len() > 2 {
            return None;
        }
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    Some(MacAddr(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_ethernet_address_ends_in_zeros() {
        assert_eq!(ether("02:00:00:00:00"), Some(MacAddr([2, 0, 0, 0, 0, 0])));
        assert_eq!(ether("02-00-00-00-00-08"), None);
        assert_eq!(ether("zz"), None);
    }
}
