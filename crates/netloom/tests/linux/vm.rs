//! A second kernel as the scripts' world: the distribution's own, in a virtual machine, for what the
//! running kernel lacks. One boot, in software, runs them all: with the real tools, and then with
//! netloom's own before these.

use crate::script::Script;
use crate::{applets, kernel, record, world};
use libtest_mimic::{Failed, Trial};
use machine::{GUEST, LIMIT, Machine};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

mod machine;

/// The trial of all `scripts`, which the running kernel cannot judge; ignored where there is no
/// machine to be made.
pub(crate) fn trial(scripts: Vec<Script>, root: bool, bless: bool) -> Trial {
    let ready = root && !scripts.is_empty() && machine::can_be_made();
    let run = move || judge(&scripts, bless);
    Trial::test("vm::scripts_that_need_another_kernel", run).with_ignored_flag(!ready)
}

fn judge(scripts: &[Script], bless: bool) -> Result<(), Failed> {
    let machine = Machine::new()?;
    let folder = machine.folder();
    fs::create_dir(folder.join("kernel"))?;
    copy_folder(Path::new(kernel::FOLDER), &folder.join("kernel"))?;
    // What rules of namespaces log is seen.
    let mut command =
        "modprobe -d /mnt/kernel -a nf_log_syslog iptable_raw iptable_mangle iptable_filter; echo 1 >/proc/sys/net/netfilter/nf_log_all_netns\n".to_owned();
    for script in scripts {
        fs::copy(&script.path, folder.join(format!("{}.sh", script.name)))?;
    }
    applets::links(&folder.join("tools"))?;
    command.push_str(&one());
    let jobs = jobs(scripts);
    command.push_str(&lanes(&jobs));
    machine.run(&command)?;
    let mut failures = String::new();
    for job in &jobs {
        if let Err(failure) = verdict(&machine, job, bless) {
            let text = failure.message().unwrap_or("failed");
            failures.push_str(&format!("{}: {text}\n", job.name()));
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.into())
    }
}

/// A script with the tools that run it.
struct Job<'a> {
    script: &'a Script,
    applets: bool,
}

impl Job<'_> {
    fn name(&self) -> String {
        let with = if self.applets { "applets-" } else { "" };
        format!("{with}{}", self.script.name)
    }
}

fn jobs(scripts: &[Script]) -> Vec<Job<'_>> {
    let job = |applets| move |script| Job { script, applets };
    let own = scripts
        .iter()
        .filter(|script| applets::left(script).is_none());
    scripts
        .iter()
        .map(job(false))
        .chain(own.map(job(true)))
        .collect()
}

/// What the guest's shell does for one script: as [`world::run`] does here.
fn one() -> String {
    let home = "/tmp/home-$1";
    let script = kernel::command(&format!("{GUEST}/kernel"), &format!("{GUEST}/$name.sh"));
    let environment = world::environment(OsStr::new(kernel::PATH), OsStr::new(home));
    let settings = environment.map(|(key, value)| format!("{key}={}", value.display()));
    format!(
        "one() {{\n\
         name=${{1#applets-}} own=\n\
         [ $name = $1 ] || own='NETLOOM_WORLD=kernel TOOLS={GUEST}/tools'\n\
         mkdir -m 777 {home} {home}/work; cd {home}/work\n\
         env -i {settings} $own timeout --signal=KILL {LIMIT} {script} \\\n    \
         </dev/null >{GUEST}/$1.printed 2>&1; echo $? >{GUEST}/$1.code\n\
         read up _ </proc/uptime; echo \"$1 $up\" >>{GUEST}/times\n}}\n",
        settings = settings.join(" "),
        script = script.join(" "),
    )
}

/// The guest has two processors, and runs two scripts at once: a script is run by that lane which comes
/// to it first. Those that read the kernel's log, which is one for all, stay in the first, and each begins with
/// an empty one.
fn lanes(jobs: &[Job<'_>]) -> String {
    let reads_log = |job: &&Job<'_>| job.script.needs().any(|need| need == kernel::LOG);
    let names = |jobs: Vec<&Job<'_>>| {
        let names = jobs.iter().map(|job| job.name());
        names.collect::<Vec<_>>().join(" ")
    };
    let (logs, others): (Vec<_>, Vec<_>) = jobs.iter().partition(reads_log);
    let (logs, others) = (names(logs), names(others));
    format!(
        "lane() {{ for name; do mkdir /run/$name 2>/dev/null && (one $name); done; }}\n\
         {{ for name in {logs}; do dmesg -C; lane $name; done; lane {others}; }} &\n\
         lane {others} &\n\
         wait\n"
    )
}

fn verdict(machine: &Machine, job: &Job<'_>, bless: bool) -> Result<(), Failed> {
    let (printed, code) = machine.result(&job.name())?;
    let bless = bless && !job.applets;
    record::judge(job.script, &world::with_status(&printed, code), bless)
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Failed> {
    for entry in fs::read_dir(from)? {
        let (entry, to) = (entry?, to.to_owned());
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&to)?;
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
