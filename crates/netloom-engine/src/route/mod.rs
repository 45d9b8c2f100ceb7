//! Routing.

pub mod lpm;
