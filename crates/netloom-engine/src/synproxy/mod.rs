//! Connections that are accepted in the place of their server (`nf_synproxy_core`; iptables-extensions(8),
//! SYNPROXY; nft(8), SYNPROXY STATEMENT).
//!
//! A SYN is answered with a `cookie` for a sequence number, and nothing is remembered. Who acknowledges the
//! cookie is there: then the server is asked in its name. Once it accepts, both know of each other, and of
//! what goes between them sequence numbers (`conntrack`) and `connection`'s clocks are shifted. `rule` is
//! what a rule does with a segment, `send` sends what it comes to.
//!
//! Left out: congestion bits of SYNs, `/proc/net/stat/synproxy`.

mod connection;
mod cookie;
mod rule;
mod segment;
mod send;

pub(crate) use connection::{Proxy, pass};
pub(crate) use rule::{Says, asked};
pub(crate) use segment::Segment;
pub(crate) use send::carry_out;

/// What is sent in the place of a segment that ends here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// A SYN is answered.
    Accept(Segment),
    /// The server is asked in the name of who acknowledged the cookie.
    Ask(Segment),
    /// The server has accepted: it hears that this is known, and its client that it may send. What the
    /// server sends is shifted by so much from then on.
    Join {
        server: Segment,
        client: Segment,
        shift: i32,
    },
}
