//! The ends of tunnels in words.

use netloom_model::NsName;
use netloom_model::bridge::FdbRemote;

/// Where an end of a tunnel is.
pub(super) fn carried(ns: &NsName, dev: &str, behind: &[FdbRemote]) -> String {
    let hosts = behind.iter().filter_map(|host| Some(host.dst?.to_string()));
    let hosts: Vec<String> = hosts.collect();
    let to = match hosts.is_empty() {
        true => String::new(),
        false => format!(", carried to {}", hosts.join(", ")),
    };
    match ns.is_first() {
        true => format!("crosses to {dev}{to}"),
        false => format!("crosses to {ns}/{dev}{to}"),
    }
}
