//! Where worlds live: one private directory per user, and in it one per world, with its socket and
//! the links under which its commands are called.
//!
//! A world holds a lock on its directory for as long as it lives. A directory whose lock is free
//! belonged to a world that was killed: it is removed by whoever sees it next.

use netloom_kernel::rootless;
use rustix::fs::{Mode, mkdir};
use rustix::process::Pid;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// The longest path of a unix socket, `sun_path` of unix(7), without its final zero.
const SOCKET_PATH: usize = 107;
/// The longest name of a world.
const NAME: usize = 32;

/// The directory of a user's worlds.
#[derive(Debug)]
pub struct Worlds(PathBuf);

/// Why a world cannot be made.
#[derive(Debug)]
pub enum CreateError {
    /// There is one of that name.
    Exists,
    /// It is no name for a world.
    Name,
    /// The machine says no.
    Io(PathBuf, io::Error),
}

impl core::fmt::Display for CreateError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            CreateError::Exists => f.write_str("there is a world of that name already"),
            CreateError::Name => write!(
                f,
                "a world's name is 1 to {NAME} letters, digits, \".\", \"_\" or \"-\", and begins \
                 with a letter or digit"
            ),
            CreateError::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl Worlds {
    /// The user's own: `$XDG_RUNTIME_DIR/netloom`, else `/tmp/netloom-UID`, the user being who he is outside
    /// of a user namespace.
    ///
    /// # Errors
    /// If it cannot be made, or is not the user's alone.
    pub fn open() -> io::Result<Worlds> {
        let uid = rustix::process::getuid().as_raw();
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let runtime = runtime.filter(|dir| {
            let ours = fs::metadata(dir).is_ok_and(|m| m.is_dir() && m.uid() == uid);
            ours && dir.is_absolute() && dir.as_os_str().len() + NAME + 24 < SOCKET_PATH
        });
        let path = runtime.map_or_else(
            || PathBuf::from(format!("/tmp/netloom-{}", rootless::outer_uid())),
            |dir| dir.join("netloom"),
        );
        Worlds::at(path)
    }

    fn at(path: PathBuf) -> io::Result<Worlds> {
        match mkdir(&path, Mode::RWXU) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(at_path(&path, &error.into())),
        }
        let found = fs::symlink_metadata(&path).map_err(|e| at_path(&path, &e))?;
        let uid = rustix::process::getuid().as_raw();
        if !found.is_dir() || found.uid() != uid || found.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::new(
                ErrorKind::PermissionDenied,
                format!(
                    "{} is not a directory of user {uid} alone (mode 0700): remove it",
                    path.display()
                ),
            ));
        }
        Ok(Worlds(path))
    }

    /// Makes the directory of a new world called `name`, with links to `program` under the names
    /// `commands`.
    ///
    /// # Errors
    /// If it is no name, or taken, or the directory cannot be made.
    pub fn create<'a>(
        &self,
        name: &str,
        program: &Path,
        commands: impl IntoIterator<Item = &'a str>,
    ) -> Result<Home, CreateError> {
        if !is_name(name) {
            return Err(CreateError::Name);
        }
        let path = self.0.join(name);
        let at = path.clone();
        let io = |error| CreateError::Io(at.clone(), error);
        let _turn = self.take_turn().map_err(io)?;
        if path.exists() {
            if is_alive(&path) {
                return Err(CreateError::Exists);
            }
            fs::remove_dir_all(&path).map_err(io)?;
        }
        DirBuilder::new().mode(0o700).create(&path).map_err(io)?;
        let mut lock = File::create(path.join("lock")).map_err(io)?;
        lock.lock().map_err(io)?;
        write!(lock, "{}", std::process::id()).map_err(io)?;
        let place = Place(path.clone());
        fs::create_dir(place.bin()).map_err(io)?;
        for command in commands {
            symlink(program, place.bin().join(command)).map_err(io)?;
        }
        fs::write(place.shell_start(), SHELL_START).map_err(io)?;
        Ok(Home { path, _lock: lock })
    }

    /// The process that holds a world which lives.
    pub fn holder(&self, name: &str) -> Option<Pid> {
        let path = self.0.join(name);
        let written = fs::read_to_string(path.join("lock")).ok()?;
        let pid = written.parse().ok().and_then(Pid::from_raw);
        pid.filter(|_| is_name(name) && is_alive(&path))
    }

    /// The names of the worlds that live, in order. What dead ones left behind is removed.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn living(&self) -> io::Result<Vec<String>> {
        let _turn = self.take_turn()?;
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)?.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if !is_name(&name) {
                continue;
            }
            if is_alive(&entry.path()) {
                names.push(name);
            } else {
                fs::remove_dir_all(entry.path())?;
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Where the world called `name` has its things, whether it lives or not.
    pub fn place(&self, name: &str) -> Place {
        Place(self.0.join(name))
    }

    fn take_turn(&self) -> io::Result<File> {
        take_turn(&self.0)
    }
}

/// Whoever makes or removes a world's directory in `worlds` does so alone.
fn take_turn(worlds: &Path) -> io::Result<File> {
    let lock = File::create(worlds.join(".lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// The paths of a world's things.
#[derive(Clone, Debug)]
pub struct Place(PathBuf);

impl Place {
    /// That of the world whose socket is at a path.
    pub fn around(socket: &Path) -> Option<Place> {
        let place = socket.parent().filter(|path| path.is_absolute());
        place.map(|path| Place(path.to_owned()))
    }

    /// What is known of the hosts from which the world was loaded, a snapshot whose state is empty.
    pub fn hosts(&self) -> PathBuf {
        self.0.join("hosts")
    }

    /// The socket.
    pub fn socket(&self) -> PathBuf {
        self.0.join("socket")
    }

    /// The links under which the commands are called.
    pub fn bin(&self) -> PathBuf {
        self.0.join("bin")
    }

    /// What an interactive bash reads at its start.
    pub fn shell_start(&self) -> PathBuf {
        self.0.join("bashrc")
    }

    /// Where a world without a terminal says what goes wrong.
    pub fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// A script that came by standard input.
    pub fn script(&self) -> PathBuf {
        self.0.join("script")
    }
}

/// The directory of a living world; it goes with the value.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    _lock: File,
}

impl Home {
    /// Where its things are.
    pub fn place(&self) -> Place {
        Place(self.path.clone())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Nothing can be done about an error here; who comes next tries again.
        let _turn = self.path.parent().map(take_turn);
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn is_alive(path: &Path) -> bool {
    let Ok(lock) = File::open(path.join("lock")) else {
        return false;
    };
    matches!(lock.try_lock(), Err(TryLockError::WouldBlock))
}

fn at_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// What an interactive bash in a world does after the user's own start file: the commands come
/// first again, and the prompt tells the namespace, also that of `ip netns exec NS bash`.
const SHELL_START: &str = r#"[ -r ~/.bashrc ] && . ~/.bashrc
PATH=${NETLOOM_WORLD%/socket}/bin:$PATH
export PROMPT_COMMAND='PS1="[netloom${NETLOOM_NETNS:+ $NETLOOM_NETNS}] \w\$ "'
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn worlds(test: &str) -> Worlds {
        let path = std::env::temp_dir().join(format!("netloom-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Worlds::at(path).unwrap()
    }

    fn create(worlds: &Worlds, name: &str) -> Result<Home, CreateError> {
        worlds.create(name, Path::new("/bin/true"), ["ip"])
    }

    #[test]
    fn a_name_is_taken_as_long_as_its_world_lives() {
        let worlds = worlds("taken");
        let home = create(&worlds, "blue").unwrap();
        assert!(matches!(create(&worlds, "blue"), Err(CreateError::Exists)));
        assert_eq!(worlds.living().unwrap(), ["blue"]);
        assert!(home.place().bin().join("ip").exists());
        let own = Pid::from_raw(std::process::id().try_into().unwrap());
        assert_eq!(worlds.holder("blue"), own);
        assert_eq!(worlds.holder("red"), None);
        drop(home);
        assert_eq!(worlds.holder("blue"), None);
        assert!(worlds.living().unwrap().is_empty());
        create(&worlds, "blue").unwrap();
        fs::remove_dir_all(worlds.0).unwrap();
    }

    #[test]
    fn what_a_dead_world_left_behind_is_removed() {
        let worlds = worlds("stale");
        let left = worlds.0.join("dead");
        fs::create_dir_all(left.join("bin")).unwrap();
        fs::write(left.join("lock"), "").unwrap();
        assert!(worlds.living().unwrap().is_empty());
        assert!(!left.exists());
        fs::remove_dir_all(worlds.0).unwrap();
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        let worlds = worlds("names");
        for name in ["", "..", "a/b", "-x", &"x".repeat(33)] {
            assert!(
                matches!(create(&worlds, name), Err(CreateError::Name)),
                "{name}"
            );
        }
        fs::remove_dir_all(worlds.0).unwrap();
    }

    #[test]
    fn a_directory_that_others_can_enter_is_refused() {
        let worlds = worlds("open");
        fs::set_permissions(&worlds.0, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(Worlds::at(worlds.0.clone()).is_err());
        fs::remove_dir_all(worlds.0).unwrap();
    }
}
