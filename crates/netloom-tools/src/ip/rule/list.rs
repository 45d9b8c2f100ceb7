//! `ip rule show`: which rules are listed.

use super::selector::{fwmark, ipproto, ports, protocol, tos, users};
use super::{PARTS, family, format};
use crate::Context;
use crate::ip::words::{self, Failure, Outcome, TABLES, Words, matches, u32_of};
use crate::ip::{Options, show};
use netloom_model::{IpNet, Rule, RuleAction};

/// Which rules are listed.
#[derive(Debug, Default)]
pub(super) struct Filter {
    not: bool,
    from: Option<IpNet>,
    to: Option<IpNet>,
    iif: Option<String>,
    oif: Option<String>,
    fwmark: Option<(u32, Option<u32>)>,
    tos: Option<u8>,
    priority: Option<u32>,
    table: Option<u32>,
    /// Whose rules a flush takes.
    pub(super) protocol: Option<u8>,
    ipproto: Option<u8>,
    sport: Option<(u16, u16)>,
    dport: Option<(u16, u16)>,
    uid_range: Option<(u32, u32)>,
    l3mdev: bool,
}

impl Filter {
    pub(super) fn parse(options: &Options, words: &mut Words<'_>) -> Outcome<Filter> {
        let mut filter = Filter::default();
        while let Some(word) = words.next() {
            let is = |full| matches(word, full);
            if word == "not" {
                filter.not = true;
            } else if is("preference") || is("order") || is("priority") {
                let value = words.value()?;
                let wrong = || Failure::wrong_nl(value, "preference value is invalid");
                filter.priority = Some(u32_of(value).ok_or_else(wrong)?);
            } else if word == "from" {
                filter.from = Some(words::prefix(words.value()?, Some(family(options)))?);
            } else if word == "tos" || is("dsfield") {
                filter.tos = Some(tos(words.value()?)?);
            } else if word == "fwmark" {
                filter.fwmark = Some(fwmark(words.value()?)?);
            } else if word == "iif" || word == "dev" {
                filter.iif = Some(words.value()?.to_owned());
            } else if word == "oif" {
                filter.oif = Some(words.value()?.to_owned());
            } else if is("lookup") || is("table") {
                let value = words.value()?;
                let wrong = || Failure::wrong_nl(value, "table id value is invalid");
                let number = TABLES.number(value, u32::MAX).ok_or_else(wrong)?;
                filter.table = Some(number).filter(|_| value != "all");
            } else if is("protocol") {
                filter.protocol = Some(protocol(words.value()?)?);
            } else if filter.upper(word, words)? {
            } else if word == "tun_id" {
                return Err(Failure::unsupported(word));
            } else {
                let word = if word == "to" { words.value()? } else { word };
                filter.to = Some(words::prefix(word, Some(family(options)))?);
            }
        }
        Ok(filter)
    }

    /// A selector of what is above IP; whether `word` is one.
    fn upper(&mut self, word: &str, words: &mut Words<'_>) -> Outcome<bool> {
        match word {
            "ipproto" => self.ipproto = Some(ipproto(words.value()?)?),
            "sport" => self.sport = Some(ports(words.value()?)?),
            "dport" => self.dport = Some(ports(words.value()?)?),
            "uidrange" => self.uid_range = Some(users(words.value()?)?),
            "l3mdev" => self.l3mdev = true,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether `rule` fits. The protocol decides in `flush` alone, as in the original.
    pub(super) fn fits(&self, rule: &Rule) -> bool {
        let mark = rule.fwmark;
        self.not <= rule.not
            && self.priority.is_none_or(|p| rule.priority == Some(p))
            && self.from.is_none_or(|n| rule.from == Some(n))
            && self.to.is_none_or(|n| rule.to == Some(n))
            && self
                .iif
                .as_ref()
                .is_none_or(|n| rule.iif.as_ref() == Some(n))
            && self
                .oif
                .as_ref()
                .is_none_or(|n| rule.oif.as_ref() == Some(n))
            && self.tos.is_none_or(|t| rule.tos == t)
            && self.fwmark.is_none_or(|(value, mask)| {
                mark.is_some_and(|(v, m)| v == value && mask.is_none_or(|mask| m == mask))
            })
            && self
                .table
                .is_none_or(|t| rule.action == RuleAction::Lookup(t) && !rule.l3mdev)
            && self.ipproto.is_none_or(|p| rule.ipproto == p)
            && (self.sport.is_none() || rule.sport == self.sport)
            && (self.dport.is_none() || rule.dport == self.dport)
            && (self.uid_range.is_none() || rule.uid_range == self.uid_range)
            && self.l3mdev <= rule.l3mdev
    }
}

pub(super) fn list(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let filter = Filter::parse(options, &mut words)?;
    let ns = words::namespace(cx, PARTS)?;
    let rules: Vec<&Rule> = ns
        .rules
        .iter()
        .filter(|r| r.family == family(options))
        .collect();
    let found = rules.iter().filter(|r| filter.fits(r));
    let records = found
        .map(|r| format::rule(&ns, options, r, &rules))
        .collect();
    show(cx, options, records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::Family;

    fn listed(words: &str, rule: &Rule) -> bool {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let filter = Filter::parse(&Options::default(), &mut Words::new(&words)).unwrap();
        filter.fits(rule)
    }

    #[test]
    fn a_list_is_filtered() {
        let rule = Rule {
            fwmark: Some((0x10, 0xff)),
            ipproto: 17,
            dport: Some((53, 60)),
            ..Rule::lookup(Family::V4, 5, 8)
        };
        for fits in ["fwmark 0x10", "ipproto udp", "dport 53-60 table 8"] {
            assert!(listed(fits, &rule), "{fits}");
        }
        for other in ["fwmark 0x11", "ipproto tcp", "dport 53", "l3mdev"] {
            assert!(!listed(other, &rule), "{other}");
        }
    }
}
