//! The addresses of socat: `TYPE:PARAMETER:...,OPTION=VALUE,...`.

use super::wish::{self, Wish};
use netloom_model::IpNet;
use netloom_model::tun::{Tun, TunMode};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One side of a relay, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// Standard input and output.
    Stdio,
    /// Connects by TCP.
    Tcp(Peer),
    /// Takes connections of TCP; with `fork` more than one.
    TcpListen { local: Local, fork: bool },
    /// Datagrams of UDP to and from one partner.
    Udp(Peer),
    /// Datagrams of UDP to one address, and from anybody.
    UdpDatagram(Peer),
    /// Packets of a protocol above IP, which stands in the place of a port.
    Ip(Peer),
    /// Datagrams of UDP: the first sender is the partner.
    UdpListen(Local),
    /// Datagrams of UDP that are only received.
    UdpReceive(Local),
    /// The program's end of a TUN or TAP.
    Tun {
        name: String,
        tun: Tun,
        address: Option<IpNet>,
        up: bool,
    },
}

/// A partner, and where one's own end is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Peer {
    pub(super) to: (IpAddr, u16),
    pub(super) bind: Option<(IpAddr, u16)>,
    /// What its socket is told before.
    pub(super) wishes: Vec<Wish>,
}

/// Where one's own end is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Local {
    pub(super) at: (IpAddr, u16),
    /// What its socket is told before.
    pub(super) wishes: Vec<Wish>,
}

/// The words of an address.
pub(super) struct Words<'a> {
    parameters: Vec<&'a str>,
    pub(super) options: Vec<(&'a str, &'a str)>,
}

impl<'a> Words<'a> {
    fn split(text: &'a str) -> Words<'a> {
        let mut parts = text.split(',');
        let parameters = split_colons(parts.next().unwrap_or_default());
        let options = parts.map(|option| option.split_once('=').unwrap_or((option, "")));
        Words {
            parameters,
            options: options.collect(),
        }
    }

    /// Takes an option, under any of its names.
    pub(super) fn take(&mut self, names: &[&str]) -> Option<&'a str> {
        let is = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
        let at = self.options.iter().position(|(name, _)| is(name))?;
        Some(self.options.remove(at).1)
    }
}

/// Splits at colons outside of brackets, in which addresses of IPv6 stand.
pub(super) fn split_colons(text: &str) -> Vec<&str> {
    let mut depth = 0;
    text.split(move |c| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        c == ':' && depth == 0
    })
    .collect()
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub(super) fn parse(text: &str) -> Result<Address, String> {
        if text == "-" {
            return Ok(Address::Stdio);
        }
        let mut words = Words::split(text);
        let kind = words.parameters.remove(0).to_ascii_uppercase();
        let v6 = kind.contains('6');
        let kind: String = kind.replace(['4', '6'], "");
        let address = match kind.as_str() {
            "STDIO" => Address::Stdio,
            "TCP" | "TCP-CONNECT" => Address::Tcp(peer(&mut words, v6)?),
            "UDP" | "UDP-CONNECT" => Address::Udp(peer(&mut words, v6)?),
            "UDP-DATAGRAM" | "UDP-SENDTO" => Address::UdpDatagram(peer(&mut words, v6)?),
            "IP-SENDTO" | "IP-DATAGRAM" => Address::Ip(peer(&mut words, v6)?),
            "TCP-LISTEN" | "TCP-L" => Address::TcpListen {
                local: local(&mut words, v6)?,
                fork: words.take(&["fork"]).is_some(),
            },
            "UDP-LISTEN" | "UDP-L" => Address::UdpListen(local(&mut words, v6)?),
            "UDP-RECV" => Address::UdpReceive(local(&mut words, v6)?),
            "TUN" => tun(&mut words)?,
            _ => return Err(format!("the address type \"{kind}\" is not supported here")),
        };
        // Ports here are free again at once, or the option says so.
        words.take(&["reuseaddr", "so-reuseaddr"]);
        match words.options.first() {
            Some((option, _)) => Err(format!("{text}: option \"{option}\" is not supported here")),
            None => Ok(address),
        }
    }
}

fn unspecified(v6: bool) -> IpAddr {
    if v6 {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    }
}

fn port_of(word: &str) -> Result<u16, String> {
    word.parse().map_err(|_| format!("\"{word}\" is no port"))
}

pub(super) fn host_of(word: &str) -> Result<IpAddr, String> {
    let bare = word.trim_start_matches('[').trim_end_matches(']');
    let bare = if bare == "localhost" {
        "127.0.0.1"
    } else {
        bare
    };
    bare.parse()
        .map_err(|_| format!("\"{word}\": names are not looked up, give an address"))
}

/// `HOST`, `HOST:PORT` or `:PORT`.
fn bound(word: &str, v6: bool) -> Result<(IpAddr, u16), String> {
    let parts = split_colons(word);
    let host = match parts[0] {
        "" => unspecified(v6),
        host => host_of(host)?,
    };
    let port = parts.get(1).map_or(Ok(0), |port| port_of(port))?;
    Ok((host, port))
}

fn peer(words: &mut Words<'_>, v6: bool) -> Result<Peer, String> {
    let [host, port] = words.parameters[..] else {
        return Err("wanted HOST:PORT".to_owned());
    };
    let to = (host_of(host)?, port_of(port)?);
    let v6 = v6 || to.0.is_ipv6();
    let mut bind = words
        .take(&["bind"])
        .map(|word| bound(word, v6))
        .transpose()?;
    if let Some(port) = words.take(&["sp", "sourceport"]) {
        bind = Some((bind.map_or(unspecified(v6), |b| b.0), port_of(port)?));
    }
    let wishes = wish::read(words)?;
    Ok(Peer { to, bind, wishes })
}

fn local(words: &mut Words<'_>, v6: bool) -> Result<Local, String> {
    let [port] = words.parameters[..] else {
        return Err("wanted a port".to_owned());
    };
    let bind = words
        .take(&["bind"])
        .map(|word| bound(word, v6))
        .transpose()?;
    let wishes = wish::read(words)?;
    Ok(Local {
        at: (bind.map_or(unspecified(v6), |b| b.0), port_of(port)?),
        wishes,
    })
}

fn tun(words: &mut Words<'_>) -> Result<Address, String> {
    let address = match words.parameters[..] {
        [] => None,
        [net] => Some(
            net.parse()
                .map_err(|_| format!("\"{net}\" is no ADDRESS/BITS"))?,
        ),
        _ => return Err("wanted ADDRESS/BITS".to_owned()),
    };
    let mode = match words.take(&["tun-type"]) {
        None | Some("tun") => TunMode::Tun,
        Some("tap") => TunMode::Tap,
        Some(other) => return Err(format!("tun-type \"{other}\": wanted tun or tap")),
    };
    let no_pi = words.take(&["iff-no-pi", "no-pi"]).is_some();
    let name = words.take(&["tun-name"]).unwrap_or_default().to_owned();
    let up = words.take(&["iff-up", "up"]).is_some();
    Ok(Address::Tun {
        name,
        tun: Tun {
            packet_info: !no_pi,
            ..Tun::held(mode)
        },
        address,
        up,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn here(at: (IpAddr, u16)) -> Local {
        let wishes = Vec::new();
        Local { at, wishes }
    }

    #[test]
    fn addresses_are_read_as_socat_writes_them() {
        assert_eq!(parse("-"), Address::Stdio);
        let any = Ipv4Addr::UNSPECIFIED.into();
        let listen = Address::TcpListen {
            local: here((any, 80)),
            fork: true,
        };
        assert_eq!(parse("tcp-listen:80,reuseaddr,fork"), listen);
        assert_eq!(
            parse("UDP-LISTEN:11443,reuseaddr"),
            Address::UdpListen(here((any, 11443)))
        );
        let six = Ipv6Addr::LOCALHOST.into();
        let Address::Udp(peer) = parse("UDP6:[::1]:53,sp=7,bind=[::1]") else {
            panic!("it is UDP")
        };
        assert_eq!((peer.to, peer.bind), ((six, 53), Some((six, 7))));
    }

    #[test]
    fn a_tun_has_its_address_and_its_options() {
        let Address::Tun {
            name,
            tun,
            address,
            up,
        } = parse("TUN:192.168.255.1/24,up,tun-name=t0,iff-no-pi,tun-type=tap")
        else {
            panic!("it is a TUN")
        };
        assert_eq!((name.as_str(), up, tun.packet_info), ("t0", true, false));
        assert_eq!(tun.mode, TunMode::Tap);
        assert_eq!(address.unwrap().to_string(), "192.168.255.1/24");
        assert!(matches!(parse("TUN"), Address::Tun { address: None, .. }));
    }

    #[test]
    fn what_cannot_be_is_told() {
        let why = |text: &str| Address::parse(text).unwrap_err();
        assert!(why("EXEC:ls").contains("\"EXEC\" is not supported"));
        assert!(why("TCP:10.0.0.1").contains("HOST:PORT"));
        assert!(why("TCP:web:80").contains("not looked up"));
        assert!(why("TCP:10.0.0.1:x").contains("no port"));
        assert!(why("TCP-LISTEN:80,ciphers=x").contains("\"ciphers\" is not supported"));
        assert!(why("TUN:x").contains("no ADDRESS/BITS"));
    }
}
