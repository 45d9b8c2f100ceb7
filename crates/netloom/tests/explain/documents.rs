//! Documents whose examples run: in order, in one fresh world each, blocks marked `sh` are run, and
//! after each line `$ COMMAND` of a block marked `console` stands what the command prints. Written
//! anew with `NETLOOM_BLESS=1`.

use crate::world;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A mark between outputs: no command prints it.
const MARK: &str = "\u{1}";

#[test]
fn the_users_guide_shows_what_runs() {
    hold("../../docs/explain.md");
}

#[test]
fn the_traps_that_lint_finds_are_told_as_its_page_says() {
    hold("../../docs/lint.md");
}

#[test]
fn the_guide_to_differences_shows_what_runs() {
    hold("../../docs/diff.md");
}

#[test]
fn the_guide_to_checks_shows_what_runs() {
    hold("../../docs/check.md");
}

#[test]
fn the_tour_of_one_ping_shows_what_runs() {
    hold("../../docs/one-ping.md");
}

#[test]
fn drops_are_told_with_their_reasons_and_fixes() {
    hold("tests/explain/drops.md");
}

#[test]
fn bridges_and_floods_are_told_port_by_port() {
    hold("tests/explain/bridge.md");
}

#[test]
fn ports_that_the_spanning_tree_closes_are_told() {
    hold("tests/explain/stp.md");
}

#[test]
fn rules_that_frames_of_bridges_meet_are_told() {
    hold("tests/explain/bridge-rules.md");
}

#[test]
fn what_vlans_let_pass_and_keep_is_told() {
    hold("tests/explain/vlan.md");
}

#[test]
fn ipv6_is_told_with_its_fragments_and_links() {
    hold("tests/explain/ipv6.md");
}

#[test]
fn members_of_groups_are_told() {
    hold("tests/explain/groups.md");
}

#[test]
fn connections_of_tcp_are_told() {
    hold("tests/explain/tcp.md");
}

#[test]
fn rules_of_iptables_are_told_as_the_document_says() {
    hold("tests/explain/filter.md");
}

#[test]
fn connections_and_translations_are_told() {
    hold("tests/explain/nat.md");
}

#[test]
fn answers_of_sets_and_maps_are_told() {
    hold("tests/explain/sets.md");
}

#[test]
fn rules_of_programs_are_told_with_what_they_mean() {
    hold("tests/explain/programs.md");
}

#[test]
fn rules_that_ask_for_ports_are_told() {
    hold("tests/explain/rules.md");
}

#[test]
fn every_form_tells_the_same_journey() {
    hold("tests/explain/forms.md");
}

/// A part of a document.
enum Part {
    /// A line that stays as it is.
    Line(String),
    /// Lines to be run.
    Setup(String),
    /// A command whose output follows.
    Shown(String),
}

fn hold(path: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = fs::read_to_string(&path).unwrap();
    let parts = read(&text);
    let mut script = String::from("exec 2>&1\n");
    for part in &parts {
        match part {
            Part::Line(_) => {}
            Part::Setup(lines) => script.push_str(lines),
            Part::Shown(command) => {
                writeln!(script, "echo {MARK}; {command}\necho {MARK}").unwrap();
            }
        }
    }
    let (said, _) = world::run(&script);
    let outputs: Vec<_> = said.split(&format!("{MARK}\n")).collect();
    // Between two marks of one command stands its output, after them what a setup printed.
    let mut outputs = outputs.iter().skip(1).step_by(2);
    let mut now = String::new();
    for part in &parts {
        match part {
            Part::Line(line) => writeln!(now, "{line}").unwrap(),
            Part::Setup(_) => {}
            Part::Shown(command) => {
                let output = outputs.next().expect("every command was run");
                write!(now, "$ {command}\n{output}").unwrap();
            }
        }
    }
    if std::env::var_os("NETLOOM_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &now).unwrap();
    }
    assert!(text == now, "{}, run now:\n{now}", path.display());
}

fn read(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut block = "";
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            block = kind;
        } else if block == "sh" {
            parts.push(Part::Setup(format!("{line}\n")));
        } else if block == "console" {
            // What stands there was printed by the command; it is run again.
            if let Some(command) = line.strip_prefix("$ ") {
                parts.push(Part::Shown(command.to_owned()));
            }
            continue;
        }
        parts.push(Part::Line(line.to_owned()));
    }
    parts
}
