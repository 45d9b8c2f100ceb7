//! How fast packets move and commands answer, in one table: `cargo bench -p netloom`.
//!
//! As root the same frames also go through the running kernel, over the same devices, in the same
//! run: the machine's other work then slows both. `cargo bench -p netloom -- WORD` measures what has
//! the word in its name.

mod engine;
mod frames;
mod kernel;
#[path = "../../../netloom-engine/benches/common/prefixes.rs"]
mod prefixes;
mod process;
mod scale;

/// A path: its name, the unit, and how it is measured in the engine and in the kernel.
struct Path {
    name: &'static str,
    unit: &'static str,
    engine: fn() -> f64,
    kernel: fn() -> Result<f64, Box<dyn std::error::Error + Send + Sync>>,
}

const PATHS: [Path; 3] = [
    Path {
        name: "veth - bridge - veth, 64-byte frames",
        unit: "Mfps",
        engine: engine::bridged,
        kernel: kernel::bridged,
    },
    Path {
        name: "routed between two veth pairs, one route",
        unit: "Mpps",
        engine: || engine::routed(0),
        kernel: || kernel::routed(0),
    },
    Path {
        name: "routed, 500,000 routes",
        unit: "Mpps",
        engine: || engine::routed(500_000),
        kernel: || kernel::routed(500_000),
    },
];

/// Commands as processes.
const COMMANDS: [(&str, &str); 2] = [
    ("ip addr", "ip addr"),
    (
        "explain of a ping across three namespaces",
        "netloom explain --in a 10.0.2.2",
    ),
];

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wanted = |what: &str| words.is_empty() || words.iter().any(|w| what.contains(w.as_str()));
    println!(
        "{:<44} {:>12} {:>12} {:>7}",
        "", "netloom", "kernel", "ratio"
    );
    let what = "10,000 namespaces on 10 bridges";
    if wanted(what) {
        let (seconds, memory) = scale::build(10_000);
        println!("{what:<44} {seconds:>10.2} s {:>8} MiB", memory >> 20);
    }
    for path in PATHS.iter().filter(|path| wanted(path.name)) {
        let own = (path.engine)() / 1e6;
        print!("{:<44} {own:>7.2} {}", path.name, path.unit);
        if kernel::allowed() {
            match (path.kernel)().map(|rate| rate / 1e6) {
                Ok(kernel) => print!(" {kernel:>7.2} {} {:>7.1}", path.unit, own / kernel),
                Err(error) => print!(" kernel: {error}"),
            }
        }
        println!();
    }
    for (what, command) in COMMANDS.iter().filter(|(what, _)| wanted(what)) {
        match process::time(command) {
            Ok(seconds) => println!("{what:<44} {:>9.2} ms", seconds * 1e3),
            Err(error) => println!("{what:<44} {error}"),
        }
    }
    if !kernel::allowed() {
        println!("not measured: the kernel, which needs root");
    }
}
