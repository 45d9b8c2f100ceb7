//! Linux networking in user space: sans-IO, deterministic, observable.
//!
//! An [`Engine`] holds namespaces, devices, routes, neighbours and sockets, and moves packets
//! between them as Linux does. It is driven from outside: time is an argument, randomness comes
//! from a seed, frames come and go by calls. Work is a queue, not recursion; every drop has a
//! reason and is counted; nothing allocates for a forwarded packet.
//!
//! Where things are: `receive` is the way of a frame from the backlog up, `link` how each kind of
//! device sends, `bridge`, `neighbour`, `route`, `ip`, `socket` what their names say; `apply` and
//! `snapshot` are the engine as a backend of the model; `observer` is who watches, `journey` the
//! observer that `explain` uses, `flow` the one that remembers flows.

#![forbid(unsafe_code)]

mod apply;
mod arena;
mod bridge;
mod calls;
mod conntrack;
mod device;
mod engine;
mod explain;
mod filter;
mod flow;
pub mod ip;
mod ipset;
mod journey;
mod kernel_log;
mod link;
mod mib;
mod namespace;
mod neighbour;
mod net;
mod notify;
mod nsids;
mod observer;
mod offload;
mod packet;
mod random;
mod receive;
pub mod route;
mod snapshot;
mod socket;
mod synproxy;
mod sysctl;
mod timer;
mod twin;
mod vlan;

pub use engine::{Answer, ClientId, Engine, Port, Simulation};
