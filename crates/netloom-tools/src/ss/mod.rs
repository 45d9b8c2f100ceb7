//! `ss` of iproute2 6.1.0 (ss(8)): the sockets of a namespace.
//!
//! Left out, each with a clear error: unix domain sockets, which are the machine's; closing sockets
//! (`-K`), watching them end (`-E`), BPF, SELinux. Names of hosts are not looked up (`-r`).

mod filter;
mod layout;
mod options;
mod print;
mod state;
mod summary;

use crate::Context;
use crate::ip::netns;
use crate::ip::words::{Failure, Outcome};
use netloom_model::state::Parts;
use options::Options;

pub(crate) use print::protocol_name;

/// Runs `ss`.
pub fn ss(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code & 0xff
        }
    }
}

fn run(cx: &mut Context<'_>) -> Outcome<()> {
    let args = cx.args.clone();
    let options = match Options::parse(&args)? {
        options::Parsed::Say(text) => return Ok(cx.out.write_all(text.as_bytes())?),
        options::Parsed::List(options) => options,
    };
    if let Some(name) = &options.netns {
        cx.ns = netns::enter(cx, name).map_err(|failure| Failure { code: 1, ..failure })?;
    }
    let parts = Parts {
        sockets: true,
        ..Parts::LINKS
    };
    let mut state = cx.world.snapshot(Some(&cx.ns), parts)?;
    let ns = state.namespaces.remove(&cx.ns).unwrap_or_default();
    let text = if options.summary {
        summary::of(&ns.sockets)
    } else {
        print::table(&ns, &options)
    };
    cx.out.write_all(text.as_bytes())?;
    Ok(())
}
