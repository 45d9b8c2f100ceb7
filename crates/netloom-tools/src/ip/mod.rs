//! `ip` of iproute2 6.1.0: its options, its objects, and how their lists are put out (ip(8)).

mod neigh;
mod print;
mod route;
mod rule;
mod words;

use crate::Context;
use netloom_model::{Family, NsName};
use print::Record;
use words::{Failure, Outcome, Words, matches};

const USAGE: &str = "\
Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | addrlabel | fou | help | ila | ioam | l2tp | link |
                   macsec | maddress | monitor | mptcp | mroute | mrule |
                   neighbor | neighbour | netconf | netns | nexthop | ntable |
                   ntbl | route | rule | sr | tap | tcpmetrics |
                   token | tunnel | tuntap | vrf | xfrm }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -r[esolve] |
                    -h[uman-readable] | -iec | -j[son] | -p[retty] |
                    -f[amily] { inet | inet6 | mpls | bridge | link } |
                    -4 | -6 | -M | -B | -0 |
                    -l[oops] { maximum-addr-flush-attempts } | -br[ief] |
                    -o[neline] | -t[imestamp] | -ts[hort] | -b[atch] [filename] |
                    -rc[vbuf] [size] | -n[etns] name | -N[umeric] | -a[ll] |
                    -c[olor]}";

/// What stands before the object.
#[derive(Clone, Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
struct Options {
    family: Option<Family>,
    json: bool,
    pretty: bool,
    details: bool,
    oneline: bool,
    numeric: bool,
    /// How often `-s` was given.
    statistics: u32,
    netns: Option<String>,
}

/// Runs `ip`.
pub fn ip(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}

fn run(cx: &mut Context<'_>) -> Outcome<()> {
    let args = cx.args.clone();
    let mut words = Words::new(&args);
    let mut options = Options::default();
    let mut taken = 0;
    while let Some(word) = words.peek().filter(|w| w.starts_with('-')) {
        words.next();
        let name = word.trim_start_matches('-');
        if matches(name, "Version") {
            writeln!(cx.out, "ip utility, iproute2-6.1.0, libbpf 1.1.2")?;
            return Ok(());
        }
        taken += 1 + usize::from(options.take(name, word, &mut words)?);
    }
    if let Some(name) = &options.netns {
        cx.ns = NsName::new(name.as_str());
    }
    object(cx, &options, &args[taken..])
}

impl Options {
    /// Takes the option `name`; whether a value went with it.
    fn take(&mut self, name: &str, word: &str, words: &mut Words<'_>) -> Outcome<bool> {
        let is = |full| matches(name, full);
        match name {
            "4" => self.family = Some(Family::V4),
            "6" => self.family = Some(Family::V6),
            "N" | "Numeric" => self.numeric = true,
            "n" | "netns" => {
                self.netns = Some(words.value()?.to_owned());
                return Ok(true);
            }
            "c" | "color" => {}
            _ if is("family") => {
                self.family = match words.value()? {
                    "inet" => Some(Family::V4),
                    "inet6" => Some(Family::V6),
                    other => return Err(Failure::wrong_nl(other, "invalid protocol family")),
                };
                return Ok(true);
            }
            _ if is("json") => self.json = true,
            _ if is("pretty") => self.pretty = true,
            _ if is("details") => self.details = true,
            _ if is("oneline") => self.oneline = true,
            _ if is("statistics") || is("stats") => self.statistics += 1,
            _ => {
                let text = format!("Option \"{word}\" is unknown, try \"ip -help\".");
                return Err(Failure::new(text, 255));
            }
        }
        Ok(false)
    }
}

fn object(cx: &mut Context<'_>, options: &Options, words: &[String]) -> Outcome<()> {
    let Some((object, rest)) = words.split_first() else {
        return Err(Failure::new(USAGE, 255));
    };
    let is = |full| matches(object, full);
    if is("route") {
        route::route(cx, options, rest)
    } else if is("rule") {
        rule::rule(cx, options, rest)
    } else if is("neighbor") || is("neighbour") {
        neigh::neigh(cx, options, rest)
    } else {
        let text = format!("Object \"{object}\" is unknown, try \"ip help\".");
        Err(Failure::new(text, 1))
    }
}

/// Puts a list out, as text or as JSON.
fn show(cx: &mut Context<'_>, options: &Options, records: Vec<Record>) -> Outcome<()> {
    let text = if options.json {
        print::json(records, options.pretty)
    } else {
        print::text(&records, options.oneline)
    };
    cx.out.write_all(text.as_bytes())?;
    Ok(())
}

/// What `ip -s OBJECT flush` says after `count` deletions.
fn flushed(cx: &mut Context<'_>, options: &Options, count: usize) -> Outcome<()> {
    if options.statistics == 0 {
        return Ok(());
    }
    if count == 0 {
        writeln!(cx.out, "Nothing to flush.")?;
    } else {
        writeln!(cx.out, "\n*** Round 1, deleting {count} entries ***")?;
        writeln!(cx.out, "*** Flush is complete after 1 round ***")?;
    }
    Ok(())
}
