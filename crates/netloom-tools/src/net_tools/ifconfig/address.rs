//! What `ifconfig` does to addresses: `SIOCSIFADDR`, `SIOCSIFNETMASK` and their sisters, each as a
//! deletion and an addition.

use super::{HINT, Setting, atoi, names, usage};
use crate::net_tools::Failure;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::{Address, Change, Errno, IpNet, LinkFlags, Mode, Scope};

impl Setting<'_, '_> {
    pub(super) fn deletion(&self, address: Address) -> Change {
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
    pub(super) fn replace(&mut self, call: &str, change: impl FnOnce(&mut Address)) {
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

    pub(super) fn set_peer(&mut self, peer: Ipv4Addr) {
        let peer = IpAddr::V4(peer);
        self.replace("SIOCSIFDSTADDR", |a| {
            a.peer = (a.local.addr != peer).then_some(peer);
        });
    }

    pub(super) fn set_netmask(&mut self, mask: Ipv4Addr) {
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
    pub(super) fn address(&mut self, word: &str) -> Result<(), Failure> {
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
    pub(super) fn add(&mut self, text: &str) -> Result<(), Failure> {
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
    pub(super) fn del(&mut self, text: &str) -> Result<(), Failure> {
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
}
