//! `ip netns`: named namespaces (ip-netns(8)).

use super::print::Record;
use super::words::{self, Failure, Outcome, Words, matches};
use super::{Options, os_error, show as put};
use crate::context::Context;
use netloom_model::notice::About;
use netloom_model::socket::SocketKind;
use netloom_model::state::{Parts, State};
use netloom_model::{Change, Errno, NsName, Time};

/// `ip netns COMMAND`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let Some(command) = words.next() else {
        return list(cx, options);
    };
    let is = |name: &str| matches(command, name);
    match command {
        _ if is("help") => Err(usage()),
        _ if is("list") || is("show") || is("lst") => list(cx, options),
        "list-id" => list_ids(cx, options),
        _ if is("add") => add(cx, words),
        _ if is("set") => set(cx, words),
        _ if is("delete") => delete(cx, options, words),
        _ if is("identify") => identify(cx, words),
        _ if is("pids") => pids(cx, words),
        _ if is("exec") => exec(cx, options, words),
        _ if is("monitor") => monitor(cx),
        _ if is("attach") => Err(Failure::unsupported(&format!("ip netns {command}"))),
        _ => {
            let text = format!("Command \"{command}\" is unknown, try \"ip netns help\".");
            Err(Failure::new(text, 255))
        }
    }
}

fn all(context: &mut Context<'_>) -> Outcome<State> {
    Ok(context.world.snapshot(None, Parts::NONE)?)
}

/// The namespace called `name`, or of the process with that id, if there is one.
pub(super) fn named(context: &mut Context<'_>, name: &str) -> Outcome<Option<NsName>> {
    let known = NsName::from(name);
    if !known.is_first() && all(context)?.namespaces.contains_key(&known) {
        return Ok(Some(known));
    }
    match name.parse() {
        Ok(1) => Ok(Some(NsName::first())),
        Ok(pid) => Ok(context.host.namespace_of(pid)),
        Err(_) => Ok(None),
    }
}

/// The namespace that `-n` names.
pub(crate) fn enter(context: &mut Context<'_>, name: &str) -> Outcome<NsName> {
    let known = NsName::from(name);
    if !known.is_first() && all(context)?.namespaces.contains_key(&known) {
        return Ok(known);
    }
    let text = format!("Cannot open network namespace \"{name}\": No such file or directory");
    Err(Failure::new(text, 255))
}

/// The named namespaces, the last made first.
fn list(cx: &mut Context<'_>, options: &Options) -> Outcome<()> {
    let state = all(cx)?;
    let here = state.namespaces.get(&cx.ns);
    let mut records = Vec::new();
    for name in state.namespaces.keys().filter(|name| !name.is_first()) {
        let known = here.and_then(|here| here.nsids.iter().find(|(_, ns)| *ns == name));
        let mut record = Record::default();
        record.field("name", name.as_str(), name.as_str());
        if let Some((id, _)) = known {
            record.field("id", *id, format!(" (id: {id})"));
        }
        records.push(record);
    }
    put(cx, options, records)
}

fn list_ids(cx: &mut Context<'_>, options: &Options) -> Outcome<()> {
    let state = words::namespace(cx, Parts::NONE)?;
    let mut records = Vec::new();
    for (id, name) in &state.nsids {
        let mut record = Record::default();
        record.field("nsid", *id, format!("nsid {id} "));
        if !name.is_first() {
            record.field(
                "name",
                name.as_str(),
                format!("(iproute2 netns name: {name})"),
            );
        }
        records.push(record);
    }
    put(cx, options, records)
}

/// The one name that a command wants.
fn name_of(words: &mut Words<'_>) -> Outcome<String> {
    let missing = || Failure::new("No netns name specified", 1);
    let name = words.next().ok_or_else(missing)?;
    if let Some(extra) = words.next() {
        let text = format!("extra arguments specified: {extra}");
        return Err(Failure::new(text, 255));
    }
    if name.is_empty() || name.contains('/') || name == "." || name == ".." || name.len() > 255 {
        return Err(Failure::new(format!("Invalid netns name \"{name}\""), 255));
    }
    Ok(name.to_owned())
}

fn add(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let name = name_of(words)?;
    let made = cx
        .world
        .apply(vec![Change::AddNamespace(NsName::from(name.as_str()))]);
    made.map_err(|error| {
        let why = error.errno;
        Failure::new(
            format!("Cannot create namespace file \"/run/netns/{name}\": {why}"),
            1,
        )
    })
}

fn delete(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    if words.is_empty() && options.all {
        let names: Vec<NsName> = all(cx)?.namespaces.into_keys().collect();
        let named = names.into_iter().filter(|name| !name.is_first());
        return Ok(cx.world.apply(named.map(Change::DelNamespace).collect())?);
    }
    let name = name_of(words)?;
    let gone = cx
        .world
        .apply(vec![Change::DelNamespace(NsName::from(name.as_str()))]);
    gone.map_err(|error| {
        let why = error.errno;
        Failure::new(
            format!("Cannot remove namespace file \"/run/netns/{name}\": {why}"),
            1,
        )
    })
}

/// `ip netns set NAME auto|ID`.
fn set(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let missing = |what: &str| Failure::new(format!("No {what} specified"), 255);
    let name = words.next().ok_or_else(|| missing("netns name"))?;
    let id = words.next().ok_or_else(|| missing("nsid"))?;
    let id = match id {
        "auto" => None,
        number => {
            let wrong = || Failure::wrong_nl(number, "Invalid \"netnsid\" value");
            Some(number.parse().map_err(|_| wrong())?)
        }
    };
    let peer = enter(cx, name).map_err(|failure| Failure { code: 1, ..failure })?;
    let ns = cx.ns.clone();
    Ok(cx.world.apply(vec![Change::SetNsid { ns, peer, id }])?)
}

fn identify(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let word = words.next();
    let ns = match word {
        None | Some("self") => Some(cx.ns.clone()),
        Some(word) => {
            let wrong = || Failure::new(format!("Specified string '{word}' is not a pid"), 255);
            let pid: u32 = word.parse().map_err(|_| wrong())?;
            cx.host.namespace_of(pid)
        }
    };
    // The first namespace has no name, but it has its line.
    let _ = writeln!(cx.out, "{}", ns.as_ref().map_or("", NsName::as_str));
    Ok(())
}

fn pids(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let name = name_of(words)?;
    let ns = enter(cx, &name).map_err(|_| {
        let text = "Cannot open network namespace: No such file or directory";
        Failure::new(text, 1)
    })?;
    for pid in cx.host.processes_in(&ns) {
        let _ = writeln!(cx.out, "{pid}");
    }
    Ok(())
}

/// `ip netns exec NAME COMMAND...`, or `ip -all netns exec COMMAND...`.
fn exec(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    if options.all {
        let command = words.rest();
        if command.is_empty() {
            return Err(Failure::new("No command specified", 255));
        }
        let names: Vec<NsName> = all(cx)?.namespaces.into_keys().collect();
        for name in names.into_iter().filter(|name| !name.is_first()) {
            let _ = writeln!(cx.out, "\nnetns: {}", name.as_str());
            let _ = cx.out.flush();
            let ended = cx.host.exec(&name, &command);
            told(ended, &command)?;
        }
        return Ok(());
    }
    let missing = |what: &str| Failure::new(format!("No {what} specified"), 255);
    let name = words.next().ok_or_else(|| missing("netns name"))?;
    let command = words.rest();
    if command.is_empty() {
        return Err(missing("command"));
    }
    let ns = enter(cx, name)?;
    let _ = cx.out.flush();
    // A batch goes on after it.
    let ended = match options.batch {
        Some(_) => cx.host.exec(&ns, &command),
        None => cx.host.replace(&ns, &command),
    };
    told(ended, &command)
}

/// Tells of namespaces that come and go, until it is interrupted.
fn monitor(cx: &mut Context<'_>) -> Outcome<()> {
    let socket = cx.world.open(&cx.ns, SocketKind::Monitor)?;
    loop {
        match cx.world.next_notice(socket, Time::NEVER) {
            Ok(Some(notice)) => {
                if let About::Namespace(name) = &notice.about {
                    let word = if notice.gone { "delete" } else { "add" };
                    writeln!(cx.out, "{word} {}", name.as_str())?;
                    cx.out.flush()?;
                }
            }
            Ok(None) => return Ok(()),
            Err(error) if error.errno == Errno::NOBUFS => {}
            Err(error) if error.errno == Errno::INTR => return Err(super::listen::ended()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// What became of a command that was to be run.
fn told(ended: std::io::Result<i32>, command: &[String]) -> Outcome<()> {
    match ended {
        Ok(0) => Ok(()),
        Ok(code) => {
            let text = String::new();
            Err(Failure { text, code })
        }
        Err(error) => {
            let why = os_error(&error);
            Err(Failure::new(
                format!("exec of \"{}\" failed: {why}", command[0]),
                1,
            ))
        }
    }
}

/// The usage of `ip netns`.
fn usage() -> Failure {
    let text = "\
Usage: ip netns [list]
       ip netns add NAME
       ip netns del NAME
       ip netns exec NAME COMMAND [WORD]...
       ip netns identify [PID]
       ip netns pids NAME
       ip netns set NAME ID|auto
       ip netns list-id
       ip netns monitor";
    Failure::new(text, 255)
}
