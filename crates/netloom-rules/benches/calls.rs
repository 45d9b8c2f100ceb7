//! What calls of the library cost on the running kernel, beside starting iptables for the same:
//! `cargo bench -p netloom-rules`, as root. Everything happens in a namespace of its own, both in turns.

use netloom_kernel::Kernel;
use netloom_rules::{Family, IpTables, Protocol, Result, Rule, Target};
use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Set in the process that is in the namespace.
const INSIDE: &str = "NETLOOM_RULES_BENCH";

/// How often each is done; medians are told.
const TURNS: usize = 101;

/// How many rules the large chain has.
const MANY: usize = 10_000;

type Tables = IpTables<Kernel>;

fn main() {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    let ns = format!("nl-rules-bench-{}", std::process::id());
    if !started("ip", &["netns", "add", &ns]) {
        println!("only root can make the namespace in which this is measured");
        return;
    }
    let own = std::env::current_exe().expect("this program has a path");
    let words = ["netns", "exec", &ns];
    let done = Command::new("ip")
        .args(words)
        .arg(own)
        .env(INSIDE, "1")
        .status();
    let gone = started("ip", &["netns", "delete", &ns]);
    assert!(gone && done.is_ok_and(|status| status.success()));
}

fn started(program: &str, words: &[&str]) -> bool {
    let mut command = Command::new(program);
    let done = command.args(words).stdout(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A call of the library, and the words that do the same.
type Pair = (&'static str, fn(&mut Tables) -> Result<()>, &'static str);

const CALLS: [Pair; 6] = [
    (
        "append",
        |t| {
            t.append(
                "filter",
                "INPUT",
                ["-p", "tcp", "--dport", "80", "-j", "ACCEPT"],
            )
        },
        "-A INPUT -p tcp --dport 80 -j ACCEPT",
    ),
    (
        "exists",
        |t| {
            t.exists("filter", "INPUT", "-p tcp --dport 80 -j ACCEPT")
                .map(|_| ())
        },
        "-C INPUT -p tcp --dport 80 -j ACCEPT",
    ),
    (
        "list",
        |t| t.list("filter", "FORWARD").map(|_| ()),
        "-S FORWARD",
    ),
    ("list_chains", |t| t.list_chains("filter").map(|_| ()), "-S"),
    (
        "delete",
        |t| t.delete("filter", "INPUT", "-p tcp --dport 80 -j ACCEPT"),
        "-D INPUT -p tcp --dport 80 -j ACCEPT",
    ),
    (
        "change_policy",
        |t| t.change_policy("filter", "FORWARD", netloom_rules::Policy::Drop),
        "-P FORWARD DROP",
    ),
];

fn inside() {
    let mut tables = IpTables::kernel(Family::V4);
    println!("{:<34} {:>12} {:>12}", "", "library", "iptables");
    for (name, call, words) in CALLS {
        let words: Vec<&str> = words.split(' ').collect();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            ours.push(timed(|| call(&mut tables).expect(name)));
            theirs.push(timed(|| assert!(started("iptables", &words), "{words:?}")));
        }
        row(name, median(ours), median(theirs));
    }
    many(&mut tables);
}

fn row(name: &str, ours: Duration, theirs: Duration) {
    let times = theirs.as_secs_f64() / ours.as_secs_f64();
    println!("{name:<34} {ours:>12.1?} {theirs:>12.1?} {times:>8.1} times");
}

/// Ten thousand rules at once, and one more.
fn many(tables: &mut Tables) {
    let mut text = "*filter\n".to_owned();
    for number in 0..MANY {
        let (high, low) = (number / 250, number % 250 + 1);
        writeln!(
            text,
            "-A INPUT -s 10.1.{high}.{low} -p tcp --dport 80 -j ACCEPT"
        )
        .expect("text");
    }
    text += "COMMIT\n";
    let path = std::env::temp_dir().join(format!("nl-rules-bench-{}", std::process::id()));
    std::fs::write(&path, &text).expect("a file");
    let file = path.to_string_lossy().into_owned();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        ours.push(timed(|| tables.restore(&text).expect("restore")));
        theirs.push(timed(|| assert!(started("iptables-restore", &[&file]))));
    }
    let _ = std::fs::remove_file(path);
    row("restore of 10,000 rules", median(ours), median(theirs));
    let typed = Rule::new()
        .source("192.0.2.1".parse().expect("an address"))
        .protocol(Protocol::Tcp)
        .destination_port(80)
        .jump(Target::Accept);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let words = [
        "-A",
        "INPUT",
        "-s",
        "192.0.2.1",
        "-p",
        "tcp",
        "--dport",
        "80",
        "-j",
        "ACCEPT",
    ];
    for _ in 0..TURNS {
        ours.push(timed(|| {
            tables.append("filter", "INPUT", &typed).expect("append");
        }));
        theirs.push(timed(|| assert!(started("iptables", &words))));
    }
    row("one more behind 10,000 rules", median(ours), median(theirs));
}
