//! What is known of a packet beside its bytes (nft(8), META, SOCKET, OSF, FIB, ROUTING and IPSEC
//! EXPRESSIONS).

use crate::nft::lexer::Kind;
use crate::nft::option;
use crate::nft::parser::Parser;
use crate::nft::source::{Problem, Read};
use netloom_model::ruleset::expr::{FibResult, IpSecKey, MetaKey, OsfTtl, RtKey, SocketKey, fib};
use netloom_model::ruleset::{Expr, TableFamily};

/// The keys of `meta`, as an unknown one is answered.
const META_KEYS: &str = "length, protocol, priority, mark, iif, oif, iifname, oifname, iiftype, oiftype, \
    skuid, skgid, nftrace, rtclassid, secmark, nfproto, l4proto, ibrname, obrname, pkttype, cpu, \
    iifgroup, oifgroup, cgroup, random, ipsec, iifkind, oifkind, ibrpvid, ibrvproto, time, day, hour, \
    sdif, sdifname";

impl Parser<'_> {
    pub(super) fn meta(&mut self) -> Read<Expr> {
        self.at += 1;
        self.meta_key()
    }

    pub(super) fn meta_key(&mut self) -> Read<Expr> {
        let from = self.at;
        let word = match self.next().text.as_str() {
            // As it was called before.
            "secpath" => "ipsec".to_owned(),
            "ibriport" => "ibrname".to_owned(),
            "obriport" => "obrname".to_owned(),
            word => word.to_owned(),
        };
        let Some(key) = MetaKey::by_name(&word) else {
            // One that is set is wrong as a whole.
            while self.is("set") && !self.at_end() {
                self.at += 2;
            }
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

    /// What routing said, or a field of IPv6's routing header.
    pub(super) fn rt(&mut self) -> Read<Expr> {
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

    pub(super) fn socket(&mut self) -> Read<Expr> {
        self.at += 1;
        let word = self.peek().text.clone();
        let Some(key) = SocketKey::by_name(&word) else {
            return Err(self.unexpected("transparent or wildcard or cgroupv2 or mark"));
        };
        self.at += 1;
        if key == SocketKey::CgroupV2 {
            self.expect("level")?;
            let level = self.number()? as u32;
            let path = self.peek().clone();
            if matches!(path.kind, Kind::Quoted | Kind::Word) {
                // No world has such folders.
                self.at += 1;
                let message = "cgroupv2 path fails: No such file or directory";
                return Err(Problem::new(message, path.at));
            }
            return Ok(Expr::SocketCgroup(level));
        }
        Ok(Expr::Socket(key))
    }

    /// `fib saddr . iif oif`.
    pub(super) fn fib(&mut self) -> Read<Expr> {
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
            return Err(self.unexpected("type or oif or oifname"));
        };
        self.at += 1;
        if result == FibResult::Oif && (self.is("exists") || self.is("missing")) {
            result = FibResult::Check;
        }
        Ok(Expr::Fib { flags, result })
    }

    pub(super) fn osf(&mut self) -> Read<Expr> {
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
    pub(super) fn ipsec(&mut self) -> Read<Expr> {
        self.at += 1;
        let out = self.eat("out");
        if !out {
            self.expect("in")?;
        }
        let from = self.at;
        let number = match self.eat("spnum") {
            true => self.number()?,
            false => 0,
        };
        let number =
            u8::try_from(number).map_err(|_| Problem::new("value too large", self.since(from)))?;
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
}
