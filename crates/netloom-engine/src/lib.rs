//! See the crate's description; its modules follow.

pub mod ip;
pub mod route;
