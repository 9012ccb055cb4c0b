//! Who may: users and their passwords, and pages of other sites.

use svcd::access::credentials;
use svcd::access::origin;
use svcd::http::{Method, Refusal, Request};
use svcd::limits;
use svcd::text::Buffer;

use super::client::Client;
use super::route;
use crate::sys::time;

/// What WWW-Authenticate says (RFC 7617 2, 2.1).
pub const CHALLENGE: &[u8] = b"Basic realm=\"svcd\", charset=\"UTF-8\"";

/// Who uses a connection.
pub struct Access {
    /// The last credentials that were right, as they were sent: to hash them
    /// anew for each request would take longer than to answer it.
    text: [u8; limits::CREDENTIALS],
    len: usize,
    /// They are right for writing, too.
    may_write: bool,
    name: [u8; limits::CREDENTIALS],
    name_len: usize,
    /// The request under way has them.
    is_known: bool,
}

impl Access {
    pub fn new() -> Self {
        let (text, name) = ([0; limits::CREDENTIALS], [0; limits::CREDENTIALS]);
        Access { text, len: 0, may_write: false, name, name_len: 0, is_known: false }
    }

    /// Whose request it is; empty: nobody has asked for a password.
    pub fn user(&self) -> &[u8] {
        self.name.get(..self.name_len).filter(|_| self.is_known).unwrap_or_default()
    }

    /// The next request may be somebody else's.
    pub fn forget(&mut self) {
        self.is_known = false;
    }

    /// Decides about a request before anything is looked for. For a program every
    /// method that is not only for reading is a write, unless --cgi-auth leaves that
    /// to the program.
    pub fn check(&mut self, client: &Client, request: &Request, is_program: bool) -> Result<(), Refusal> {
        let site = client.site;
        let is_write = match request.method {
            Method::Get | Method::Head | Method::Options => false,
            _ if is_program => !site.options.cgi_auth,
            Method::Put | Method::Delete => site.options.write,
            _ => false,
        };
        if is_write && !is_program {
            check_site(client, request)?;
        }
        let needed = if is_write { site.writers.or(site.users) } else { site.users };
        // Who may write may read. A program is told who reads, if the client says
        // so by itself.
        let others = site.writers.filter(|_| !is_write && (needed.is_some() || is_program));
        let asked = [needed, others];
        if asked.iter().all(Option::is_none) {
            return Ok(());
        }
        let Some(text) = credentials::basic(request.fields) else {
            return if needed.is_some() { Err(Refusal::PasswordNeeded) } else { Ok(()) };
        };
        let last = self.text.get(..self.len).unwrap_or_default();
        if last.is_empty() || (is_write && !self.may_write) || !credentials::is_same(text, last) {
            let mut room = [0; limits::CREDENTIALS];
            let credentials = credentials::decode(text, &mut room).ok_or(Refusal::PasswordNeeded)?;
            // Who has not shown to be a user does not keep others from their place.
            let accept = || asked.iter().flatten().any(|users| users.accept(&credentials));
            if !client.as_idle(time::now(), accept) {
                client.as_idle(0, || time::sleep(limits::WRONG_PASSWORD_MS));
                return Err(Refusal::WrongPassword);
            }
            self.may_write = is_write;
            self.len = put(text, &mut self.text);
            self.name_len = put(credentials.user, &mut self.name);
        }
        self.is_known = true;
        Ok(())
    }
}

/// Copies what fits whole, and returns its length.
fn put(bytes: &[u8], room: &mut [u8]) -> usize {
    let mut buffer = Buffer::new(room);
    buffer.push(bytes);
    buffer.len()
}

/// A browser may have been sent here by a page that its user does not trust.
fn check_site(client: &Client, request: &Request) -> Result<(), Refusal> {
    let options = client.site.options;
    let authority = route::authority(request);
    origin::check(request.fields, authority)?;
    // With --virtual-hosts the folder of its name says that a host is known.
    let is_known = |authority| options.virtual_hosts || origin::is_trusted_host(authority, &options.hosts);
    if authority.is_none_or(is_known) { Ok(()) } else { Err(Refusal::OtherHost) }
}
