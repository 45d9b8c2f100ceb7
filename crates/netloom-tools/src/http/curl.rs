//! `curl` with the options that people use between hosts: what it prints, its messages and exit
//! codes are curl's own (curl(1), version 7.88); there is no progress meter.

use super::fetch::{Answer, Ask, Failed, fetch};
use super::message::{BadUrl, Url};
use crate::Context;
use netloom_model::{Errno, Time};
use std::fs;
use std::time::Duration;

/// What the words ask for.
#[derive(Default)]
struct Options {
    silent: bool,
    show_error: bool,
    fail: bool,
    include: bool,
    head: bool,
    remote_name: bool,
    output: Option<String>,
    method: Option<String>,
    fields: Vec<String>,
    data: Option<String>,
    connect_time: Option<Duration>,
    whole_time: Option<Duration>,
    write_out: Option<String>,
    family: Option<u8>,
    urls: Vec<String>,
}

/// A message behind `curl: (CODE)`, and the code.
type Told = (i32, String);

/// Runs `curl`.
pub fn curl(cx: &mut Context<'_>) -> i32 {
    let words = cx.args.clone();
    let options = match Options::read(&words) {
        Ok(options) => options,
        Err(text) => {
            let _ = writeln!(cx.err, "curl: {text}");
            let _ = writeln!(
                cx.err,
                "curl: try 'curl --help' or 'curl --manual' for more information"
            );
            return 2;
        }
    };
    let mut code = 0;
    for url in &options.urls {
        if let Err((failed, text)) = one(cx, &options, url) {
            if !options.silent || options.show_error {
                let _ = writeln!(cx.err, "curl: ({failed}) {text}");
            }
            code = failed;
        }
    }
    code
}

/// Short options that stand for long ones.
const SHORT: [(char, &str); 16] = [
    ('4', "ipv4"),
    ('6', "ipv6"),
    ('s', "silent"),
    ('S', "show-error"),
    ('f', "fail"),
    ('i', "include"),
    ('I', "head"),
    ('O', "remote-name"),
    ('N', "no-buffer"),
    ('o', "output"),
    ('X', "request"),
    ('H', "header"),
    ('d', "data"),
    ('m', "max-time"),
    ('w', "write-out"),
    ('A', "user-agent"),
];

impl Options {
    fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if let Some(name) = word.strip_prefix("--") {
                if !options.switch(name) {
                    let value = || words.next().map(String::as_str);
                    options.valued(name, &format!("--{name}"), value)?;
                }
            } else if let Some(letters) = word.strip_prefix('-').filter(|l| !l.is_empty()) {
                for (at, letter) in letters.char_indices() {
                    let shown = format!("-{letter}");
                    let found = SHORT.iter().find(|(short, _)| *short == letter);
                    let name = found.map(|(_, name)| *name);
                    let name = name.ok_or_else(|| format!("option {shown}: is unknown"))?;
                    if options.switch(name) {
                        continue;
                    }
                    // The rest of the word is the value, or the next word.
                    let rest = &letters[at + letter.len_utf8()..];
                    let value = || match rest {
                        "" => words.next().map(String::as_str),
                        rest => Some(rest),
                    };
                    options.valued(name, &shown, value)?;
                    break;
                }
            } else {
                options.urls.push(word.clone());
            }
        }
        if options.urls.is_empty() {
            return Err("no URL specified!".to_owned());
        }
        Ok(options)
    }

    fn switch(&mut self, name: &str) -> bool {
        match name {
            "silent" => self.silent = true,
            "show-error" => self.show_error = true,
            "fail" => self.fail = true,
            "include" => self.include = true,
            "head" => self.head = true,
            "remote-name" => self.remote_name = true,
            "ipv4" => self.family = Some(4),
            "ipv6" => self.family = Some(6),
            // Nothing is buffered, and no progress is shown.
            "no-buffer" | "no-progress-meter" => {}
            _ => return false,
        }
        true
    }

    fn valued<'a>(
        &mut self,
        name: &str,
        shown: &str,
        value: impl FnOnce() -> Option<&'a str>,
    ) -> Result<(), String> {
        const VALUED: [&str; 10] = [
            "output",
            "request",
            "header",
            "data",
            "max-time",
            "connect-timeout",
            "write-out",
            "user-agent",
            "data-raw",
            "retry",
        ];
        if !VALUED.contains(&name) {
            return Err(format!("option {shown}: is unknown"));
        }
        let value = value().ok_or_else(|| format!("option {shown}: requires parameter"))?;
        let seconds = || {
            let seconds: Option<f64> = value.parse().ok();
            let time = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
            let text = || format!("option {shown}: expected a proper numerical parameter");
            time.map(|time| (!time.is_zero()).then_some(time))
                .ok_or_else(text)
        };
        match name {
            "output" => self.output = Some(value.to_owned()),
            "request" => self.method = Some(value.to_owned()),
            "header" => self.fields.push(value.to_owned()),
            "user-agent" => self.fields.push(format!("User-Agent: {value}")),
            "data" | "data-raw" => {
                let before = self.data.take().map(|data| data + "&").unwrap_or_default();
                self.data = Some(before + value);
            }
            "max-time" => self.whole_time = seconds()?,
            "connect-timeout" => self.connect_time = seconds()?,
            "write-out" => self.write_out = Some(value.to_owned()),
            _ => return Err(format!("option {shown}: is not supported here")),
        }
        Ok(())
    }

    fn ask(&self, url: Url) -> Ask {
        let usual = match (&self.data, self.head) {
            (Some(_), _) => "POST",
            (None, true) => "HEAD",
            (None, false) => "GET",
        };
        Ask {
            method: self.method.clone().unwrap_or_else(|| usual.to_owned()),
            fields: self.fields.clone(),
            body: self.data.clone().unwrap_or_default().into_bytes(),
            connect_time: self.connect_time,
            whole_time: self.whole_time,
            ..Ask::get(url)
        }
    }
}

/// Fetches one URL.
fn one(cx: &mut Context<'_>, options: &Options, text: &str) -> Result<(), Told> {
    let url = Url::parse(text).map_err(|bad| match bad {
        BadUrl::Scheme(scheme) => {
            let text = format!("Protocol \"{scheme}\" not supported or disabled in libcurl");
            (1, text)
        }
        BadUrl::Name(name) => (6, format!("Could not resolve host: {name}")),
        BadUrl::Malformed => (3, "URL using bad/illegal format or missing URL".to_owned()),
    })?;
    if options
        .family
        .is_some_and(|f| (f == 4) != url.address.is_ipv4())
    {
        let host = url.address;
        return Err((6, format!("Could not resolve host: {host}")));
    }
    let began = cx.world.now().unwrap_or(Time(0));
    let (address, port) = (url.address, url.port);
    let name = url.path.rsplit('/').next().unwrap_or_default().to_owned();
    let ask = options.ask(url);
    let fetched = fetch(cx, &ask);
    let took = cx.world.now().unwrap_or(began).since(began);
    let answer = fetched.map_err(|failed| told(failed, options, (address, port), took))?;
    if options.fail && answer.code >= 400 {
        write_out(cx, options, answer.code, 0, took);
        let code = answer.code;
        return Err((22, format!("The requested URL returned error: {code}")));
    }
    print(cx, options, &answer, &name)?;
    write_out(cx, options, answer.code, answer.body.len(), took);
    Ok(())
}

fn print(cx: &mut Context<'_>, options: &Options, answer: &Answer, name: &str) -> Result<(), Told> {
    let mut bytes = Vec::new();
    if options.include || options.head {
        bytes.extend_from_slice(&answer.head);
    }
    bytes.extend_from_slice(&answer.body);
    let file = match &options.output {
        Some(file) if file == "-" => None,
        Some(file) => Some(file.as_str()),
        None if options.remote_name => Some(name),
        None => None,
    };
    match file {
        Some("") => Err((23, "Remote file name has no length!".to_owned())),
        Some(file) => fs::write(file, bytes)
            .map_err(|_| (23, "Failure writing output to destination".to_owned())),
        None => cx
            .out
            .write_all(&bytes)
            .map_err(|_| (23, "Failure writing output to destination".to_owned())),
    }
}

/// `-w FORMAT`: what is between `%{` and `}` is a variable.
fn write_out(cx: &mut Context<'_>, options: &Options, code: u16, len: usize, took: Duration) {
    let Some(format) = &options.write_out else {
        return;
    };
    let format = format.replace("\\n", "\n").replace("\\t", "\t");
    let mut rest = format.as_str();
    let mut text = String::new();
    while let Some((before, after)) = rest.split_once("%{") {
        text.push_str(before);
        let (variable, behind) = after.split_once('}').unwrap_or((after, ""));
        match variable {
            "http_code" | "response_code" => text.push_str(&format!("{code:03}")),
            "size_download" => text.push_str(&len.to_string()),
            "time_total" => text.push_str(&format!("{:.6}", took.as_secs_f64())),
            _ => {}
        }
        rest = behind;
    }
    text.push_str(rest);
    let _ = cx.out.write_all(text.as_bytes());
}

/// What curl says of a failure.
fn told(
    failed: Failed,
    options: &Options,
    (address, port): (std::net::IpAddr, u16),
    took: Duration,
) -> Told {
    let ms = took.as_millis();
    match failed {
        Failed::Connect(Errno::TIMEDOUT) => {
            let why = if options.connect_time.or(options.whole_time).is_some() {
                "Timeout was reached"
            } else {
                "Couldn't connect to server"
            };
            let text = format!("Failed to connect to {address} port {port} after {ms} ms: {why}");
            (28, text)
        }
        Failed::Connect(_) => {
            let why = "Couldn't connect to server";
            let text = format!("Failed to connect to {address} port {port} after {ms} ms: {why}");
            (7, text)
        }
        Failed::TimedOut(bytes) => {
            let text =
                format!("Operation timed out after {ms} milliseconds with {bytes} bytes received");
            (28, text)
        }
        Failed::Broken(Errno::CONNRESET) => (56, "Recv failure: Connection reset by peer".into()),
        Failed::Broken(errno) => (56, format!("Recv failure: {errno}")),
        Failed::Empty => (52, "Empty reply from server".to_owned()),
        Failed::Short(_) => (
            18,
            "transfer closed with outstanding read data remaining".into(),
        ),
        Failed::Garbage => (1, "Received HTTP/0.9 when not allowed".to_owned()),
    }
}
