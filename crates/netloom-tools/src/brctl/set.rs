//! The settings of bridges and their ports (brctl(8)).

use super::{apply, bridge, failure, links, missing};
use crate::Context;
use crate::ip::words::{Failure, Outcome, number};
use netloom_model::{BridgePortSettings, BridgeSettings, Errno, LinkSettings, Namespace};

/// Sets a bridge; `what` is how the command calls it where that is refused.
fn set_bridge(cx: &mut Context<'_>, name: &str, what: &str, set: BridgeSettings) -> Outcome<()> {
    let state = links(cx)?;
    let set = LinkSettings {
        bridge: Some(set),
        ..LinkSettings::default()
    };
    let index = bridge(&state, name).map(|link| link.index);
    let done = index.and_then(|index| apply(cx, index, set));
    done.map_err(|errno| failure(format!("set {what} failed: {errno}")))
}

/// Sets a port, whichever bridge it is a port of.
fn set_port(
    cx: &mut Context<'_>,
    state: &Namespace,
    port: &str,
    set: BridgePortSettings,
) -> Result<(), Errno> {
    let link = state.link(&port.into()).ok_or(Errno::NODEV)?;
    if link.bridge_port.is_none() {
        return Err(Errno::NOENT);
    }
    let set = LinkSettings {
        bridge_port: Some(set),
        ..LinkSettings::default()
    };
    apply(cx, link.index, set)
}

/// A time in seconds, as centiseconds.
fn time(word: &str, what: &str) -> Outcome<u32> {
    let seconds: Option<f64> = word.parse().ok();
    let seconds = seconds.filter(|seconds| (0.0..4e7).contains(seconds));
    let centiseconds = seconds.map(|seconds| format!("{:.0}", seconds * 100.0));
    let centiseconds = centiseconds.and_then(|text| text.parse().ok());
    centiseconds.ok_or_else(|| failure(format!("bad {what} value")))
}

/// A whole number, as sscanf(3) reads it with `%i`.
fn whole(word: &str, what: &str) -> Outcome<u32> {
    let number = number(word).and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| failure(format!("bad {what}")))
}

/// `on` or `off`.
fn on_off(word: &str) -> Outcome<bool> {
    match word {
        "on" | "yes" | "1" => Ok(true),
        "off" | "no" | "0" => Ok(false),
        _ => Err(failure("expect on/off for argument")),
    }
}

/// `brctl setageing`.
pub(super) fn ageing(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let set = BridgeSettings {
        ageing_time: Some(time(&words[1], "ageing time")?),
        ..BridgeSettings::default()
    };
    set_bridge(cx, &words[0], "ageing time", set)
}

/// `brctl setbridgeprio`.
pub(super) fn bridge_priority(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    // The kernel keeps the lower 16 bits.
    let [.., high, low] = whole(&words[1], "priority")?.to_be_bytes();
    let set = BridgeSettings {
        priority: Some(u16::from_be_bytes([high, low])),
        ..BridgeSettings::default()
    };
    set_bridge(cx, &words[0], "bridge priority", set)
}

/// `brctl setfd`.
pub(super) fn forward_delay(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let set = BridgeSettings {
        forward_delay: Some(time(&words[1], "forward delay")?),
        ..BridgeSettings::default()
    };
    set_bridge(cx, &words[0], "forward delay", set)
}

/// `brctl sethello`.
pub(super) fn hello(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let set = BridgeSettings {
        hello_time: Some(time(&words[1], "hello timer")?),
        ..BridgeSettings::default()
    };
    set_bridge(cx, &words[0], "hello timer", set)
}

/// `brctl setmaxage`.
pub(super) fn max_age(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let set = BridgeSettings {
        max_age: Some(time(&words[1], "max age")?),
        ..BridgeSettings::default()
    };
    set_bridge(cx, &words[0], "max age", set)
}

/// `brctl stp`.
pub(super) fn stp(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let set = BridgeSettings {
        stp_state: Some(u32::from(on_off(&words[1])?)),
        ..BridgeSettings::default()
    };
    set_bridge(cx, &words[0], "stp status", set)
}

/// `brctl setpathcost`.
pub(super) fn path_cost(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let set = BridgePortSettings {
        cost: Some(whole(&words[2], "path cost value")?),
        ..BridgePortSettings::default()
    };
    let state = links(cx)?;
    set_port(cx, &state, &words[1], set)
        .map_err(|errno| failure(format!("set path cost failed: {errno}")))
}

/// `brctl setportprio`.
pub(super) fn port_priority(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let priority = whole(&words[2], "path priority value")?;
    let set = BridgePortSettings {
        priority: Some(u16::try_from(priority).unwrap_or(u16::MAX)),
        ..BridgePortSettings::default()
    };
    let state = links(cx)?;
    set_port(cx, &state, &words[1], set)
        .map_err(|errno| failure(format!("set port priority failed: {errno}")))
}

/// `brctl hairpin`.
pub(super) fn hairpin(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let (name, port) = (&words[0], &words[1]);
    let set = BridgePortSettings {
        hairpin: Some(on_off(&words[2])?),
        ..BridgePortSettings::default()
    };
    let state = links(cx)?;
    let say = |errno| -> Failure {
        match errno {
            Errno::NODEV => missing(&state, name, port),
            errno => failure(format!(
                "can't set {port} to hairpin on bridge {name}: {errno}"
            )),
        }
    };
    set_port(cx, &state, port, set).map_err(say)
}
