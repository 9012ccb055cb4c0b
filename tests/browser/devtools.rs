//! A small client of the DevTools protocol, as the browser speaks it over two
//! pipes: JSON, each message ended by a NUL.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use svcd_tests::{deadline, until};

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const ON_MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
    // A name that somebody lets point to this machine.
    "--host-resolver-rules=MAP site.example 127.0.0.1",
];

/// The browser wants its pipes as descriptors 3 and 4.
const SHELL: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

/// How long the browser may take to close itself before it is killed.
const CLOSING: Duration = Duration::from_secs(5);

/// `$CHROMIUM`, or the first of the usual names that exists.
pub fn executable() -> Option<OsString> {
    if let Some(named) = env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
        return Some(named);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let in_path = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    in_path.chain([ON_MACOS.into()]).find(|file| file.is_file()).map(PathBuf::into_os_string)
}

/// A browser with one page; closed when dropped.
pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    last_id: u64,
    session: Option<String>,
    /// What has happened since the last `take_events`.
    events: Vec<Value>,
    profile: PathBuf,
}

impl Browser {
    pub fn start(executable: &OsString) -> Browser {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let profile = env::temp_dir().join(format!("svcd-browser-{}-{number}", std::process::id()));
        fs::create_dir(&profile).unwrap_or_else(|error| panic!("{}: {error}", profile.display()));
        let mut command = Command::new("sh");
        command.args(["-c", SHELL]).arg(executable).args(FLAGS);
        command.arg(format!("--user-data-dir={}", profile.display()));
        // Else it finds no file whose name is not ASCII, where nobody has said what names are.
        command.env("LC_ALL", "C.UTF-8");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a shell");
        let to = child.stdin.take().expect("stdin is piped");
        let messages = BufReader::new(child.stdout.take().expect("stdout is piped")).split(0);
        let (sender, from) = channel();
        thread::spawn(move || {
            for message in messages.map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("the browser writes JSON");
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut browser = Browser { child, to, from, last_id: 0, session: None, events: Vec::new(), profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let id = &target["targetId"];
        let attached = browser.call("Target.attachToTarget", json!({ "targetId": id, "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Network", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Sends a command and gives its result.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.try_call(method, &params).unwrap_or_else(|error| panic!("{method} {params}: {error}"))
    }

    fn try_call(&mut self, method: &str, params: &Value) -> Result<Value, Value> {
        self.send(method, params).expect("the browser reads");
        let end = Instant::now() + deadline();
        loop {
            let mut message = self.receive(end, method);
            if message["id"] == self.last_id {
                let error = message["error"].take();
                return if error.is_null() { Ok(message["result"].take()) } else { Err(error) };
            }
            self.events.push(message);
        }
    }

    /// The value of an expression in the page, or of what it promises.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        self.call("Runtime.evaluate", params)["result"]["value"].take()
    }

    /// Whether an expression is true in the page; it is not, while another page is on its
    /// way, and the browser says that the old one has gone.
    pub fn is_so(&mut self, expression: &str) -> bool {
        let params = json!({ "expression": expression, "returnByValue": true });
        self.try_call("Runtime.evaluate", &params).is_ok_and(|found| found["result"]["value"] == true)
    }

    /// Puts a file into an input of the page, as a person who chooses it.
    pub fn choose_file(&mut self, input: &str, file: &Path) {
        let params = json!({ "expression": format!("document.querySelector('{input}')") });
        let id = self.call("Runtime.evaluate", params)["result"]["objectId"].take();
        // The page is told of it behind this call. Its own listener is called first.
        self.evaluate(&format!(
            "window.chosen = false;
            document.querySelector('{input}').addEventListener('change', () => {{ chosen = true }}, {{ once: true }})"
        ));
        self.call("DOM.setFileInputFiles", json!({ "files": [file], "objectId": id }));
        until("the page to know of the file", || (self.evaluate("chosen") == true).then_some(()));
    }

    /// Waits until the events since the last `take_events` satisfy `enough`.
    pub fn wait_for(&mut self, what: &str, enough: impl Fn(&[Value]) -> bool) {
        let end = Instant::now() + deadline();
        while !enough(&self.events) {
            let event = self.receive(end, what);
            self.events.push(event);
        }
    }

    /// Everything that the page has caused so far.
    pub fn take_events(&mut self) -> Vec<Value> {
        // Its answer comes behind the events that are under way.
        self.evaluate("0");
        std::mem::take(&mut self.events)
    }

    fn send(&mut self, method: &str, params: &Value) -> std::io::Result<()> {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes())
    }

    fn receive(&self, end: Instant, what: &str) -> Value {
        match self.from.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("waited in vain for {what}; since: {:#?}", self.events),
            Err(RecvTimeoutError::Disconnected) => panic!("the browser ended during {what}"),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session = None;
        let _ = self.send("Browser.close", &json!({}));
        let end = Instant::now() + CLOSING;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < end {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        remove(&self.profile);
    }
}

/// Helpers of the browser may still write while they end.
fn remove(profile: &Path) {
    for _ in 0..50 {
        match fs::remove_dir_all(profile) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                thread::sleep(Duration::from_millis(20));
            }
            _ => return,
        }
    }
}
