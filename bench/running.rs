//! A started server, ended when dropped.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{Backlog, listen};
use nix::unistd::Pid;

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

    /// Processor time of it and of all that it has started.
    pub fn seconds(&self) -> Option<f64> {
        self.account.as_ref()?.seconds()
    }

    /// The part of that which was spent in the programs themselves, not in the kernel.
    pub fn user_seconds(&self) -> Option<f64> {
        self.account.as_ref()?.user_seconds()
    }

    /// It and all that it has started, as far as they have not ended.
    pub fn processes(&self) -> Option<Vec<u32>> {
        self.account.as_ref()?.processes()
    }

    fn listens(&mut self) -> bool {
        self.within(Duration::from_secs(10), |running| TcpStream::connect(running.address).is_ok())
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

impl Drop for Running {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        self.within(Duration::from_secs(5), |_| false);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
