//! Listening to what changes: what `ip monitor` and `bridge monitor` have in common.

use super::Stamp;
use super::words::{self, Failure, Outcome};
use crate::Context;
use crate::timestamp::{ctime, date, time_of_day};
use netloom_model::notice::{About, Notice};
use netloom_model::socket::SocketKind;
use netloom_model::state::Parts;
use netloom_model::{Errno, Link, Namespace, Time};
use netloom_netlink::Messages;
use netloom_netlink::told::{self, Told};
use std::time::UNIX_EPOCH;

/// Where a command has the names of links from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Each message of a link renames it or takes its name away, as for `ip`.
    Told,
    /// A name is asked for once and stays, as for `bridge`.
    Asked,
}

/// Writes what `tell` says of each notice, with the links that are known by then, until the
/// command is interrupted.
///
/// The moments of notices are those of the clock on the wall.
pub(crate) fn listen(
    cx: &mut Context<'_>,
    names: Names,
    tell: impl Fn(&Namespace, &Notice) -> String,
) -> Outcome<()> {
    let socket = cx.world.open(&cx.ns, SocketKind::Monitor)?;
    // Links are known as they were in the beginning; new ones are known by what is told of them.
    let mut known = words::namespace(cx, Parts::LINKS)?;
    let epoch = cx.host.epoch().duration_since(UNIX_EPOCH);
    let epoch = epoch.map_or(0, |since| since.as_nanos() as u64);
    loop {
        let mut notice = match cx.world.next_notice(socket, Time::NEVER) {
            Ok(Some(notice)) => notice,
            Ok(None) => return Ok(()),
            Err(error) if error.errno == Errno::NOBUFS => {
                let (text, number) = (error.errno.text(), error.errno.0);
                writeln!(cx.err, "netlink receive error {text} ({number})")?;
                continue;
            }
            Err(error) if error.errno == Errno::INTR => return Err(ended()),
            Err(error) => return Err(error.into()),
        };
        match &notice.about {
            About::Link { link, .. } => learn(&mut known, names, link, notice.gone),
            About::Fdb(entry) if known.link(&entry.dev.into()).is_none() => {
                known = words::namespace(cx, Parts::LINKS)?;
            }
            _ => {}
        }
        notice.at.0 += epoch;
        cx.out.write_all(tell(&known, &notice).as_bytes())?;
        cx.out.flush()?;
    }
}

/// Reads a file of rtmon(8): tells the moments in it, and writes what `tell` says of what
/// happened then. Links are named as they are called here, or as the file says.
pub(crate) fn from_file(
    cx: &mut Context<'_>,
    (file, names): (&str, Names),
    tell: impl Fn(&Namespace, &Notice) -> String,
) -> Outcome<()> {
    let mut known = words::namespace(cx, Parts::LINKS)?;
    let bytes = std::fs::read(file).map_err(|error| {
        let errno = Errno(error.raw_os_error().unwrap_or(0));
        Failure::new(format!("Cannot fopen: {errno}"), 255)
    })?;
    for message in Messages::new(&bytes, 0) {
        if message.is_err() {
            cx.out.flush()?;
        }
        let message = message.map_err(|malformed| Failure::new(malformed.to_string(), 1))?;
        match told::decode(&message) {
            Some(Told::Moment(seconds, micros)) => {
                let at = u64::from(seconds) * 1_000_000_000 + u64::from(micros) * 1000;
                let moment = stamp(Stamp::Long, at);
                writeln!(cx.out, "{} us", moment.trim_end().trim_end_matches(" usec"))?;
            }
            Some(Told::Notice { gone, about }) => {
                match &about {
                    _ if names == Names::Asked => {}
                    About::Link { link, .. } => learn(&mut known, names, link, gone),
                    About::Port(link) if gone => learn(&mut known, names, link, true),
                    _ => {}
                }
                let at = Time(0);
                let text = tell(&known, &Notice { at, gone, about });
                cx.out.write_all(text.as_bytes())?;
            }
            None => {}
        }
    }
    Ok(())
}

/// What a command that waits for ever ends with when it is told to.
pub(crate) fn ended() -> Failure {
    Failure {
        text: String::new(),
        code: 143,
    }
}

/// Keeps the names of links.
fn learn(known: &mut Namespace, names: Names, link: &Link, gone: bool) {
    if names == Names::Asked && known.link(&link.index.into()).is_some() {
        return;
    }
    known.links.retain(|other| other.index != link.index);
    if !gone || names == Names::Asked {
        known.links.push(link.clone());
    }
}

/// What stands before the line of a notice: its moment, its label, and whether it tells of an end.
pub(crate) fn heading(at: Stamp, label: Option<&str>, notice: &Notice) -> String {
    let mut text = stamp(at, notice.at.0);
    if let Some(label) = label {
        text.push_str(&format!("[{label}]"));
    }
    if notice.gone {
        text.push_str("Deleted ");
    }
    text
}

/// The moment, in nanoseconds since 1970, where that is wanted.
fn stamp(stamp: Stamp, at: u64) -> String {
    let (seconds, micros) = (at / 1_000_000_000, at / 1000 % 1_000_000);
    match stamp {
        Stamp::None => String::new(),
        Stamp::Short => {
            let (date, time) = (date(seconds), time_of_day(seconds));
            format!("[{date}T{time}.{micros:06}] ")
        }
        Stamp::Long => format!("Timestamp: {} {micros} usec\n", ctime(seconds)),
    }
}
