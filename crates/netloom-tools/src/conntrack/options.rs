//! What a command line says.

use std::net::IpAddr;

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Command {
    List,
    Get,
    Delete,
    Create,
    Add,
    Update,
    Event,
    Flush,
    Count,
    Stats,
    Load,
    Version,
    #[default]
    Help,
}

/// A table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Table {
    #[default]
    Conntrack,
    Expect,
    Dying,
    Unconfirmed,
}

/// What is written, and how (`-o`).
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word of -o")]
pub(super) struct Format {
    pub(super) extended: bool,
    pub(super) id: bool,
    pub(super) timestamp: bool,
    pub(super) ktimestamp: bool,
    pub(super) labels: bool,
    pub(super) xml: bool,
    pub(super) save: bool,
}

/// What is translated to: any address or this one, any port or this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nat {
    pub(super) address: Option<IpAddr>,
    pub(super) port: Option<u16>,
}

/// A command line.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option")]
pub(super) struct Options {
    pub(super) command: Command,
    pub(super) table: Table,
    pub(super) file: Option<String>,
    pub(super) src: Option<IpAddr>,
    pub(super) dst: Option<IpAddr>,
    pub(super) mask_src: Option<IpAddr>,
    pub(super) mask_dst: Option<IpAddr>,
    pub(super) reply_src: Option<IpAddr>,
    pub(super) reply_dst: Option<IpAddr>,
    pub(super) protocol: Option<u8>,
    /// Source and destination of the first direction, and of the replies.
    pub(super) ports: [Option<u16>; 4],
    /// Type, code and identifier.
    pub(super) icmp: (Option<u8>, Option<u8>, Option<u16>),
    pub(super) tags: [Option<u32>; 2],
    pub(super) state: Option<String>,
    /// Which end of a connection of DCCP somebody is was said.
    pub(super) role: bool,
    pub(super) v6: Option<bool>,
    pub(super) timeout: Option<u32>,
    pub(super) status: Option<u32>,
    /// `-u` says no bit.
    pub(super) unset: bool,
    /// A mark, and which of its bits count.
    pub(super) mark: Option<(u32, u32)>,
    pub(super) mark_masked: bool,
    pub(super) src_nat: Option<Nat>,
    pub(super) dst_nat: Option<Nat>,
    pub(super) any_nat: Option<Nat>,
    pub(super) zone: Option<u16>,
    pub(super) orig_zone: Option<u16>,
    pub(super) reply_zone: Option<u16>,
    pub(super) id: Option<u32>,
    pub(super) labels: u128,
    pub(super) add_labels: u128,
    pub(super) del_labels: Option<u128>,
    /// New ones, updates, forgotten ones.
    pub(super) events: [bool; 3],
    pub(super) zero: bool,
    pub(super) format: Format,
    /// What is said before anything is done.
    pub(super) warnings: String,
    /// Nothing is said of what was done.
    pub(super) quiet: bool,
}

impl Options {
    /// Whether what is said of marks, status and translation is what connections are to have.
    pub(super) const fn sets(&self) -> bool {
        matches!(
            self.command,
            Command::Update | Command::Create | Command::Add
        )
    }
}
