//! How long a command takes as a process in a running world, from the shell that starts it to its
//! end.

use crate::rules;
use std::error::Error;
use std::process::Command;

/// How often each command is run.
const TIMES: usize = 51;

/// The same of those that take long.
const FEW: usize = 3;

/// Three namespaces in a row, the middle one a router.
const WORLD: &str = "\
for ns in a r b; do ip netns add $ns; ip -n $ns link set lo up; done
ip link add v netns a type veth peer name r0 netns r
ip link add v netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.2/24 dev v; ip -n b addr add 10.0.2.2/24 dev v
ip -n r addr add 10.0.1.1/24 dev r0; ip -n r addr add 10.0.2.1/24 dev r1
ip -n a link set v up; ip -n b link set v up
ip -n r link set r0 up; ip -n r link set r1 up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
";

/// Where a command is run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a world of `netloom run`.
    Netloom,
    /// In a namespace of the running kernel, by the real tools.
    Kernel,
}

/// The median time of `command` in seconds, after all of `before` is done. Where both name `$FOLDER`,
/// there are files with rules.
pub(crate) fn time(place: Place, before: &str, command: &str) -> Result<f64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("script.sh");
    for count in [10_000, 100_000] {
        std::fs::write(folder.path().join(count.to_string()), rules::table(count))?;
    }
    let world = match place {
        Place::Netloom => WORLD,
        Place::Kernel => "",
    };
    let count = if command.contains("100000") {
        FEW
    } else {
        TIMES
    };
    // EPOCHREALTIME is in microseconds, and asking for it starts no process.
    let rounds = format!(
        "{world}{before}{command} >/dev/null || exit
for i in {{1..{count}}}; do
    from=$EPOCHREALTIME; {command} >/dev/null; to=$EPOCHREALTIME
    echo $((${{to/./}} - ${{from/./}}))
done
"
    );
    std::fs::write(&script, rounds)?;
    let mut run = match place {
        Place::Netloom => Command::new(env!("CARGO_BIN_EXE_netloom")),
        Place::Kernel => Command::new("unshare"),
    };
    let output = run
        .args(match place {
            Place::Netloom => ["run"].as_slice(),
            Place::Kernel => ["-n", "bash"].as_slice(),
        })
        .arg(&script)
        .env("FOLDER", folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .env_remove("NETLOOM_WORLD")
        .output()?;
    let times: Result<Vec<u64>, _> = String::from_utf8(output.stdout)?
        .lines()
        .map(str::parse)
        .collect();
    let mut times = times?;
    if times.len() != count {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    times.sort_unstable();
    Ok(times[count / 2] as f64 / 1e6)
}
