//! Cases that are kept in a folder, each beside what the real kernel did with it.

use libtest_mimic::{Failed, Trial};
use std::fs;
use std::path::Path;

/// A folder of cases.
#[derive(Clone, Copy)]
pub(crate) struct Kept(pub(crate) &'static str);

impl Kept {
    /// Two trials for each case; the kernel's are ignored where it is not `usable`.
    pub(crate) fn trials(
        self,
        usable: bool,
        kernel: fn(&str) -> Result<(), Failed>,
        engine: fn(&str) -> Result<(), Failed>,
    ) -> Vec<Trial> {
        let mut trials = Vec::new();
        for name in self.names() {
            let on_kernel = name.clone();
            let trial = Trial::test(format!("kept::kernel::{name}"), move || kernel(&on_kernel));
            trials.push(trial.with_ignored_flag(!usable));
            trials.push(Trial::test(format!("kept::engine::{name}"), move || {
                engine(&name)
            }));
        }
        trials
    }

    fn names(self) -> Vec<String> {
        let files = fs::read_dir(self.0).into_iter().flatten();
        let mut names: Vec<String> = files
            .filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                let case = name.strip_suffix(".case").map(str::to_owned);
                assert!(
                    case.is_some() || name.ends_with(".out"),
                    "{name} is no case"
                );
                case
            })
            .collect();
        names.sort();
        names
    }

    /// The text of a case.
    pub(crate) fn read(self, name: &str) -> Result<String, Failed> {
        Ok(fs::read_to_string(self.file(name, "case"))?)
    }

    /// Writes what the kernel did.
    pub(crate) fn write(self, name: &str, seen: &[String]) -> Result<(), Failed> {
        Ok(fs::write(self.file(name, "out"), seen.join("\n") + "\n")?)
    }

    fn file(self, name: &str, extension: &str) -> std::path::PathBuf {
        Path::new(self.0).join(format!("{name}.{extension}"))
    }

    /// Whether something was seen as the kernel did it.
    pub(crate) fn judge(self, name: &str, seen: &[String]) -> Result<(), Failed> {
        let recorded = fs::read_to_string(self.file(name, "out"))?;
        let recorded: Vec<&str> = recorded.lines().collect();
        if recorded == seen {
            return Ok(());
        }
        let here = seen
            .iter()
            .zip(&recorded)
            .take_while(|(a, b)| a == b)
            .count();
        let about = seen[..here.min(seen.len())]
            .iter()
            .rev()
            .find(|line| !line.starts_with(' '));
        Err(format!(
            "{name} differs from its record, line {}:\n{}\nseen:     {}\nrecorded: {}",
            here + 1,
            about.map_or("", String::as_str),
            seen.get(here).map_or("nothing", String::as_str),
            recorded.get(here).copied().unwrap_or("nothing"),
        )
        .into())
    }
}
