//! `modprobe` of kmod (modprobe(8)), as far as a world has modules: most are there by themselves,
//! and `br_netfilter` changes what bridges do once it is loaded.

use crate::Context;
use netloom_model::{Change, Errno};

const USAGE: &str = "\
Usage: modprobe [-q] MODULE [PARAMETER]...
       modprobe -a [-q] MODULE...
       modprobe -r [-q] MODULE...

  -a, --all      every word is a module
  -r, --remove   takes them out
  -q, --quiet    says nothing of a module that is not there
  -n, --dry-run  does nothing
";

/// What is asked for.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option")]
struct Options {
    all: bool,
    remove: bool,
    quiet: bool,
    dry: bool,
    modules: Vec<String>,
}

/// Runs `modprobe`.
pub fn modprobe(cx: &mut Context<'_>) -> i32 {
    let options = match options(&cx.args) {
        Ok(Some(options)) => options,
        Ok(None) => {
            let _ = write!(cx.out, "{USAGE}");
            return 0;
        }
        Err(text) => {
            let _ = writeln!(cx.err, "modprobe: {text}");
            return 1;
        }
    };
    let mut code = 0;
    for module in &options.modules {
        if !options.dry && !change(cx, module, &options) {
            code = 1;
        }
    }
    code
}

/// The options; none where help is asked for.
fn options(words: &[String]) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    for word in words {
        match word.as_str() {
            "-h" | "--help" => return Ok(None),
            "--all" => options.all = true,
            "--remove" => options.remove = true,
            "--quiet" => options.quiet = true,
            "--dry-run" | "--show" => options.dry = true,
            "--verbose" | "--use-blacklist" | "--syslog" | "--first-time" => {}
            word if word.starts_with("--") => {
                return Err(format!("unrecognized option '{word}'"));
            }
            word if word.starts_with('-') => {
                for letter in word.chars().skip(1) {
                    match letter {
                        'a' => options.all = true,
                        'r' => options.remove = true,
                        'q' => options.quiet = true,
                        'n' => options.dry = true,
                        'v' | 'b' | 's' => {}
                        other => return Err(format!("invalid option -- '{other}'")),
                    }
                }
            }
            word => options.modules.push(word.to_owned()),
        }
    }
    if options.modules.is_empty() {
        return Err("ERROR: missing parameters. See -h.".to_owned());
    }
    // What follows a module is said to it.
    if !options.all && !options.remove {
        options.modules.truncate(1);
    }
    Ok(Some(options))
}

/// Loads a module or takes it out; whether that was done.
fn change(cx: &mut Context<'_>, module: &str, options: &Options) -> bool {
    let change = Change::Module {
        name: module.to_owned(),
        load: !options.remove,
    };
    let Err(refused) = cx.world.apply(vec![change]) else {
        return true;
    };
    let text = match (refused.errno, options.remove) {
        (Errno::NOENT, _) if options.quiet => return false,
        (Errno::NOENT, true) => format!("Module {module} not found."),
        (Errno::NOENT, false) => format!("Module {module} not found in this world"),
        (Errno::BUSY, _) => format!("Module {module} is builtin."),
        (errno, _) => format!("could not change module {module}: {errno}"),
    };
    let _ = writeln!(cx.err, "modprobe: FATAL: {text}");
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let options = options(&words).expect("they are understood");
        options.expect("it is no question for help").modules
    }

    #[test]
    fn what_follows_a_module_is_no_module() {
        assert_eq!(modules(&["dummy", "numdummies=2"]), ["dummy"]);
        assert_eq!(modules(&["-a", "dummy", "veth"]), ["dummy", "veth"]);
        assert_eq!(modules(&["-rq", "dummy", "veth"]), ["dummy", "veth"]);
    }
}
