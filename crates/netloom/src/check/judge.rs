//! Whether what a sentence says is true: each of its packets goes its way, by `explain`'s own question.

use super::packets::Packet;
use super::parse::{Assertion, Expectation};
use crate::explain::{self, Asked, brief};
use netloom_model::NsName;
use netloom_model::journey::{DropReason, Verdict};
use netloom_tools::Context;

/// What became of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Passed,
    Unknown,
    Failed,
}

impl Outcome {
    /// A word for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Unknown => "unknown",
            Outcome::Failed => "failed",
        }
    }
}

/// What became of a sentence's packets.
pub(super) struct Judged {
    pub(super) outcome: Outcome,
    pub(super) packets: Vec<Judgement>,
}

/// What became of one packet.
pub(super) struct Judgement {
    /// Who sends it and where it goes.
    pub(super) says: String,
    pub(super) outcome: Outcome,
    /// Why it is as it should not be; what became of it where all is well.
    pub(super) why: String,
    /// What decided, a line each.
    pub(super) evidence: Vec<String>,
    /// Commands that were tried, and let the packet through.
    pub(super) fix: Vec<String>,
}

/// Sends the packets of a sentence.
///
/// # Errors
/// The world cannot send such a packet.
pub(super) fn assertion(cx: &mut Context<'_>, assertion: &Assertion) -> Result<Judged, String> {
    let mut packets = Vec::new();
    for packet in &assertion.packets {
        for asked in explain::ask(cx, &packet.question)? {
            packets.push(one(cx, assertion, packet, &asked)?);
        }
    }
    let outcomes = packets.iter().map(|packet: &Judgement| packet.outcome);
    Ok(Judged {
        outcome: outcomes.max().unwrap_or(Outcome::Passed),
        packets,
    })
}

fn one(
    cx: &mut Context<'_>,
    assertion: &Assertion,
    packet: &Packet,
    asked: &Asked,
) -> Result<Judgement, String> {
    let says = match assertion.reaches {
        true => arrives(&assertion.expects, packet, asked),
        false => is_kept(&assertion.expects, packet, asked),
    };
    let (outcome, why) = match says {
        Ok(why) => (Outcome::Passed, why),
        Err((outcome, why)) => (outcome, why),
    };
    let mut evidence = Vec::new();
    let mut fix = Vec::new();
    if outcome == Outcome::Failed {
        if assertion.reaches {
            evidence = brief::stopped_by(&asked.journey);
            fix = explain::fix(cx, asked)?;
        } else {
            evidence = brief::let_through_by(&asked.journey);
        }
    }
    Ok(Judgement {
        says: packet.says.clone(),
        outcome,
        why,
        evidence,
        fix,
    })
}

/// Where a packet came.
enum End<'j> {
    /// To a host; whether a program had it.
    At(&'j NsName, bool),
    /// Out of what netloom sees.
    Left(&'j NsName, &'j str),
    Lost(DropReason),
    Unknown,
}

fn end(verdict: &Verdict) -> End<'_> {
    match verdict {
        Verdict::Delivered { ns, .. } => End::At(ns, true),
        // It was for this host, which has nobody who wants it: the network did its part.
        Verdict::Dropped {
            ns,
            reason: DropReason::NoSocket | DropReason::NoProtocol,
            ..
        } => End::At(ns, false),
        Verdict::Left { ns, dev } => End::Left(ns, dev),
        Verdict::Dropped { reason, .. } => End::Lost(*reason),
        Verdict::Unknown { .. } => End::Unknown,
    }
}

/// What is wrong, and how bad that is.
type Fault = (Outcome, String);

fn failed<T>(why: String) -> Result<T, Fault> {
    Err((Outcome::Failed, why))
}

/// Whether a packet comes through, as it is expected to.
fn arrives(expects: &[Expectation], packet: &Packet, asked: &Asked) -> Result<String, Fault> {
    let journey = &asked.journey;
    let said = brief::verdict(&journey.verdict);
    let mut leaving = expects.iter().filter_map(|expects| match expects {
        Expectation::LeavingBy(dev) => Some(dev),
        _ => None,
    });
    let leaving = leaving.next();
    match (end(&journey.verdict), leaving) {
        (End::Lost(_), _) => return failed(said),
        (End::Unknown, _) => return Err((Outcome::Unknown, said)),
        (End::At(..), Some(dev)) => return failed(format!("{said}; it does not leave by {dev}")),
        (End::Left(ns, dev), Some(wanted)) if !is_place(ns, dev, wanted) => {
            return failed(format!("{said}, not by {wanted}"));
        }
        (End::Left(..), Some(_)) => {}
        (End::Left(_, dev), None) => {
            let why = format!("{said} (\", leaving by {dev}\" asks for no more than that)");
            return Err((Outcome::Unknown, why));
        }
        (End::At(ns, heard), None) => {
            if let Some(wanted) = packet.at.as_ref().filter(|wanted| *wanted != ns) {
                return failed(format!("{said}, not in {wanted}"));
            }
            if !heard && expects.contains(&Expectation::Listening) {
                return failed(said);
            }
            answered(asked)?;
        }
    }
    for expectation in expects {
        holds(expectation, asked)?;
    }
    Ok(said)
}

/// Whether the answer comes back, if there is one.
fn answered(asked: &Asked) -> Result<(), Fault> {
    let Some(back) = &asked.journey.back else {
        return Ok(());
    };
    let why = format!(
        "it arrives, but its answer is not: {}",
        brief::verdict(back)
    );
    match back {
        Verdict::Dropped { .. } => failed(why),
        Verdict::Unknown { .. } => Err((Outcome::Unknown, why)),
        Verdict::Delivered { .. } | Verdict::Left { .. } => Ok(()),
    }
}

/// Whether a device is the one that is meant: `DEV`, or `NS/DEV`.
fn is_place(ns: &NsName, dev: &str, wanted: &str) -> bool {
    wanted == dev
        || wanted.strip_suffix(dev).and_then(|ns| ns.strip_suffix('/')) == Some(ns.as_str())
}

/// Whether the way is as it is expected to be.
fn holds(expectation: &Expectation, asked: &Asked) -> Result<(), Fault> {
    let journey = &asked.journey;
    let (found, wanted) = match expectation {
        Expectation::As(source) => match brief::ends_as(journey) {
            Some(flow) if flow.source == *source => return Ok(()),
            Some(flow) => (
                format!("it comes as {}", flow.source),
                format!("as {source}"),
            ),
            None => {
                return Err((
                    Outcome::Unknown,
                    "its source at the end is not known".to_owned(),
                ));
            }
        },
        Expectation::To(to, port) => match brief::ends_as(journey) {
            Some(flow) => {
                let came = flow.ports.map(|(_, port)| port);
                if flow.destination == *to && (port.is_none() || *port == came) {
                    return Ok(());
                }
                let told = |addr, port: Option<u16>| match port {
                    Some(port) => std::net::SocketAddr::new(addr, port).to_string(),
                    None => addr.to_string(),
                };
                let came = told(flow.destination, came.filter(|_| port.is_some()));
                (
                    format!("it is sent on to {came}"),
                    format!("to {}", told(*to, *port)),
                )
            }
            None => {
                return Err((
                    Outcome::Unknown,
                    "its destination at the end is not known".to_owned(),
                ));
            }
        },
        Expectation::At(wanted) => match end(&journey.verdict) {
            End::At(ns, _) | End::Left(ns, _) if ns == wanted => return Ok(()),
            _ => (brief::verdict(&journey.verdict), format!("in {wanted}")),
        },
        Expectation::Over(wanted, passes) => {
            let over = brief::devices(journey);
            let over = over.iter().any(|(ns, dev)| is_place(ns, dev, wanted));
            match (over, passes) {
                (true, true) | (false, false) => return Ok(()),
                (true, false) => return failed(format!("it goes over {wanted}")),
                (false, true) => (
                    format!("it goes over {}", brief::way(journey)),
                    format!("over {wanted}"),
                ),
            }
        }
        Expectation::LeavingBy(_) | Expectation::Listening | Expectation::Because(_) => {
            return Ok(());
        }
    };
    failed(format!("{found}, not {wanted}"))
}

/// Whether a packet does not come through.
fn is_kept(expects: &[Expectation], packet: &Packet, asked: &Asked) -> Result<String, Fault> {
    let said = brief::verdict(&asked.journey.verdict);
    match end(&asked.journey.verdict) {
        // Somebody else has it: a translation led it away.
        End::At(ns, _) if packet.at.as_ref().is_some_and(|wanted| wanted != ns) => Ok(said),
        End::At(_, true) => failed(said),
        End::At(ns, false) => failed(format!(
            "it comes to {ns}, where no program listens: nothing kept it off"
        )),
        End::Left(..) => failed(format!("{said}, and nothing here stops it")),
        End::Unknown => Err((Outcome::Unknown, said)),
        End::Lost(reason) => {
            let other = expects
                .iter()
                .find(|expects| **expects != Expectation::Because(reason));
            match other {
                Some(Expectation::Because(wanted)) => {
                    failed(format!("{said}, not for {}", wanted.id()))
                }
                _ => Ok(said),
            }
        }
    }
}
