//! The groups that the host listens to, as `netstat -g` prints them.

use netloom_model::{Group, Namespace};
use std::fmt::Write;

/// The table: the groups of IPv4 on every link, then those of IPv6.
pub(super) fn table(ns: &Namespace) -> String {
    let mut text = String::from(
        "IPv6/IPv4 Group Memberships\n\
         Interface       RefCnt Group\n\
         --------------- ------ ---------------------\n",
    );
    for v4 in [true, false] {
        for entry in &ns.groups {
            if let Group::Ip(group) = entry.group
                && group.is_ipv4() == v4
            {
                let (name, users) = (ns.link_name(entry.dev), entry.users);
                let _ = writeln!(text, "{name:<15} {users:<6} {group}");
            }
        }
    }
    text
}
