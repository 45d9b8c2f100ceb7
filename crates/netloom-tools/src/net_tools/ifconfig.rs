//! `ifconfig`: interfaces by ioctl (ifconfig(8), netdevice(7)).
//!
//! `SIOCSIFADDR` and its sisters know an address by its label, take one address away and put
//! another in its place, and give an address without a netmask the one of its class. Left out,
//! with the errors that drivers without them give: media, I/O settings, SLIP; IPv6 tunnels.

use super::interface::{self, Interface};
use super::{Failure, atoi, finish, names, namespace};
use crate::Context;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::state::Parts;
use netloom_model::{
    Address, Change, Errno, IpNet, Link, LinkFlags, LinkSettings, MacAddr, Mode, Namespace, Scope,
};

const HARDWARE: &str = "    loop (Local Loopback) slip (Serial Line IP) cslip (VJ Serial Line IP) 
    slip6 (6-bit Serial Line IP) cslip6 (VJ 6-bit Serial Line IP) adaptive (Adaptive Serial Line IP) 
    ash (Ash) ether (Ethernet) ax25 (AMPR AX.25) 
    netrom (AMPR NET/ROM) rose (AMPR ROSE) tunnel (IPIP Tunnel) 
    ppp (Point-to-Point Protocol) hdlc ((Cisco)-HDLC) lapb (LAPB) 
    arcnet (ARCnet) dlci (Frame Relay DLCI) frad (Frame Relay Access Device) 
    sit (IPv6-in-IPv4) fddi (Fiber Distributed Data Interface) hippi (HIPPI) 
    irda (IrLAP) ec (Econet) x25 (generic X.25) 
    eui64 (Generic EUI-64) 
";

const USAGE_HEAD: &str = "\
Usage:
  ifconfig [-a] [-v] [-s] <interface> [[<AF>] <address>]
  [add <address>[/<prefixlen>]]
  [del <address>[/<prefixlen>]]
  [[-]broadcast [<address>]]  [[-]pointopoint [<address>]]
  [netmask <address>]  [dstaddr <address>]  [tunnel <address>]
  [outfill <NN>] [keepalive <NN>]
  [hw <HW> <address>]  [mtu <NN>]
  [[-]trailers]  [[-]arp]  [[-]allmulti]
  [multicast]  [[-]promisc]
  [mem_start <NN>]  [io_addr <NN>]  [irq <NN>]  [media <type>]
  [txqueuelen <NN>]
  [name <newname>]
  [[-]dynamic]
  [up|down] ...

  <HW>=Hardware Type.
  List of possible hardware types:
";

const FAMILIES: &str = "  <AF>=Address family. Default: inet
  List of possible address families:
    unix (UNIX Domain) inet (DARPA Internet) inet6 (IPv6) 
    ax25 (AMPR AX.25) netrom (AMPR NET/ROM) rose (AMPR ROSE) 
    ipx (Novell IPX) ddp (Appletalk DDP) ec (Econet) 
    ash (Ash) x25 (CCITT X.25) 
";

const HINT: &str = "ifconfig: `--help' gives usage information.\n";

fn usage() -> Failure {
    Failure::new(format!("{USAGE_HEAD}{HARDWARE}{FAMILIES}"), 3)
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
                writeln!(cx.out, "net-tools 2.10")?;
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

    fn deletion(&self, address: Address) -> Change {
        Change::DelAddress {
            ns: self.cx.ns.clone(),
            address,
            exact: true,
        }
    }

    fn addition(&self, address: Address) -> Change {
        Change::AddAddress {
            ns: self.cx.ns.clone(),
            address,
            mode: Mode::Add,
        }
    }

    /// Takes the labelled address away and puts it back, changed.
    fn replace(&mut self, call: &str, change: impl FnOnce(&mut Address)) {
        let outcome = match self.labelled() {
            Ok((_, Some(old))) => {
                let mut new = old.clone();
                new.secondary = false;
                change(&mut new);
                if new == old {
                    Ok(())
                } else {
                    let changes = vec![self.deletion(old), self.addition(new)];
                    self.apply(changes)
                }
            }
            Ok((_, None)) => Err(Errno::ADDRNOTAVAIL),
            Err(errno) => Err(errno),
        };
        if let Err(errno) = outcome {
            self.fail(call, errno);
        }
    }

    fn set_peer(&mut self, peer: Ipv4Addr) {
        let peer = IpAddr::V4(peer);
        self.replace("SIOCSIFDSTADDR", |a| {
            a.peer = (a.local.addr != peer).then_some(peer);
        });
    }

    fn set_netmask(&mut self, mask: Ipv4Addr) {
        let bits = mask.to_bits();
        if bits.leading_ones() + bits.trailing_zeros() < 32 {
            return self.fail("SIOCSIFNETMASK", Errno::INVAL);
        }
        let len = u8::try_from(bits.leading_ones()).unwrap_or(32);
        self.replace("SIOCSIFNETMASK", |a| {
            // A broadcast address that followed from the old mask follows from the new one.
            let followed = a.broadcast.map(IpAddr::V4) == Some(a.local.last());
            a.local.len = len;
            if followed && len < 31 {
                a.broadcast = v4(a.local.last());
            }
        });
    }

    /// A word that is no keyword: the address to set, and with it the interface goes up.
    fn address(&mut self, word: &str) -> Result<(), Failure> {
        let (name, prefix) = match word.split_once('/') {
            Some((name, prefix)) => (name, Some(prefix)),
            None => (word, None),
        };
        let Some(address) = names::resolve(name) else {
            let text = format!("{word}: {}\n{HINT}", names::unresolved(name));
            return Err(Failure::new(text, 1));
        };
        if let Some(prefix) = prefix {
            if prefix.starts_with(|c: char| !c.is_ascii_digit()) {
                return Err(usage());
            }
            // The shift of a 32 bit word by its own width leaves it: /32 comes out as /0.
            let shift = u32::try_from(atoi(prefix)).unwrap_or(0);
            self.mask = Some(Ipv4Addr::from_bits(!u32::MAX.wrapping_shr(shift)));
        }
        if let Err(errno) = self.set_address(address) {
            self.fail("SIOCSIFADDR", errno);
            if errno != Errno::NODEV {
                return Ok(());
            }
        }
        if !(address.is_unspecified() && self.name.contains(':')) {
            self.set_flags(|set| set.up = Some(true));
        }
        Ok(())
    }

    /// `SIOCSIFADDR`: the address of this label, with the mask of its class.
    fn set_address(&mut self, address: Ipv4Addr) -> Result<(), Errno> {
        let (link, old) = self.labelled()?;
        let len = class_prefix(address).ok_or(Errno::INVAL)?;
        let local = IpNet {
            addr: IpAddr::V4(address),
            len,
        };
        if old.as_ref().is_some_and(|o| o.local.addr == local.addr) {
            return Ok(());
        }
        let mut changes: Vec<Change> = old.map(|o| self.deletion(o)).into_iter().collect();
        if !address.is_unspecified() {
            let mut new = Address::new(link.index, local, self.name.clone());
            if link.flags.contains(LinkFlags::BROADCAST) && len < 31 {
                new.broadcast = v4(local.last());
            }
            changes.push(self.addition(new));
        }
        self.apply(changes)
    }

    /// `add`: an IPv6 address, or an IPv4 address under the first free alias label.
    fn add(&mut self, text: &str) -> Result<(), Failure> {
        if let Some(net) = ipv6(text) {
            return self.change_v6("SIOCSIFADDR", net, true);
        }
        let address = names::resolve_or(text, 1)?;
        let base = self.name.clone();
        let ns = self.namespace();
        let label = (0..256)
            .map(|n| format!("{base}:{n}"))
            .find(|label| !ns.addresses.iter().any(|a| a.label == *label))
            .unwrap_or_else(|| base.clone());
        let mask = ns
            .addresses
            .iter()
            .find(|a| a.label == base && a.local.addr.is_ipv4())
            .map(|a| a.local.netmask());
        self.name = label;
        match self.set_address(address) {
            Ok(()) => {
                if let Some(IpAddr::V4(mask)) = mask {
                    self.set_netmask(mask);
                }
            }
            Err(errno) => self.fail("SIOCSIFADDR", errno),
        }
        self.name = base;
        Ok(())
    }

    /// `del`: an IPv6 address, or the alias that has an IPv4 address.
    fn del(&mut self, text: &str) -> Result<(), Failure> {
        if let Some(net) = ipv6(text) {
            return self.change_v6("SIOCDIFADDR", net, false);
        }
        let address = IpAddr::V4(names::resolve_or(text, 1)?);
        let prefix = format!("{}:", self.name);
        let ns = self.namespace();
        let alias = |a: &&Address| a.local.addr == address && a.label.starts_with(&prefix);
        if let Some(found) = ns.addresses.iter().find(alias) {
            let change = self.deletion(found.clone());
            if let Err(errno) = self.apply(vec![change]) {
                self.fail("SIOCSIFFLAGS", errno);
            }
        }
        Ok(())
    }

    fn change_v6(&mut self, call: &str, net: IpNet, add: bool) -> Result<(), Failure> {
        let outcome = self.link().and_then(|(_, link)| {
            let mut address = Address::new(link.index, net, String::new());
            if matches!(net.addr, IpAddr::V6(a) if a.is_unicast_link_local()) {
                address.scope = Scope::LINK;
            }
            let change = if add {
                self.addition(address)
            } else {
                self.deletion(address)
            };
            self.apply(vec![change])
        });
        if let Err(errno) = outcome {
            self.fail(call, errno);
        }
        Ok(())
    }
}

fn v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(a) => Some(a),
        IpAddr::V6(_) => None,
    }
}

/// The prefix length that an address has by its class (RFC 791); none for multicast.
fn class_prefix(address: Ipv4Addr) -> Option<u8> {
    match address.octets()[0] {
        0 if address.is_unspecified() => Some(0),
        0..=127 => Some(8),
        128..=191 => Some(16),
        192..=223 => Some(24),
        224..=239 => None,
        240..=255 => Some(32),
    }
}

fn ipv6(text: &str) -> Option<IpNet> {
    let net: IpNet = text.parse().ok()?;
    net.addr.is_ipv6().then_some(net)
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
    fn an_address_without_a_mask_has_that_of_its_class() {
        let len = |a: [u8; 4]| class_prefix(Ipv4Addr::from(a));
        assert_eq!(len([10, 2, 0, 1]), Some(8));
        assert_eq!(len([172, 16, 0, 1]), Some(16));
        assert_eq!(len([192, 168, 1, 1]), Some(24));
        assert_eq!(len([224, 0, 0, 1]), None);
        assert_eq!(len([240, 0, 0, 1]), Some(32));
    }

    #[test]
    fn a_short_ethernet_address_ends_in_zeros() {
        assert_eq!(ether("02:00:00:00:00"), Some(MacAddr([2, 0, 0, 0, 0, 0])));
        assert_eq!(ether("02-00-00-00-00-08"), None);
        assert_eq!(ether("zz"), None);
    }
}
