//! An nginx with the same DOCROOT, to see that clients get the same from both.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use svcd_tests::{Tree, until};

use crate::tool::find;

pub struct Nginx {
    child: Child,
    pub address: SocketAddr,
    /// Its configuration and what it writes.
    _folder: Tree,
}

impl Nginx {
    /// None if there is none here, or if it was built without a module that these
    /// directives are of.
    pub fn start(root: &Path, directives: &str) -> Option<Nginx> {
        let program = find("nginx")?;
        // It cannot tell which port the kernel gave it, so the kernel is asked
        // beforehand; a port just freed is not given to the next who asks.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).ok()?.port();
        let folder = Tree::empty();
        let base = folder.root().display().to_string();
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary: String = kinds.map(|kind| format!("{kind}_temp_path {base}/{kind};")).concat();
        let configuration = format!(
            "daemon off; master_process off; pid {base}/pid; error_log {base}/error.log;
            events {{ }}
            http {{
                access_log off; {temporary}
                types {{ text/html html; text/plain txt; }}
                server {{ listen 127.0.0.1:{port}; root {}; autoindex on; gzip_static on; gzip_vary on;
                    {directives} }}
            }}",
            root.display()
        );
        fs::write(folder.path("nginx.conf"), configuration).expect("a new file");
        let mut command = Command::new(program);
        command.args(["-p", &base, "-e", &format!("{base}/error.log"), "-c", &format!("{base}/nginx.conf")]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let mut nginx = Nginx { child, address: ([127, 0, 0, 1], port).into(), _folder: folder };
        let ready = until("nginx to listen or to end", || {
            if TcpStream::connect(nginx.address).is_ok() {
                return Some(true);
            }
            matches!(nginx.child.try_wait(), Ok(Some(_)) | Err(_)).then_some(false)
        });
        ready.then_some(nginx)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
