//! `netloom advertise`: what a namespace tells hosts as their router.
//!
//! Linux leaves this to programs such as radvd(8); here it is a setting of a device, kept in the
//! state of the network and carried out by it.

use netloom_model::advertise::{Advertise, AdvertisedPrefix, AdvertisedRoute};
use netloom_model::state::Parts;
use netloom_model::{Change, IpNet, LinkRef, Namespace, NsName};
use netloom_tools::Context;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv6Addr};

const USAGE: &str = "\
Tell hosts on a link of this namespace as their router (RFC 4861, RFC 4191)

Usage: netloom advertise [-n NS]                        what is advertised
       netloom advertise [-n NS] dev DEV [WORD VALUE]...  advertise by a device
       netloom advertise [-n NS] dev DEV off            no more

Words of the router:
  lifetime SECONDS      it is a default router for so long (1800); 0 = it is none
  preference WORD       among routers: high, medium, low
  hoplimit NUMBER       what hosts begin with (64); 0 = not said
  mtu NUMBER            of the link
  reachable MILLISECONDS, retrans MILLISECONDS
                        settings of neighbours
  interval LEAST MOST   seconds between advertisements (200 600)
  managed, other        addresses, other settings come by DHCP
Words of prefixes and routes, and behind each of them its own:
  prefix PREFIX         of the link (/64 for addresses)
    valid SECONDS, preferred SECONDS, nolink, noauto
  route PREFIX          where else this router leads
    for SECONDS, prefer WORD
SECONDS of a prefix or route may be the word forever.

Hosts take the default route only while the device forwards: sysctl net.ipv6.conf.DEV.forwarding.
";

/// Runs `netloom advertise` with the words that follow it.
pub fn main(cx: &mut Context<'_>) -> i32 {
    if cx.args.iter().any(|word| word == "--help" || word == "-h") {
        let _ = write!(cx.out, "{USAGE}");
        return 0;
    }
    let args = cx.args.clone();
    match carry_out(cx, &args) {
        Ok(()) => 0,
        Err(text) => {
            let _ = writeln!(cx.err, "netloom advertise: {text}");
            2
        }
    }
}

fn carry_out(cx: &mut Context<'_>, args: &[String]) -> Result<(), String> {
    let mut words = Words(args.iter());
    let mut ns = cx.ns.clone();
    let mut next = words.0.next();
    if next.is_some_and(|word| word == "-n") {
        ns = NsName::new(words.value("-n")?);
        next = words.0.next();
    }
    let dev = match next.map(String::as_str) {
        None | Some("show") => return show(cx, &ns),
        Some("dev") => words.value("dev")?,
        Some(word) => return Err(format!("\"{word}\" is unknown: see --help")),
    };
    let advertise = words.advertise()?;
    let link = LinkRef::from(dev);
    let change = Change::SetAdvertise {
        ns,
        link,
        advertise: advertise.map(Box::new),
    };
    let done = cx.world.apply(vec![change]);
    done.map_err(|error| format!("{dev}: {error}"))
}

/// Prints what each device advertises, in the words that set it.
fn show(cx: &mut Context<'_>, ns: &NsName) -> Result<(), String> {
    let state = cx.world.snapshot(Some(ns), Parts::LINKS);
    let mut state = state.map_err(|error| error.to_string())?;
    let here = state.namespaces.remove(ns).unwrap_or_default();
    let _ = write!(cx.out, "{}", text(&here));
    Ok(())
}

fn text(here: &Namespace) -> String {
    let mut text = String::new();
    for (index, advertise) in &here.advertised {
        let Advertise {
            lifetime,
            hop_limit,
            preference,
            min_interval,
            max_interval,
            ..
        } = advertise;
        let _ = write!(
            text,
            "dev {} lifetime {lifetime} preference {} hoplimit {hop_limit} interval {min_interval} \
             {max_interval}",
            here.link_name(*index),
            preference_name(*preference),
        );
        for (word, value) in [
            ("mtu", advertise.mtu.unwrap_or(0)),
            ("reachable", advertise.reachable),
            ("retrans", advertise.retransmit),
        ] {
            if value != 0 {
                let _ = write!(text, " {word} {value}");
            }
        }
        for (word, on) in [("managed", advertise.managed), ("other", advertise.other)] {
            text.push_str(if on { " " } else { "" });
            text.push_str(if on { word } else { "" });
        }
        text.push('\n');
        advertise.prefixes.iter().for_each(|prefix| {
            let _ = writeln!(
                text,
                "    prefix {}/{} valid {} preferred {}{}{}",
                prefix.prefix,
                prefix.len,
                lifetime_text(prefix.valid),
                lifetime_text(prefix.preferred),
                if prefix.on_link { "" } else { " nolink" },
                if prefix.autonomous { "" } else { " noauto" },
            );
        });
        advertise.routes.iter().for_each(|route| {
            let _ = writeln!(
                text,
                "    route {}/{} for {} prefer {}",
                route.prefix,
                route.len,
                lifetime_text(route.lifetime),
                preference_name(route.preference),
            );
        });
    }
    text
}

fn lifetime_text(lifetime: Option<u32>) -> String {
    lifetime.map_or_else(|| "forever".to_owned(), |seconds| seconds.to_string())
}

/// The names of preferences, by their numbers (RFC 4191 section 2.1).
const PREFERENCES: [(u8, &str); 3] = [(0, "medium"), (1, "high"), (3, "low")];

fn preference_name(number: u8) -> &'static str {
    let found = PREFERENCES.iter().find(|(value, _)| *value == number);
    found.map_or("medium", |(_, name)| name)
}

/// The words of the command line that are left.
struct Words<'a>(std::slice::Iter<'a, String>);

impl<'a> Words<'a> {
    fn value(&mut self, word: &str) -> Result<&'a str, String> {
        let value = self.0.next().map(String::as_str);
        value.ok_or_else(|| format!("{word} needs a value"))
    }

    fn number<T: std::str::FromStr>(&mut self, word: &str) -> Result<T, String> {
        let value = self.value(word)?;
        value
            .parse()
            .map_err(|_| format!("{word}: \"{value}\" is no such number"))
    }

    fn lifetime(&mut self, word: &str) -> Result<Option<u32>, String> {
        let mut ahead = self.0.clone();
        if ahead.next().is_some_and(|value| value == "forever") {
            self.0 = ahead;
            return Ok(None);
        }
        self.number(word).map(Some)
    }

    fn preference(&mut self, word: &str) -> Result<u8, String> {
        let value = self.value(word)?;
        let found = PREFERENCES.iter().find(|(_, name)| *name == value);
        let number = found.map(|(number, _)| *number);
        number.ok_or_else(|| format!("{word}: \"{value}\" is none of high, medium, low"))
    }

    fn prefix(&mut self, word: &str) -> Result<(Ipv6Addr, u8), String> {
        let value = self.value(word)?;
        let wrong = || format!("{word}: \"{value}\" is no prefix of IPv6");
        let net: IpNet = value.parse().map_err(|_| wrong())?;
        match net.network().addr {
            IpAddr::V6(addr) => Ok((addr, net.len)),
            IpAddr::V4(_) => Err(wrong()),
        }
    }

    /// All words behind the device; none if it is to advertise nothing.
    fn advertise(&mut self) -> Result<Option<Advertise>, String> {
        let mut all = Advertise::default();
        while let Some(word) = self.0.next().map(String::as_str) {
            match word {
                "off" => return Ok(None),
                "lifetime" => all.lifetime = self.number(word)?,
                "preference" => all.preference = self.preference(word)?,
                "hoplimit" => all.hop_limit = self.number(word)?,
                "mtu" => all.mtu = Some(self.number(word)?),
                "reachable" => all.reachable = self.number(word)?,
                "retrans" => all.retransmit = self.number(word)?,
                "interval" => {
                    all.min_interval = self.number(word)?;
                    all.max_interval = self.number(word)?;
                }
                "managed" => all.managed = true,
                "other" => all.other = true,
                "prefix" => {
                    let (prefix, len) = self.prefix(word)?;
                    all.prefixes.push(AdvertisedPrefix::new(prefix, len));
                }
                "route" => {
                    let (prefix, len) = self.prefix(word)?;
                    all.routes.push(AdvertisedRoute {
                        prefix,
                        len,
                        preference: 0,
                        lifetime: Some(1800),
                    });
                }
                word => self.of_last(word, &mut all)?,
            }
        }
        Ok(Some(all))
    }

    /// A word of the prefix or route before it.
    fn of_last(&mut self, word: &str, all: &mut Advertise) -> Result<(), String> {
        let stray = || format!("\"{word}\" stands behind no prefix or route: see --help");
        if let "for" | "prefer" = word {
            let route = all.routes.last_mut().ok_or_else(stray)?;
            match word {
                "for" => route.lifetime = self.lifetime(word)?,
                _ => route.preference = self.preference(word)?,
            }
            return Ok(());
        }
        if !["valid", "preferred", "nolink", "noauto"].contains(&word) {
            return Err(format!("\"{word}\" is unknown: see --help"));
        }
        let prefix = all.prefixes.last_mut().ok_or_else(stray)?;
        match word {
            "valid" => prefix.valid = self.lifetime(word)?,
            "preferred" => prefix.preferred = self.lifetime(word)?,
            "nolink" => prefix.on_link = false,
            _ => prefix.autonomous = false,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Option<Advertise>, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Words(words.iter()).advertise()
    }

    #[test]
    fn what_is_shown_are_the_words_that_set_it() {
        let set = "lifetime 900 preference high hoplimit 32 interval 3 4 mtu 1400 managed prefix \
                   2001:db8:1::/64 valid 100 preferred 50 noauto route 2001:db8:9::/48 for forever \
                   prefer low";
        let advertise = parse(set).unwrap().unwrap();
        let here = Namespace {
            advertised: [(7, advertise.clone())].into(),
            ..Namespace::default()
        };
        let shown = text(&here);
        let again = shown.strip_prefix("dev if7 ").unwrap();
        assert_eq!(parse(again).unwrap().unwrap(), advertise, "{shown}");
    }

    #[test]
    fn words_that_are_unknown_or_stray_are_named() {
        for (words, named) in [
            ("frobnicate", "frobnicate"),
            ("valid 10", "valid"),
            ("prefix 10.0.0.0/8", "10.0.0.0/8"),
            ("mtu", "mtu"),
            ("route ::/0 prefer best", "best"),
        ] {
            let error = parse(words).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
        assert_eq!(parse("off"), Ok(None));
    }
}
