//! The words of a rule, read into statements.

use super::Variant;
use super::arguments::{Command, Words, needs_argument};
use super::extension::{self, Extension, Given, Opt};
use super::rules::Spec;
use crate::ip::protocol_names::PROTOCOL_NAMES;
use crate::ip::words::Outcome;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::Family;
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::statement::{Statement, Verdict};
use netloom_model::ruleset::{Expr, Field, Header, Value};

/// A match or target whose options are still being read.
struct Loaded {
    extension: &'static Extension,
    options: Vec<Opt>,
}

/// Reads the words of a rule.
pub(super) struct Reader {
    variant: Variant,
    spec: Spec,
    seen: Vec<char>,
    protocol: Option<(u8, bool)>,
    matches: Vec<Loaded>,
    target: Option<Loaded>,
    verdict: Option<Verdict>,
    fragments: Option<bool>,
}

/// The verdicts that are targets.
pub(super) fn verdict(name: &str) -> Option<Verdict> {
    match name {
        "ACCEPT" => Some(Verdict::Accept),
        "DROP" => Some(Verdict::Drop),
        "RETURN" => Some(Verdict::Return),
        _ => None,
    }
}

impl Reader {
    pub(super) fn new(variant: Variant) -> Reader {
        Reader {
            variant,
            spec: Spec::default(),
            seen: Vec::new(),
            protocol: None,
            matches: Vec::new(),
            target: None,
            verdict: None,
            fragments: None,
        }
    }

    /// Reads an option of iptables itself.
    pub(super) fn own(
        &mut self,
        letter: char,
        glued: Option<&str>,
        not: bool,
        words: &mut Words<'_>,
    ) -> Outcome<()> {
        let variant = self.variant;
        if !"psdiofjmg".contains(letter) {
            return Err(variant.problem(&format!("unknown option \"-{letter}\"")));
        }
        if letter != 'm' && self.seen.contains(&letter) {
            return Err(variant.problem(&format!("multiple -{letter} flags not allowed")));
        }
        self.seen.push(letter);
        if letter == 'f' {
            self.fragments = Some(not);
            return Ok(());
        }
        let value = glued.or_else(|| words.next());
        let value = value.ok_or_else(|| needs_argument(variant, &format!("-{letter}")))?;
        match letter {
            'p' => self.protocol(value, not),
            's' => {
                self.spec.sources = self.addresses(value, not, true)?;
                Ok(())
            }
            'd' => {
                self.spec.destinations = self.addresses(value, not, false)?;
                Ok(())
            }
            'i' => self.device(MetaKey::IifName, value, not),
            'o' => self.device(MetaKey::OifName, value, not),
            'm' => self.load(value),
            'g' => {
                self.verdict = Some(Verdict::Goto(value.to_owned()));
                Ok(())
            }
            _ => self.jump(value),
        }
    }

    fn load(&mut self, name: &str) -> Outcome<()> {
        let extension = extension::find_match(name).ok_or_else(|| {
            let text = format!("Couldn't load match `{name}':No such file or directory\n");
            self.variant.problem(&text)
        })?;
        self.matches.push(Loaded {
            extension,
            options: Vec::new(),
        });
        Ok(())
    }

    fn jump(&mut self, name: &str) -> Outcome<()> {
        if let Some(verdict) = verdict(name) {
            self.verdict = Some(verdict);
        } else if let Some(extension) = extension::find_target(name) {
            self.target = Some(Loaded {
                extension,
                options: Vec::new(),
            });
        } else {
            self.verdict = Some(Verdict::Jump(name.to_owned()));
        }
        Ok(())
    }

    /// Reads an option that iptables itself does not have: of the target, of the matches from the
    /// last one on, or of the protocol's own match, which need not be named.
    pub(super) fn foreign(
        &mut self,
        word: &str,
        glued: Option<&str>,
        not: bool,
        words: &mut Words<'_>,
    ) -> Outcome<()> {
        let name = word.trim_start_matches('-');
        let name = name.split_once('=').map_or(name, |(name, _)| name);
        if self.find(name).is_none()
            && let Some((protocol, false)) = self.protocol
            && let Some(implied) = implied_match(protocol)
            && !self.matches.iter().any(|m| m.extension.name == implied)
            && let Some(extension) = extension::find_match(implied)
        {
            self.matches.push(Loaded {
                extension,
                options: Vec::new(),
            });
        }
        let variant = self.variant;
        let Some((loaded, (option, count))) = self.find(name) else {
            return Err(variant.problem(&format!("unknown option \"{word}\"")));
        };
        let mut values: Vec<String> = glued.map(str::to_owned).into_iter().collect();
        while values.len() < usize::from(count) {
            let value = words.next().map(str::to_owned);
            values.push(value.ok_or_else(|| needs_argument(variant, word))?);
        }
        loaded.options.push(Opt {
            name: option,
            not,
            values,
        });
        Ok(())
    }

    /// Whether option `letter` was there.
    pub(super) fn has(&self, letter: char) -> bool {
        self.seen.contains(&letter)
    }

    fn loaded(&self) -> impl Iterator<Item = &'static Extension> {
        self.target.iter().chain(&self.matches).map(|l| l.extension)
    }

    /// Whether a match or target that is loaded has an option of that very name.
    pub(super) fn shadows(&self, name: &str) -> bool {
        self.loaded()
            .any(|e| e.options.iter().any(|(known, _)| *known == name))
    }

    /// Whether one that is loaded has an option that begins so.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.loaded()
            .any(|e| e.options.iter().any(|(known, _)| known.starts_with(name)))
    }

    /// Whose option is called `name`; it can be cut short.
    fn find(&mut self, name: &str) -> Option<(&mut Loaded, (&'static str, u8))> {
        let all = self.target.iter_mut().chain(self.matches.iter_mut().rev());
        for loaded in all {
            let options = loaded.extension.options.iter();
            let exact = options.clone().find(|(known, _)| *known == name);
            let found =
                exact.or_else(|| options.clone().find(|(known, _)| known.starts_with(name)));
            if let Some(found) = found {
                return Some((loaded, *found));
            }
        }
        None
    }

    fn protocol(&mut self, name: &str, not: bool) -> Outcome<()> {
        let name = name.to_lowercase();
        let number = match name.as_str() {
            "all" => Some(0),
            "icmpv6" | "ipv6-icmp" => Some(58),
            "mh" | "ipv6-mh" => Some(135),
            _ => PROTOCOL_NAMES.number(&name, 255),
        };
        let Some(number) = number.and_then(|n| u8::try_from(n).ok()) else {
            let text = format!("unknown protocol \"{name}\" specified");
            return Err(self.variant.problem(&text));
        };
        if number == 0 {
            if not {
                let text = "rule would never match protocol";
                return Err(self.variant.problem(text));
            }
            return Ok(());
        }
        self.protocol = Some((number, not));
        Ok(())
    }

    fn device(&mut self, key: MetaKey, name: &str, not: bool) -> Outcome<()> {
        if name.len() > 15 {
            let text = format!("interface name `{name}' must be shorter than IFNAMSIZ (15)");
            return Err(self.variant.problem(&text));
        }
        let value = match name.strip_suffix('+') {
            Some("") => return Ok(()),
            Some(begin) => Value::new(begin.as_bytes()),
            None => Value::ifname(name),
        };
        self.spec
            .head
            .push(compare(Expr::Meta(key), not, Expr::Value(value)));
        Ok(())
    }

    /// The statements for each of several addresses.
    fn addresses(&self, words: &str, not: bool, source: bool) -> Outcome<Vec<Statement>> {
        let variant = self.variant;
        if not && words.contains(',') {
            return Err(
                variant.problem("! not allowed with multiple source or destination IP addresses")
            );
        }
        let mut statements = Vec::new();
        for word in words.split(',') {
            let (host, mask) = match word.split_once('/') {
                Some((host, mask)) => (host, Some(mask)),
                None => (word, None),
            };
            let (address, mask) = address(variant.family, word).ok_or_else(|| {
                if let Some(mask) = mask
                    && address(variant.family, host).is_some()
                {
                    return variant.problem(&format!("invalid mask `{mask}' specified"));
                }
                variant.problem(&format!("host/network `{host}' not found"))
            })?;
            statements.extend(of_address(variant.family, source, not, (address, mask)));
        }
        Ok(statements)
    }

    /// The rule, once all words are read.
    pub(super) fn finish(mut self, command: &Command) -> Outcome<Spec> {
        self.check_devices(command)?;
        let mut found = Vec::new();
        for loaded in &self.matches {
            found.extend(self.build(loaded)?);
        }
        if let Some((protocol, not)) = self.protocol
            && !implied_by(&found, protocol)
        {
            let number = Expr::Value(protocol.into());
            self.spec
                .head
                .push(compare(Expr::Meta(MetaKey::L4Proto), not, number));
        }
        if let Some(not) = self.fragments {
            let offset = Expr::Bits(
                BitOp::And,
                Box::new(Expr::Field(Field::IpFragOff)),
                Box::new(Expr::Value(0x1fff_u16.into())),
            );
            found.insert(0, compare(offset, !not, Expr::Value(0_u16.into())));
        }
        self.spec.matches = found;
        self.spec.target = match (&self.target, &self.verdict) {
            (Some(target), _) => self.build(target)?,
            (None, Some(verdict)) => vec![Statement::Verdict(verdict.clone())],
            (None, None) => Vec::new(),
        };
        Ok(self.spec)
    }

    fn build(&self, loaded: &Loaded) -> Outcome<Vec<Statement>> {
        (loaded.extension.build)(&Given {
            variant: self.variant,
            protocol: self.protocol,
            options: &loaded.options,
        })
    }

    /// A packet for this host leaves by no device, and one made here came by none.
    fn check_devices(&self, command: &Command) -> Outcome<()> {
        let (Command::Append(chain)
        | Command::Check(chain)
        | Command::Delete(chain, _)
        | Command::Insert(chain, _)
        | Command::Replace(chain, _)) = command
        else {
            return Ok(());
        };
        let wrong = match chain.as_str() {
            "PREROUTING" | "INPUT" if self.seen.contains(&'o') => 'o',
            "POSTROUTING" | "OUTPUT" if self.seen.contains(&'i') => 'i',
            _ => return Ok(()),
        };
        let text = format!("Can't use -{wrong} with {chain}\n");
        Err(self.variant.problem(&text))
    }
}

/// `left == right`, or not.
pub(super) fn compare(left: Expr, not: bool, right: Expr) -> Statement {
    let relation = if not { Relation::Ne } else { Relation::Eq };
    Statement::Match {
        left,
        relation,
        right,
    }
}

/// The match that a protocol has of its own.
pub(super) const fn implied_match(protocol: u8) -> Option<&'static str> {
    Some(match protocol {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        33 => "dccp",
        50 => "esp",
        51 => "ah",
        58 => "icmp6",
        132 => "sctp",
        135 => "mh",
        136 => "udplite",
        _ => return None,
    })
}

/// Whether one of the statements says already that the protocol is that one: a comparison with
/// comparisons alone before it, for so nft lists it.
fn implied_by(statements: &[Statement], protocol: u8) -> bool {
    statements
        .iter()
        .take_while(|statement| matches!(statement, Statement::Match { .. }))
        .any(|statement| header_of(statement).is_some_and(|h| h.protocol() == Some(protocol)))
}

/// The header whose field a statement compares.
pub(super) fn header_of(statement: &Statement) -> Option<Header> {
    let Statement::Match { left, .. } = statement else {
        return None;
    };
    match left {
        Expr::Field(field) => Some(field.header()),
        Expr::Bits(_, left, _) => match &**left {
            Expr::Field(field) => Some(field.header()),
            _ => None,
        },
        _ => None,
    }
}

/// Reads `address[/mask]`; the mask as bits.
pub(super) fn address(family: Family, word: &str) -> Option<(IpAddr, u128)> {
    let (address, mask) = match word.split_once('/') {
        Some((address, mask)) => (address, Some(mask)),
        None => (word, None),
    };
    let bits = u32::from(family.bits());
    let all = u128::MAX >> (128 - bits);
    let prefix = |len: u32| (len <= bits).then(|| all & !(all.checked_shr(len).unwrap_or(0)));
    let address: IpAddr = match family {
        Family::V4 => short_v4(address)?.into(),
        Family::V6 => address.parse::<Ipv6Addr>().ok()?.into(),
    };
    let mask = match mask {
        None => all,
        Some(mask) => match mask.parse::<u32>() {
            Ok(len) => prefix(len)?,
            Err(_) => number(mask.parse().ok()?),
        },
    };
    Some((address, mask))
}

/// An IPv4 address whose last parts can be left out (`10.1` is 10.1.0.0).
fn short_v4(word: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let parts: Vec<&str> = word.split('.').collect();
    if parts.len() > 4 {
        return None;
    }
    for (octet, part) in octets.iter_mut().zip(parts) {
        *octet = part.parse().ok()?;
    }
    Some(octets.into())
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The statement that compares an address with a network; none for every address.
fn of_address(
    family: Family,
    source: bool,
    not: bool,
    (address, mask): (IpAddr, u128),
) -> Option<Statement> {
    let field = match (family, source) {
        (Family::V4, true) => Field::IpSaddr,
        (Family::V4, false) => Field::IpDaddr,
        (Family::V6, true) => Field::Ip6Saddr,
        (Family::V6, false) => Field::Ip6Daddr,
    };
    let len = usize::from(family.bits()) / 8;
    let value = |number| Value::number(number, len);
    let network = value(number(address) & mask);
    let set = mask.count_ones() as u8;
    let host = family.bits() - set;
    let contiguous = mask.trailing_zeros() == u32::from(host) || mask == 0;
    Some(match (set, contiguous) {
        (0, _) if !not => return None,
        (_, true) if set == family.bits() => compare(Expr::Field(field), not, Expr::Value(network)),
        (_, true) => compare(Expr::Field(field), not, Expr::Prefix(network, set)),
        (_, false) => {
            let under = Expr::Bits(
                BitOp::And,
                Box::new(Expr::Field(field)),
                Box::new(Expr::Value(value(mask))),
            );
            compare(under, not, Expr::Value(network))
        }
    })
}
