//! `ndisc6` and `rdisc6` of the package ndisc6 1.0.5 (ndisc6(8), rdisc6(8)): ask for a neighbour's
//! hardware address, or for routers, by messages of neighbour discovery alone.
//!
//! Names are not looked up.

mod neighbour;
mod options;
mod router;

use crate::Context;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use netloom_model::socket::{Datagram, Received, SocketId, SocketKind, SocketOption};
use netloom_model::state::Parts;
use netloom_model::{Error, Link, LinkRef, Time};
use netloom_wire::ndp::HOP_LIMIT;
use options::{Options, Parsed};

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Neighbour,
    Router,
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Tool::Neighbour => "ndisc6",
            Tool::Router => "rdisc6",
        }
    }
}

/// Runs `ndisc6`.
pub fn ndisc6(cx: &mut Context<'_>) -> i32 {
    main(cx, Tool::Neighbour)
}

/// Runs `rdisc6`.
pub fn rdisc6(cx: &mut Context<'_>) -> i32 {
    main(cx, Tool::Router)
}

/// Nobody answered, or the words are wrong.
const NOTHING: i32 = 2;

fn main(cx: &mut Context<'_>, tool: Tool) -> i32 {
    let options = match Options::parse(tool, &cx.args) {
        Ok(Parsed::Run(options)) => options,
        Ok(Parsed::Say(text)) => {
            let _ = write!(cx.out, "{text}");
            return 0;
        }
        Err(text) => {
            let _ = writeln!(cx.err, "{text}");
            return NOTHING;
        }
    };
    match run(cx, tool, &options) {
        Ok(answers) if answers > 0 => 0,
        Ok(_) => {
            if !options.quiet {
                let _ = writeln!(cx.out, "No response.");
            }
            NOTHING
        }
        Err(text) => {
            let _ = writeln!(cx.err, "{text}");
            1
        }
    }
}

/// What is asked.
struct Question<'o> {
    options: &'o Options,
    tool: Tool,
    /// Whom it is about.
    target: Ipv6Addr,
    link: Link,
}

impl Question<'_> {
    /// Where it is sent to, and the message.
    fn message(&self) -> (Ipv6Addr, Vec<u8>) {
        match self.tool {
            Tool::Neighbour => neighbour::solicitation(self.target, self.link.address),
            Tool::Router => (self.target, router::solicitation(self.link.address)),
        }
    }

    /// What an answer tells, in words; none if it is none.
    fn answer(&self, got: &Datagram) -> Option<String> {
        let text = match self.tool {
            Tool::Neighbour => neighbour::answer(&got.data, self.target, self.options.quiet),
            Tool::Router => router::answer(&got.data, self.options.quiet),
        };
        text.filter(|_| got.ttl == HOP_LIMIT)
    }
}

fn find_link(cx: &mut Context<'_>, name: &str) -> Result<Link, String> {
    let state = cx.world.snapshot(Some(&cx.ns), Parts::LINKS);
    let state = state.map_err(|e| e.to_string())?;
    let here = state.namespaces.get(&cx.ns);
    let link = here.and_then(|here| here.link(&LinkRef::from(name)));
    link.cloned()
        .ok_or_else(|| format!("{name}: {}", netloom_model::Errno::NODEV))
}

fn open(cx: &mut Context<'_>, options: &Options, link: &Link) -> Result<SocketId, Error> {
    let ns = cx.ns.clone();
    let socket = cx.world.open(&ns, SocketKind::Raw6(58))?;
    for setting in [
        SocketOption::BindToDevice(link.name.clone()),
        SocketOption::Ttl(HOP_LIMIT),
        SocketOption::MulticastTtl(HOP_LIMIT),
        SocketOption::MulticastInterface(link.index),
    ] {
        cx.world.set(socket, setting)?;
    }
    if let Some(source) = options.source {
        cx.world.bind(socket, source.into(), 0)?;
    }
    Ok(socket)
}

/// Asks, and tells the answers; how many there were.
fn run(cx: &mut Context<'_>, tool: Tool, options: &Options) -> Result<u32, String> {
    let target = options.target()?;
    let link = find_link(cx, &options.device)?;
    let failed = |call: &str, e: &Error| format!("{call}: {}", e.errno);
    let socket = open(cx, options, &link).map_err(|e| failed("Raw IPv6 socket", &e))?;
    let question = Question {
        options,
        tool,
        target,
        link,
    };
    if !options.quiet {
        let (name, device) = (&options.name, &options.device);
        let _ = writeln!(cx.out, "Soliciting {name} ({target}) on {device}...");
        let _ = cx.out.flush();
    }
    let answers = ask(cx, &question, socket);
    let _ = cx.world.close(socket);
    answers.map_err(|e| failed("Receiving ICMPv6 packet", &e))
}

fn ask(cx: &mut Context<'_>, question: &Question<'_>, socket: SocketId) -> Result<u32, Error> {
    let options = question.options;
    let mut answers = 0;
    for _ in 0..options.attempts {
        if options.solicit {
            let (to, message) = question.message();
            cx.world.send(socket, Some((to.into(), 0)), &message)?;
        }
        let until = cx.world.now()? + Duration::from_millis(options.wait.into());
        answers += listen(cx, question, socket, until)?;
        if answers > 0 || cx.world.interrupted() {
            break;
        }
        if !options.quiet {
            let _ = writeln!(cx.out, "Timed out.");
        }
    }
    Ok(answers)
}

/// Hears answers until it is enough, or late.
fn listen(
    cx: &mut Context<'_>,
    question: &Question<'_>,
    socket: SocketId,
    until: Time,
) -> Result<u32, Error> {
    let mut answers = 0;
    while cx.world.now()? < until && !cx.world.interrupted() {
        let Received::Datagram(got) = cx.world.receive(socket, until)? else {
            continue;
        };
        let Some(text) = question.answer(&got) else {
            continue;
        };
        let _ = write!(cx.out, "{text}");
        if let (false, Some((IpAddr::V6(from), _))) = (question.options.quiet, got.from) {
            let _ = writeln!(cx.out, " from {from}");
        }
        answers += 1;
        if !question.options.multiple {
            break;
        }
    }
    Ok(answers)
}
