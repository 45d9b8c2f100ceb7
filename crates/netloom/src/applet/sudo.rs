//! `sudo COMMAND`: in a world everybody may do everything, so it runs the command as it is. Without
//! it a pasted `sudo ip ...` would reach the machine's own network.

use netloom_tools::Context;

/// Options of sudo(8) that are followed by a word of their own.
const WITH_WORD: &str = "CDghpRrtTUu";

/// Runs its command.
pub(super) fn main(cx: &mut Context<'_>) -> i32 {
    let Some(mut command) = command_of(&cx.args) else {
        let _ = writeln!(
            cx.err,
            "usage: sudo [OPTION]... [VARIABLE=VALUE]... COMMAND [ARGUMENT]..."
        );
        return 1;
    };
    if command[0].contains('=') {
        command.insert(0, "env".to_owned());
    }
    let _ = cx.out.flush();
    let ns = cx.ns.clone();
    match cx.host.replace(&ns, &command) {
        Ok(code) => code,
        Err(_) => {
            let _ = writeln!(cx.err, "sudo: {}: command not found", command[0]);
            1
        }
    }
}

/// The words after the options; a shell where `-i` or `-s` asks for one.
fn command_of(args: &[String]) -> Option<Vec<String>> {
    let mut shell = false;
    let mut words = args.iter();
    while let Some(option) = words.as_slice().first().and_then(|w| w.strip_prefix('-')) {
        words.next();
        if option == "-" {
            break;
        }
        if option.starts_with('-') {
            continue;
        }
        shell |= option.contains(['i', 's']);
        if option.ends_with(|c| WITH_WORD.contains(c)) {
            words.next();
        }
    }
    let command: Vec<String> = words.cloned().collect();
    match (command.is_empty(), shell) {
        (false, _) => Some(command),
        (true, true) => Some(vec!["bash".to_owned()]),
        (true, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &str) -> Option<String> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        command_of(&args).map(|words| words.join(" "))
    }

    #[test]
    fn options_are_left_out_and_the_command_stays_whole() {
        assert_eq!(command("ip -n a link").as_deref(), Some("ip -n a link"));
        assert_eq!(command("-E -u root ip a").as_deref(), Some("ip a"));
        assert_eq!(command("-nE -- ip a").as_deref(), Some("ip a"));
        assert_eq!(command("--preserve-env ip a").as_deref(), Some("ip a"));
        assert_eq!(command("-i").as_deref(), Some("bash"));
        assert_eq!(command(""), None);
    }
}
