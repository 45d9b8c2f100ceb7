//! What rules counted, as rows and typed.

use crate::error::{Error, Result};
use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;
use netloom_tools::iptables::library::Row;

/// A rule with what it counted: a line of `iptables -L -n -v -x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// How many packets.
    pub packets: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The target; empty where the rule has none.
    pub target: String,
    /// The protocol's number, 0 for all, with `!` before it where it is another one.
    pub protocol: String,
    /// `--`, or `-f` and `!f` where it asks for fragments.
    pub opt: String,
    /// The device that packets came by, `*` for any.
    pub input: String,
    /// The device that they leave by, `*` for any.
    pub output: String,
    /// Where they are from.
    pub source: Network,
    /// Where they go to.
    pub destination: Network,
    /// What its matches and its target say.
    pub options: String,
}

/// A network that a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// Whether it asks for what is not in it.
    pub not: bool,
    /// The address.
    pub address: IpAddr,
    /// The mask: its bits need not be the first ones.
    pub mask: IpAddr,
}

/// The columns of a row, with the masks of single hosts.
pub(crate) fn columns(row: Row) -> [String; 10] {
    let whole = |network: String| match network.contains('/') {
        true => network,
        false if network.contains('.') => network + "/32",
        false => network + "/128",
    };
    [
        row.packets.to_string(),
        row.bytes.to_string(),
        row.target,
        row.protocol,
        row.opt,
        row.input,
        row.output,
        whole(row.source),
        whole(row.destination),
        row.options,
    ]
}

impl Stat {
    /// Reads a row of [`stats`](crate::IpTables::stats).
    ///
    /// ```
    /// use netloom_rules::Stat;
    ///
    /// let row = ["3", "252", "DROP", "1", "--", "eth0", "*", "10.0.0.0/8", "0.0.0.0/0", ""];
    /// let stat = Stat::parse(&row.map(str::to_owned))?;
    /// assert_eq!((stat.packets, stat.bytes, stat.target.as_str()), (3, 252, "DROP"));
    /// assert_eq!(stat.source.to_string(), "10.0.0.0/8");
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Syntax`] where a column is no number or no network.
    pub fn parse(row: &[String; 10]) -> Result<Stat> {
        let wrong = |at: usize| {
            let why = "neither a number nor a network";
            Error::Syntax {
                words: row.to_vec(),
                at,
                why: why.to_owned(),
            }
        };
        let number = |at: usize| row[at].parse().map_err(|_| wrong(at));
        let network = |at: usize| row[at].parse().map_err(|()| wrong(at));
        Ok(Stat {
            packets: number(0)?,
            bytes: number(1)?,
            target: row[2].clone(),
            protocol: row[3].clone(),
            opt: row[4].clone(),
            input: row[5].clone(),
            output: row[6].clone(),
            source: network(7)?,
            destination: network(8)?,
            options: row[9].clone(),
        })
    }
}

impl FromStr for Network {
    type Err = ();

    /// Reads `[!]ADDRESS/MASK`, the mask as a length or as an address.
    fn from_str(text: &str) -> core::result::Result<Network, ()> {
        let (not, text) = match text.strip_prefix('!') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (address, mask) = text.split_once('/').ok_or(())?;
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let mask = match mask.parse::<u32>() {
            Ok(len) => of_length(address, len).ok_or(())?,
            Err(_) => mask.parse().map_err(|_| ())?,
        };
        let alike = mask.is_ipv4() == address.is_ipv4();
        let network = Network { not, address, mask };
        alike.then_some(network).ok_or(())
    }
}

/// The mask of so many first bits.
fn of_length(address: IpAddr, len: u32) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(_) if len <= 32 => {
            let bits = u32::MAX.checked_shl(32 - len).unwrap_or(0);
            IpAddr::V4(bits.into())
        }
        IpAddr::V6(_) if len <= 128 => {
            let bits = u128::MAX.checked_shl(128 - len).unwrap_or(0);
            IpAddr::V6(bits.into())
        }
        _ => return None,
    })
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.not { "!" } else { "" };
        let (ones, first) = match self.mask {
            IpAddr::V4(mask) => (mask.to_bits().count_ones(), mask.to_bits().leading_ones()),
            IpAddr::V6(mask) => (mask.to_bits().count_ones(), mask.to_bits().leading_ones()),
        };
        match ones == first {
            true => write!(f, "{not}{}/{ones}", self.address),
            false => write!(f, "{not}{}/{}", self.address, self.mask),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_and_written_alike() {
        for text in [
            "10.0.0.0/8",
            "!192.0.2.1/32",
            "0.0.0.0/0",
            "10.0.0.1/255.0.0.255",
            "2001:db8::/32",
            "::/0",
            "!fe80::1/128",
        ] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/::",
            "x/8",
        ] {
            assert_eq!(text.parse::<Network>(), Err(()), "{text}");
        }
    }
}
