//! What a step read, shown by the familiar commands: they run against the state that was kept beside
//! the step, and the line that decided is found by running them again on that entry alone.

use netloom_model::journey::{Event, FdbFound, Look, Step};
use netloom_model::{
    Errno, Error, Family, Link, LinkRef, Namespace, Neighbour, NsName, Reply, Request, Result,
    RuleAction, State, World,
};
use netloom_tools::{Context, NoMachine, applet, iptables};
use std::io;

/// A command and what it prints.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// The command, as it would be typed in the first namespace.
    pub(super) command: String,
    /// Its lines, and whether a line is what decided.
    pub(super) lines: Vec<(bool, String)>,
}

/// What a step read.
pub(super) fn by(step: &Step) -> Vec<Shown> {
    let Some(read) = &step.read else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for look in step.stage.looks() {
        let decided = decided(*look, step, read);
        let frame = frame(*look, read);
        for words in commands_for(*look, step, read) {
            let lines_of = |state: &Namespace| print(&words, &step.ns, state);
            let mut found = decided.as_ref().map(lines_of).unwrap_or_default();
            let frame = frame.as_ref().map(lines_of).unwrap_or_default();
            let policy = policy_decided(step);
            found.retain(|line| !frame.contains(line) || (policy && says_policy(line)));
            let lines = print(&words, &step.ns, read).into_iter();
            let lines: Vec<_> = lines.map(|line| (found.contains(&line), line)).collect();
            let command = typed(&words, &step.ns);
            all.push(Shown { command, lines });
        }
    }
    all
}

/// The commands that show what is looked at.
fn commands_for(look: Look, step: &Step, read: &Namespace) -> Vec<String> {
    let dev = step.dev.as_deref();
    let one = |words: String| vec![words];
    match (look, dev) {
        (Look::Device, Some(dev)) => one(format!("ip link show dev {dev}")),
        (Look::Neighbours, Some(dev)) => one(format!("ip neigh show dev {dev}")),
        (Look::Ports, Some(dev)) => one(format!("bridge link show master {}", bridge(read, dev))),
        // A group is in no database.
        (Look::Fdb, _) if is_group(&step.event) => Vec::new(),
        (Look::Mdb, Some(dev)) => one(format!("bridge -d mdb show dev {}", bridge(read, dev))),
        (Look::Fdb, Some(dev)) => one(format!("bridge fdb show br {}", bridge(read, dev))),
        (Look::Vlans, Some(dev)) => one(format!("bridge vlan show dev {dev}")),
        (Look::Settings(names), _) => {
            let names = names
                .iter()
                .filter(|name| dev.is_some() || !name.contains('{'));
            let names = names.map(|name| Look::setting(name, dev.unwrap_or_default()));
            one(format!("sysctl {}", names.collect::<Vec<_>>().join(" ")))
        }
        (Look::Routes, _) => routes(step),
        (Look::Ruleset, _) => chains(step),
        (Look::Connections, _) => one("conntrack -L".to_owned()),
        (_, None) => Vec::new(),
    }
}

fn is_group(event: &Event) -> bool {
    let group = FdbFound::Group;
    matches!(event, Event::Fdb { found, .. } if *found == group)
}

/// The rules, and the tables that were asked.
fn routes(step: &Step) -> Vec<String> {
    let Event::Routed(trace) = &step.event else {
        return Vec::new();
    };
    let ip = match Family::of(trace.to) {
        Family::V4 => "ip",
        Family::V6 => "ip -6",
    };
    let mut commands = vec![format!("{ip} rule")];
    for (rule, outcome) in &trace.rules {
        if let (RuleAction::Lookup(table), true) = (&rule.action, outcome.asked()) {
            let command = format!(
                "{ip} route show table {}",
                super::super::text::table_name(*table)
            );
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
    }
    commands
}

/// The chains that were asked.
fn chains(step: &Step) -> Vec<String> {
    let Event::Rules(trace) = &step.event else {
        return Vec::new();
    };
    let table = &trace.table;
    let mut names = vec![&trace.chain];
    for tried in &trace.tried {
        if !names.contains(&&tried.chain) {
            names.push(&tried.chain);
        }
    }
    let command = |chain: &&String| match iptables::program(table) {
        Some(program) => format!("{program} -t {} -S {chain}", table.name),
        None => format!(
            "nft list chain {} {} {chain}",
            table.family.name(),
            table.name
        ),
    };
    names.iter().map(command).collect()
}

/// What is printed around entries, where that is more than nothing: the state without any.
fn frame(look: Look, read: &Namespace) -> Option<Namespace> {
    (look == Look::Ruleset).then(|| {
        let mut state = read.clone();
        let tables = state.ruleset.tables.iter_mut();
        for chain in tables.flat_map(|table| &mut table.chains) {
            chain.rules.clear();
        }
        state
    })
}

/// Whether it was a chain's policy that decided.
fn policy_decided(step: &Step) -> bool {
    matches!(&step.event, Event::Rules(trace) if trace.policy)
}

/// Whether a line is the one of a chain that says its policy.
fn says_policy(line: &str) -> bool {
    line.starts_with("-P ") || line.contains("; policy ")
}

/// The bridge that a port belongs to, or the bridge itself.
fn bridge<'a>(read: &'a Namespace, dev: &'a str) -> &'a str {
    let master = read.link(&LinkRef::from(dev)).and_then(|port| port.master);
    let bridge: Option<&Link> = master.and_then(|index| read.link(&LinkRef::Index(index)));
    bridge.map_or(dev, |bridge| &bridge.name)
}

/// The state with nothing but the entries that decided; none where no single one does.
fn decided(look: Look, step: &Step, read: &Namespace) -> Option<Namespace> {
    let mut state = read.clone();
    match (look, &step.event) {
        (Look::Routes, Event::Routed(trace)) => {
            let last = trace.rules.last();
            state.rules = last.map(|(rule, _)| rule.clone()).into_iter().collect();
            state.routes = trace.route.clone().into_iter().collect();
        }
        (Look::Connections, event) => {
            let own = event.connection().map(|connection| connection.id);
            state.connections.retain(|other| Some(other.id) == own);
        }
        (Look::Ruleset, Event::Rules(trace)) => {
            let deciding = trace.deciding().map(|step| step.handle);
            let tables = state.ruleset.tables.iter_mut();
            for chain in tables.flat_map(|table| &mut table.chains) {
                chain.rules.retain(|rule| Some(rule.handle) == deciding);
            }
        }
        (Look::Fdb, Event::Fdb { address, .. } | Event::Learned { address, .. }) => {
            state.fdb.retain(|entry| entry.address == *address);
        }
        (Look::Vlans, Event::Vlan { vid, .. }) => {
            state.vlans.retain(|vlan| vlan.vid == *vid);
        }
        (Look::Mdb, Event::Mdb { group, .. }) => {
            state.mdb.retain(|entry| entry.group.to_string() == *group);
        }
        (Look::Neighbours, Event::Resolved { address, .. } | Event::Waits { address, .. }) => {
            state.neighbours.retain(|entry| entry.dst == *address);
        }
        (Look::Neighbours, Event::Released { lladdr }) => {
            let is_it = |entry: &Neighbour| entry.lladdr == Some(*lladdr);
            state.neighbours.retain(is_it);
        }
        (Look::Ports, event) => {
            let taken = match event {
                Event::Flooded { to, .. } => &to[..],
                _ => step.dev.as_slice(),
            };
            let others = state.links.iter_mut();
            for other in others.filter(|link| !taken.contains(&link.name)) {
                (other.master, other.bridge_port) = (None, None);
            }
        }
        _ => return None,
    }
    Some(state)
}

/// A command as it is typed for namespace `ns`.
fn typed(words: &str, ns: &NsName) -> String {
    if ns.is_first() {
        return words.to_owned();
    }
    match words.split_once(' ') {
        Some((command @ ("ip" | "bridge"), rest)) => format!("{command} -n {ns} {rest}"),
        _ => format!("ip netns exec {ns} {words}"),
    }
}

/// What a command prints in a state.
fn print(words: &str, ns: &NsName, state: &Namespace) -> Vec<String> {
    let mut words = words.split(' ').map(str::to_owned);
    let Some(run) = words.next().and_then(|name| applet(&name)) else {
        return Vec::new();
    };
    let mut world = Kept {
        ns: ns.clone(),
        state: state.clone(),
    };
    let mut out = Vec::new();
    run(&mut Context {
        args: words.collect(),
        ns: ns.clone(),
        world: &mut world,
        host: &mut NoMachine,
        stdin: &mut io::empty(),
        out: &mut out,
        err: &mut io::sink(),
    });
    let text = String::from_utf8_lossy(&out).into_owned();
    text.lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// A state that can be looked at and nothing else.
struct Kept {
    ns: NsName,
    state: Namespace,
}

impl World for Kept {
    fn call(&mut self, request: Request) -> Result<Reply> {
        match request {
            Request::Snapshot { .. } => Ok(Reply::State(State {
                namespaces: [(self.ns.clone(), self.state.clone())].into(),
                ..State::default()
            })),
            _ => Err(Error::from(Errno::OPNOTSUPP)),
        }
    }
}
