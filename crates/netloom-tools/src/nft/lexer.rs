//! A text taken apart into words, numbers, addresses and signs (nft(8), LEXICAL CONVENTIONS).

use super::source::{Source, Span};
use core::net::{Ipv4Addr, Ipv6Addr};
use netloom_wire::MacAddr;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word: a name, or one of the language.
    Word,
    /// A text between quotation marks, without them.
    Quoted,
    /// A number.
    Number,
    /// An address of IPv4, IPv6 or Ethernet.
    Address,
    /// A sign of one or two characters.
    Sign,
    /// The end of a line.
    Newline,
    /// The end of the text.
    End,
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) at: Span,
}

/// Words that no name can be: an unexpected one is told by itself.
const KEYWORDS: &str = "\
    accept add ah all and arp auto-merge bridge cgroup chain comment comp constant continue \
    counter cpu create ct day dccp define delete describe device devices dnat drop dst dup \
    dynamic ecn element elements esp ether exists expires export exthdr fib flags flow \
    flowtable flush frag fwd gc-interval get goto handle hbh hook hour ibrname icmp icmpv6 \
    igmp iif iifgroup iifname iiftype import include index inet insert interval ip ip6 ipsec \
    jhash jump limit list log lt map mark masquerade meta mh missing monitor ne netdev \
    nftrace not notrack numgen obrname offload oif oifgroup oifname oiftype or osf pkttype \
    policy position priority queue quota random redefine redirect reject rename replace \
    reset return rt rt0 rt2 rtclassid rule ruleset sctp secmark set size skgid skuid snat \
    socket srh symhash synproxy table tcp th time timeout tproxy type typeof udp udplite \
    undefine update vlan vmap xt";

/// Words that are names too, where nothing of theirs is expected.
const SOMETIMES: &str = "\
    chains sets tables with";

impl Token {
    /// How it is called where it was not expected.
    pub(super) fn name(&self) -> String {
        match self.kind {
            Kind::Word if self.is_reserved() || is_of(SOMETIMES, &self.text) => self.text.clone(),
            Kind::Word | Kind::Address => "string".to_owned(),
            Kind::Quoted => "quoted string".to_owned(),
            Kind::Number => "number".to_owned(),
            Kind::Newline => "newline".to_owned(),
            Kind::End => "end of file".to_owned(),
            Kind::Sign => match self.text.as_str() {
                ";" => "semicolon".to_owned(),
                "," => "comma".to_owned(),
                ":" => "colon".to_owned(),
                "." => ".".to_owned(),
                sign @ ("{" | "}" | "(" | ")" | "[" | "]" | "=" | "|" | "$") => format!("'{sign}'"),
                sign => sign.to_owned(),
            },
        }
    }

    /// Whether it is a word that no name can be.
    pub(super) fn is_reserved(&self) -> bool {
        self.kind == Kind::Word && is_of(KEYWORDS, &self.text)
    }

    /// Whether it is this word or sign.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text == text
    }
}

/// Whether a list has a word.
fn is_of(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|other| other == word)
}

/// Takes a text apart.
pub(super) fn tokens(source: &Source, number: usize) -> Vec<Token> {
    let text = source.text.as_str();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, len) = match first {
            ' ' | '\t' | '\r' => (None, 1),
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '\\' if rest[1..].starts_with('\n') => (None, 2),
            '\n' => (Some(Kind::Newline), 1),
            '"' => {
                let len = rest[1..].find('"').map_or(rest.len(), |end| end + 2);
                (Some(Kind::Quoted), len)
            }
            _ => {
                let (kind, len) = word(rest, first);
                (Some(kind), len)
            }
        };
        if let Some(kind) = kind {
            let text = match kind {
                Kind::Quoted => rest[..len].trim_matches('"'),
                _ => &rest[..len],
            };
            found.push(Token {
                kind,
                text: text.to_owned(),
                at: Span {
                    source: number,
                    from: at,
                    to: at + len,
                },
            });
        }
        at += len;
    }
    found.push(Token {
        kind: Kind::End,
        text: String::new(),
        at: Span {
            source: number,
            from: text.len(),
            to: text.len(),
        },
    });
    found
}

/// What the text begins with, and how long that is.
fn word(rest: &str, first: char) -> (Kind, usize) {
    let run = |allowed: fn(char) -> bool| rest.find(|c| !allowed(c)).unwrap_or(rest.len());
    if first.is_ascii_alphanumeric() || first == ':' {
        let len = run(|c| c.is_ascii_alphanumeric() || c == '.' || c == ':');
        let address = rest[..len].trim_end_matches(['.']);
        if address.parse::<Ipv4Addr>().is_ok()
            || address.contains(':')
                && (address.parse::<Ipv6Addr>().is_ok() || address.parse::<MacAddr>().is_ok())
        {
            return (Kind::Address, address.len());
        }
        // An address with a port behind it.
        if let Some((host, _)) = rest[..len].split_once(':')
            && host.parse::<Ipv4Addr>().is_ok()
        {
            return (Kind::Address, host.len());
        }
        // Four numbers that are no address are a host's name.
        if len > 0 && address.split('.').count() == 4 && !address.contains(':') {
            return (Kind::Word, address.len());
        }
    }
    if first.is_ascii_digit() {
        let whole = run(|c| c.is_ascii_alphanumeric());
        let digits = run(|c| c.is_ascii_digit());
        if let Some(hex) = rest[..whole].strip_prefix("0x")
            && !hex.is_empty()
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
        {
            return (Kind::Number, whole);
        }
        let kind = &rest[..whole];
        if matches!(kind, "8021q" | "8021ad") || is_time(kind) {
            return (Kind::Word, whole);
        }
        return (Kind::Number, digits);
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let len = run(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
        let star = usize::from(rest[len..].starts_with('*'));
        return (Kind::Word, len + star);
    }
    let two = ["==", "!=", "<=", ">=", "<<", ">>", "&&"];
    let len = match rest.get(..2) {
        Some(sign) if two.contains(&sign) => 2,
        _ => first.len_utf8(),
    };
    (Kind::Sign, len)
}

/// Whether a word is a time: `1h30m`.
fn is_time(word: &str) -> bool {
    let units = ['d', 'h', 'm', 's'];
    word.ends_with(units)
        && word
            .chars()
            .all(|c| c.is_ascii_digit() || units.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(Kind, String)> {
        let source = Source {
            name: None,
            text: text.to_owned(),
        };
        let tokens = tokens(&source, 0).into_iter();
        let mut words: Vec<_> = tokens.map(|t| (t.kind, t.text)).collect();
        words.pop();
        words
    }

    #[test]
    fn ranges_are_numbers_and_names_keep_their_dashes() {
        let kinds: Vec<Kind> = words("80-90 echo-request").iter().map(|w| w.0).collect();
        assert_eq!(kinds, [Kind::Number, Kind::Sign, Kind::Number, Kind::Word]);
    }

    #[test]
    fn addresses_are_one_word() {
        for address in ["10.0.0.1", "fe80::1", "::", "00:11:22:33:44:55"] {
            assert_eq!(words(address), [(Kind::Address, address.to_owned())]);
        }
        assert_eq!(words("80:accept").len(), 3);
        assert_eq!(words("\"eth*\" # all"), [(Kind::Quoted, "eth*".to_owned())]);
    }
}
