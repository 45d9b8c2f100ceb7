//! What a rule can look at, by its first word (nft(8), PRIMARY EXPRESSIONS and PAYLOAD EXPRESSIONS).

use super::lexer::Kind;
use super::option;
use super::parser::Parser;
use super::source::{Problem, Read};
use netloom_model::ruleset::expr::{
    CtDirection, CtKey, FibResult, IpSecKey, MetaKey, OsfTtl, RtKey, SocketKey, fib,
};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::{Expr, Field, Header, TableFamily};

/// The keys of `meta` that may stand without that word.
const UNQUALIFIED: &[&str] = &[
    "mark",
    "iif",
    "iifname",
    "iiftype",
    "iifgroup",
    "oif",
    "oifname",
    "oiftype",
    "oifgroup",
    "skuid",
    "skgid",
    "pkttype",
    "nftrace",
    "rtclassid",
    "cpu",
    "ibrname",
    "obrname",
    "random",
    "secmark",
    "cgroup",
];

/// The keys of `meta`, as an unknown one is answered.
const META_KEYS: &str = "length, protocol, priority, mark, iif, oif, iifname, oifname, iiftype, oiftype, \
    skuid, skgid, nftrace, rtclassid, secmark, nfproto, l4proto, ibrname, obrname, pkttype, cpu, \
    iifgroup, oifgroup, cgroup, random, ipsec, iifkind, oifkind, ibrpvid, ibrvproto, time, day, hour, \
    sdif, sdifname";

/// An expression by its first word, which is next.
type Reader = fn(&mut Parser<'_>) -> Read<Expr>;

/// The expressions that do not begin with a header's name.
const READERS: &[(&str, Reader)] = &[
    ("meta", |parser| parser.meta()),
    ("ct", |parser| parser.ct()),
    ("rt", |parser| parser.rt()),
    ("socket", |parser| parser.socket()),
    ("fib", |parser| parser.fib()),
    ("osf", |parser| parser.osf()),
    ("ipsec", |parser| parser.ipsec()),
    ("numgen", |parser| parser.numgen()),
    ("jhash", |parser| parser.jhash()),
    ("symhash", |parser| parser.symhash()),
    ("exthdr", |parser| parser.has_extension()),
    ("hbh", |parser| parser.extension()),
    ("rt0", |parser| parser.extension()),
    ("rt2", |parser| parser.extension()),
    ("srh", |parser| parser.extension()),
    ("frag", |parser| parser.extension()),
    ("dst", |parser| parser.extension()),
    ("mh", |parser| parser.extension()),
];

impl Parser<'_> {
    /// Whether an expression begins here.
    pub(super) fn at_expression(&mut self) -> bool {
        let token = self.peek();
        let word = token.text.clone();
        if token.is("@") {
            let layer = self.tokens.get(self.at + 1).map(|t| t.text.as_str());
            let comma = self.tokens.get(self.at + 2).is_some_and(|t| t.is(","));
            return comma && matches!(layer, Some("ll" | "nh" | "th" | "ih"));
        }
        if token.kind != Kind::Word {
            return false;
        }
        if UNQUALIFIED.contains(&word.as_str()) {
            return true;
        }
        // A protocol's name is a constant too (`ip protocol tcp`): a field must follow.
        let header = Header::by_name(&word);
        let reader = READERS.iter().any(|(name, _)| *name == word);
        let second = self.tokens.get(self.at + 1);
        (header.is_some() || reader)
            && second.is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Number))
    }

    /// One expression without operations.
    pub(super) fn primary(&mut self) -> Read<Expr> {
        let from = self.at;
        let token = self.peek().clone();
        let word = token.text.as_str();
        if token.is("@") {
            self.at += 1;
            return self.raw();
        }
        if token.kind == Kind::Word {
            if let Some((_, read)) = READERS.iter().find(|(name, _)| *name == word) {
                return read(self);
            }
            if let Some(header) = Header::by_name(word) {
                self.at += 1;
                return self.field(header);
            }
            if UNQUALIFIED.contains(&word) {
                return self.meta_key();
            }
            if token.name() == "string" {
                self.at += 1;
                // A word that means nothing is a constant that nothing is compared with.
                if !self.at_end() {
                    return Err(Problem::new("No symbol type information", self.since(from)));
                }
            }
        }
        Err(self.unexpected(""))
    }

    fn second_text(&self) -> String {
        let token = self.tokens.get(self.at + 1);
        token.map_or_else(String::new, |t| t.text.clone())
    }

    fn field(&mut self, header: Header) -> Read<Expr> {
        if header == Header::Gre {
            return Err(self.unexpected(""));
        }
        match (header, self.peek().text.as_str()) {
            (Header::Tcp, "option") => return self.option(option::Kind::Tcp),
            (Header::Ip, "option") => return self.option(option::Kind::Ip),
            (Header::Sctp, "chunk") => return self.option(option::Kind::Sctp),
            _ => {}
        }
        let word = self.peek().text.clone();
        let both = format!("{word} {}", self.second_text());
        let (field, taken) = match (header.field(&word), header.field(&both)) {
            (Some(field), _) => (field, 1),
            (None, Some(field)) => (field, 2),
            _ => return Err(self.unexpected("")),
        };
        if matches!(
            field,
            Field::Icmpv6ParameterProblem | Field::Icmpv6PacketTooBig
        ) {
            return Err(self.unexpected(""));
        }
        self.at += taken;
        Ok(Expr::Field(field))
    }

    /// `tcp option NAME [FIELD]`; the protocol was taken.
    fn option(&mut self, kind: option::Kind) -> Read<Expr> {
        self.at += 1;
        if kind == option::Kind::Tcp && self.eat("@") {
            let number = self.number_to(255)?;
            self.expect(",")?;
            let offset = self.number_to(65535)?;
            self.expect(",")?;
            let bits = self.number_to(128)?;
            return Ok(kind.expr(number, Some((offset, bits))));
        }
        let name = self.peek().text.clone();
        let Some(number) = kind.number(&name) else {
            return Err(self.unexpected(""));
        };
        self.at += 1;
        let word = self.peek().text.clone();
        let field = kind.field(&name, &word);
        self.at += usize::from(field.is_some());
        Ok(kind.expr(number, field))
    }

    /// `exthdr NAME`.
    fn has_extension(&mut self) -> Read<Expr> {
        self.at += 1;
        let name = self.peek().text.clone();
        let kind = option::Kind::Extension;
        let Some(number) = kind.number(&name) else {
            return Err(self.unexpected(""));
        };
        self.at += 1;
        Ok(kind.expr(number, None))
    }

    /// `NAME FIELD` of a header of IPv6's extensions.
    fn extension(&mut self) -> Read<Expr> {
        let name = self.next().text;
        let mut word = self.peek().text.clone();
        if self.second_is("[") {
            let index = self.tokens.get(self.at + 2).map_or("", |t| t.text.as_str());
            word = format!("{word}[{index}]");
        }
        let kind = option::Kind::Extension;
        let (Some(number), Some(field)) = (kind.number(&name), kind.field(&name, &word)) else {
            return Err(self.unexpected(""));
        };
        self.at += if word.ends_with(']') { 4 } else { 1 };
        Ok(kind.expr(number, Some(field)))
    }

    fn meta(&mut self) -> Read<Expr> {
        self.at += 1;
        self.meta_key()
    }

    fn meta_key(&mut self) -> Read<Expr> {
        let from = self.at;
        let word = self.next().text;
        let Some(key) = MetaKey::by_name(&word) else {
            let at = self.since(from.saturating_sub(1));
            self.at = from;
            let mut problem = self.unexpected("");
            problem.message =
                format!("syntax error, unexpected {word}, known keys are {META_KEYS}");
            problem.at = at;
            return Err(problem);
        };
        if key == MetaKey::NfProto && self.family != TableFamily::Inet {
            let at = self.since(from.saturating_sub(1));
            let message = "meta nfproto is only useful in the inet family";
            return Err(Problem::new(message, at));
        }
        Ok(Expr::Meta(key))
    }

    fn direction(&mut self) -> Option<CtDirection> {
        let direction = match self.peek().text.as_str() {
            "original" => Some(CtDirection::Original),
            "reply" => Some(CtDirection::Reply),
            _ => None,
        };
        self.at += usize::from(direction.is_some());
        direction
    }

    fn ct(&mut self) -> Read<Expr> {
        let from = self.at;
        self.at += 1;
        let direction = self.direction();
        let word = self.peek().text.clone();
        if direction.is_some() && matches!(word.as_str(), "saddr" | "daddr") {
            self.at += 1;
            let key = match (self.family, word.as_str()) {
                (TableFamily::Ip, "saddr") => CtKey::IpSaddr,
                (TableFamily::Ip, _) => CtKey::IpDaddr,
                (TableFamily::Ip6, "saddr") => CtKey::Ip6Saddr,
                (TableFamily::Ip6, _) => CtKey::Ip6Daddr,
                _ => {
                    let message = "cannot determine ip protocol version, use \"ip saddr\" or \
                                   \"ip6 saddr\" instead"
                        .replace("saddr", &word);
                    return Err(Problem::new(message, self.since(from)));
                }
            };
            return Ok(Expr::Ct(key, direction));
        }
        let both = format!("{word} {}", self.second_text());
        let (key, taken) = match (CtKey::by_name(&word), CtKey::by_name(&both)) {
            (Some(key), _) => (key, 1),
            (None, Some(key)) => (key, 2),
            _ => return Err(self.unexpected("")),
        };
        self.at += taken;
        // The family and the protocol are those of both directions.
        let direction = match key {
            CtKey::L3Proto | CtKey::Protocol => None,
            _ => direction,
        };
        Ok(Expr::Ct(key, direction))
    }

    /// What routing said, or a field of IPv6's routing header.
    fn rt(&mut self) -> Read<Expr> {
        let word = self.second_text();
        if option::Kind::Extension.field("rt", &word).is_some() {
            return self.extension();
        }
        let from = self.at;
        self.at += 1;
        let third = self.tokens.get(self.at + 1).map_or("", |t| t.text.as_str());
        let both = format!("{word} {third}");
        let (key, taken) = match (word.as_str(), RtKey::by_name(&both)) {
            ("nexthop", _) => {
                self.at += 1;
                let key = match self.family {
                    TableFamily::Ip => RtKey::NextHop4,
                    TableFamily::Ip6 => RtKey::NextHop6,
                    _ => {
                        let message = "cannot determine ip protocol version, use \"ip nexthop\" or \
                                       \"ip6 nexthop\" instead";
                        return Err(Problem::new(message, self.since(from)));
                    }
                };
                (key, 0)
            }
            (_, Some(key)) => (key, 2),
            (word, None) => match RtKey::by_name(word) {
                Some(key) => (key, 1),
                None => return Err(self.unexpected("")),
            },
        };
        self.at += taken;
        Ok(Expr::Rt(key))
    }

    fn socket(&mut self) -> Read<Expr> {
        self.at += 1;
        let word = self.peek().text.clone();
        let Some(key) = SocketKey::by_name(&word) else {
            return Err(self.unexpected(""));
        };
        self.at += 1;
        if key == SocketKey::CgroupV2 {
            self.expect("level")?;
            return Ok(Expr::SocketCgroup(self.number()? as u32));
        }
        Ok(Expr::Socket(key))
    }

    /// `fib saddr . iif oif`.
    fn fib(&mut self) -> Read<Expr> {
        self.at += 1;
        let mut flags = 0;
        loop {
            flags |= match self.peek().text.as_str() {
                "saddr" => fib::SADDR,
                "daddr" => fib::DADDR,
                "mark" => fib::MARK,
                "iif" => fib::IIF,
                "oif" => fib::OIF,
                _ => return Err(self.unexpected("")),
            };
            self.at += 1;
            if !self.eat(".") {
                break;
            }
        }
        let word = self.peek().text.clone();
        let Some(mut result) = FibResult::by_name(&word).filter(|r| *r != FibResult::Check) else {
            return Err(self.unexpected(""));
        };
        self.at += 1;
        if result == FibResult::Oif && (self.is("exists") || self.is("missing")) {
            result = FibResult::Check;
        }
        Ok(Expr::Fib { flags, result })
    }

    fn osf(&mut self) -> Read<Expr> {
        self.at += 1;
        let mut ttl = OsfTtl::Exact;
        if self.eat("ttl") {
            ttl = match self.peek().text.as_str() {
                "loose" => OsfTtl::Loose,
                "skip" => OsfTtl::Skip,
                _ => return Err(self.unexpected("")),
            };
            self.at += 1;
        }
        let version = self.eat("version");
        if !version {
            self.expect("name")?;
        }
        Ok(Expr::Osf { ttl, version })
    }

    /// `ipsec in|out [spnum N] KEY`.
    fn ipsec(&mut self) -> Read<Expr> {
        self.at += 1;
        let out = self.eat("out");
        if !out {
            self.expect("in")?;
        }
        let number = match self.eat("spnum") {
            true => self.number()? as u8,
            false => 0,
        };
        let word = self.peek().text.clone();
        let both = format!("{word} {}", self.second_text());
        let (key, taken) = match (IpSecKey::by_name(&word), IpSecKey::by_name(&both)) {
            (Some(key), _) => (key, 1),
            (None, Some(key)) => (key, 2),
            _ => return Err(self.unexpected("")),
        };
        self.at += taken;
        Ok(Expr::IpSec { out, number, key })
    }

    fn offset(&mut self) -> Read<u32> {
        match self.eat("offset") {
            true => Ok(self.number()? as u32),
            false => Ok(0),
        }
    }

    /// `numgen inc|random mod N [offset N]`.
    fn numgen(&mut self) -> Read<Expr> {
        self.at += 1;
        let random = self.eat("random");
        if !random {
            self.expect("inc")?;
        }
        self.expect("mod")?;
        Ok(Expr::Numgen {
            random,
            modulus: self.number()? as u32,
            offset: self.offset()?,
        })
    }

    /// `jhash EXPR mod N [seed N] [offset N]`.
    fn jhash(&mut self) -> Read<Expr> {
        self.at += 1;
        let of = self.expression()?;
        self.expect("mod")?;
        let modulus = self.number()? as u32;
        let seed = match self.eat("seed") {
            true => Some(self.number()? as u32),
            false => None,
        };
        Ok(Expr::Hash {
            of: Some(Box::new(of)),
            modulus,
            seed,
            offset: self.offset()?,
        })
    }

    fn symhash(&mut self) -> Read<Expr> {
        self.at += 1;
        self.expect("mod")?;
        Ok(Expr::Hash {
            of: None,
            modulus: self.number()? as u32,
            seed: None,
            offset: self.offset()?,
        })
    }

    /// `@th,16,8`; what has a name is listed by it.
    fn raw(&mut self) -> Read<Expr> {
        let layer = match self.peek().text.as_str() {
            "ll" => Layer::Link,
            "nh" => Layer::Network,
            "th" => Layer::Transport,
            "ih" => Layer::Inner,
            _ => return Err(self.unexpected("")),
        };
        self.at += 1;
        self.expect(",")?;
        let from = self.at;
        let offset = self.number()?;
        self.expect(",")?;
        let bits = self.number()?;
        let at = self.since(from);
        let (Ok(offset), Ok(bits)) = (u16::try_from(offset), u16::try_from(bits)) else {
            return Err(Problem::new("Invalid payload expression", at));
        };
        if bits == 0 || bits > 128 || offset.checked_add(bits).is_none() {
            return Err(Problem::new("Invalid payload expression", at));
        }
        let of = match (self.family, layer) {
            (_, Layer::Transport) => Some(Header::Th),
            (TableFamily::Ip, Layer::Network) => Some(Header::Ip),
            (TableFamily::Ip6, Layer::Network) => Some(Header::Ip6),
            _ => None,
        };
        let mut fields = Field::ALL.iter().filter(|f| Some(f.header()) == of);
        let named = fields.find(|field| (field.offset(), field.bits()) == (offset, bits));
        Ok(match named {
            Some(field) => Expr::Field(*field),
            None => Expr::Raw {
                layer,
                offset,
                bits,
            },
        })
    }
}
