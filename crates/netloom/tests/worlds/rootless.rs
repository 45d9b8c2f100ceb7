//! Worlds on the running kernel of users who are not root.

use netloom_kernel::rootless;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};

/// The user whom nothing belongs to.
const NOBODY: u32 = 65534;

/// Runs netloom as nobody, or as who runs the tests where that is not root; none where the machine
/// forbids user namespaces.
fn as_nobody(args: &[&str]) -> Option<Output> {
    if !rootless::hindrances().is_empty() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let open = fs::Permissions::from_mode(0o777);
    fs::set_permissions(folder.path(), open.clone()).unwrap();
    // Nobody may not come to where the tests are built.
    let program = folder.path().join("netloom");
    fs::copy(env!("CARGO_BIN_EXE_netloom"), &program).unwrap();
    fs::set_permissions(&program, open).unwrap();
    let mut command = Command::new(program);
    if rustix::process::getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.env_remove("XDG_RUNTIME_DIR").current_dir(&folder);
    let script = folder.path().join("script");
    fs::write(
        &script,
        "id -u\nip link add v0 type veth peer name v1\nip netns add a\nip link set v1 netns a\n\
         ip -n a -br link show v1 | cut -d@ -f1\nip netns\n",
    )
    .unwrap();
    Some(command.args(args).arg(script).output().unwrap())
}

#[test]
fn a_user_is_root_of_his_own_world_on_the_kernel() {
    let Some(output) = as_nobody(&["run", "--kernel", "--rootless"]) else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said, "0\nv1\na (id: 0)\n", "{error}");
}

#[test]
fn without_root_the_way_without_it_is_named() {
    let Some(output) = as_nobody(&["run", "--kernel"]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(125));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("--rootless"), "{error}");
}
