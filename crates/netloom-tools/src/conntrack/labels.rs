//! Names of labels (`/etc/xtables/connlabel.conf`: lines of a bit and its name).

/// Where the names stand.
const FILE: &str = "/etc/xtables/connlabel.conf";

/// How many labels a connection can have.
const MOST: u8 = 128;

/// The names of labels, by bit.
#[derive(Debug, Default)]
pub(super) struct Labels(Vec<(u8, String)>);

impl Labels {
    /// Reads the names where the words of a command line want them, and what is said if there are
    /// none.
    pub(super) fn read(words: &[String]) -> (Labels, String) {
        let long = ["--label", "--label-add", "--label-del"];
        let wants = |word: &String| {
            let name = word.split('=').next().unwrap_or(word);
            long.contains(&name) || word.starts_with("-l")
        };
        let formats = words.windows(2).any(|pair| {
            matches!(pair[0].as_str(), "-o" | "--output") && pair[1].contains("labels")
        });
        let glued = words.iter().any(|word| {
            (word.starts_with("-o") || word.starts_with("--output=")) && word.contains("labels")
        });
        if !formats && !glued && !words.iter().any(wants) {
            return (Labels::default(), String::new());
        }
        match std::fs::read_to_string(FILE) {
            Ok(text) => (Labels::of(&text), String::new()),
            Err(error) => {
                let errno = netloom_model::Errno(error.raw_os_error().unwrap_or_default());
                (Labels::default(), format!("nfct_labelmap_new: {errno}\n"))
            }
        }
    }

    fn of(text: &str) -> Labels {
        let row = |line: &str| {
            let mut words = line.split_whitespace();
            let bit = words.next()?.parse().ok().filter(|bit| *bit < MOST)?;
            Some((bit, words.next()?.to_owned()))
        };
        Labels(text.lines().filter_map(row).collect())
    }

    /// The bit of a name.
    pub(super) fn bit(&self, name: &str) -> Option<u128> {
        let (bit, _) = self.0.iter().find(|(_, own)| own == name)?;
        Some(1 << bit)
    }

    /// The names of those that a connection has, in their order.
    pub(super) fn names(&self, labels: u128) -> Vec<&str> {
        let has = |bit: u8| labels >> bit & 1 != 0;
        let mut names: Vec<&(u8, String)> = self.0.iter().filter(|(bit, _)| has(*bit)).collect();
        names.sort_by_key(|(bit, _)| *bit);
        names.into_iter().map(|(_, name)| name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_by_their_names_in_their_order() {
        let labels = Labels::of("# names\n5 five\n3\tthree\n200 much\nx y\n");
        assert_eq!(labels.bit("five"), Some(32));
        assert_eq!(labels.bit("much"), None);
        assert_eq!(labels.names(0b10_1000), ["three", "five"]);
    }
}
