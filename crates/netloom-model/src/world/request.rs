//! What a world can be asked, and what it answers.

use crate::change::Change;
use crate::journey::{Explain, Journey};
use crate::kernel_log::LogLine;
use crate::names::{Family, NsName};
use crate::notice::Notice;
use crate::route::{RouteAnswer, RouteQuery};
use crate::ruleset::{Ruleset, Wanted};
use crate::socket::{Interest, Received, Shutdown, SocketId, SocketKind, SocketOption, TcpInfo};
use crate::state::{Parts, State};
use crate::time::Time;
use crate::tun::Tun;
use core::net::IpAddr;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What can be asked of a world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the typed calls of World say what each is")]
pub enum Request {
    Apply(Vec<Change>),
    Snapshot {
        ns: Option<NsName>,
        parts: Parts,
    },
    Ruleset {
        ns: NsName,
        wanted: Wanted,
    },
    RouteGet {
        ns: NsName,
        query: RouteQuery,
    },
    RouteTable {
        ns: NsName,
        family: Family,
        table: u32,
    },
    LinkCounters {
        ns: NsName,
        index: u32,
    },
    Now,
    SleepUntil(Time),
    Open {
        ns: NsName,
        kind: SocketKind,
    },
    Set {
        socket: SocketId,
        option: SocketOption,
    },
    Bind {
        socket: SocketId,
        address: IpAddr,
        port: u16,
    },
    Connect {
        socket: SocketId,
        address: IpAddr,
        port: u16,
    },
    LocalAddress(SocketId),
    AttachTun {
        socket: SocketId,
        name: String,
        tun: Tun,
    },
    Send {
        socket: SocketId,
        to: Option<(IpAddr, u16)>,
        #[serde(with = "serde_bytes")]
        data: Vec<u8>,
    },
    Receive {
        socket: SocketId,
        deadline: Time,
    },
    NextNotice {
        socket: SocketId,
        deadline: Time,
    },
    KernelLog {
        from: Option<u64>,
        deadline: Time,
    },
    ClearKernelLog,
    ReceiveError(SocketId),
    PendingError(SocketId),
    Listen {
        socket: SocketId,
        backlog: u32,
    },
    Accept {
        socket: SocketId,
        deadline: Time,
    },
    Shutdown {
        socket: SocketId,
        how: Shutdown,
    },
    PeerAddress(SocketId),
    TcpInfo(SocketId),
    Poll {
        sockets: Vec<(SocketId, Interest)>,
        deadline: Time,
    },
    Close(SocketId),
    Explain(Box<Explain>),
}

/// What a world answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the typed calls of World say what each is")]
pub enum Reply {
    Done,
    State(State),
    Ruleset(Box<Ruleset>),
    Route(RouteAnswer),
    There(bool),
    Counters(BTreeMap<String, u64>),
    Time(Time),
    Socket(SocketId),
    Address(IpAddr, u16),
    Sent(usize),
    Received(Received),
    Notice(Option<Box<Notice>>),
    KernelLog(Vec<LogLine>),
    Journey(Box<Journey>),
    Name(String),
    Accepted(SocketId, IpAddr, u16),
    TcpInfo(Box<TcpInfo>),
    Ready(Vec<(SocketId, Interest)>),
}

impl Request {
    /// Whether the answer may be long in coming: a program that asks can be interrupted meanwhile.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(
            self,
            Request::Receive { .. }
                | Request::NextNotice { .. }
                | Request::KernelLog { .. }
                | Request::SleepUntil(_)
                | Request::Accept { .. }
                | Request::Poll { .. }
                | Request::Connect { .. }
                | Request::Send { .. }
        )
    }
}
