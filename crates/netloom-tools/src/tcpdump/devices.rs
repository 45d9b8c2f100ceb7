//! The devices one can capture on, in libpcap's order: what is up first, the loopback after, and
//! all of them at once as `any`.

use netloom_model::link::LinkFlags;
use netloom_model::state::Parts;
use netloom_model::{Link, LinkKind};

use super::Failure;
use crate::Context;

/// The name that stands for all devices.
pub(super) const ANY: &str = "any";

/// The links of the namespace, in the kernel's order.
pub(super) fn links(cx: &mut Context<'_>) -> Result<Vec<Link>, Failure> {
    let mut state = cx.world.snapshot(Some(&cx.ns), Parts::LINKS)?;
    Ok(state
        .namespaces
        .remove(&cx.ns)
        .map(|ns| ns.links)
        .unwrap_or_default())
}

fn is_loopback(link: &Link) -> bool {
    matches!(link.kind, LinkKind::Loopback)
}

pub(super) fn is_up(link: &Link) -> bool {
    link.flags.contains(LinkFlags::UP)
}

/// Names in the order of `-D`, with what is said of each.
pub(super) fn ordered(links: &[Link]) -> Vec<(String, String)> {
    let mut devices: Vec<_> = links
        .iter()
        .map(|link| {
            let running = link.flags.contains(LinkFlags::RUNNING);
            let rank = (!is_up(link), !running, is_loopback(link));
            (rank, 0, link.name.clone(), format!(" [{}]", flags(link)))
        })
        .collect();
    let any = " (Pseudo-device that captures on all interfaces) [Up, Running]";
    devices.push(((false, false, false), 1, ANY.to_owned(), any.to_owned()));
    devices.sort_by_key(|(rank, pseudo, ..)| (*rank, *pseudo));
    devices
        .into_iter()
        .map(|(_, _, name, text)| (name, text))
        .collect()
}

fn flags(link: &Link) -> String {
    let mut words = Vec::new();
    if is_up(link) {
        words.push("Up");
    }
    if link.flags.contains(LinkFlags::RUNNING) {
        words.push("Running");
    }
    if is_loopback(link) {
        words.push("Loopback");
    } else if is_up(link) {
        words.push(if link.carrier {
            "Connected"
        } else {
            "Disconnected"
        });
    }
    if words.is_empty() {
        String::from("none")
    } else {
        words.join(", ")
    }
}

/// `-D`.
pub(super) fn list(cx: &mut Context<'_>) -> Result<(), Failure> {
    for (number, (name, text)) in ordered(&links(cx)?).iter().enumerate() {
        writeln!(cx.out, "{}.{name}{text}", number + 1).map_err(Failure::Output)?;
    }
    Ok(())
}
