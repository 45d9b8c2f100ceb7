//! What tests need of a host: the state of an engine in which some commands ran.

use netloom_engine::{Engine, Simulation};
use netloom_model::state::Parts;
use netloom_model::{NsName, State, World};
use netloom_tools::{Context, NoMachine, applet};

/// The state after some commands, one a line; blank lines are passed over, and words may stand between
/// single quotes.
pub(crate) fn after(commands: &str) -> State {
    let engine = Engine::new(1);
    let mut world = Simulation { engine };
    let lines = commands.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        let plain = |word: &str| word.trim_matches('\'').to_owned();
        let mut words = line.split_whitespace().map(plain);
        let name = words.next().unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = applet(&name).unwrap()(&mut Context {
            args: words.collect(),
            ns: NsName::first(),
            world: &mut world,
            host: &mut NoMachine,
            stdin: &mut &b""[..],
            out: &mut out,
            err: &mut err,
        });
        assert_eq!(code, 0, "{line}: {}", String::from_utf8_lossy(&err));
    }
    world.snapshot(None, Parts::ALL).unwrap()
}
