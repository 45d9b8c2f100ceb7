//! What `collect.sh` prints: lines of its own, which begin with a mark, and between them what tools said.

use super::gather::{Gathered, Part};

/// How the script's own lines begin.
pub(super) const MARK: &str = "@@netloom ";

/// The form that this reads.
const VERSION: &str = "1";

/// Reads it.
///
/// # Errors
/// A sentence: it is of another version, or ends too early.
pub(super) fn read(text: &str, gathered: &mut Gathered) -> Result<(), String> {
    let mut reader = Reader {
        gathered,
        part: None,
        done: false,
    };
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        match line.strip_prefix(MARK) {
            Some(own) => reader
                .own(own.trim_end())
                .map_err(|why| format!("line {number}: {why}"))?,
            None => {
                if let Some((_, printed)) = &mut reader.part {
                    printed.push_str(line);
                }
            }
        }
    }
    match reader.done {
        true => Ok(()),
        false => Err("it ends too early: the script was interrupted".to_owned()),
    }
}

struct Reader<'a> {
    gathered: &'a mut Gathered,
    /// What is being printed: its name, and what there is of it.
    part: Option<(String, String)>,
    done: bool,
}

impl Reader<'_> {
    /// A line of the script's own.
    fn own(&mut self, line: &str) -> Result<(), String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let host = &mut self.gathered.host;
        match word {
            "collected" if rest != VERSION => {
                return Err(format!(
                    "it has version {rest}, and this netloom reads {VERSION}"
                ));
            }
            "host" => rest.clone_into(&mut host.name),
            "kernel" => rest.clone_into(&mut host.kernel),
            "taken" => host.taken = rest.parse().ok(),
            "namespace" => self.namespace(rest)?,
            "part" => self.part = Some((rest.to_owned(), String::new())),
            "end" => self.end(rest),
            "none" => self.none(rest),
            "process" => self.process(rest),
            "container" => self.container(rest),
            "refused" => self.gathered.missing("namespace", rest.to_owned()),
            "hidden" => {
                let many = if rest == "1" { "process" } else { "processes" };
                let why = format!("the namespaces of {rest} {many} could not be seen");
                self.gathered.missing("processes", why);
            }
            "done" => self.done = true,
            _ => {}
        }
        Ok(())
    }

    /// `NUMBER PATH first`, `NUMBER PATH named NAME`, `NUMBER PATH of PID`.
    fn namespace(&mut self, rest: &str) -> Result<(), String> {
        let (inode, rest) = rest.split_once(' ').unwrap_or_default();
        let inode = inode.parse().ok();
        // A name may have spaces, and stands at the end of its path too.
        let named = rest.match_indices(" named ").find_map(|(at, between)| {
            let (path, name) = (&rest[..at], &rest[at + between.len()..]);
            path.ends_with(&format!("/{name}")).then_some((path, name))
        });
        let (path, name) = match (named, rest.rsplit_once(" of "), rest.strip_suffix(" first")) {
            (Some((path, name)), _, _) => (path, Some(name.to_owned())),
            (None, _, Some(path)) => (path, Some(String::new())),
            (None, Some((path, _)), None) => (path, None),
            (None, None, None) => return Err("it tells of no namespace".to_owned()),
        };
        self.gathered.begin(name, path, inode);
        Ok(())
    }

    /// `CODE COMPLAINT`.
    fn end(&mut self, rest: &str) {
        let Some((name, printed)) = self.part.take() else {
            return;
        };
        let (code, complaint) = rest.split_once(' ').unwrap_or((rest, ""));
        let Some(part) = Part::of(&name) else { return };
        // A kernel that cannot do it has none of it.
        let none = complaint.ends_with("Operation not supported")
            && matches!(part, Part::Vlans | Part::Mdb | Part::Nexthops);
        match code {
            "0" => self.gathered.give(part, &name, printed),
            _ if none => self.gathered.give(part, &name, String::new()),
            _ => self.gathered.lack(part, &format!("{name}: {complaint}")),
        }
    }

    /// `NAME TOOL`.
    fn none(&mut self, rest: &str) {
        let (name, tool) = rest.split_once(' ').unwrap_or((rest, ""));
        if let Some(part) = Part::of(name) {
            self.gathered
                .lack(part, &format!("there was no {tool} on the host"));
        }
    }

    /// `NUMBER PID NAME`.
    fn process(&mut self, rest: &str) {
        let mut words = rest.splitn(3, ' ');
        let number = words.next().and_then(|word| word.parse().ok());
        let pid = words.next().and_then(|word| word.parse().ok());
        if let (Some(inode), Some(pid)) = (number, pid) {
            let name = words.next().unwrap_or_default().to_owned();
            self.gathered.processes.push((inode, pid, name));
        }
    }

    /// `RUNTIME PID ID NAME`.
    fn container(&mut self, rest: &str) {
        let words: Vec<&str> = rest.split(' ').collect();
        if let [runtime, pid, id, name] = words[..]
            && let Ok(pid) = pid.parse()
        {
            let name = name.trim_start_matches('/').to_owned();
            self.gathered
                .containers
                .push((pid, runtime.to_owned(), id.to_owned(), name));
        }
    }
}
