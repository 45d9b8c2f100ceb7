//! What happens to connections, as it happens (`-E`).

use super::labels::Labels;
use super::options::{Options, Table};
use super::show::Show;
use super::{NAME, select};
use crate::Context;
use crate::ip::words::Outcome;
use netloom_model::conntrack::{ConnectionEvent, ConnectionNotice};
use netloom_model::notice::{About, Notice};
use netloom_model::socket::SocketKind;
use netloom_model::{Errno, Time};

/// Writes what happens until it is interrupted.
pub(super) fn events(cx: &mut Context<'_>, options: &Options, labels: &Labels) -> Outcome<i32> {
    let expect = options.table == Table::Expect;
    let socket = cx.world.open(&cx.ns, SocketKind::ConntrackMonitor)?;
    let show = Show::new(cx, options, labels);
    let mut count = 0;
    let mut begun = false;
    loop {
        let notice = match cx.world.next_notice(socket, Time::NEVER) {
            Ok(Some(notice)) => notice,
            Ok(None) => break,
            Err(error) if error.errno == Errno::INTR => break,
            Err(error) if error.errno == Errno::NOBUFS => {
                writeln!(
                    cx.err,
                    "WARNING: We have hit ENOBUFS! We are losing events."
                )?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let Some(text) = told(options, &show, expect, &notice) else {
            continue;
        };
        if !begun {
            cx.out.write_all(show.head("conntrack").as_bytes())?;
            begun = true;
        }
        count += 1;
        cx.out.write_all(text.as_bytes())?;
        cx.out.flush()?;
    }
    if begun {
        cx.out.write_all(show.foot("conntrack").as_bytes())?;
        cx.out.flush()?;
    }
    let what = if expect { "expectation" } else { "flow" };
    writeln!(cx.err, "{NAME}: {count} {what} events have been shown.")?;
    Ok(0)
}

/// What is said of a notice; none if nobody wants it.
fn told(options: &Options, show: &Show<'_>, expect: bool, notice: &Notice) -> Option<String> {
    match &notice.about {
        About::Connection(told) if !expect && wants(options, told) => {
            // What is told has no users.
            let mut told = told.clone();
            told.connection.references = 0;
            Some(show.told(&told, notice.at))
        }
        About::Expectation(told) if expect => {
            let about = (told.event, &told.expectation);
            Some(show.told_expected(about, notice.at))
        }
        _ => None,
    }
}

fn wants(options: &Options, told: &ConnectionNotice) -> bool {
    let [new, update, destroy] = options.events;
    let asked = match told.event {
        ConnectionEvent::New => new,
        ConnectionEvent::Update => update,
        ConnectionEvent::Destroy => destroy,
    };
    asked && select::picks(options, &told.connection)
}
