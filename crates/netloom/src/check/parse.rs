//! The file of assertions: a sentence a line.
//!
//! ```text
//! WHO reaches WHOM [PROTOCOL [PORT]] [OPTION VALUE]... [, EXPECTATION]...
//! WHO must not reach WHOM ...
//! ```
//!
//! `docs/check.md` says what each part can be. The options are those of `netloom explain`, without their
//! dashes.

use super::packets::{self, Kind, Packet, Sender, Target};
use super::words::{self, Result, Words};
use crate::explain::{Endpoints, Question, destination};
use netloom_model::journey::DropReason;
use netloom_model::{IpNet, NsName};
use std::net::IpAddr;

/// One sentence of the file.
pub(super) struct Assertion {
    /// Its line, from 1.
    pub(super) line: usize,
    /// The sentence as it is written, without what stands behind `#`.
    pub(super) text: String,
    /// Whether the packets are to come through.
    pub(super) reaches: bool,
    /// What must hold beside that.
    pub(super) expects: Vec<Expectation>,
    /// The packets that it is about.
    pub(super) packets: Vec<Packet>,
}

/// What must hold of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expectation {
    /// It comes with this source address.
    As(IpAddr),
    /// It comes to this namespace.
    At(NsName),
    /// It comes with this destination, and this port where one is told.
    To(IpAddr, Option<u16>),
    /// It passes this device; `false`: it does not.
    Over(String, bool),
    /// It leaves what netloom sees by this device.
    LeavingBy(String),
    /// A program listens there.
    Listening,
    /// It ends for this reason.
    Because(DropReason),
}

/// What is wrong with a file, and where.
pub(super) struct Wrong {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) why: String,
}

/// Reads every sentence; names are looked up among `known`.
pub(super) fn file(text: &str, known: &Endpoints) -> Result<Vec<Assertion>, Vec<Wrong>> {
    let mut all = Vec::new();
    let mut wrong = Vec::new();
    for (at, text) in text.lines().enumerate() {
        let words = words::split(text);
        if words.is_empty() {
            continue;
        }
        let line = at + 1;
        let sentence = Words::new(text, &words);
        match assertion(sentence, known) {
            Ok(assertion) => all.push(Assertion {
                line,
                text: words::without_comment(text),
                ..assertion
            }),
            Err((column, why)) => wrong.push(Wrong { line, column, why }),
        }
    }
    if wrong.is_empty() {
        Ok(all)
    } else {
        Err(wrong)
    }
}

fn assertion(mut words: Words<'_>, known: &Endpoints) -> Result<Assertion> {
    let who = senders(&mut words, known)?;
    let reaches = verb(&mut words)?;
    let whom = targets(&mut words, known)?;
    let question = question(&mut words)?;
    let expects = expectations(&mut words, known, reaches)?;
    let mut packets = Vec::new();
    for from in &who {
        for to in &whom {
            packets.extend(packets::from_to(from, to, &question, (known, reaches))?);
        }
    }
    if packets.is_empty() {
        let why = "this is about no packet at all: who is there to send it, and to whom?";
        return Err((1, why.to_owned()));
    }
    Ok(Assertion {
        line: 0,
        text: String::new(),
        reaches,
        expects,
        packets,
    })
}

fn senders(words: &mut Words<'_>, known: &Endpoints) -> Result<Vec<Sender>> {
    if words.take(&["outside"]) {
        let (column, place) = words.next("the device by which it comes in")?;
        let (ns, dev) = device(place, known).map_err(|why| (column, why))?;
        return Ok(vec![Sender::Outside(ns, dev)]);
    }
    let everybody = words.take(&["anyone"]);
    let named = if !everybody || words.take(&["but"]) {
        names(words, known)?
    } else {
        Vec::new()
    };
    if !everybody {
        return Ok(named);
    }
    let but: Vec<&NsName> = named.iter().filter_map(Sender::namespace).collect();
    let all = known.all().into_iter().filter(|ns| !but.contains(&ns));
    Ok(all.map(Sender::of).collect())
}

/// `NS/DEV`, or the device alone where it is one of the first namespace.
fn device(place: &str, known: &Endpoints) -> Result<(NsName, String), String> {
    match place.rsplit_once('/') {
        Some((ns, dev)) => Ok((known.namespace(ns)?, dev.to_owned())),
        None => Ok((known.here().clone(), place.to_owned())),
    }
}

fn names(words: &mut Words<'_>, known: &Endpoints) -> Result<Vec<Sender>> {
    let mut all = Vec::new();
    loop {
        let (column, name) = words.next("who sends: a name, anyone, or outside DEV")?;
        let ns = known.namespace(name).map_err(|why| (column, why))?;
        all.push(Sender::In(ns, name.to_owned()));
        if !words.take(&["and"]) {
            return Ok(all);
        }
    }
}

/// Whether the packets are to come through.
fn verb(words: &mut Words<'_>) -> Result<bool> {
    if words.take(&["reaches"]) || words.take(&["reach"]) {
        return Ok(true);
    }
    let (column, word) = words.next("reaches, or must not reach")?;
    words.back();
    if words.take(&["must", "not", "reach"]) {
        return Ok(false);
    }
    Err((
        column,
        format!("\"{word}\": wanted reaches, or must not reach"),
    ))
}

fn targets(words: &mut Words<'_>, known: &Endpoints) -> Result<Vec<Target>> {
    let mut all = Vec::new();
    loop {
        let (column, word) = words.next("whom: an address, a network or a name")?;
        all.push(target(word, known).map_err(|why| (column, why))?);
        if !words.take(&["and"]) {
            return Ok(all);
        }
    }
}

fn target(word: &str, known: &Endpoints) -> Result<Target, String> {
    if let Ok((to, port, zone)) = destination(word) {
        return Ok(Target::Address(to, port, zone));
    }
    if word.contains('/')
        && let Ok(net) = word.parse::<IpNet>()
    {
        return Ok(Target::Net(net.network()));
    }
    let (ns, port) = known.target(word)?;
    Ok(Target::Name(ns, port))
}

/// Options of explain's that take a value, as they are called here.
const OPTIONS: &[&str] = &["src", "sport", "ttl", "size", "tos", "mark"];

fn question(words: &mut Words<'_>) -> Result<Kind> {
    let column = words.column();
    let mut kind = Kind {
        question: Question::new(NsName::first()),
        port: None,
        from: None,
        column,
    };
    while let Some(word) = words.peek().filter(|word| *word != ",") {
        let (column, _) = words.next(word)?;
        let told = |why: String| (column, why.trim_start_matches("--").to_owned());
        match word {
            "icmp" | "udp" | "tcp" => {
                kind.question.option("--proto", word).map_err(told)?;
                let port = words
                    .peek()
                    .filter(|_| word != "icmp")
                    .map(str::parse::<u16>);
                if let Some(Ok(port)) = port {
                    kind.port = Some(port);
                    words.next(word)?;
                }
            }
            "df" => {
                kind.question.switch("--df");
            }
            option if OPTIONS.contains(&option) => {
                let (column, value) = words.next(&format!("the value of {option}"))?;
                let told = |why: String| (column, why.trim_start_matches("--").to_owned());
                kind.question
                    .option(&format!("--{option}"), value)
                    .map_err(told)?;
                if option == "src" {
                    kind.from = value.parse().ok();
                }
            }
            other => {
                let wanted = "wanted icmp, udp PORT, tcp PORT, src, sport, ttl, size, tos, mark, df, or a comma";
                return Err((column, format!("\"{other}\": {wanted}")));
            }
        }
    }
    Ok(kind)
}

fn expectations(
    words: &mut Words<'_>,
    known: &Endpoints,
    reaches: bool,
) -> Result<Vec<Expectation>> {
    let mut all = Vec::new();
    while words.peek().is_some() {
        words.take(&[","]);
        let column = words.column();
        let expectation = expectation(words, known)?;
        let of_drops = matches!(expectation, Expectation::Because(_));
        if of_drops == reaches {
            let why = if reaches {
                "what arrives has no reason to be dropped"
            } else {
                "what must not arrive has nothing else to be said of it than because REASON"
            };
            return Err((column, why.to_owned()));
        }
        all.push(expectation);
    }
    Ok(all)
}

fn expectation(words: &mut Words<'_>, known: &Endpoints) -> Result<Expectation> {
    const WANTED: &str = "as, at, to, over, not over, leaving by, listening, or because";
    if words.take(&["leaving", "by"]) {
        return Ok(Expectation::LeavingBy(words.next("a device")?.1.to_owned()));
    }
    let passes = !words.take(&["not"]);
    let (column, word) = words.next(WANTED)?;
    if !passes && word != "over" {
        return Err((column, format!("\"not {word}\": wanted {WANTED}")));
    }
    if word == "listening" {
        return Ok(Expectation::Listening);
    }
    let (at, value) = words.next(&format!("what it is {word}"))?;
    let told = |why: String| (at, why);
    Ok(match word {
        "as" => Expectation::As(
            value
                .parse()
                .map_err(|_| (at, format!("\"{value}\" is no address")))?,
        ),
        "at" => Expectation::At(known.namespace(value).map_err(told)?),
        "to" => {
            let (to, port, _) = destination(value).map_err(told)?;
            Expectation::To(to, Some(port).filter(|port| *port != 0))
        }
        "over" => Expectation::Over(value.to_owned(), passes),
        "because" => {
            let mut all = DropReason::ALL.iter();
            let reason = all.find(|reason| reason.id() == value).copied();
            let why = || {
                (
                    at,
                    format!(
                        "\"{value}\" is no reason to drop: they are words such as rule_drop, no_route, forwarding_off"
                    ),
                )
            };
            Expectation::Because(reason.ok_or_else(why)?)
        }
        _ => return Err((column, format!("\"{word}\": wanted {WANTED}"))),
    })
}
