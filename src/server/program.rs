//! The answer of a program (RFC 3875).

use svcd::cgi::environment::{self, Context};
use svcd::cgi::{arguments, script};
use svcd::http::framing::BodyLength;
use svcd::http::{Method, Refusal, Request, target};
use svcd::limits;
use svcd::text::Buffer;

use super::answer::Answer;
use super::body::Body;
use super::client::Client;
use super::connection;
use super::delivery::Sent;
use super::message;
use super::program_memory::Memory;
use super::relay::Relay;
use super::respond::{self, Reply};
use super::route::{self, Route};
use super::script::{self as scripts, Script};
use crate::sys::fs::{self, Root};
use crate::sys::net;
use crate::sys::process;
use crate::sys::spawn::{self, Image, Limits, Running};

/// A request for a program.
pub struct Call<'a> {
    pub client: &'a Client<'a>,
    pub root: &'a Root,
    pub request: &'a Request<'a>,
    /// As it was sent.
    pub method: &'a [u8],
    pub user: &'a [u8],
    pub waits: bool,
    /// How many programs may still send it on, of [`HOPS`].
    pub hops: u32,
}

/// A program that runs, and the bytes of its request's body that are in
/// [`Memory::early`].
struct Started {
    running: Running,
    early: usize,
}

/// Programs that may send each other on, for one request.
pub const HOPS: u32 = 8;

/// Runs the program and sends its answer as it comes, or that of what it names in
/// its place (RFC 3875 6.2.2).
pub fn send(
    reply: &mut Reply,
    call: &Call,
    script: &Script,
    body: &mut Body,
    listing: &mut [u8; limits::LISTING],
) -> Sent {
    match run(reply, call, script, body, listing) {
        Ok(sent) => sent,
        Err(_) if call.hops == 0 => respond::refuse(reply, Refusal::ProgramLoop),
        Err(redirect) => {
            let mut room = [0; limits::REQUEST_LINE];
            room.iter_mut().zip(redirect).for_each(|(to, from)| *to = *from);
            let path = room.get(..redirect.len()).unwrap_or_default();
            send_other(reply, call, path, body, listing)
        }
    }
}

/// Runs one program; an error is the path that answers in its place. Not inlined,
/// because of the stack that a path needs beside it.
#[inline(never)]
fn run<'a>(
    reply: &mut Reply,
    call: &Call,
    script: &Script,
    body: &mut Body,
    listing: &'a mut [u8; limits::LISTING],
) -> Result<Sent, &'a [u8]> {
    let Some(mut memory) = Memory::new(listing) else {
        return Ok(respond::refuse(reply, Refusal::NotStarted));
    };
    match start(call, script, body, &mut memory) {
        Ok(started) => relay(reply, call, script, started, body, memory),
        Err(refusal) => Ok(respond::refuse(reply, refusal)),
    }
}

/// Sends what answers for the path of a local redirect. Not inlined, since few
/// requests need so much of the stack.
#[inline(never)]
fn send_other(
    reply: &mut Reply,
    call: &Call,
    path: &[u8],
    body: &mut Body,
    listing: &mut [u8; limits::LISTING],
) -> Sent {
    let &Call { client, root, request, user, .. } = call;
    let (method, name): (_, &[u8]) =
        if reply.head_only { (Method::Head, b"HEAD") } else { (Method::Get, b"GET") };
    let request = Request { method, target: path, body: BodyLength::None, ..*request };
    let (mut path, mut memory) = ([0; limits::PATH], [0; limits::PATH]);
    let below = scripts::below(&request, client.site, &mut path);
    match below.and_then(|below| route::route(&request, below, client.site, root, &mut memory)) {
        Ok(Route::Program(script)) => {
            let call = Call {
                client,
                root,
                request: &request,
                method: name,
                user,
                waits: false,
                hops: call.hops - 1,
            };
            send(reply, &call, &script, body, listing)
        }
        route => {
            reply.persistence = client.persistence(&request, body.is_read());
            connection::send(reply, &request, route, listing)
        }
    }
}

/// Starts it. Content of a chunked body is read before, as far as there is room:
/// many programs want to know its length.
fn start(call: &Call, script: &Script, body: &mut Body, memory: &mut Memory) -> Result<Started, Refusal> {
    let &Call { client, request, .. } = call;
    let options = client.site.options;
    let mut early = 0;
    let mut content_length = match request.body {
        BodyLength::Length(length) if length > options.max_body => return Err(Refusal::LargeBody),
        BodyLength::Length(length) => Some(length),
        _ => None,
    };
    body.limit(options.max_body);
    let mut path_info = Buffer::new(memory.strings);
    script::decode_path_info(script.rest, &mut path_info)?;
    let (path_info, rest) = path_info.split();
    if call.waits {
        respond::proceed(client.socket.borrow());
    }
    if request.body == BodyLength::Chunked {
        while body.fill(true)? && !body.is_read() {
            let Some(room) = memory.early.get_mut(early..).filter(|room| !room.is_empty()) else { break };
            let count = room.len().min(body.content().len());
            room.iter_mut().zip(body.content()).for_each(|(to, from)| *to = *from);
            body.take(count);
            early += count;
        }
        content_length = body.is_read().then_some(early as u64);
    }
    let target = target::parse(request.method, request.target)?;
    let mut document_root = Buffer::new(rest);
    call.push_root(&mut document_root)?;
    let (document_root, rest) = document_root.split();
    let mut file = Buffer::new(rest);
    if !script.is_elsewhere {
        file.push(document_root);
        file.push(b"/");
    }
    file.push(script.name.to_bytes());
    let (file, rest) = file.split();
    let mut translated = Buffer::new(rest);
    if !path_info.is_empty() {
        translated.push(document_root);
        translated.push(path_info);
    }
    let (translated, rest) = translated.split();
    let mut words = Buffer::new(rest);
    words.push(script.interpreter.unwrap_or(script.name).to_bytes_with_nul());
    if script.interpreter.is_some() {
        words.push(file);
        words.push(b"\0");
    }
    let named = words.len();
    if may_be_indexed(request)
        && let Some(query) = target.query
        && arguments::indexed(query, &mut words).is_none()
    {
        words.truncate(named);
    }
    let (words, rest) = words.split();
    let rest = rest.first_chunk_mut::<{ limits::CGI_ENVIRONMENT }>().ok_or(Refusal::ManyVariables)?;
    let mut environment = Buffer::new(rest);
    environment::push(
        &mut environment,
        &Context {
            request,
            is_redirected: call.hops < HOPS,
            method: call.method,
            target,
            authority: route::authority(request),
            script_name: script.script_name,
            path_info,
            path_translated: translated,
            script_filename: file,
            document_root,
            server: net::local_address(client.socket.borrow()),
            remote: client.remote.get(),
            user: call.user,
            content_length,
            pass_auth: options.cgi_pass_auth,
            extra: &client.site.variables,
        },
    );
    let count = environment.bytes().iter().filter(|byte| **byte == 0).count();
    if count > spawn::STRINGS || environment.overflowed() {
        return Err(Refusal::ManyVariables);
    }
    let mut room = [0; 300];
    let mut here = Buffer::new(&mut room);
    here.push(b"./");
    here.push(script.base.to_bytes());
    let here = fs::c_str(&mut here).map_err(route::refusal)?;
    let path = script.interpreter.unwrap_or(if script.is_elsewhere { script.name } else { here });
    if !client.adopts.replace(true) {
        process::adopt_orphans();
    }
    let limits = Limits { cpu: options.cgi_cpu, memory: options.cgi_memory, processes: options.cgi_procs };
    let folder = script.folder.borrow();
    let image = Image { folder, path, arguments: words, environment: environment.bytes(), limits };
    spawn::run(&image, memory.output, |failure| message::warning(failure.call, failure.errno))
        .map(|running| Started { running, early })
        .map_err(|_| Refusal::NotStarted)
}

/// An error is the path that answers in its place.
fn relay<'a>(
    reply: &mut Reply,
    call: &Call,
    script: &Script,
    started: Started,
    body: &mut Body,
    memory: Memory<'a>,
) -> Result<Sent, &'a [u8]> {
    let &Call { client, request, .. } = call;
    let is_raw = script.base.to_bytes().starts_with(b"nph-");
    let site = client.site;
    let asks = site.options.cgi_auth && site.writers.is_some() && call.user.is_empty();
    let mut redirect = Buffer::new(memory.redirect);
    let mut answer = Answer::new(reply, request.version, memory.head, &mut redirect, is_raw, asks);
    let relay = Relay {
        client,
        name: if script.script_name.is_empty() { script.base.to_bytes() } else { script.script_name },
        running: started.running,
        early: memory.early.get(..started.early).unwrap_or_default(),
        takes_body: request.has_body(),
    };
    let end = relay.run(body, memory.output, &mut |bytes, body| {
        answer.take(bytes, client.persistence(request, body.is_short()))
    });
    let sent = answer.end(end);
    if body.is_short() {
        // The program has not read it, and the next request begins behind it.
        let _ = body.discard();
    }
    sent.ok_or(redirect.split().0)
}

impl Call<'_> {
    /// The path of DOCROOT, or of the folder of its host.
    #[inline(never)]
    fn push_root(&self, path: &mut Buffer) -> Result<(), Refusal> {
        let known = self.client.site.path;
        if !known.is_empty() && !self.client.site.options.virtual_hosts {
            path.push(known);
            return Ok(());
        }
        let mut room = [0; limits::PATH];
        // Without /proc, it is not the client's file that is missing.
        path.push(self.root.path(&mut room).map_err(|_| Refusal::Broken)?);
        Ok(())
    }
}

/// RFC 3875 4.4: for methods that have no body of their own.
fn may_be_indexed(request: &Request) -> bool {
    matches!(request.method, Method::Get | Method::Head)
}
