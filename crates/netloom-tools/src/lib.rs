//! The familiar network commands: arguments to changes and queries, state to the same text and
//! JSON as the originals.
//!
//! Every command ("applet") is a function from a [`Context`] to an exit code, listed in
//! [`APPLETS`]. It sees the world through [`World`] alone, so the same command drives the
//! user-space engine and, later, a running kernel.

#![forbid(unsafe_code)]

pub mod arping;
pub mod brctl;
pub mod bridge;
pub mod capture_file;
pub mod conntrack;
mod context;
pub mod dmesg;
pub mod echo;
pub mod ethtool;
pub mod http;
pub mod ip;
pub mod iperf3;
pub mod ipset;
pub mod iptables;
mod listen;
pub mod modprobe;
pub mod nc;
pub mod ndisc6;
pub mod net_tools;
pub mod nft;
pub mod nstat;
pub mod ping;
pub mod procfs;
pub mod socat;
pub mod ss;
mod stream;
pub mod sysctl;
pub mod tcpdump;
mod timestamp;
pub mod traceroute;

pub use context::{Context, Host, NoMachine};
pub use netloom_model::World;

/// What a command says it is, behind the version of the original that it follows.
pub(crate) const VERSION: &str = concat!("netloom ", env!("CARGO_PKG_VERSION"));

/// A command: runs in a context, returns its exit code.
pub type Applet = fn(&mut Context<'_>) -> i32;

/// Every command by the name under which it is called, in alphabetical order.
pub const APPLETS: &[(&str, Applet)] = &[
    ("arp", net_tools::arp::arp),
    ("arping", arping::arping),
    ("arptables", iptables::arptables),
    ("arptables-nft", iptables::arptables),
    ("arptables-nft-restore", iptables::arptables_restore),
    ("arptables-nft-save", iptables::arptables_save),
    ("arptables-restore", iptables::arptables_restore),
    ("arptables-save", iptables::arptables_save),
    ("brctl", brctl::brctl),
    ("bridge", bridge::bridge),
    ("conntrack", conntrack::conntrack),
    ("curl", http::curl),
    ("dmesg", dmesg::dmesg),
    ("ebtables", iptables::ebtables),
    ("ebtables-nft", iptables::ebtables),
    ("ebtables-nft-restore", iptables::ebtables_restore),
    ("ebtables-nft-save", iptables::ebtables_save),
    ("ebtables-restore", iptables::ebtables_restore),
    ("ebtables-save", iptables::ebtables_save),
    ("ethtool", ethtool::ethtool),
    ("http", http::http),
    ("ifconfig", net_tools::ifconfig::ifconfig),
    ("ip", ip::ip),
    ("ip6tables", iptables::ip6tables),
    ("ip6tables-legacy", iptables::ip6tables_legacy),
    (
        "ip6tables-legacy-restore",
        iptables::ip6tables_legacy_restore,
    ),
    ("ip6tables-legacy-save", iptables::ip6tables_legacy_save),
    ("ip6tables-nft", iptables::ip6tables),
    ("ip6tables-nft-restore", iptables::ip6tables_nft_restore),
    ("ip6tables-nft-save", iptables::ip6tables_nft_save),
    ("ip6tables-restore", iptables::ip6tables_restore),
    (
        "ip6tables-restore-translate",
        iptables::ip6tables_restore_translate,
    ),
    ("ip6tables-save", iptables::ip6tables_save),
    ("ip6tables-translate", iptables::ip6tables_translate),
    ("iperf3", iperf3::iperf3),
    ("ipset", ipset::ipset),
    ("iptables", iptables::iptables),
    ("iptables-legacy", iptables::iptables_legacy),
    ("iptables-legacy-restore", iptables::iptables_legacy_restore),
    ("iptables-legacy-save", iptables::iptables_legacy_save),
    ("iptables-nft", iptables::iptables),
    ("iptables-nft-restore", iptables::iptables_nft_restore),
    ("iptables-nft-save", iptables::iptables_nft_save),
    ("iptables-restore", iptables::iptables_restore),
    (
        "iptables-restore-translate",
        iptables::iptables_restore_translate,
    ),
    ("iptables-save", iptables::iptables_save),
    ("iptables-translate", iptables::iptables_translate),
    ("modprobe", modprobe::modprobe),
    ("nc", nc::nc),
    ("ndisc6", ndisc6::ndisc6),
    ("netcat", nc::nc),
    ("netstat", net_tools::netstat::netstat),
    ("nft", nft::nft),
    ("nstat", nstat::nstat),
    ("ping", ping::ping),
    ("rdisc6", ndisc6::rdisc6),
    ("route", net_tools::route::route),
    ("socat", socat::socat),
    ("ss", ss::ss),
    ("sysctl", sysctl::sysctl),
    ("tcpdump", tcpdump::tcpdump),
    ("traceroute", traceroute::traceroute),
    ("xtables-monitor", iptables::xtables_monitor),
];

/// The command called `name`.
#[must_use]
pub fn applet(name: &str) -> Option<Applet> {
    APPLETS
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, applet)| *applet)
}
