//! Worlds as their users see them: scripts, names, signals, time, and what goes wrong.

mod advertise;
mod bad;
mod home;
mod named;
mod namespaces;
mod programs;
mod rootless;
mod scripts;
mod sockets;
mod time;
mod twin;
