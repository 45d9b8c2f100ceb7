//! Tables as text, and text as tables: `iptables-save` and `iptables-restore`.

use crate::error::{Error, Result};
use crate::tables::IpTables;
use crate::twice::{Reading, readings};
use crate::whose::Whose;
use netloom_model::ruleset::Wanted;
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::{Change, Family, NsName, Reply, Request, World};
use netloom_tools::{Context, NoMachine, iptables};
use std::io::Cursor;

/// How text becomes tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restore {
    /// What chains and rules counted is taken over too (`--counters`).
    pub counters: bool,
    /// What the text does not name stays (`--noflush`).
    pub noflush: bool,
}

/// How tables become text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Save<'a> {
    /// That table alone; none: every one that there is.
    pub table: Option<&'a str>,
    /// What rules counted is written too (`--counters`).
    pub counters: bool,
}

/// A world that takes note of changes: those of a file happen at once, at its end.
struct Gathered<'w> {
    world: &'w mut dyn World,
    ns: &'w NsName,
    generation: Option<u32>,
    changes: Vec<RulesetChange>,
    error: Option<netloom_model::Error>,
}

impl<'w> Gathered<'w> {
    fn new(world: &'w mut dyn World, ns: &'w NsName) -> Gathered<'w> {
        Gathered {
            world,
            ns,
            generation: None,
            changes: Vec::new(),
            error: None,
        }
    }

    /// Why a command did not do it: what the world said, else what the command says of the text; and whether
    /// others were in between.
    fn refused<T>(self, said: &str) -> (Result<T>, bool) {
        match self.error {
            Some(error) => of_world(&error),
            None => (Err(of_file(said)), false),
        }
    }
}

impl World for Gathered<'_> {
    fn call(&mut self, request: Request) -> netloom_model::Result<Reply> {
        let changes = match request {
            Request::Apply(changes) => changes,
            asked => {
                let told = self.world.call(asked);
                if let Ok(Reply::State(state)) = &told
                    && let Some(found) = state.namespaces.get(self.ns)
                {
                    self.generation.get_or_insert(found.ruleset.generation);
                }
                self.error = self.error.take().or(told.as_ref().err().cloned());
                return told;
            }
        };
        for change in changes {
            if let Change::Ruleset { changes, .. } = change {
                self.changes.extend(changes);
            }
        }
        Ok(Reply::Done)
    }
}

/// Runs a command: what it printed, or its complaint.
fn run(
    world: &mut dyn World,
    whose: &Whose,
    args: Vec<String>,
    (text, command): (&str, fn(&mut Context<'_>) -> i32),
) -> core::result::Result<String, String> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = command(&mut Context {
        args,
        ns: whose.ns.clone(),
        world,
        host: &mut NoMachine,
        stdin: &mut Cursor::new(text),
        out: &mut out,
        err: &mut err,
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match code {
        0 => Ok(text(&out)),
        _ => Err(text(&err)),
    }
}

impl<W: World> IpTables<W> {
    /// Every table that there is, as `iptables-save` prints it.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-p icmp -j DROP")?;
    /// let text = tables.save()?;
    /// assert!(text.contains("*filter\n:INPUT ACCEPT [0:0]\n"), "{text}");
    /// assert!(text.contains("-A INPUT -p icmp -j DROP\nCOMMIT\n"), "{text}");
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub fn save(&mut self) -> Result<String> {
        self.save_with(Save::default())
    }

    /// The same, of one table or with counters.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables, Save};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("nat", "POSTROUTING", "-o eth0 -j MASQUERADE")?;
    /// let text = tables.save_with(Save { table: Some("nat"), counters: true })?;
    /// assert!(text.contains("\n[0:0] -A POSTROUTING -o eth0 -j MASQUERADE\n"), "{text}");
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoTable`]; as [`save`](IpTables::save).
    pub fn save_with(&mut self, save: Save<'_>) -> Result<String> {
        let mut args = Vec::new();
        if let Some(table) = save.table {
            self.whose.known(table)?;
            args.extend(["-t", table].map(str::to_owned));
        }
        if save.counters {
            args.push("-c".to_owned());
        }
        let command = match (self.family(), self.is_legacy()) {
            (Family::V4, false) => iptables::iptables_save,
            (Family::V4, true) => iptables::iptables_legacy_save,
            (Family::V6, false) => iptables::ip6tables_save,
            (Family::V6, true) => iptables::ip6tables_legacy_save,
        };
        self.attempt(false, &mut |world, whose| {
            let mut asked = Gathered::new(world, &whose.ns);
            match run(&mut asked, whose, args.clone(), ("", command)) {
                Ok(text) => (Ok(text), false),
                Err(said) => asked.refused(&said),
            }
        })
    }

    /// Makes tables what a text says, in the form of `iptables-save`: all of them at once, or none.
    /// Chains and rules that were in these tables before are gone; of a table that is said twice, what is said
    /// last counts.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.restore("*filter\n:INPUT DROP [0:0]\n:web - [0:0]\n-A INPUT -j web\nCOMMIT\n")?;
    /// assert_eq!(tables.list("filter", "INPUT")?, ["-P INPUT DROP", "-A INPUT -j web"]);
    /// let wrong = tables.restore("*filter\n-A INPUT -j nowhere\nCOMMIT\n").unwrap_err();
    /// assert_eq!(tables.list("filter", "INPUT")?.len(), 2, "{wrong}");
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::File`] with the line; [`Error::Refused`], [`Error::Permission`], [`Error::Busy`].
    pub fn restore(&mut self, text: &str) -> Result<()> {
        self.restore_with(text, Restore::default())
    }

    /// The same, with counters, or leaving there what the text does not name.
    ///
    /// ```
    /// # use netloom_engine::{Engine, Simulation};
    /// # use netloom_rules::{Family, IpTables, Restore};
    /// # let mut tables = IpTables::new(Simulation { engine: Engine::new(1) }, Family::V4);
    /// tables.append("filter", "INPUT", "-p icmp -j DROP")?;
    /// let noflush = Restore { noflush: true, ..Restore::default() };
    /// tables.restore_with("*filter\n-A INPUT -j ACCEPT\nCOMMIT\n", noflush)?;
    /// assert_eq!(tables.list("filter", "INPUT")?.len(), 3);
    /// # Ok::<(), netloom_rules::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`restore`](IpTables::restore).
    pub fn restore_with(&mut self, text: &str, restore: Restore) -> Result<()> {
        let readings = readings(text, !restore.noflush, self.is_legacy());
        self.attempt(true, &mut |world, whose| {
            restore_once(world, whose, &readings, restore)
        })
    }
}

/// Restores once; and whether others changed the rules meanwhile.
fn restore_once(
    world: &mut dyn World,
    whose: &Whose,
    readings: &[Reading],
    restore: Restore,
) -> (Result<()>, bool) {
    let mut gathered = Gathered::new(world, &whose.ns);
    if whose.is_legacy() {
        // Tables of that kind have a generation of their own, which nothing tells that asks for all.
        let wanted = Wanted::heads(&whose.table("filter"));
        match gathered.world.ruleset(&whose.ns, wanted) {
            Ok(told) => gathered.generation = Some(told.generation),
            Err(error) => return of_world(&error),
        }
    }
    let options = [(restore.counters, "-c"), (restore.noflush, "-n")];
    let options = options.iter().filter(|(given, _)| *given);
    let args: Vec<String> = options.map(|(_, word)| (*word).to_owned()).collect();
    let command = match (whose.family(), whose.is_legacy()) {
        (Family::V4, false) => iptables::iptables_restore,
        (Family::V4, true) => iptables::iptables_legacy_restore,
        (Family::V6, false) => iptables::ip6tables_restore,
        (Family::V6, true) => iptables::ip6tables_legacy_restore,
    };
    for reading in readings {
        let before = gathered.changes.len();
        if let Err(said) = run(&mut gathered, whose, args.clone(), (&reading.text, command)) {
            return gathered.refused(&said);
        }
        if !reading.happens {
            gathered.changes.truncate(before);
        }
    }
    let (generation, changes) = (gathered.generation, gathered.changes);
    crate::draft::apply(world, whose, generation, changes)
}

/// What an error of the world means; and whether others were in between.
fn of_world<T>(error: &netloom_model::Error) -> (Result<T>, bool) {
    let clash = crate::draft::is_clash(error.errno);
    (Err(crate::draft::of_world(error)), clash)
}

/// A complaint about a file, with its line.
fn of_file(said: &str) -> Error {
    let behind = |mark: &str| {
        let number = said.split(mark).nth(1)?.trim_start();
        let end = number.find(|c: char| !c.is_ascii_digit());
        number[..end.unwrap_or(number.len())].parse().ok()
    };
    let line = behind("occurred at line:").or_else(|| behind("line "));
    let cut = |text: &str| match text.split_once("): ") {
        Some((version, rest)) if version.contains(" v1.") => rest.to_owned(),
        _ => text.to_owned(),
    };
    let why = said.split("\nTry `").next().unwrap_or(said);
    let why = why.split("\nError occurred").next().unwrap_or(why);
    let why = cut(why.trim()).trim().replace('\n', "; ");
    Error::File { line, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_told_with_their_line() {
        let said = "iptables-restore v1.8.9 (nf_tables): unknown option \"--x\"\n\
                    Error occurred at line: 7\nTry `iptables-restore -h' or more.\n";
        let (line, why) = (Some(7), "unknown option \"--x\"".to_owned());
        assert_eq!(of_file(said), Error::File { line, why });
        let said = "iptables-restore: line 3 failed\n";
        let why = "iptables-restore: line 3 failed".to_owned();
        let line = Some(3);
        assert_eq!(of_file(said), Error::File { line, why });
    }
}
