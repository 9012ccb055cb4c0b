//! A started server, ended when dropped.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{Backlog, listen};
use nix::unistd::Pid;
use svcd_tests::process::children;

use crate::account::Account;
use crate::place::{Found, Place};
use crate::servers::Server;

pub struct Running {
    pub address: SocketAddr,
    child: Child,
    /// None where processor time cannot be counted.
    account: Option<Account>,
}

impl Running {
    /// Err with what it said, if it does not listen soon.
    pub fn start(server: &Server, found: &Found, place: &Place) -> Result<Running, String> {
        // Most cannot tell which port the kernel gave them, so the kernel is asked
        // beforehand; a port just freed is not given to the next who asks.
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let configuration = place.folder().join(format!("{}.conf", server.program));
        let meanings = [
            ("{port}", address.port().to_string()),
            ("{site}", place.site.root().display().to_string()),
            ("{folder}", place.folder().display().to_string()),
            ("{configuration}", configuration.display().to_string()),
            ("{prefix}", found.prefix.display().to_string()),
            ("{processors}", processors.to_string()),
            ("{workers}", if processors > 1 { processors } else { 0 }.to_string()),
        ];
        let filled = |text: &str| {
            meanings.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
        };
        fs::write(&configuration, filled(server.configuration)).map_err(|error| error.to_string())?;

        let said = place.folder().join(format!("{}.out", server.program));
        let output = fs::File::create(&said).map_err(|error| error.to_string())?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        let mut command = found.server();
        command.args(server.arguments.iter().map(|word| filled(word))).current_dir(place.folder());
        command.stdout(output).stderr(errors);
        if server.inherits {
            // As many as other servers let wait.
            Backlog::new(4096)
                .and_then(|backlog| listen(&listener, backlog))
                .map_err(|error| error.to_string())?;
            command.stdin(OwnedFd::from(listener));
        } else {
            drop(listener);
        }
        let account = Account::open(server.program);
        let child = match &account {
            Some(account) => account.within(|| command.spawn()).and_then(|spawned| spawned),
            None => command.spawn(),
        };
        let child = child.map_err(|error| format!("{command:?}: {error}"))?;
        let mut running = Running { address, child, account };
        if running.listens() {
            return Ok(running);
        }
        Err(format!(
            "{command:?} does not listen; it said {:?}",
            fs::read_to_string(said).unwrap_or_default()
        ))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Processor time of it and of all that it has started.
    pub fn seconds(&self) -> Option<f64> {
        self.account.as_ref()?.seconds()
    }

    /// The part of that which was spent in the programs themselves, not in the kernel.
    pub fn user_seconds(&self) -> Option<f64> {
        self.account.as_ref()?.user_seconds()
    }

    /// It and all that it has started, as far as they have not ended. None where nobody
    /// knows.
    pub fn processes(&self) -> Option<Vec<u32>> {
        match &self.account {
            Some(account) => account.processes(),
            None => Path::new("/proc/self/stat").exists().then(|| descendants(self.id())),
        }
    }

    /// Without a connection where that is possible: it would be one more than are counted.
    fn listens(&mut self) -> bool {
        self.within(Duration::from_secs(60), |running| match fs::read_to_string("/proc/net/tcp") {
            Ok(table) => is_listening(&table, running.address.port()),
            Err(_) => TcpStream::connect(running.address).is_ok(),
        })
    }

    /// Whether this happens before the server ends or the time is over.
    fn within(&mut self, time: Duration, probe: impl Fn(&Running) -> bool) -> bool {
        let end = Instant::now() + time;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < end {
            if probe(self) {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

/// A process, and all that it or one of them has made.
fn descendants(id: u32) -> Vec<u32> {
    let below = children(id).into_iter().flat_map(|child| descendants(child.id));
    [id].into_iter().chain(below).collect()
}

/// Whether somebody listens at a port of any address, as in proc_pid_net(5).
fn is_listening(table: &str, port: u16) -> bool {
    let (port, listening) = (format!(":{port:04X}"), "0A");
    table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).any(|words| {
        words.get(1).is_some_and(|local| local.ends_with(&port)) && words.get(3) == Some(&listening)
    })
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        self.within(Duration::from_secs(5), |_| false);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::is_listening;

    #[test]
    fn who_listens_is_in_the_table_of_the_kernel() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr\n\
            \x20  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00\n\
            \x20  1: 0100007F:0050 0100007F:1F91 01 00000000:00000000 00\n";
        let found = [8080, 80, 8081].map(|port| is_listening(table, port));
        assert_eq!(found, [true, false, false], "only who listens, not who is connected");
    }
}
