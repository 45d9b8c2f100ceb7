//! Redaction judged by verdicts: the hosts of `tests/questions`, built in a world, are written down where
//! a question is asked; the same question, of what is redacted, has the same answer.

use crate::Test;
use crate::place::in_world;
use libtest_mimic::Failed;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

pub(crate) const TESTS: &[Test] = &[("what_is_redacted_explains_the_same", same)];

/// In place of packets and comparisons: what is asked, and the host as it is then.
const ASK: &str = r#"
netloom() { command netloom "$@"; }
sent() { :; }
ask() {
    asked=$((asked + 1))
    netloom snapshot -o "$SAVE/$NAME.$asked.json" 2>/dev/null
    echo "$1 $2 $3 ${4:--} ${SPORT:--}" >"$SAVE/$NAME.$asked.ask"
}
asked=0
"#;

/// How many worlds there are at a time.
const WORLDS: usize = 4;

/// A question: from where, which kind of packet, to whom, and its port or size.
struct Question {
    file: PathBuf,
    words: Vec<String>,
}

impl Question {
    /// The words that ask it, from a namespace to an address.
    fn of(&self, from: &str, to: &str) -> Vec<String> {
        let [_, kind, _, port, sport] = &self.words[..] else {
            return Vec::new();
        };
        let to_port = match to.contains(':') {
            true => format!("[{to}]:{port}"),
            false => format!("{to}:{port}"),
        };
        let mut words: Vec<&str> = match kind.as_str() {
            "ping" => vec![to],
            "large" => vec![to, "--df", "--size", port],
            kind => vec![&to_port, "--proto", kind],
        };
        if from != "host" {
            words.extend(["--from", from]);
        }
        if matches!(kind.as_str(), "tcp" | "udp") && sport != "-" {
            words.extend(["--sport", sport]);
        }
        words.into_iter().map(str::to_owned).collect()
    }
}

/// Builds the hosts, all at once in worlds of their own.
fn questions(folder: &Path) -> Result<Vec<Question>, Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let prelude = fs::read_to_string(root.join("tests/questions/prelude.bash"))?;
    // The world has a name of its own.
    let prelude: Vec<&str> = prelude
        .lines()
        .filter(|l| !l.contains("hostname"))
        .collect();
    let prelude = prelude.join("\n");
    let mut scripts = Vec::new();
    for entry in fs::read_dir(root.join("../../tests/questions"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "sh") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let head = format!("SAVE={}; NAME={name}", folder.display());
            let script = fs::read_to_string(&path)?;
            scripts.push(format!("{head}\n{prelude}\n{ASK}\n{script}"));
        }
    }
    // What a world does not have ends a script; what was asked before it counts.
    thread::scope(|scope| {
        for some in scripts.chunks(scripts.len().div_ceil(WORLDS)) {
            scope.spawn(|| some.iter().map(|script| in_world(script)).for_each(drop));
        }
    });
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "ask") {
            let words = fs::read_to_string(&path)?;
            all.push(Question {
                file: path.with_extension("json"),
                words: words.split_whitespace().map(str::to_owned).collect(),
            });
        }
    }
    all.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(all)
}

fn netloom(words: &[String]) -> Result<(Vec<u8>, i32), Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_netloom"))
        .args(words)
        .env_remove("NETLOOM_WORLD")
        .output()?;
    let said = match output.stdout.is_empty() {
        true => output.stderr,
        false => output.stdout,
    };
    Ok((said, output.status.code().unwrap_or(-1)))
}

/// What decides: the stages that packets came to, the rules that were tried and where they ended, and how
/// it ends.
fn decided(file: &Path, question: &[String]) -> Result<String, Failed> {
    let mut words = vec!["explain".to_owned(), "--snapshot".to_owned()];
    words.push(file.display().to_string());
    words.extend_from_slice(question);
    words.extend(["--format".to_owned(), "json".to_owned()]);
    let (said, code) = netloom(&words)?;
    let Ok(journey) = serde_json::from_slice::<Value>(&said) else {
        return Err(format!("{question:?}: {}", String::from_utf8_lossy(&said)).into());
    };
    let mut lines = vec![format!("code {code}")];
    for (which, verdict) in [("there", &journey["verdict"]), ("back", &journey["back"])] {
        lines.push(format!("{which}: {}", kind(verdict)));
    }
    let steps = journey["steps"].as_array().cloned().unwrap_or_default();
    for step in &steps {
        lines.push(format!("{} {}", step["packet"], step["stage"]));
        numbers(&step["event"], &mut lines);
    }
    Ok(lines.join("\n"))
}

/// The kind of a verdict, and the reason of a drop.
fn kind(verdict: &Value) -> String {
    let Some((kind, inside)) = verdict.as_object().and_then(|all| all.iter().next()) else {
        return verdict.to_string();
    };
    format!(
        "{kind} {} {}",
        verdict["kind"],
        [&verdict["reason"], &inside["reason"]]
            .map(Value::to_string)
            .join(" ")
    )
}

/// The numbers of rules, and what they and chains say.
fn numbers(event: &Value, lines: &mut Vec<String>) {
    match event {
        Value::Object(fields) => {
            for (key, value) in fields {
                match key.as_str() {
                    "number" | "failed" | "policy" | "verdict" | "standing" | "hook"
                        if !value.is_object() =>
                    {
                        lines.push(format!("  {key} {value}"));
                    }
                    _ => numbers(value, lines),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|value| numbers(value, lines)),
        _ => {}
    }
}

fn same() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let questions = questions(folder.path())?;
    let (mut different, mut unredacted) = (Vec::new(), Vec::new());
    for question in &questions {
        let [from, _, to, ..] = &question.words[..] else {
            continue;
        };
        let bytes = fs::read(&question.file)?;
        let mut host: Value = serde_json::from_slice(&crate::place::unpacked(bytes)?)?;
        // What stands for the ends of the question is told where it stands too.
        host["missing"] = serde_json::json!([{ "ns": from, "part": "question", "why": to }]);
        let plain = question.file.with_extension("plain");
        fs::write(&plain, serde_json::to_vec(&host)?)?;
        let redacted = question.file.with_extension("redacted");
        let words = ["snapshot", "--redact", "--import"].map(str::to_owned);
        let files = [
            plain.display().to_string(),
            "-o".to_owned(),
            redacted.display().to_string(),
        ];
        let (said, code) = netloom(&[&words[..], &files[..]].concat())?;
        if code != 0 {
            return Err(String::from_utf8_lossy(&said).into_owned().into());
        }
        let text = crate::place::unpacked(fs::read(&redacted)?)?;
        let other: Value = serde_json::from_slice(&text)?;
        let mapped = &other["missing"][0];
        let of = |key: &str| mapped[key].as_str().unwrap_or_default().to_owned();
        if *from != "host" && of("ns") == *from {
            unredacted.push(from.clone());
        }
        let asked = decided(&plain, &question.of(from, to))?;
        let again = decided(&redacted, &question.of(&of("ns"), &of("why")))?;
        if asked != again {
            let name = question.file.file_name().unwrap_or_default();
            let mut lines = asked.lines().zip(again.lines());
            let first = lines.find(|(one, other)| one != other);
            different.push(format!("{name:?} {:?}: {first:?}", question.words));
        }
    }
    assert!(questions.len() >= 50, "{} questions", questions.len());
    assert!(unredacted.is_empty(), "{unredacted:?} keep their names");
    match different.is_empty() {
        true => Ok(()),
        false => Err(format!("of {}:\n{}", questions.len(), different.join("\n")).into()),
    }
}
