//! `http`: a small server and client of HTTP/1.1 (RFC 9110, RFC 9112) in a world, and `curl` with
//! its common options. There is no TLS and no DNS: URLs have addresses.

mod curl;
mod fetch;
mod message;
mod serve;

use crate::Context;
pub use curl::curl;
use fetch::{Ask, Failed, fetch};
use message::{BadUrl, Url};
use serve::{Content, Serve};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

const USAGE: &str = "\
Usage: http serve [-b ADDRESS] [-p PORT] [-n COUNT] [-q] DIRECTORY|TEXT
       http get [-o FILE] [-i|-I] [-w SECONDS] URL

serve answers GET and HEAD with the files of a directory, or with one text at every path;
      -n ends it after COUNT requests, -q leaves out the line for each
get   prints what is at URL; -i its head too, -I its head alone
";

/// Runs `http`.
pub fn http(cx: &mut Context<'_>) -> i32 {
    let words = cx.args.clone();
    let told = match words.split_first() {
        Some((word, rest)) if word == "serve" => run_serve(cx, rest),
        Some((word, rest)) if word == "get" => run_get(cx, rest),
        Some((word, _)) if word == "-h" || word == "--help" => {
            let _ = cx.out.write_all(USAGE.as_bytes());
            return 0;
        }
        _ => Err((USAGE.to_owned(), 2)),
    };
    match told {
        Ok(()) => 0,
        Err((text, code)) => {
            let _ = cx.err.write_all(text.as_bytes());
            code
        }
    }
}

type Outcome = Result<(), (String, i32)>;

fn wrong(text: &str) -> (String, i32) {
    (format!("http: {text}\nTry \"http --help\".\n"), 2)
}

fn value<'a, T: std::str::FromStr>(
    option: &str,
    words: &mut impl Iterator<Item = &'a String>,
) -> Result<T, (String, i32)> {
    let word = words.next();
    let word = word.ok_or_else(|| wrong(&format!("{option} needs a value")))?;
    let parsed = word.parse();
    parsed.map_err(|_| wrong(&format!("{option} {word}: not a value that it takes")))
}

fn run_serve(cx: &mut Context<'_>, words: &[String]) -> Outcome {
    let mut serve = Serve {
        bind: Ipv4Addr::UNSPECIFIED.into(),
        port: 80,
        content: Content::Text(String::new()),
        requests: None,
        quiet: false,
    };
    let mut content = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-b" => serve.bind = value::<IpAddr>(word, &mut words)?,
            "-p" => serve.port = value(word, &mut words)?,
            "-n" => serve.requests = Some(value(word, &mut words)?),
            "-q" => serve.quiet = true,
            _ if word.starts_with('-') => return Err(wrong(&format!("\"{word}\" is no option"))),
            _ if content.is_some() => return Err(wrong(&format!("\"{word}\" is one too many"))),
            _ => content = Some(word),
        }
    }
    let content = content.ok_or_else(|| wrong("serve what? A directory, or a text"))?;
    let folder = PathBuf::from(content);
    serve.content = if folder.is_dir() {
        Content::Files(folder)
    } else {
        Content::Text(content.clone())
    };
    serve::run(cx, &serve).map_err(|error| {
        let (bind, port) = (serve.bind, serve.port);
        (format!("http: {bind} port {port}: {error}\n"), 1)
    })
}

fn run_get(cx: &mut Context<'_>, words: &[String]) -> Outcome {
    let (mut url, mut output, mut patience) = (None, None, None);
    let (mut with_head, mut head_only) = (false, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-o" => output = Some(value::<PathBuf>(word, &mut words)?),
            "-w" => patience = Some(value::<f64>(word, &mut words)?),
            "-i" => with_head = true,
            "-I" => (with_head, head_only) = (true, true),
            _ if word.starts_with('-') => return Err(wrong(&format!("\"{word}\" is no option"))),
            _ if url.is_some() => return Err(wrong(&format!("\"{word}\" is one too many"))),
            _ => url = Some(word),
        }
    }
    let url = url.ok_or_else(|| wrong("get what? Give a URL"))?;
    let url = Url::parse(url).map_err(|bad| wrong(&no_url(url, &bad)))?;
    let whole_time = match patience {
        Some(seconds) => {
            Some(Duration::try_from_secs_f64(seconds).map_err(|_| wrong("-w takes seconds"))?)
        }
        None => None,
    };
    let place = url.host.clone();
    let ask = Ask {
        method: if head_only { "HEAD" } else { "GET" }.to_owned(),
        whole_time,
        ..Ask::get(url)
    };
    let answer = fetch(cx, &ask).map_err(|failed| {
        let why = match failed {
            Failed::Connect(errno) | Failed::Broken(errno) => errno.text().to_owned(),
            Failed::TimedOut(_) => "no answer in time".to_owned(),
            Failed::Empty => "the connection ended without an answer".to_owned(),
            Failed::Short(_) => "the connection ended within the answer".to_owned(),
            Failed::Garbage => "the answer is no HTTP".to_owned(),
        };
        (format!("http: {place}: {why}\n"), 1)
    })?;
    let mut bytes = if with_head { answer.head } else { Vec::new() };
    bytes.extend(answer.body);
    let written = match output {
        Some(file) => fs::write(file, bytes),
        None => cx.out.write_all(&bytes),
    };
    written.map_err(|error| (format!("http: {error}\n"), 1))?;
    if answer.code >= 400 {
        return Err((
            format!("http: {place}: the server says {}\n", answer.code),
            22,
        ));
    }
    Ok(())
}

fn no_url(text: &str, bad: &BadUrl) -> String {
    match bad {
        BadUrl::Scheme(scheme) => format!("\"{scheme}\" is not spoken here, only http"),
        BadUrl::Name(name) => format!("\"{name}\": names are not looked up, give an address"),
        BadUrl::Malformed => format!("\"{text}\" is no URL"),
    }
}
