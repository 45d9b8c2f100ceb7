//! A network namespace of its own, and the real commands in it.

use libtest_mimic::Failed;
use netloom_kernel::Kernel;
use netloom_rules::{Family, IpTables};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A program, and its tables.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    pub(crate) family: Family,
    pub(crate) legacy: bool,
}

impl Tool {
    pub(crate) const ALL: [Tool; 4] = [
        Tool::new(Family::V4, false),
        Tool::new(Family::V6, false),
        Tool::new(Family::V4, true),
        Tool::new(Family::V6, true),
    ];

    pub(crate) const fn new(family: Family, legacy: bool) -> Tool {
        Tool { family, legacy }
    }

    pub(crate) const fn name(self) -> &'static str {
        match (self.family, self.legacy) {
            (Family::V4, false) => "iptables-nft",
            (Family::V6, false) => "ip6tables-nft",
            (Family::V4, true) => "iptables-legacy",
            (Family::V6, true) => "ip6tables-legacy",
        }
    }

    /// Words with the addresses of its family.
    pub(crate) fn words(self, words: &str) -> String {
        let (host, other, net) = match self.family {
            Family::V4 => ("192.0.2.1", "192.0.2.2", "198.51.100.0/24"),
            Family::V6 => ("2001:db8::1", "2001:db8::2", "2001:db8:5::/48"),
        };
        let words = words.replace("@A", host).replace("@B", other);
        words.replace("@N", net)
    }
}

/// A namespace, which goes with it.
pub(crate) struct Place {
    pub(crate) name: String,
}

static MADE: AtomicU32 = AtomicU32::new(0);

impl Place {
    pub(crate) fn new() -> Result<Place, Failed> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("nl-rules-{}-{number}", std::process::id());
        run("ip", &["netns", "add", &name])?;
        Ok(Place { name })
    }

    /// The library's tables in it.
    pub(crate) fn tables(&self, tool: Tool) -> IpTables<Kernel> {
        tables(&self.name, tool)
    }

    /// What a command prints in it; a failure is what it complains of.
    pub(crate) fn run(&self, program: &str, words: &[&str]) -> Result<String, Failed> {
        let before = ["netns", "exec", &self.name, program];
        // All namespaces have one lock, which a test beside this one may hold.
        let waits = program.contains("legacy") && !program.ends_with("-save");
        let wait: &[&str] = if waits { &["-w", "60"] } else { &[] };
        run("ip", &[&before, wait, words].concat())
    }

    /// The same of words in one line, with quotation marks.
    pub(crate) fn line(&self, program: &str, line: &str) -> Result<String, Failed> {
        let words = netloom_tools::iptables::library::split(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.run(program, &words)
    }

    /// Has the real program restore a text.
    pub(crate) fn restore(&self, tool: Tool, text: &str) -> Result<(), Failed> {
        let file = std::env::temp_dir().join(&self.name);
        std::fs::write(&file, text)?;
        let path = file.to_string_lossy();
        let done = self.run(&format!("{}-restore", tool.name()), &[&path]);
        std::fs::remove_file(&file)?;
        done.map(drop)
    }

    /// All tables as the real program saves them, without the lines that tell when.
    pub(crate) fn saved(&self, tool: Tool) -> Result<String, Failed> {
        let saved = self.run(&format!("{}-save", tool.name()), &[])?;
        let lines = saved.lines().filter(|line| !line.starts_with('#'));
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if run("ip", &["netns", "delete", &self.name]).is_err() {
            eprintln!("the namespace {} could not be removed", self.name);
        }
    }
}

pub(crate) fn tables(ns: &str, tool: Tool) -> IpTables<Kernel> {
    let tables = IpTables::kernel(tool.family).namespace(ns);
    match tool.legacy {
        true => tables.legacy(),
        false => tables.nft(),
    }
}

/// The same of a world that was given, for which nobody takes a lock but the world itself.
pub(crate) fn unlocked(ns: &str, tool: Tool) -> IpTables<Kernel> {
    let tables = IpTables::new(Kernel::new(), tool.family).namespace(ns);
    match tool.legacy {
        true => tables.legacy(),
        false => tables,
    }
}

fn run(program: &str, words: &[&str]) -> Result<String, Failed> {
    let done = Command::new(program).args(words).output();
    let done = done.map_err(|error| format!("{program}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match done.status.success() {
        true => Ok(text(&done.stdout)),
        false => {
            let (words, said) = (words.join(" "), text(&done.stderr));
            Err(format!("{program} {words}: {}: {said}", done.status).into())
        }
    }
}
