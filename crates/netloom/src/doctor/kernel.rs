//! What the running kernel lacks.

use super::{Health, Told};
use netloom_kernel::lacks;
use std::fs;
use std::path::Path;

/// Kinds of devices.
pub(super) fn devices() -> Vec<Told> {
    let told = match lacks::kinds() {
        Err(error) => Told::new(Health::Lacks, format!("not looked at: {error}")),
        Ok(missing) if missing.is_empty() => Told::new(
            Health::Well,
            "the kernel has every kind of device that netloom asks for",
        ),
        Ok(missing) => {
            let text = format!("the kernel has no {}", missing.join(", "));
            Told::new(Health::Lacks, text).advised(
                "the engine has its own devices; a distribution's kernel has these as modules",
            )
        }
    };
    vec![told]
}

/// Rules for packets.
pub(super) fn rules() -> Vec<Told> {
    let mut told = Vec::new();
    let there = |path: &str| Path::new(path).exists();
    told.push(
        match there("/proc/sys/net/netfilter/nf_log") || there("/proc/net/netfilter") {
            true => Told::new(Health::Well, "the kernel has netfilter"),
            false => Told::new(Health::Ill, "the kernel has no netfilter"),
        },
    );
    if there("/proc/sys/net/bridge/bridge-nf-call-iptables") {
        let text = "br_netfilter is loaded: frames that cross bridges are asked of the rules of IP";
        told.push(Told::new(Health::Well, text));
    }
    let legacy = fs::read_to_string("/proc/net/ip_tables_names").unwrap_or_default();
    if !legacy.trim().is_empty() {
        let tables: Vec<&str> = legacy.split_whitespace().collect();
        let text = format!(
            "tables of iptables-legacy are loaded: {}",
            tables.join(", ")
        );
        told.push(
            Told::new(Health::Lacks, text)
                .advised("nft and iptables-nft do not show them: see \"iptables-legacy -S\""),
        );
    }
    told
}
