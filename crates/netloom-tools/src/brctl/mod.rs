//! `brctl` of bridge-utils 1.7 (brctl(8)): it makes bridges, sets them, and shows them.

mod set;
mod show;

use crate::Context;
use crate::ip::words::{Failure, Outcome};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Link, LinkKind, LinkSettings, Namespace, NewKind, NewLink};

/// A command: its name, how many words it needs, what its usage says, and what runs it.
type Command = (&'static str, usize, &'static str, Run);
type Run = fn(&mut Context<'_>, &[String]) -> Outcome<()>;

const COMMANDS: [Command; 16] = [
    ("addbr", 1, "BRIDGE             makes a bridge", addbr),
    ("delbr", 1, "BRIDGE             deletes it", delbr),
    (
        "addif",
        2,
        "BRIDGE DEVICE      makes a device its port",
        addif,
    ),
    (
        "delif",
        2,
        "BRIDGE DEVICE      it is no port any more",
        delif,
    ),
    (
        "hairpin",
        3,
        "BRIDGE PORT on|off whether frames leave by the port they came by",
        set::hairpin,
    ),
    (
        "setageing",
        2,
        "BRIDGE SECONDS     how long an address is remembered",
        set::ageing,
    ),
    (
        "setbridgeprio",
        2,
        "BRIDGE NUMBER      priority in the election of the root",
        set::bridge_priority,
    ),
    (
        "setfd",
        2,
        "BRIDGE SECONDS     in each of the states before forwarding",
        set::forward_delay,
    ),
    (
        "sethello",
        2,
        "BRIDGE SECONDS     between hellos",
        set::hello,
    ),
    (
        "setmaxage",
        2,
        "BRIDGE SECONDS     after which the root is taken for lost",
        set::max_age,
    ),
    (
        "setpathcost",
        3,
        "BRIDGE PORT NUMBER cost of the way by this port",
        set::path_cost,
    ),
    (
        "setportprio",
        3,
        "BRIDGE PORT NUMBER priority among ports",
        set::port_priority,
    ),
    (
        "show",
        0,
        "[BRIDGE]           bridges and their ports",
        show::show,
    ),
    (
        "showmacs",
        1,
        "BRIDGE             addresses it has learned",
        show::macs,
    ),
    (
        "showstp",
        1,
        "BRIDGE             its spanning tree",
        show::stp,
    ),
    (
        "stp",
        2,
        "BRIDGE on|off      spanning tree protocol",
        set::stp,
    ),
];

/// Runs `brctl`.
pub fn brctl(cx: &mut Context<'_>) -> i32 {
    let args = cx.args.clone();
    match run(cx, &args) {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}

/// What the program says of itself.
fn usage() -> String {
    let mut text = "Usage: brctl COMMAND [WORD]...\n\n".to_owned();
    for (name, _, help, _) in COMMANDS {
        text.push_str(&format!("  {name:<13} {help}\n"));
    }
    text
}

/// What getopt(3) says of a word with a dash, wherever it stands, which is no option: a number
/// below zero is one.
fn no_option(args: &[String]) -> Option<String> {
    let words = args.iter().take_while(|word| *word != "--");
    let mut options = words.filter_map(|word| Some((word, word.strip_prefix('-')?)));
    options.find_map(|(word, option)| match option {
        "" | "h" | "V" | "-help" | "-version" => None,
        _ if option.starts_with('-') => Some(format!("unrecognized option '{word}'")),
        _ => Some(format!("invalid option -- '{}'", option.chars().next()?)),
    })
}

fn run(cx: &mut Context<'_>, args: &[String]) -> Outcome<()> {
    if let Some(why) = no_option(args) {
        writeln!(cx.err, "brctl: {why}\nUnknown option '?'")?;
        cx.out.write_all(usage().as_bytes())?;
        return Err(silent());
    }
    let Some((name, words)) = args.split_first() else {
        cx.out.write_all(usage().as_bytes())?;
        return Err(silent());
    };
    if name == "-h" || name == "--help" {
        cx.out.write_all(usage().as_bytes())?;
        return Ok(());
    }
    if name == "-V" || name == "--version" {
        writeln!(cx.out, "bridge-utils, 1.7 ({})", crate::VERSION)?;
        return Ok(());
    }
    let Some((name, least, help, run)) = COMMANDS.iter().find(|(known, ..)| known == name) else {
        writeln!(cx.err, "never heard of command [{name}]")?;
        cx.out.write_all(usage().as_bytes())?;
        return Err(silent());
    };
    if words.len() < *least {
        writeln!(cx.out, "Incorrect number of arguments for command")?;
        writeln!(cx.out, "Usage: brctl {name} {help}")?;
        return Err(silent());
    }
    run(cx, words)
}

/// The end of a command that has said all there is to say.
fn silent() -> Failure {
    Failure {
        text: String::new(),
        code: 1,
    }
}

/// Says `text`, with exit code 1.
fn failure(text: impl Into<String>) -> Failure {
    Failure::new(text, 1)
}

/// The links of the namespace.
fn links(cx: &mut Context<'_>) -> Outcome<Namespace> {
    crate::ip::words::namespace(cx, Parts::LINKS)
}

fn is_bridge(link: &Link) -> bool {
    matches!(link.kind, LinkKind::Bridge(_))
}

/// The bridge called `name`: `ENODEV` without such a device, `EOPNOTSUPP` where it is none.
fn bridge<'a>(state: &'a Namespace, name: &str) -> Result<&'a Link, Errno> {
    let link = state.link(&name.into()).ok_or(Errno::NODEV)?;
    if is_bridge(link) {
        Ok(link)
    } else {
        Err(Errno::OPNOTSUPP)
    }
}

/// Sets `set` on link `index`.
fn apply(cx: &mut Context<'_>, index: u32, set: LinkSettings) -> Result<(), Errno> {
    let (ns, link, set) = (cx.ns.clone(), index.into(), Box::new(set));
    let done = cx.world.apply(vec![Change::SetLink { ns, link, set }]);
    done.map_err(|error| error.errno)
}

fn addbr(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let name: String = words[0].chars().take(15).collect();
    let (ns, link) = (cx.ns.clone(), NewLink::new(name.as_str(), NewKind::Bridge));
    let done = cx.world.apply(vec![Change::AddLink { ns, link }]);
    done.map_err(|error| match error.errno {
        Errno::EXIST => failure(format!(
            "device {name} already exists; can't create bridge with the same name"
        )),
        errno => failure(format!("add bridge failed: {errno}")),
    })
}

fn delbr(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let name = &words[0];
    let state = links(cx)?;
    match bridge(&state, name) {
        Err(Errno::NODEV) => Err(failure(format!(
            "bridge {name} doesn't exist; can't delete it"
        ))),
        Err(_) => Err(failure(format!(
            "can't delete bridge {name}: {}",
            Errno::PERM
        ))),
        Ok(link) if link.flags.contains(netloom_model::LinkFlags::UP) => Err(failure(format!(
            "bridge {name} is still up; can't delete it"
        ))),
        Ok(link) => {
            let (ns, link) = (cx.ns.clone(), link.index.into());
            let done = cx.world.apply(vec![Change::DelLink { ns, link }]);
            done.map_err(|error| failure(format!("can't delete bridge {name}: {}", error.errno)))
        }
    }
}

/// Which of the two names there is no device for.
fn missing(state: &Namespace, bridge: &str, port: &str) -> Failure {
    if state.link(&port.into()).is_none() {
        failure(format!("interface {port} does not exist!"))
    } else {
        failure(format!("bridge {bridge} does not exist!"))
    }
}

fn addif(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let name = &words[0];
    for port in &words[1..] {
        let state = links(cx)?;
        add(cx, &state, name, port).map_err(|errno| match errno {
            Errno::NODEV => missing(&state, name, port),
            Errno::BUSY => failure(format!(
                "device {port} is already a member of a bridge; can't add it to bridge {name}."
            )),
            Errno::LOOP => failure(format!(
                "device {port} is a bridge device itself; can't add a bridge device to a bridge device."
            )),
            errno => failure(format!("can't add {port} to bridge {name}: {errno}")),
        })?;
    }
    Ok(())
}

fn add(cx: &mut Context<'_>, state: &Namespace, name: &str, port: &str) -> Result<(), Errno> {
    let port = state.link(&port.into()).ok_or(Errno::NODEV)?;
    let bridge = bridge(state, name)?;
    if is_bridge(port) {
        return Err(Errno::LOOP);
    }
    if port.master.is_some() {
        return Err(Errno::BUSY);
    }
    let set = LinkSettings {
        master: Some(Some(bridge.index.into())),
        ..LinkSettings::default()
    };
    apply(cx, port.index, set)
}

fn delif(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let name = &words[0];
    for port in &words[1..] {
        let state = links(cx)?;
        remove(cx, &state, name, port).map_err(|errno| match errno {
            Errno::NODEV => missing(&state, name, port),
            Errno::INVAL => failure(format!("device {port} is not a port of {name}")),
            errno => failure(format!("can't delete {port} from {name}: {errno}")),
        })?;
    }
    Ok(())
}

fn remove(cx: &mut Context<'_>, state: &Namespace, name: &str, port: &str) -> Result<(), Errno> {
    let port = state.link(&port.into()).ok_or(Errno::NODEV)?;
    let bridge = bridge(state, name)?;
    if port.master != Some(bridge.index) {
        return Err(Errno::INVAL);
    }
    let set = LinkSettings {
        master: Some(None),
        ..LinkSettings::default()
    };
    apply(cx, port.index, set)
}
