//! See the crate's description; its modules follow.
