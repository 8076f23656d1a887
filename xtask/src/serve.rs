//! Serves the built site on this machine, as a plain static host would.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    command::{Failure, Outcome, Took, note, on_path},
    site, tool,
};

const FIRST_PORT: u16 = 8080;
/// How many ports after the first are tried before any free one is taken.
const PORTS: u16 = 20;
const READ_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_HEAD_BYTES: u64 = 16 * 1024;

/// `cargo xtask serve`.
pub fn run(arguments: &[String]) -> Outcome {
    let options = Options::read(arguments)?;
    let start = Instant::now();
    let tools = tool::ready()?;
    let total = site::build(&tools)?;
    if let Err(failure) = site::check_weight(total) {
        note(format_args!("warning: {}", failure.what));
    }
    let listener = listen(options.port)?;
    let port = listener
        .local_addr()
        .map_err(|error| Failure::new(format!("no address: {error}"), "Run the command again."))?
        .port();
    let address = format!("http://127.0.0.1:{port}/");
    println!(
        "\nReady after {}. Kubecast is at {address} (Ctrl-C ends it)",
        Took(start.elapsed())
    );
    if options.open {
        open_browser(&address);
    }
    serve(&listener, &site::folder());
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Options {
    port: Option<u16>,
    open: bool,
}

impl Options {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let mut options = Self {
            port: None,
            open: true,
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--no-open" => options.open = false,
                "--port" => {
                    let port = arguments.next().and_then(|port| port.parse().ok());
                    options.port = Some(port.ok_or_else(|| {
                        Failure::new(
                            "--port needs a number from 1 to 65535",
                            "For example --port 9000.",
                        )
                    })?);
                }
                other => {
                    return Err(Failure::new(
                        format!("`serve` knows no `{other}`"),
                        "It takes --port N and --no-open.",
                    ));
                }
            }
        }
        Ok(options)
    }
}

/// The port that was asked for; else the first free one from 8080; else any.
fn listen(port: Option<u16>) -> Outcome<TcpListener> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        return bind(port).map_err(|error| {
            Failure::new(
                format!("port {port} cannot be used: {error}"),
                "Choose another with --port, or none to take the first free one.",
            )
        });
    }
    (FIRST_PORT..FIRST_PORT + PORTS)
        .chain([0])
        .find_map(|port| bind(port).ok())
        .ok_or_else(|| Failure::new("no port is free on 127.0.0.1", "Choose one with --port."))
}

fn open_browser(address: &str) {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        let screen = ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
        if !screen || on_path(&["xdg-open"]).is_none() {
            return;
        }
        Command::new("xdg-open")
    };
    command
        .arg(address)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Nothing is lost where no browser opens: the address is printed.
    command.spawn().ok();
}

fn serve(listener: &TcpListener, site: &Path) {
    for stream in listener.incoming().flatten() {
        let site = site.to_path_buf();
        // A browser that breaks a connection off is no concern of the next one.
        thread::spawn(move || answer(stream, &site).ok());
    }
}

fn answer(mut stream: TcpStream, site: &Path) -> std::io::Result<()> {
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    let mut reader = BufReader::new((&stream).take(MAX_HEAD_BYTES));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let mut words = request.split_whitespace();
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    if !matches!(method, "GET" | "HEAD") {
        return reply(
            &mut stream,
            "405 Method Not Allowed",
            "text/plain",
            b"",
            true,
        );
    }
    let found = file_for(site, target).and_then(|path| Some((fs::read(&path).ok()?, path)));
    match found {
        Some((bytes, path)) => reply(
            &mut stream,
            "200 OK",
            media_type(&path),
            &bytes,
            method == "GET",
        ),
        None => reply(
            &mut stream,
            "404 Not Found",
            "text/plain; charset=utf-8",
            b"There is no such file.\n",
            method == "GET",
        ),
    }
}

fn reply(
    stream: &mut TcpStream,
    status: &str,
    media_type: &str,
    body: &[u8],
    with_body: bool,
) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if with_body {
        stream.write_all(body)?;
    }
    stream.flush()
}

/// The file that a request's target names, never one outside the site.
fn file_for(site: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let path = decode_percent(path.strip_prefix('/')?)?;
    let mut file = site.to_path_buf();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if part == "." || part == ".." || part.contains(['\\', ':', '\0']) {
            return None;
        }
        file.push(part);
    }
    if file.is_dir() {
        file.push("index.html");
    }
    file.is_file().then_some(file)
}

fn decode_percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let high = (rest.next()? as char).to_digit(16)?;
            let low = (rest.next()? as char).to_digit(16)?;
            (high * 16 + low) as u8
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("csv") => "text/csv; charset=utf-8",
        Some("ts") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let read = |words: &[&str]| {
            Options::read(
                &words
                    .iter()
                    .map(|word| (*word).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            read(&["--port", "9000", "--no-open"]).unwrap(),
            Options {
                port: Some(9000),
                open: false
            }
        );
        assert!(read(&["--port", "x"]).is_err());
        assert!(read(&["--fast"]).is_err());
    }

    #[test]
    fn a_request_never_leaves_the_site() {
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert_eq!(file_for(&site, "/main.rs?x=1"), Some(site.join("main.rs")));
        assert_eq!(file_for(&site, "/m%61in.rs"), Some(site.join("main.rs")));
        for outside in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/..%2fCargo.toml",
            "/none.rs",
            "main.rs",
            "/%zz",
            "/",
        ] {
            assert_eq!(file_for(&site, outside), None, "{outside}");
        }
    }

    #[test]
    fn a_browser_compiles_while_streaming_only_this_type() {
        assert_eq!(media_type(Path::new("a_bg.wasm")), "application/wasm");
        assert_eq!(media_type(Path::new("unknown")), "application/octet-stream");
    }

    #[test]
    fn a_file_is_answered_over_the_wire() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        thread::spawn(move || serve(&listener, &site));
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text
        };
        assert!(ask("GET /main.rs HTTP/1.1\r\nHost: a\r\n\r\n").contains("mod serve;"));
        assert!(ask("GET /nothing HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
        assert!(ask("POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    }
}
