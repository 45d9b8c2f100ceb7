//! Standard output of a command: line by line on a terminal, in large pieces elsewhere; where
//! nobody reads any more, the command ends as SIGPIPE ends others.

use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::fd::AsFd;
use std::rc::Rc;

/// Standard output; clones write to the same buffer.
#[derive(Clone)]
pub(crate) struct Output {
    buffer: Rc<RefCell<BufWriter<Box<dyn Write>>>>,
    by_line: bool,
}

impl Output {
    /// This process's own.
    pub(crate) fn new() -> Output {
        let stdout = io::stdout();
        let by_line = stdout.is_terminal();
        // Rust's own standard output is flushed at every line, even into a file.
        let sink: Box<dyn Write> = match stdout.as_fd().try_clone_to_owned() {
            Ok(descriptor) => Box::new(File::from(descriptor)),
            Err(_) => Box::new(stdout),
        };
        Output {
            buffer: Rc::new(RefCell::new(BufWriter::with_capacity(32 << 10, sink))),
            by_line,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = end_with_reader(self.buffer.borrow_mut().write(bytes))?;
        if self.by_line && bytes[..written].contains(&b'\n') {
            self.flush()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        end_with_reader(self.buffer.borrow_mut().flush())
    }
}

fn end_with_reader<T>(result: io::Result<T>) -> io::Result<T> {
    if matches!(&result, Err(e) if e.kind() == io::ErrorKind::BrokenPipe) {
        let _ = emulate_default_handler(SIGPIPE);
    }
    result
}
