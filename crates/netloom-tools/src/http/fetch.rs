//! Asking a server: one request, one answer.

use super::message::{self, Body, Head, Read, Url};
use crate::Context;
use crate::stream::Stream;
use netloom_model::{Errno, Time};
use std::time::Duration;

/// What is asked.
pub(super) struct Ask {
    pub(super) url: Url,
    pub(super) method: String,
    /// Header fields beside `Host`, a line each.
    pub(super) fields: Vec<String>,
    pub(super) body: Vec<u8>,
    /// How long it may take to connect, and all in all.
    pub(super) connect_time: Option<Duration>,
    pub(super) whole_time: Option<Duration>,
}

/// What came back.
pub(super) struct Answer {
    pub(super) code: u16,
    /// Status line and fields, as they came, with the empty line.
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// No connection was made.
    Connect(Errno),
    /// It took too long; so many bytes of the body had come.
    TimedOut(usize),
    /// The connection broke.
    Broken(Errno),
    /// It ended before anything came.
    Empty,
    /// It ended before all had come.
    Short(usize),
    /// What came is no HTTP.
    Garbage,
}

/// Asks and waits for the whole answer.
pub(super) fn fetch(cx: &mut Context<'_>, ask: &Ask) -> Result<Answer, Failed> {
    let lost = |error: netloom_model::Error| Failed::Broken(error.errno);
    let began = cx.world.now().map_err(lost)?;
    let deadline = ask.whole_time.map_or(Time::NEVER, |time| began + time);
    let patience = match (ask.connect_time, ask.whole_time) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    let to = (ask.url.address, ask.url.port);
    let connected = Stream::connect(cx.world, &cx.ns, to, patience);
    let connected = connected.map_err(|error| Failed::Connect(error.errno))?;
    let mut stream = connected.until(deadline);
    let answer = exchange(&mut stream, ask);
    stream.close();
    answer
}

fn exchange(stream: &mut Stream<'_>, ask: &Ask) -> Result<Answer, Failed> {
    stream
        .send(&ask.bytes())
        .map_err(|e| Failed::Broken(e.errno))?;
    let mut came = Vec::new();
    let mut head: Option<Head> = None;
    loop {
        if head.is_none() {
            head = match message::head(&came) {
                // What is informational comes before the answer (RFC 9110 section 15.2).
                Read::Whole(found) if found.code / 100 == 1 => {
                    came.drain(..found.len);
                    continue;
                }
                Read::Whole(found) => Some(found),
                Read::Partial => None,
                Read::Bad => return Err(Failed::Garbage),
            };
        }
        if let Some(head) = &head
            && let Some(answer) = whole(head, &came, ask, false)?
        {
            return Ok(answer);
        }
        let body = head.as_ref().map_or(0, |head| came.len() - head.len);
        let bytes = stream.receive().map_err(|error| match error.errno {
            Errno::TIMEDOUT => Failed::TimedOut(body),
            errno => Failed::Broken(errno),
        })?;
        if bytes.is_empty() {
            return match &head {
                None if came.is_empty() => Err(Failed::Empty),
                None => Err(Failed::Garbage),
                Some(head) => whole(head, &came, ask, true)?.ok_or(Failed::Short(body)),
            };
        }
        came.extend(bytes);
    }
}

/// The answer, if all of it is there; `closed`: no more will come.
fn whole(head: &Head, came: &[u8], ask: &Ask, closed: bool) -> Result<Option<Answer>, Failed> {
    let rest = &came[head.len..];
    let body = match head.body {
        _ if ask.method == "HEAD" => Some(Vec::new()),
        Body::Length(len) => {
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            rest.get(..len).map(<[u8]>::to_vec)
        }
        Body::Chunked => match message::chunks(rest) {
            Read::Whole(body) => Some(body),
            Read::Partial => None,
            Read::Bad => return Err(Failed::Garbage),
        },
        Body::UntilClose => closed.then(|| rest.to_vec()),
    };
    Ok(body.map(|body| Answer {
        code: head.code,
        head: came[..head.len].to_vec(),
        body,
    }))
}

impl Ask {
    /// A request without anything that is not needed.
    pub(super) fn get(url: Url) -> Ask {
        Ask {
            url,
            method: "GET".to_owned(),
            fields: Vec::new(),
            body: Vec::new(),
            connect_time: None,
            whole_time: None,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let (method, path, host) = (&self.method, &self.url.path, &self.url.host);
        let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n");
        let given = |name: &str| {
            let name = format!("{name}:");
            let starts = |field: &&String| {
                let start = field.get(..name.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(&name))
            };
            self.fields.iter().any(|field| starts(&field))
        };
        if !given("Accept") {
            bytes.push_str("Accept: */*\r\n");
        }
        if !self.body.is_empty() {
            bytes.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
            if !given("Content-Type") {
                bytes.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
            }
        }
        for field in &self.fields {
            bytes.push_str(field);
            bytes.push_str("\r\n");
        }
        bytes.push_str("Connection: close\r\n\r\n");
        let mut bytes = bytes.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
