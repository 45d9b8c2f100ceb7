//! `netloom explain`: the way of a packet, and why it goes there.
//!
//! The world sends the packet through a copy of itself and writes every step down; here the
//! question is read from the command line, the answer told in the form that was asked for, and,
//! with `--fix`, changes are tried until one delivers the packet.

pub(crate) mod brief;
pub(crate) mod command;
mod connection;
mod diagram;
mod endpoint;
mod filter;
mod fix;
mod hint;
mod json;
mod lookup;
mod meaning;
mod named;
mod owner;
mod packet;
mod question;
mod rule;
mod step;
mod stp;
mod tcp;
mod text;
mod tree;
mod tunnel;
mod vlan;

use crate::hosts::{Hosts, Names};
use crate::{shell, snapshot};
pub(crate) use command::{exec, ip as ip_of};
pub(crate) use endpoint::Endpoints;
pub(crate) use filter::words;
use netloom_model::NsName;
use netloom_model::journey::{Explain, Journey, Probe, Verdict};
use netloom_tools::Context;
use netloom_tools::capture_file::{self, Format as CaptureFormat, Interface, Writer};
use question::{Format, View};
pub(crate) use question::{Question, destination};
use std::io::Write;

/// Steps of a journey that are written down: enough for a packet through hundreds of hops.
const STEPS: u32 = 20_000;

/// The exit codes.
mod code {
    pub(super) const DELIVERED: i32 = 0;
    pub(super) const DROPPED: i32 = 1;
    pub(super) const USAGE: i32 = 2;
    pub(super) const UNKNOWN: i32 = 3;
    pub(super) const LEFT: i32 = 4;
    /// From the best to the worst, where there are several packets.
    pub(super) const ORDER: [i32; 5] = [DELIVERED, LEFT, DROPPED, USAGE, UNKNOWN];
}

/// Runs `netloom explain` with the words that follow it.
pub fn main(cx: &mut Context<'_>) -> i32 {
    if cx.args.iter().any(|word| word == "--help" || word == "-h") {
        let _ = write!(cx.out, "{}", question::USAGE);
        return code::DELIVERED;
    }
    let mut question = match Question::parse(&cx.args, &cx.ns) {
        Ok(question) => question,
        Err(text) => {
            let _ = write!(cx.err, "{text}");
            return code::USAGE;
        }
    };
    let answered = match question.named.is_of_hosts() {
        true => of_hosts(cx, &mut question),
        false => of_world(cx, &mut question),
    };
    match answered {
        Ok(code) => code,
        Err(text) => {
            let _ = writeln!(cx.err, "netloom explain: {text}");
            code::USAGE
        }
    }
}

/// Answers a question about hosts.
fn of_hosts(cx: &mut Context<'_>, question: &mut Question) -> Result<i32, String> {
    let named = &mut question.named;
    named.from = named
        .from
        .take()
        .or(named.inside.take().map(named::Sender::In));
    let mut hosts = Hosts::open(&named.snapshots, named.live)?;
    question.ns = hosts.first().clone();
    let (names, here) = (hosts.names(), hosts.first().clone());
    let known = Endpoints::of(&mut hosts, names, here)?;
    let settled = question.settle(&mut hosts, &known);
    settled.map_err(|why| {
        // Nobody has a name or an address whose devices were not read.
        let unread = hosts.unread(&["links", "addresses"]);
        [vec![why], unread].concat().join("\nnot read: ")
    })?;
    answer(&mut hosts.within(cx), question)
}

/// Answers a question about the world.
fn of_world(cx: &mut Context<'_>, question: &mut Question) -> Result<i32, String> {
    if question.named.from.is_some() || question.named.to.is_some() {
        let names = Names::of(snapshot::began_as()?);
        let known = Endpoints::of(cx.world, names, NsName::first())?;
        question.settle(cx.world, &known)?;
    }
    answer(cx, question)
}

/// A packet that was asked about, and where it went.
pub(crate) struct Asked {
    ask: Explain,
    pub(crate) journey: Journey,
}

/// Sends every packet of a question.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn ask(cx: &mut Context<'_>, question: &Question) -> Result<Vec<Asked>, String> {
    let mut all = Vec::new();
    for probe in question.probes()? {
        let ask = Explain {
            ns: question.ns.clone(),
            probe,
            what_if: Vec::new(),
            max_steps: STEPS,
            states: question.view == View::Step,
        };
        let mut journey = cx
            .world
            .explain(ask.clone())
            .map_err(|e| told(&question.ns, &ask, &e))?;
        filter::admit(&mut journey);
        all.push(Asked { ask, journey });
    }
    Ok(all)
}

/// The commands that deliver a packet which is lost, tried; none if no few do.
///
/// # Errors
/// If the world cannot be asked.
pub(crate) fn fix(cx: &mut Context<'_>, asked: &Asked) -> Result<Vec<String>, String> {
    if delivered(&asked.journey) {
        return Ok(Vec::new());
    }
    let found = fix::find(cx, &asked.ask, &asked.journey)?;
    Ok(found.map_or_else(Vec::new, |found| found.commands))
}

/// Answers every packet of a question; the worst exit code.
fn answer(cx: &mut Context<'_>, question: &Question) -> Result<i32, String> {
    let mut worst = code::DELIVERED;
    for mut asked in ask(cx, question)? {
        let journey = &mut asked.journey;
        if question.view == View::Detail || question.format == Format::Json {
            filter::complete(cx, journey)?;
        }
        let fix = if question.fix && exit_code(journey) == code::DROPPED {
            Fix::Tried(fix::find(cx, &asked.ask, journey)?)
        } else {
            Fix::NotAsked
        };
        tell(cx, question, journey, &fix)?;
        let order = |code| code::ORDER.iter().position(|of| *of == code);
        worst = [worst, exit_code(journey)]
            .into_iter()
            .max_by_key(|code| order(*code))
            .unwrap_or(worst);
    }
    Ok(worst)
}

/// What was found to deliver a packet that is dropped.
enum Fix {
    /// Nobody asked, or nothing needs mending.
    NotAsked,
    /// The commands that deliver it, if there are any.
    Tried(Option<fix::Found>),
}

impl Fix {
    /// Told as text: a line that says what follows, and the commands.
    fn text(&self) -> String {
        match self {
            Fix::NotAsked => String::new(),
            Fix::Tried(None) => "fix: no small change was found that delivers it\n".to_owned(),
            Fix::Tried(Some(found)) => {
                let commands = found.commands.iter();
                let commands = commands.map(|command| format!("  {}\n", shell::typed(command)));
                let says = match found.end {
                    fix::End::Delivered => "fix: tried, and it delivers the packet:\n",
                    fix::End::Left => {
                        "fix: tried, and the packet leaves, and an answer from there would be heard:\n"
                    }
                    fix::End::Unheard => {
                        "fix: tried, and it brings the packet to its host, where no program listens:\n"
                    }
                };
                says.to_owned() + &commands.collect::<String>()
            }
        }
    }
}

/// Why the world could not answer.
fn told(ns: &NsName, ask: &Explain, error: &netloom_model::Error) -> String {
    use netloom_model::Errno;
    match (error.errno, &ask.probe) {
        (Errno::NOENT, _) => format!(
            "there is no namespace \"{}\": see \"ip netns\"",
            ns.as_str()
        ),
        (Errno::NODEV, Probe::Receive { dev, .. } | Probe::ReceiveIp { dev, .. }) => {
            format!("there is no device \"{dev}\" in this namespace: see \"ip link\"")
        }
        (Errno::ADDRNOTAVAIL, _) => {
            "the source is no address of this namespace: see \"ip addr\", or use --dev to let the \
             packet come from outside"
                .to_owned()
        }
        (Errno::MSGSIZE, _) => {
            "no packet of IP holds as many bytes as --size says (EMSGSIZE)".to_owned()
        }
        _ => error.to_string(),
    }
}

fn tell(
    cx: &mut Context<'_>,
    question: &Question,
    journey: &Journey,
    fix: &Fix,
) -> Result<(), String> {
    let written = match question.format {
        Format::Text if question.view == View::Step => {
            let ending = text::render(journey, View::Step) + &fix.text();
            let ending = shell::shown(&ending);
            step::play(cx.stdin, cx.out, journey, &question.steps, &ending)
        }
        Format::Text => {
            let text = text::render(journey, question.view) + &fix.text();
            cx.out.write_all(shell::shown(&text).as_bytes())
        }
        Format::Json => writeln!(cx.out, "{}", json::render(journey, fix)),
        Format::Mermaid => cx.out.write_all(diagram::mermaid(journey).as_bytes()),
        Format::Dot => cx.out.write_all(diagram::dot(journey).as_bytes()),
        Format::Pcapng => pcapng(cx.out, journey),
    };
    written.map_err(|error| error.to_string())
}

/// A frame per step at which the packet is new or changed, the step in its comment.
fn pcapng(out: &mut dyn Write, journey: &Journey) -> std::io::Result<()> {
    let seen: Vec<_> = journey.steps.iter().filter(|s| s.head.is_some()).collect();
    let mut names: Vec<String> = Vec::new();
    for step in &seen {
        let name = text::place(step);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // Frames with their Ethernet header, and packets that have none yet, are different link types.
    let interface = |name: &String, link_type| Interface {
        name: Some(name.clone()),
        link_type,
        snapshot_len: 0,
    };
    let mut interfaces: Vec<Interface> = names.iter().map(|n| interface(n, 1)).collect();
    interfaces.extend(names.iter().map(|n| interface(n, 101)));
    let mut writer = Writer::new(CaptureFormat::Pcapng, out, &interfaces)?;
    for step in seen {
        let Some(head) = &step.head else { continue };
        let at = names
            .iter()
            .position(|n| *n == text::place(step))
            .unwrap_or(0);
        let interface = if head.ethernet { at } else { at + names.len() };
        writer.write(&capture_file::Packet {
            interface: interface as u32,
            at: step.at.0,
            original_len: head.len,
            bytes: head.bytes.clone(),
            comment: Some(format!(
                "{}: {}",
                step.stage.function(),
                text::sentence(step)
            )),
        })?;
    }
    writer.flush()
}

/// What a journey's end means as an exit code: an answer that is lost counts as lost.
fn exit_code(journey: &Journey) -> i32 {
    // Whether there is an answer from outside is not known; that it would be lost is.
    let lost = |back: &&Verdict| matches!(back, Verdict::Dropped { .. } | Verdict::Unknown { .. });
    if matches!(journey.verdict, Verdict::Left { .. })
        && journey.back.as_ref().filter(lost).is_none()
    {
        return code::LEFT;
    }
    // An answer that left is on its way to who is outside.
    let one = |verdict: &Verdict| match verdict {
        Verdict::Delivered { .. } | Verdict::Left { .. } => code::DELIVERED,
        Verdict::Dropped { .. } => code::DROPPED,
        Verdict::Unknown { .. } => code::UNKNOWN,
    };
    one(&journey.verdict).max(journey.back.as_ref().map_or(0, one))
}

/// Whether a packet arrived, and its answer too if there was one; or went as far as can be seen.
fn delivered(journey: &Journey) -> bool {
    matches!(exit_code(journey), code::DELIVERED | code::LEFT)
}
