//! Rules of iptables and ip6tables from Rust: what go-iptables is for Go, with typed rules, typed
//! errors and transactions, and with no program started.
//!
//! ```
//! use netloom_engine::{Engine, Simulation};
//! use netloom_rules::{Family, IpTables, Policy, Protocol, Rule, State, Target};
//!
//! // The running kernel is `IpTables::kernel(Family::V4)`.
//! let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
//!
//! tables.append("filter", "INPUT", ["-i", "lo", "-j", "ACCEPT"])?;
//! tables.append("filter", "INPUT", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")?;
//! let ssh = Rule::new()
//!     .protocol(Protocol::Tcp)
//!     .destination_port(22)
//!     .states([State::New])
//!     .jump(Target::Accept);
//! tables.append_unique("filter", "INPUT", &ssh)?;
//! tables.change_policy("filter", "INPUT", Policy::Drop)?;
//!
//! assert_eq!(
//!     tables.list("filter", "INPUT")?,
//!     [
//!         "-P INPUT DROP",
//!         "-A INPUT -i lo -j ACCEPT",
//!         "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
//!         "-A INPUT -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT",
//!     ]
//! );
//! # Ok::<(), netloom_rules::Error>(())
//! ```
//!
//! # How it works
//!
//! Words are read by the parser of netloom's own `iptables`, and rules are kept as the kernel keeps
//! those of iptables 1.8.9 (`nf_tables`): `iptables -S`, `iptables-save` and `-L` on the host show them
//! as if iptables had written them, and what iptables wrote is listed here the same.
//!
//! A call is one transaction. It reads no more than it has to: [`append`](IpTables::append) reads
//! nothing, calls on a chain's rules read that chain. What a change rests on still holds when it
//! happens: where anybody changed the rules meanwhile, be it `iptables` or another program, the kernel
//! refuses the change and it is done anew, until [`timeout`](IpTables::timeout) is over. No lock is
//! needed for that; only tables of the older kind ([`legacy`](IpTables::legacy)) have one, that of
//! iptables, which is held for each call.
//!
//! [`IpTables::kernel`] takes the kind of tables that the host's own `iptables` has; [`nft`](IpTables::nft)
//! and [`legacy`](IpTables::legacy) say which.
//!
//! # What differs from go-iptables
//!
//! - Rules that lead to a chain that is not there are [`Error::NoChain`], of which
//!   [`is_not_exist`](Error::is_not_exist) is true; so is that of [`list`](IpTables::list) of a chain
//!   that is not there, for which iptables has another message by its `nf_tables` form.
//! - [`stats`](IpTables::stats) has an empty target for a rule without one, where go-iptables moves the
//!   other columns; [`structured_stats`](IpTables::structured_stats) reads negated networks.
//! - [`list_by_id`](IpTables::list_by_id) of a number that is not there is an error.
//! - `append_unique`, `insert_unique`, `delete_if_exists` and `clear_and_delete_chain` are atomic.

#![forbid(unsafe_code)]

mod carry;
mod chains;
mod draft;
mod error;
mod file;
#[cfg(feature = "kernel")]
mod host;
mod listing;
mod rule;
mod rules;
mod spec;
mod stat;
mod tables;
mod twice;
mod whose;

pub use carry::Transaction;
pub use error::{Error, Result};
pub use file::{Restore, Save};
pub use netloom_model::ruleset::Policy;
pub use netloom_model::{Family, IpNet, World};
pub use rule::{Per, Ports, Protocol, Reject, Rule, State, Target, Translation};
pub use spec::RuleSpec;
pub use stat::{Network, Stat};
pub use tables::IpTables;
