//! svcd behind other servers, with the very files of deploy/: only ports, paths and
//! users in them are other ones. See docs/scale.md.

mod caddy;
mod front;
mod haproxy;
mod load;
mod nginx;
mod reuse;
mod rolling;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use svcd_tests::log_line::LogLine;
use svcd_tests::{Program, Server, Tree, scripts, skip, until};

use front::Front;

/// The name that the certificate is for.
const NAME: &str = "www.example.org";

/// Not that of the proxy: a loopback has more addresses than one, on Linux.
const CLIENT: &str = "127.0.0.5";

/// What nobody is, here.
const FORGED: &str = "203.0.113.9";

/// Files that can be told apart, a long text, and a program that shows its variables.
fn tree() -> Tree {
    let tree = scripts::tree(&[("env", scripts::ENV), ("sleep", "sleep 4\n")]);
    tree.file("long.txt", "a line that is there again and again\n".repeat(500).as_bytes());
    tree
}

/// Three servers, with these options, that believe the proxy in one way.
fn three(how: &str, more: &[&str]) -> [Server; 3] {
    let trusted = format!("127.0.0.1={how}");
    let options = [&["--trusted", &trusted, "--health", "/healthz", "--cgi-env", "PATH"], more].concat();
    [(); 3].map(|()| Server::with(tree()).arguments(&options).start())
}

/// What the files of deploy/ call them, and where they are.
fn addresses(servers: &[Server; 3]) -> Vec<(String, String)> {
    let places = ["10.0.0.11:8080", "10.0.0.12:8080", "10.0.0.13:8080"];
    let pairs = places.iter().zip(servers);
    pairs.map(|(place, server)| ((*place).to_owned(), server.address.to_string())).collect()
}

/// curl, with what it takes to find the site by its name.
struct Curl {
    always: Vec<String>,
}

impl Curl {
    /// None, with a note, if there is none that knows HTTP/2.
    fn find(folder: &Path, https: u16) -> Option<Curl> {
        let said = Command::new("curl").args(["-q", "--version"]).stdin(Stdio::null()).output();
        let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        if !said.unwrap_or_default().contains("HTTP2") {
            skip("HTTP/2 over TLS", "no curl that knows it");
            return None;
        }
        let resolve = format!("{NAME}:{https}:127.0.0.1");
        let authority = folder.join("site.crt").display().to_string();
        let always = ["-q", "-sS", "--noproxy", "*", "--max-time", "25", "--resolve", &resolve, "--cacert"];
        let always = always.iter().map(|word| (*word).to_owned()).chain([authority]).collect();
        Some(Curl { always })
    }

    /// What it prints; it must have got an answer, of whatever status.
    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("curl");
        command.args(&self.always).args(arguments).stdin(Stdio::null());
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?} said: {said}{errors}");
        said
    }
}

/// What whoever is in front has to do.
fn as_each_in_front(front: &Front, curl: &Curl, servers: &[Server; 3]) {
    tls_and_http_2(front, curl);
    compression(front, curl, servers);
    the_client_is_known(front, curl, servers);
    nobody_else_is_believed(&servers[0]);
}

/// A page over TLS and HTTP/2, and a redirect for who comes without.
fn tls_and_http_2(front: &Front, curl: &Curl) {
    let https = format!("https://{NAME}:{}", front.ports.https);
    let form = ["-o", "/dev/null", "-w", "%{http_code} %{http_version}"];
    let said = curl.run(&[&form[..], &["--http2", &format!("{https}/hello.txt")]].concat());
    assert_eq!(said, "200 2");
    let plain = format!("{NAME}:{}", front.ports.http);
    let redirect = ["-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "--connect-to"];
    let there = format!("{plain}:127.0.0.1:{}", front.ports.http);
    let said = curl.run(&[&redirect[..], &[&there, &format!("http://{plain}/hello.txt?x")]].concat());
    let (code, url) = said.split_once(' ').expect("two words");
    assert!(["301", "308"].contains(&code), "{said}");
    assert!(url.starts_with(&format!("https://{NAME}")) && url.ends_with("/hello.txt?x"), "{said}");
}

/// A text without a compressed sibling is compressed on its way, one with it is not
/// compressed again, and who does not ask for it gets the bytes.
fn compression(front: &Front, curl: &Curl, servers: &[Server; 3]) {
    let https = format!("https://{NAME}:{}", front.ports.https);
    for server in servers {
        server.tree.file("page.html", "<p>the page\n".repeat(400).as_bytes());
        server.tree.file("page.html.gz", b"not really compressed");
    }
    let gzip = ["-o", "/dev/null", "-H", "Accept-Encoding: gzip", "-w", "%{size_download}"];
    let size = |target: &str| -> usize {
        let said = curl.run(&[&gzip[..], &[&format!("{https}{target}")]].concat());
        said.parse().expect("a number")
    };
    let whole = servers[0].tree.path("long.txt").metadata().expect("it").len() as usize;
    let sent = size("/long.txt");
    assert!(sent < whole / 4, "{sent} of {whole} bytes");
    assert_eq!(size("/page.html"), "not really compressed".len(), "the sibling as it is");
    assert_eq!(curl.run(&[&format!("{https}/long.txt")]).len(), whole);
}

/// The log and the programs of svcd see who asks: not the proxy, and not whom the
/// client names.
fn the_client_is_known(front: &Front, curl: &Curl, servers: &[Server; 3]) {
    if !cfg!(target_os = "linux") {
        return skip("the address of the client", "this system's loopback has one address only");
    }
    let url = format!("https://{NAME}:{}/cgi-bin/env?the-client-is-known", front.ports.https);
    let forged = [format!("X-Forwarded-For: {FORGED}"), format!("Forwarded: for={FORGED}")];
    for version in ["--http1.1", "--http2"] {
        let page = curl.run(&[version, "--interface", CLIENT, "-H", &forged[0], "-H", &forged[1], &url]);
        for variable in [&format!("REMOTE_ADDR={CLIENT}"), "HTTPS=on"] {
            assert!(page.lines().any(|line| line == variable), "{variable} by {version}: {page}");
        }
        assert!(!page.contains(FORGED), "{version}: {page}");
    }
    let lines: Vec<LogLine> = logged(servers, "the-client-is-known", 2)
        .iter()
        .map(|line| LogLine::parse(line).expect("a line of the log"))
        .collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().all(|line| line.client == CLIENT), "{lines:?}");
}

/// Who is not the proxy and says the same to svcd itself is not believed.
fn nobody_else_is_believed(server: &Server) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let mut command = Command::new("curl");
    let url = format!("http://{}/cgi-bin/env", server.address);
    let named = format!("X-Forwarded-For: {FORGED}");
    command.args(["-q", "-sS", "--noproxy", "*", "--max-time", "25", "--interface", "127.0.0.6"]);
    let page = command.args(["-H", &named, &url]).stdin(Stdio::null()).output().expect("curl");
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.lines().any(|line| line == "REMOTE_ADDR=127.0.0.6"), "{page}");
}

/// The lines of their logs that have this in them: so many at least, for which it waits.
fn logged(servers: &[Server; 3], part: &str, count: usize) -> Vec<String> {
    until("the lines of the log", || {
        let lines = servers.iter().map(|server| server.log().so_far()).collect::<String>();
        let lines: Vec<String> =
            lines.lines().filter(|line| line.contains(part)).map(str::to_owned).collect();
        (lines.len() >= count).then_some(lines)
    })
}

/// The command line in the comment at the top of each file is one that svcd takes.
#[test]
fn the_command_line_in_each_file_starts_a_server() {
    for file in ["haproxy/haproxy.cfg", "nginx/svcd.conf", "caddy/Caddyfile"] {
        let text = fs::read_to_string(front::deploy(file)).expect("a file of deploy/");
        let line = text.lines().find_map(|line| line.strip_prefix("#   svcd ")).expect("a command line");
        let words: Vec<&str> = line.split(' ').filter(|word| *word != "/srv/www").collect();
        let words: Vec<&str> =
            words.iter().map(|word| if *word == "0.0.0.0:8080" { "127.0.0.1:0" } else { word }).collect();
        let server = Server::with(Tree::small()).arguments(&words).start();
        server.assert_serving();
        if words.contains(&"--health") {
            assert_eq!(server.get("/healthz").expect("an answer").status, 200, "{file}");
        }
    }
}

/// Whoever reuses a connection must give it up before svcd does.
#[test]
fn proxies_end_connections_before_svcd_does() {
    let help = Program::chosen().run(&["--help"]).stdout;
    let idle = help.lines().find(|line| line.contains("--idle-timeout")).expect("the option");
    let idle: u32 = idle.rsplit(' ').next().and_then(|word| word.parse().ok()).expect("its default");
    for (file, name) in [
        ("haproxy/haproxy.cfg", "timeout http-keep-alive "),
        ("nginx/svcd.conf", "keepalive_timeout "),
        ("caddy/Caddyfile", "keepalive "),
    ] {
        let text = fs::read_to_string(front::deploy(file)).expect("a file of deploy/");
        let value = text.lines().find_map(|line| line.trim().strip_prefix(name)).expect(name);
        let seconds: u32 = value.trim_end_matches(['s', ';']).parse().expect("seconds");
        assert!(seconds < idle, "{file}: {name}{seconds}s, and svcd waits for {idle} s");
    }
}
