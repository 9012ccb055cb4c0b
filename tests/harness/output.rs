//! What a process writes, read as it comes so that the process never blocks.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use crate::pace::{deadline, until};

#[derive(Clone)]
pub struct Output {
    shared: Arc<(Mutex<Written>, Condvar)>,
}

#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    /// The line of the sandbox, which differs from kernel to kernel.
    sandbox: String,
    ended: bool,
}

impl Output {
    pub fn drain(mut from: impl Read + Send + 'static) -> Output {
        let output = Output { shared: Arc::default() };
        let shared = Arc::clone(&output.shared);
        thread::spawn(move || {
            let mut piece = [0; 4096];
            loop {
                let count = from.read(&mut piece).unwrap_or(0);
                let mut written = shared.0.lock().expect("no holder panics");
                written.bytes.extend_from_slice(&piece[..count]);
                written.set_sandbox_apart();
                written.ended = count == 0;
                shared.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        output
    }

    /// Asks `probe` at every change: it is given all bytes and whether they are all.
    pub fn wait_for<T>(&self, what: &str, mut probe: impl FnMut(&[u8], bool) -> Option<T>) -> T {
        let end = Instant::now() + deadline();
        let mut written = self.shared.0.lock().expect("no holder panics");
        loop {
            if let Some(found) = probe(&written.bytes, written.ended) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            if written.ended || left.is_zero() {
                let text = String::from_utf8_lossy(&written.bytes).into_owned();
                drop(written);
                panic!("waited in vain for {what}; written so far: {text:?}");
            }
            written = self.shared.1.wait_timeout(written, left).expect("no holder panics").0;
        }
    }

    /// Waits for `count` whole lines and gives all that are there.
    pub fn lines(&self, count: usize) -> Vec<String> {
        self.wait_for(&format!("{count} lines"), |bytes, _| {
            let whole = bytes.iter().filter(|byte| **byte == b'\n').count();
            (whole >= count).then(|| text(bytes).lines().map(str::to_owned).collect())
        })
    }

    /// Everything, once the last process that could write has gone.
    pub fn to_end(&self) -> String {
        self.wait_for("the end of the output", |bytes, ended| ended.then(|| text(bytes)))
    }

    /// The line that says what the server has given up.
    pub fn sandbox(&self) -> String {
        until("the line of the sandbox", || {
            let line = self.shared.0.lock().expect("no holder panics").sandbox.clone();
            (!line.is_empty()).then_some(line)
        })
    }

    pub fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.shared.0.lock().expect("no holder panics").bytes).into_owned()
    }
}

impl Written {
    fn set_sandbox_apart(&mut self) {
        const BEGIN: &[u8] = b"svcd: sandbox: ";
        let Some(start) = self.bytes.windows(BEGIN.len()).position(|window| window == BEGIN) else { return };
        if let Some(len) = self.bytes[start..].iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(start..=start + len).collect();
            self.sandbox = text(&line[BEGIN.len()..len]);
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program writes ASCII only")
}
