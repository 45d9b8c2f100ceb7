//! The scripts: where they are, and what the comments at their head say.

use std::fs;
use std::path::{Path, PathBuf};

/// One script of the familiar commands.
#[derive(Clone)]
pub(crate) struct Script {
    /// Its file name without the extension.
    pub(crate) name: String,
    /// The file.
    pub(crate) path: PathBuf,
    /// What the file says.
    pub(crate) text: String,
}

impl Script {
    /// The file that keeps what Linux prints.
    pub(crate) fn record(&self) -> PathBuf {
        self.path.with_extension("out")
    }

    /// The kinds of devices without which the script says nothing: `# needs: dummy`.
    pub(crate) fn needs(&self) -> impl Iterator<Item = &str> {
        self.header("needs").flat_map(str::split_whitespace)
    }

    /// Why netloom is known to print something else: `# differs: REASON`.
    pub(crate) fn known_difference(&self) -> Option<&str> {
        self.header("differs").next()
    }

    /// Whether the script is about IPv6: `# ipv6`. Any other runs without it, so that no address,
    /// route or packet of it shows in what is printed.
    pub(crate) fn is_ipv6(&self) -> bool {
        let mut head = self.text.lines().take_while(|line| line.starts_with('#'));
        head.any(|line| line == "# ipv6")
    }

    fn header(&self, word: &str) -> impl Iterator<Item = &str> {
        let head = self.text.lines().take_while(|line| line.starts_with('#'));
        head.filter_map(move |line| {
            line.strip_prefix("# ")?
                .strip_prefix(word)?
                .strip_prefix(": ")
        })
    }
}

/// Every script, by name.
pub(crate) fn all() -> Vec<Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/linux");
    let files = fs::read_dir(&folder).expect("the folder tests/linux can be read");
    let mut scripts: Vec<Script> = files
        .map(|file| file.expect("the folder tests/linux can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sh"))
        .map(|path| Script {
            name: path
                .file_stem()
                .expect("a script has a name")
                .to_string_lossy()
                .into_owned(),
            text: fs::read_to_string(&path).expect("a script can be read"),
            path,
        })
        .collect();
    scripts.sort_by(|one, other| one.name.cmp(&other.name));
    scripts
}
