//! The command lines on the site, run as a reader would run them.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use svcd_tests::{Connection, skip};

/// Where the site says that its server is.
const HOST_PORT: &str = "127.0.0.1:8080";
const TO_NC: &str = " | nc 127.0.0.1 8080";

/// Runs `line` against the server at `address`; Err if the answer does not
/// begin with `status`.
pub fn run(line: &str, status: u64, address: SocketAddr) -> Result<(), String> {
    let answer = match line.strip_suffix(TO_NC) {
        Some(bytes) => {
            // What nc does, without asking for one of the several nc.
            let mut connection = Connection::open(address);
            connection.send(&shell(bytes));
            connection.read_to_end()?
        }
        None if !line.contains(HOST_PORT) => return Err(format!("{line}: it asks another server")),
        None if !has_curl() => {
            skip(line, "no curl in PATH");
            return Ok(());
        }
        None => {
            let line = line.replace(HOST_PORT, &address.to_string());
            shell(&line.replacen("curl ", "curl -s --max-time 20 --noproxy '*' ", 1))
        }
    };
    let expected = format!("HTTP/1.1 {status} ");
    match answer.starts_with(expected.as_bytes()) {
        true => Ok(()),
        false => Err(format!("{line}: expected {expected}but got {:?}", String::from_utf8_lossy(&answer))),
    }
}

/// What a command writes. Each ends by itself: printf, or curl with a limit.
fn shell(line: &str) -> Vec<u8> {
    Command::new("sh").args(["-c", line]).stdin(Stdio::null()).output().expect("a shell").stdout
}

fn has_curl() -> bool {
    let curl = Command::new("curl").arg("--version").stdout(Stdio::null()).status();
    !matches!(curl, Err(error) if error.kind() == ErrorKind::NotFound)
}
