//! Rules on the running kernel, both ways: what nft and iptables wrote there is read as the engine holds
//! it after the same text, and what is written the same tools list as their own.
//!
//! The texts are those in `data`, and what programs left on the hosts of `crates/netloom/tests/hosts`.

mod marks;
mod place;

use libtest_mimic::{Arguments, Failed, Trial};
use netloom_engine::{Engine, Simulation};
use netloom_kernel::{Kernel, owned};
use netloom_model::ruleset::statement::{Statement, UpdateOp};
use netloom_model::ruleset::{Backend, Element, Expr, Ruleset, RulesetChange};
use netloom_model::state::Parts;
use netloom_model::{Change, NsName, World};
use place::{apart, applet, real};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A text, and the command that loads it.
struct Text {
    command: &'static str,
    path: PathBuf,
}

/// What loads a file, by how its name ends.
const LOADERS: [(&str, &str); 5] = [
    ("ipset.save", "ipset restore"),
    ("ip6tables.save", "ip6tables-restore"),
    ("iptables.save", "iptables-restore"),
    (".nft", "nft -f"),
    (".sh", "sh"),
];

fn texts_of(folder: &Path) -> Vec<Text> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let loader = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?;
        let found = LOADERS.iter().find(|(end, _)| name.ends_with(end))?;
        Some(found.1)
    };
    let texts = paths.into_iter().filter_map(|path| {
        Some(Text {
            command: loader(&path)?,
            path,
        })
    });
    texts.collect()
}

/// Everything that is loaded together, by a name.
fn cases() -> Vec<(String, Vec<Text>)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases = Vec::new();
    for text in texts_of(&here.join("tests/nftables/data")) {
        let name = text.path.file_stem().unwrap_or_default();
        cases.push((name.to_string_lossy().into_owned(), vec![text]));
    }
    let hosts = here.join("../netloom/tests/hosts/data");
    let folders = std::fs::read_dir(hosts).into_iter().flatten().flatten();
    for folder in folders {
        let name = folder.file_name().to_string_lossy().into_owned();
        let mut texts = texts_of(&folder.path());
        // What is loaded by iptables is not loaded by nft again.
        if texts.iter().any(|text| text.command.ends_with("restore")) {
            texts.retain(|text| text.command.ends_with("restore"));
        }
        texts.retain(|text| text.command != "sh");
        if !texts.is_empty() {
            cases.push((name, texts));
        }
    }
    cases
}

fn ruleset(world: &mut dyn World) -> Result<Ruleset, Failed> {
    let parts = Parts {
        ruleset: true,
        ..Parts::NONE
    };
    let first = NsName::first();
    let state = world.snapshot(Some(&first), parts);
    let state = state.map_err(|error| error.to_string())?;
    let mut ruleset = state
        .namespaces
        .into_values()
        .next()
        .unwrap_or_default()
        .ruleset;
    ruleset.tables.retain(|table| table.backend == Backend::Nft);
    Ok(ruleset)
}

/// The statements with what the moment alone decides left out.
fn tidy(statements: &mut [Statement]) {
    let sorted = |elements: &mut Vec<Element>| {
        for element in elements.iter_mut() {
            tidy(&mut element.statements);
        }
        elements.sort_by(|a, b| (a.catch_all, &a.from).cmp(&(b.catch_all, &b.from)));
    };
    for statement in statements {
        let expr = match statement {
            Statement::Match { right, .. } => right,
            Statement::VerdictMap { map, .. } => map,
            Statement::Update { op, .. } if *op == UpdateOp::Delete => continue,
            _ => continue,
        };
        if let Expr::Set(elements) = expr {
            sorted(elements);
        }
    }
}

/// The lines of a ruleset: what is the same whoever holds it.
fn lines(mut ruleset: Ruleset) -> Vec<String> {
    let mut lines = Vec::new();
    ruleset
        .tables
        .sort_by_key(|table| (table.family, table.name.clone()));
    for mut table in ruleset.tables {
        let place = format!("{} {}", table.family.name(), table.name);
        lines.push(format!("{place}: {:?} {:?}", table.dormant, table.comment));
        table.chains.sort_by_key(|chain| chain.name.clone());
        for chain in table.chains {
            let place = format!("{place} {}", chain.name);
            lines.push(format!("{place}: {:?} {:?}", chain.base, chain.comment));
            for mut rule in chain.rules {
                tidy(&mut rule.statements);
                lines.push(format!(
                    "{place} rule: {:?} {:?}",
                    rule.comment, rule.policy
                ));
                lines.extend(rule.statements.iter().map(|s| format!("{place}   {s:?}")));
            }
        }
        table.sets.sort_by_key(|set| set.name.clone());
        for mut set in table.sets {
            set.handle = 0;
            for mut element in core::mem::take(&mut set.elements) {
                element.expires = None;
                lines.push(format!("{place} @{}   {element:?}", set.name));
            }
            lines.push(format!("{place} {set:?}"));
        }
        for mut object in table.objects {
            object.handle = 0;
            lines.push(format!("{place} {object:?}"));
        }
        for mut flowtable in table.flowtables {
            flowtable.handle = 0;
            lines.push(format!("{place} {flowtable:?}"));
        }
    }
    lines
}

/// The lines that only one of both has.
fn differing(of: &str, here: &[String], there: &[String]) -> String {
    let mut told = String::new();
    let (mut left, mut right): (Vec<&String>, Vec<&String>) =
        (here.iter().collect(), there.iter().collect());
    left.retain(|line| !there.contains(line));
    right.retain(|line| !here.contains(line));
    for line in left {
        told += &format!("kernel {line}\n");
    }
    for line in right {
        told += &format!("{of} {line}\n");
    }
    if told.is_empty() && here != there {
        told = "the same in another order\n".to_owned();
    }
    told
}

fn load(text: &Text, with: impl Fn(&str, &str) -> Result<String, String>) -> Result<(), Failed> {
    let read = std::fs::read_to_string(&text.path)?;
    if text.command == "sh" {
        for line in read.lines().filter(|line| !line.trim().is_empty()) {
            with(line, "")?;
        }
        return Ok(());
    }
    let command = match text.command {
        "nft -f" => "nft -f -",
        other => other,
    };
    with(command, &read)?;
    Ok(())
}

/// What the real tools wrote is read as the engine holds it.
fn read(texts: &[Text]) -> Result<(), Failed> {
    let mut inside = Simulation {
        engine: Engine::new(1),
    };
    let engine = std::cell::RefCell::new(&mut inside);
    for text in texts {
        load(text, real)?;
        load(text, |command, input| {
            applet(*engine.borrow_mut(), command, input)
        })?;
    }
    let here = lines(ruleset(&mut Kernel::new())?);
    let there = lines(ruleset(&mut inside)?);
    match here == there {
        true => Ok(()),
        false => Err(differing("engine", &here, &there).into()),
    }
}

/// A listing without when elements go.
fn without_moments(listing: &str) -> String {
    let mut parts = listing.split(" expires ");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| !letter.is_ascii_alphanumeric());
        kept += &part[end.unwrap_or(part.len())..];
    }
    kept
}

/// How the real tools list what is there.
fn listings() -> Result<String, String> {
    let mut told = real("nft list ruleset", "")?;
    for command in ["iptables-save", "ip6tables-save"] {
        let saved = real(command, "")?;
        let kept = saved.lines().filter(|line| !line.starts_with('#'));
        told += &kept.map(|line| format!("{line}\n")).collect::<String>();
    }
    Ok(without_moments(&told))
}

/// What netloom's commands write the real tools list as if they had written it.
fn written(texts: &[Text]) -> Result<(), Failed> {
    write(texts, Kernel::new())
}

/// So they list what carries a mark, and all of it is found by that and taken away.
fn marked(texts: &[Text]) -> Result<(), Failed> {
    write(texts, Kernel::owned("lab"))?;
    let mut kernel = Kernel::new();
    let found = owned::find(&mut kernel)?;
    if let Some(other) = found.iter().find(|one| one.tag.as_deref() != Some("lab")) {
        return Err(format!("not of this tag: {other:?}").into());
    }
    owned::clean(&mut kernel, &found)?;
    match real("nft list ruleset", "")?.as_str() {
        "" => Ok(()),
        left => Err(format!("left after {found:#?}:\n{left}").into()),
    }
}

/// Rules that go in a request of which a later change is refused are there as before.
fn undone(texts: &[Text]) -> Result<(), Failed> {
    for text in texts {
        load(text, real)?;
    }
    let before = listings()?;
    let (ns, name) = (NsName::first(), "no.such.setting".to_owned());
    let flush = Change::Ruleset {
        ns: ns.clone(),
        changes: vec![RulesetChange::Flush(None)],
    };
    let value = String::new();
    let refused = Kernel::new().apply(vec![flush, Change::SetSysctl { ns, name, value }]);
    let Err(error) = refused else {
        return Err("not refused".into());
    };
    if error.message.is_some() {
        return Err(format!("not undone: {error}").into());
    }
    let of = |text: &str| text.lines().map(str::to_owned).collect::<Vec<String>>();
    let after = listings()?;
    match after == before {
        true => Ok(()),
        false => Err(differing("before", &of(&after), &of(&before)).into()),
    }
}

fn write(texts: &[Text], mut kernel: Kernel) -> Result<(), Failed> {
    for text in texts {
        load(text, real)?;
    }
    let theirs = listings()?;
    real("nft flush ruleset", "")?;
    let world = std::cell::RefCell::new(&mut kernel);
    for text in texts {
        // Sets of xtables are there already, for whoever writes the rules.
        if text.command.starts_with("ipset") {
            continue;
        }
        load(text, |command, input| {
            applet(*world.borrow_mut(), command, input)
        })?;
    }
    let ours = listings()?;
    if ours == theirs {
        return Ok(());
    }
    let of = |text: &str| text.lines().map(str::to_owned).collect::<Vec<String>>();
    Err(differing("real tool", &of(&ours), &of(&theirs)).into())
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let usable = apart(|| real("nft list ruleset", "").map(drop).map_err(Failed::from)).is_ok();
    let mut trials = Vec::new();
    for (name, _) in cases() {
        let ways = [
            ("read", read as fn(&[Text]) -> _),
            ("written", written),
            ("marked", marked),
            ("undone", undone),
        ];
        for (way, judge) in ways {
            let of = name.clone();
            let run = move || {
                let found = cases().into_iter().find(|(name, _)| *name == of);
                apart(move || judge(&found.map(|(_, texts)| texts).unwrap_or_default()))
            };
            trials.push(Trial::test(format!("{way}::{name}"), run).with_ignored_flag(!usable));
        }
    }
    for case in marks::ALL {
        let run = move || apart(move || marks::judge(case));
        trials.push(Trial::test(format!("marks::{}", case.name), run).with_ignored_flag(!usable));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
