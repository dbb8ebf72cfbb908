//! Starting other programs, with the command line told when one fails.

use crate::{Outcome, output, root};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

/// A program about to be started, in the root of the repository unless told otherwise.
pub(crate) struct Process {
    command: Command,
    line: String,
}

/// How a program ended whose output was shown and kept.
pub(crate) struct Shown {
    /// It ended with success.
    pub(crate) success: bool,
    /// All it wrote, standard output first.
    pub(crate) text: String,
}

impl Process {
    /// A program with its arguments.
    pub(crate) fn new<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[A]) -> Self {
        let mut command = Command::new(program.as_ref());
        command.args(arguments).current_dir(root());
        let mut line = Path::new(program.as_ref())
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for argument in arguments {
            line.push(' ');
            line.push_str(&argument.as_ref().to_string_lossy());
        }
        Self { command, line }
    }

    /// The Cargo that runs this program, so that a toolchain override holds for the whole run.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        Self::new(
            std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
            arguments,
        )
    }

    /// npm in a folder of the repository.
    pub(crate) fn npm(folder: &str, arguments: &[&str]) -> Self {
        Self::new("npm", arguments).inside(folder)
    }

    /// Starts it in a folder of the repository.
    pub(crate) fn inside(mut self, folder: &str) -> Self {
        self.command.current_dir(root().join(folder));
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it to its end, its output going straight to the terminal, or into the record of a step beside others.
    pub(crate) fn go(mut self) -> Outcome {
        let ended = if output::is_recorded() {
            recorded(self.command)
        } else {
            self.command.status()
        };
        match ended {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{}` failed ({status})", self.line)),
            Err(error) => Err(format!("`{}` could not be started: {error}", self.line)),
        }
    }

    /// Runs it to its end and hands back its standard output; its errors go to the terminal.
    pub(crate) fn stdout(mut self) -> Outcome<String> {
        let output = self
            .command
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("`{}` could not be started: {error}", self.line))?;
        if !output.status.success() {
            return Err(format!("`{}` failed ({})", self.line, output.status));
        }
        String::from_utf8(output.stdout).map_err(|_| format!("`{}` wrote no UTF-8", self.line))
    }

    /// Starts it and leaves it running.
    pub(crate) fn start(mut self) -> Outcome<Child> {
        self.command
            .spawn()
            .map_err(|error| format!("`{}` could not be started: {error}", self.line))
    }

    /// Runs it to its end, shows its output as it comes, without colours, and keeps it.
    pub(crate) fn shown(self) -> Outcome<Shown> {
        let mut process = self.env("NO_COLOR", "1").env("CARGO_TERM_COLOR", "never");
        let mut child = process
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{}` could not be started: {error}", process.line))?;
        let errors = child
            .stderr
            .take()
            .map(|pipe| thread::spawn(|| pass_on(pipe, std::io::stderr())));
        let mut text = child
            .stdout
            .take()
            .map(|pipe| pass_on(pipe, std::io::stdout()))
            .unwrap_or_default();
        if let Some(more) = errors.and_then(|thread| thread.join().ok()) {
            text.push_str(&more);
        }
        let status = child
            .wait()
            .map_err(|error| format!("`{}` was lost: {error}", process.line))?;
        Ok(Shown {
            success: status.success(),
            text,
        })
    }
}

/// Both its outputs go through one pipe, so that their order is kept.
fn recorded(mut command: Command) -> std::io::Result<ExitStatus> {
    let (mut reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // Else this process would hold the pipe open that it reads to its end.
    drop(command);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    output::record(&bytes);
    child.wait()
}

fn pass_on(from: impl Read, mut to: impl Write) -> String {
    let mut text = String::new();
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        // A closed terminal is no reason to stop counting.
        let _ = writeln!(to, "{line}");
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Where a program is on the `PATH`, if it is there.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}
