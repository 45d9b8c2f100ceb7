//! `http serve`: a small server of files, or of one text.

use super::message::{self, Read};
use crate::Context;
use netloom_model::socket::{Interest, Received, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, Result, Time};
use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};

/// Connections at once; more wait to be accepted.
const MOST: usize = 1000;

/// What is served.
pub(super) enum Content {
    /// The files of a directory.
    Files(PathBuf),
    /// The same text at every path.
    Text(String),
}

/// How it is served.
pub(super) struct Serve {
    pub(super) bind: IpAddr,
    pub(super) port: u16,
    pub(super) content: Content,
    /// It ends after so many requests.
    pub(super) requests: Option<u64>,
    pub(super) quiet: bool,
}

/// A connection.
struct Client {
    from: (IpAddr, u16),
    /// What came so far.
    request: Vec<u8>,
    /// What is still to be sent, once the request is there.
    answer: Option<Vec<u8>>,
}

/// Serves until it is interrupted, or has served as much as it shall.
///
/// # Errors
/// Where it cannot listen; where the world is gone.
pub(super) fn run(cx: &mut Context<'_>, serve: &Serve) -> Result<()> {
    let kind = if serve.bind.is_ipv4() {
        SocketKind::Tcp
    } else {
        SocketKind::Tcp6
    };
    let listener = cx.world.open(&cx.ns, kind)?;
    cx.world.set(listener, SocketOption::ReuseAddress(true))?;
    cx.world.bind(listener, serve.bind, serve.port)?;
    cx.world.listen(listener, 128)?;
    let mut clients: BTreeMap<SocketId, Client> = BTreeMap::new();
    let mut served = 0;
    while serve.requests.is_none_or(|most| served < most) {
        let mut watched: Vec<_> = clients.iter().map(|(id, c)| (*id, c.interest())).collect();
        if clients.len() < MOST {
            watched.push((listener, Interest::READ));
        }
        let ready = match cx.world.poll(&watched, false, Time::NEVER) {
            Err(error) if error.errno == Errno::INTR => break,
            ready => ready?,
        };
        for (socket, _) in ready.sockets {
            if socket == listener {
                accept(cx, listener, &mut clients)?;
                continue;
            }
            let Some(client) = clients.get_mut(&socket) else {
                continue;
            };
            match step(cx, serve, socket, client) {
                // A connection that breaks is the client's affair.
                Ok(Step::More) => {}
                Ok(Step::Served) => {
                    served += 1;
                    let _ = cx.world.close(socket);
                    clients.remove(&socket);
                }
                Ok(Step::Gone) | Err(_) => {
                    let _ = cx.world.close(socket);
                    clients.remove(&socket);
                }
            }
        }
    }
    Ok(())
}

fn accept(
    cx: &mut Context<'_>,
    listener: SocketId,
    clients: &mut BTreeMap<SocketId, Client>,
) -> Result<()> {
    match cx.world.accept(listener, Time::AT_ONCE) {
        Ok((socket, from)) => {
            cx.world.set(socket, SocketOption::NonBlocking(true))?;
            let client = Client {
                from,
                request: Vec::new(),
                answer: None,
            };
            clients.insert(socket, client);
        }
        // It went away before it was accepted.
        Err(error) if matches!(error.errno, Errno::AGAIN | Errno::CONNRESET) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

enum Step {
    More,
    Served,
    Gone,
}

impl Client {
    fn interest(&self) -> Interest {
        match self.answer {
            Some(_) => Interest::WRITE,
            None => Interest::READ,
        }
    }
}

/// Reads or sends what can be read or sent now.
fn step(
    cx: &mut Context<'_>,
    serve: &Serve,
    socket: SocketId,
    client: &mut Client,
) -> Result<Step> {
    if let Some(answer) = &mut client.answer {
        let piece = &answer[..answer.len().min(256 << 10)];
        let sent = cx.world.send(socket, None, piece)?;
        answer.drain(..sent);
        return Ok(if answer.is_empty() {
            Step::Served
        } else {
            Step::More
        });
    }
    match cx.world.receive(socket, Time::AT_ONCE)? {
        Received::Stream(bytes) if bytes.is_empty() => return Ok(Step::Gone),
        Received::Stream(bytes) => client.request.extend(bytes),
        Received::Nothing => return Ok(Step::More),
        Received::Error(_) | Received::Datagram(_) => return Ok(Step::Gone),
    }
    let (line, (code, kind, body), head_only) = match message::request(&client.request) {
        Read::Partial => return Ok(Step::More),
        Read::Bad => ("-".to_owned(), error(400), false),
        Read::Whole(request) => {
            let head_only = request.method == "HEAD";
            let answer = match request.method.as_str() {
                "GET" | "HEAD" => serve.content.at(&request.path),
                _ => error(405),
            };
            (request.line, answer, head_only)
        }
    };
    if !serve.quiet {
        let (from, len) = (client.from.0, body.len());
        let _ = writeln!(cx.err, "{from} \"{line}\" {code} {len}");
    }
    client.answer = Some(answer(code, kind, &body, head_only));
    Ok(Step::More)
}

/// An answer as bytes.
fn answer(code: u16, kind: &str, body: &[u8], head_only: bool) -> Vec<u8> {
    let reason = reason(code);
    let len = body.len();
    let mut bytes = format!(
        "HTTP/1.1 {code} {reason}\r\nServer: {}\r\nContent-Type: {kind}\r\n\
         Content-Length: {len}\r\nConnection: close\r\n\r\n",
        crate::VERSION.replace(' ', "/")
    )
    .into_bytes();
    if !head_only {
        bytes.extend_from_slice(body);
    }
    bytes
}

const fn reason(code: u16) -> &'static str {
    match code {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Error",
    }
}

type Answer = (u16, &'static str, Vec<u8>);

const PLAIN: &str = "text/plain; charset=utf-8";

fn error(code: u16) -> Answer {
    (
        code,
        PLAIN,
        format!("{code} {}\n", reason(code)).into_bytes(),
    )
}

impl Content {
    /// What is at a path of a URL.
    fn at(&self, path: &str) -> Answer {
        match self {
            Content::Text(text) => (200, PLAIN, format!("{text}\n").into_bytes()),
            Content::Files(folder) => file(folder, path),
        }
    }
}

fn file(folder: &Path, path: &str) -> Answer {
    let path = path.split('?').next().unwrap_or_default();
    let inside = Path::new(path.trim_start_matches('/'));
    // Nothing outside of the folder is served.
    if inside
        .components()
        .any(|part| !matches!(part, Component::Normal(_)))
    {
        return error(403);
    }
    let mut found = folder.join(inside);
    if found.is_dir() {
        let index = found.join("index.html");
        if !index.is_file() {
            return listing(&found);
        }
        found = index;
    }
    match fs::read(&found) {
        Ok(body) => (200, kind_of(&found), body),
        Err(_) => error(404),
    }
}

/// The names in a folder, a line each.
fn listing(folder: &Path) -> Answer {
    let Ok(entries) = fs::read_dir(folder) else {
        return error(404);
    };
    let name = |entry: fs::DirEntry| {
        let slash = if entry.path().is_dir() { "/" } else { "" };
        format!("{}{slash}\n", entry.file_name().to_string_lossy())
    };
    let mut names: Vec<String> = entries.flatten().map(name).collect();
    names.sort();
    (200, PLAIN, names.concat().into_bytes())
}

fn kind_of(file: &Path) -> &'static str {
    match file.extension().and_then(|e| e.to_str()) {
        Some("html" | "htm") => "text/html; charset=utf-8",
        Some("txt" | "md" | "sh") => PLAIN,
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
