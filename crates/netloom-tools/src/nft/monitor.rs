//! `nft monitor`: what changes of the rules, and what they do with packets that are followed (nft(8),
//! MONITOR).
//!
//! Left out: which program made a change, and its number; sets without a name; flow tables.

use super::event::Teller;
use super::list::Options;
use super::print::Style;
use super::trace;
use crate::Context;
use crate::ip::words::{Failure, Outcome};
use crate::listen::listen;
use netloom_model::Time;
use netloom_model::notice::{About, Notice};
use netloom_model::ruleset::event::{EventAbout, EventVerb, RulesetEvent, RulesetEvents};

/// What somebody wants to be told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// What is new, or what is gone; none: both.
    gone: Option<bool>,
    /// Of which things; none: of all.
    of: Option<&'static str>,
}

/// The things that one can be told of.
const THINGS: &[&str] = &[
    "tables", "chains", "sets", "rules", "elements", "ruleset", "trace",
];

/// What is told where more happened than there was room for.
const LOST: &str = "# ERROR: We lost some netlink events!";

/// The words behind `monitor`, carried out.
pub(super) fn run(cx: &mut Context<'_>, words: &[String], options: Options) -> Outcome<()> {
    let wanted = wanted(words)?;
    // Rules that packets met are told as they were in the beginning, with what they had counted then.
    let (known, devices) = super::snapshot(cx)?;
    let mut teller = Teller {
        known: known.clone(),
        devices: &devices,
        options,
    };
    listen(cx, Some(LOST), |notice| match &notice.about {
        About::Traced(step) if wanted.is_all() || wanted.of == Some("trace") => {
            let style = Style {
                numeric: false,
                handles: false,
                stateless: false,
                devices: &devices,
                family: step.table.family,
                sets: known.table(&step.table).map_or(&[], |table| &table.sets),
                now: Time::ZERO,
            };
            trace::lines(step, &known, &style)
        }
        About::Ruleset(events) => told(&mut teller, wanted, events, notice),
        _ => String::new(),
    })
}

/// What is told of a transaction.
fn told(
    teller: &mut Teller<'_>,
    wanted: Wanted,
    events: &RulesetEvents,
    notice: &Notice,
) -> String {
    let all = events.events.iter();
    let mut text: String = all
        .filter(|event| wanted.has(event))
        .map(|event| teller.tell(event, notice.at))
        .collect();
    let whole = wanted.is_all() || wanted == Wanted::of("ruleset");
    if whole && !teller.options.json {
        text += &format!(
            "# new generation {} by process 0 (nft)\n",
            events.generation
        );
    }
    text
}

impl Wanted {
    const fn of(thing: &'static str) -> Wanted {
        Wanted {
            gone: None,
            of: Some(thing),
        }
    }

    fn is_all(self) -> bool {
        self == Wanted::default()
    }

    fn has(self, event: &RulesetEvent) -> bool {
        let thing = match &event.about {
            EventAbout::Table { .. } => "tables",
            EventAbout::Chain { .. } => "chains",
            EventAbout::Rule { .. } => "rules",
            EventAbout::Set(_) => "sets",
            EventAbout::Element(..) => "elements",
            // Who asks for what is new, or for what is gone, is told of objects no more.
            EventAbout::Object(_) if self.gone.is_some() => return false,
            EventAbout::Object(_) => "objects",
        };
        let gone = event.verb == EventVerb::Delete;
        self.gone.is_none_or(|wanted| wanted == gone)
            && self.of.is_none_or(|of| of == thing || of == "ruleset")
    }
}

/// `[new|destroy] [THINGS]`.
fn wanted(words: &[String]) -> Outcome<Wanted> {
    let mut wanted = Wanted::default();
    let mut at = 0;
    let known = |word: Option<&String>| {
        THINGS
            .iter()
            .find(|thing| word.is_some_and(|w| w == *thing))
    };
    match words.first().map(String::as_str) {
        Some("new") => wanted.gone = Some(false),
        Some("destroy") => wanted.gone = Some(true),
        Some(other) if known(words.first()).is_none() => {
            let column = "monitor ".len();
            let message = format!("invalid event {other}");
            return Err(refused(words, &message, (column, other.len())));
        }
        _ => {}
    }
    at += usize::from(wanted.gone.is_some());
    if let Some(thing) = known(words.get(at)) {
        wanted.of = Some(*thing);
        at += 1;
    }
    match words.get(at) {
        None => Ok(wanted),
        Some(other) => {
            let before: usize = words[..at].iter().map(|word| word.len() + 1).sum();
            let column = "monitor ".len() + before;
            let message =
                "syntax error, unexpected string, expecting end of file or newline or semicolon";
            Err(refused(words, message, (column, other.len())))
        }
    }
}

/// What is said of a word that is not known, with its place.
fn refused(words: &[String], message: &str, (column, len): (usize, usize)) -> Failure {
    let line = format!("monitor {}", words.join(" "));
    let text = format!(
        "Error: {message}\n{line}\n{}{}",
        " ".repeat(column),
        "^".repeat(len)
    );
    Failure::new(text, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &str) -> Outcome<Wanted> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        wanted(&words)
    }

    #[test]
    fn what_is_wanted_is_said_by_event_and_thing() {
        assert!(of("").expect("nothing is said").is_all());
        let new = of("new rules").expect("an event and a thing");
        assert_eq!((new.gone, new.of), (Some(false), Some("rules")));
        let failure = of("new rules x").expect_err("a word too many");
        assert!(
            failure
                .text
                .ends_with("monitor new rules x\n                  ^\n")
        );
    }
}
