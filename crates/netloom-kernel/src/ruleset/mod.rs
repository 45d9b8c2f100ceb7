//! The rules of a namespace (`nf_tables`), over a socket of netfilter.

pub(crate) mod again;
mod apply;
mod messages;
pub(crate) mod owned;
mod read;
mod sets;
mod zero;

pub(crate) use apply::apply;
pub(crate) use read::{read, read_and_tell};
