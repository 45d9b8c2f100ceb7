//! `tcpdump`: watch packets on a device, or in a file (tcpdump(8), pcap-filter(7)).
//!
//! Beside the options of the original, `--pcapng` (or a file name that ends in `.pcapng`) writes
//! the newer format. Times are UTC. Left out, with a clear error: rotating files, decryption,
//! compiled filters, other link types than Ethernet, raw IP, cooked and NFLOG; names are never asked for, so `-n` matters for services and
//! the loopback address only.

mod devices;
mod file;
mod filter;
mod live;
mod nflog;
mod options;
mod output;
pub(crate) mod print;
pub(crate) mod time;

use std::fmt;

use crate::Context;
use filter::{Filter, FilterError};
use options::{Command, Options};

const VERSION: &str = "\
tcpdump version 4.99.3
libpcap version 1.10.3 (netloom)
";

const USAGE: &str = "\
Usage: tcpdump [-AbdDefhHIJKlLnNOpqStuUvxX#] [ -B size ] [ -c count ] [--count]
\t\t[ -C file_size ] [ -E algo:secret ] [ -F file ] [ -G seconds ]
\t\t[ -i interface ] [ --immediate-mode ] [ -j tstamptype ]
\t\t[ -M secret ] [ --number ] [ --print ] [ -Q in|out|inout ]
\t\t[ -r file ] [ -s snaplen ] [ -T type ] [ --version ]
\t\t[ -V file ] [ -w file ] [ -W filecount ] [ -y datalinktype ]
\t\t[ --time-stamp-precision precision ] [ --micro ] [ --nano ]
\t\t[ -z postrotate-command ] [ -Z user ] [ expression ]
";

/// What ends the command early; all end with exit code 1.
enum Failure {
    /// A message, to stand after the command's name.
    Message(String),
    /// A message and the usage.
    Usage(String),
    /// Nobody reads what is written any more.
    Output(std::io::Error),
}

impl Failure {
    fn new(text: impl Into<String>) -> Self {
        Self::Message(text.into())
    }
}

impl From<FilterError> for Failure {
    fn from(error: FilterError) -> Self {
        Self::Message(error.to_string())
    }
}

impl From<netloom_model::Error> for Failure {
    fn from(error: netloom_model::Error) -> Self {
        Self::Message(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(text) => write!(f, "tcpdump: {text}"),
            Self::Usage(text) => write!(f, "tcpdump: {text}\n{VERSION}{USAGE}"),
            Self::Output(error) => {
                write!(f, "tcpdump: Unable to write output: {}", message_of(error))
            }
        }
    }
}

/// An error of the system in its own words, without Rust's number.
fn message_of(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// Runs `tcpdump`.
pub fn tcpdump(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err(failure) => {
            let _ = writeln!(cx.err, "{}", failure.to_string().trim_end());
            1
        }
    }
}

fn run(cx: &mut Context<'_>) -> Result<(), Failure> {
    match options::parse(&cx.args)? {
        Command::Help => write!(cx.out, "{VERSION}{USAGE}").map_err(Failure::Output),
        Command::Version => write!(cx.out, "{VERSION}").map_err(Failure::Output),
        Command::ListDevices => devices::list(cx),
        Command::Capture(options) => match &options.read {
            Some(name) => file::run(cx, &options, name),
            None => live::run(cx, &options),
        },
    }
}

/// The filter: of the file of `-F`, or of the rest of the command line.
fn filter(options: &Options) -> Result<Filter, Failure> {
    let Some(name) = &options.filter_file else {
        return Ok(Filter::parse(&options.expression)?);
    };
    let expression = std::fs::read_to_string(name)
        .map_err(|error| Failure::new(format!("can't open {name}: {}", message_of(&error))))?;
    Ok(Filter::parse(&expression)?)
}
