//! Requests and answers of HTTP/1.1 as bytes (RFC 9112).

use std::net::IpAddr;

/// The longest head of a message that is read.
pub(super) const HEAD: usize = 32 << 10;

/// Header fields of a message that are looked at.
const FIELDS: usize = 64;

/// `http://ADDRESS[:PORT][/PATH]` (RFC 3986). Names of hosts are not looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    /// The host as it was written: what goes into the field `Host`.
    pub(super) host: String,
    pub(super) address: IpAddr,
    pub(super) port: u16,
    /// Path and query.
    pub(super) path: String,
}

/// Why a URL is none for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BadUrl {
    /// Another protocol than http.
    Scheme(String),
    /// The host is a name.
    Name(String),
    /// Not formed as a URL is.
    Malformed,
}

impl Url {
    /// Reads a URL; the scheme may be left out.
    pub(super) fn parse(text: &str) -> Result<Url, BadUrl> {
        let rest = match text.split_once("://") {
            Some(("http", rest)) => rest,
            Some((scheme, _)) => return Err(BadUrl::Scheme(scheme.to_owned())),
            None => text,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let path = path.split('#').next().unwrap_or_default();
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        };
        let (name, port) = match host.strip_prefix('[') {
            Some(v6) => {
                let (name, port) = v6.split_once(']').ok_or(BadUrl::Malformed)?;
                (name, port.strip_prefix(':'))
            }
            None => match host.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (host, None),
            },
        };
        let port = port.map_or(Ok(80), str::parse).ok();
        let port = port.ok_or(BadUrl::Malformed)?;
        if name.is_empty() {
            return Err(BadUrl::Malformed);
        }
        let local = if name == "localhost" {
            "127.0.0.1"
        } else {
            name
        };
        let address = local.parse().map_err(|_| BadUrl::Name(name.to_owned()))?;
        Ok(Url {
            host: host.to_owned(),
            address,
            port,
            path,
        })
    }
}

/// A request as far as a server of files needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// As it was written: `GET / HTTP/1.1`.
    pub(super) line: String,
}

/// What the bytes that came so far are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Read<T> {
    Whole(T),
    /// More must come.
    Partial,
    /// No HTTP, or too long.
    Bad,
}

/// Reads the head of a request.
pub(super) fn request(bytes: &[u8]) -> Read<Request> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut parsed = httparse::Request::new(&mut fields);
    match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {
            let (method, path) = (parsed.method.unwrap_or(""), parsed.path.unwrap_or(""));
            let version = parsed.version.unwrap_or(1);
            Read::Whole(Request {
                method: method.to_owned(),
                path: path.to_owned(),
                line: format!("{method} {path} HTTP/1.{version}"),
            })
        }
        Ok(httparse::Status::Partial) if bytes.len() < HEAD => Read::Partial,
        _ => Read::Bad,
    }
}

/// The head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) code: u16,
    /// How many bytes the head has.
    pub(super) len: usize,
    pub(super) body: Body,
}

/// How the end of a body is found (RFC 9112 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Length(u64),
    Chunked,
    /// Where the connection ends.
    UntilClose,
}

/// Reads the head of an answer.
pub(super) fn head(bytes: &[u8]) -> Read<Head> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut parsed = httparse::Response::new(&mut fields);
    let len = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD => return Read::Partial,
        _ => return Read::Bad,
    };
    let code = parsed.code.unwrap_or(0);
    let field = |name: &str| {
        let found = parsed
            .headers
            .iter()
            .find(|f| f.name.eq_ignore_ascii_case(name));
        found.map(|f| String::from_utf8_lossy(f.value).into_owned())
    };
    let chunked = field("Transfer-Encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked"));
    let length = field("Content-Length").and_then(|v| v.trim().parse().ok());
    let body = match length {
        _ if matches!(code, 100..=199 | 204 | 304) => Body::Length(0),
        _ if chunked => Body::Chunked,
        Some(length) => Body::Length(length),
        None => Body::UntilClose,
    };
    Read::Whole(Head { code, len, body })
}

/// A chunked body as far as it came (RFC 9112 section 7.1); whole with its last chunk.
pub(super) fn chunks(mut bytes: &[u8]) -> Read<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let (start, size) = match httparse::parse_chunk_size(bytes) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Read::Partial,
            Err(_) => return Read::Bad,
        };
        if size == 0 {
            return Read::Whole(body);
        }
        let Ok(size) = usize::try_from(size) else {
            return Read::Bad;
        };
        let Some(chunk) = bytes.get(start..start.saturating_add(size)) else {
            return Read::Partial;
        };
        body.extend_from_slice(chunk);
        // The chunk's own end of line.
        let Some(rest) = bytes.get(start + size + 2..) else {
            return Read::Partial;
        };
        bytes = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_an_address_a_port_and_a_path() {
        let url = |text: &str| {
            let url = Url::parse(text).unwrap();
            (url.address.to_string(), url.port, url.path)
        };
        let of = |a: &str, port, path: &str| (a.to_owned(), port, path.to_owned());
        assert_eq!(url("http://10.0.0.1"), of("10.0.0.1", 80, "/"));
        assert_eq!(url("10.0.0.1:8080/a?b#c"), of("10.0.0.1", 8080, "/a?b"));
        assert_eq!(url("http://[fd00::1]:81/x"), of("fd00::1", 81, "/x"));
        assert_eq!(url("http://[fd00::1]?q"), of("fd00::1", 80, "/?q"));
        assert_eq!(url("localhost"), of("127.0.0.1", 80, "/"));
    }

    #[test]
    fn what_is_no_url_says_why() {
        let bad = |text: &str| Url::parse(text).unwrap_err();
        assert_eq!(bad("https://10.0.0.1"), BadUrl::Scheme("https".to_owned()));
        assert_eq!(bad("http://web/"), BadUrl::Name("web".to_owned()));
        for text in ["http://", "http://10.0.0.1:x", "http://[::1", ":80"] {
            assert_eq!(bad(text), BadUrl::Malformed, "{text}");
        }
    }

    #[test]
    fn a_request_is_read_once_its_head_is_whole() {
        assert_eq!(request(b"GET /a HTTP/1.1\r\nHost: x\r\n"), Read::Partial);
        let Read::Whole(whole) = request(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n") else {
            panic!("it is whole")
        };
        assert_eq!((whole.method.as_str(), whole.path.as_str()), ("GET", "/a"));
        assert_eq!(request(b"\x16\x03\x01\x02"), Read::Bad);
        assert_eq!(request(&[b'A'; HEAD]), Read::Bad);
    }

    #[test]
    fn the_end_of_a_body_is_found_as_the_head_says() {
        let body = |text: &str| match head(text.as_bytes()) {
            Read::Whole(head) => head.body,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            body("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"),
            Body::Length(5)
        );
        assert_eq!(body("HTTP/1.1 204 No Content\r\n\r\n"), Body::Length(0));
        assert_eq!(body("HTTP/1.0 200 OK\r\n\r\n"), Body::UntilClose);
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(body(chunked), Body::Chunked);
    }

    #[test]
    fn chunks_are_joined() {
        assert_eq!(
            chunks(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
            Read::Whole(b"abcde".to_vec())
        );
        assert_eq!(chunks(b"3\r\nab"), Read::Partial);
        assert_eq!(chunks(b"3\r\nabc"), Read::Partial);
        assert_eq!(chunks(b"ffffffffffffffff\r\n"), Read::Partial);
        assert_eq!(chunks(b"x\r\n"), Read::Bad);
    }
}
