//! Which program a request is for (RFC 3875 3.3).

use core::ffi::CStr;

use svcd::cgi::script;
use svcd::http::{Method, Refusal, Request, target};
use svcd::limits;
use svcd::options::{Mapping, Options};
use svcd::text::{Buffer, find_last, split};

use super::Site;
use super::route::{self, Route};
use crate::sys::fs::{self, Kind, Metadata, Root};
use crate::sys::{Errno, OwnedFd};

/// A program that answers a request.
pub struct Script<'a> {
    /// Where it runs.
    pub folder: OwnedFd,
    /// The file below DOCROOT; of a program elsewhere its whole path.
    pub name: &'a CStr,
    /// In its folder.
    pub base: &'a CStr,
    pub is_elsewhere: bool,
    /// What runs it, where it is no program itself.
    pub interpreter: Option<&'a CStr>,
    /// The path of the request that means the program, decoded, without its
    /// first slash.
    pub script_name: &'a [u8],
    /// The path behind it, as it was sent.
    pub rest: &'a [u8],
}

/// A path below a folder of programs, or below that of one.
pub enum Below<'a> {
    /// The path of the folder, and what is behind it.
    Folder {
        path: &'a [u8],
        rest: &'a [u8],
    },
    Alias {
        mapping: Mapping<'a>,
        rest: &'a [u8],
    },
}

/// Whether a request is for a program, by its path alone, which `room` holds
/// then.
pub fn below<'a>(
    request: &Request,
    site: &Site<'a>,
    room: &'a mut [u8; limits::PATH],
) -> Result<Option<Below<'a>>, Refusal> {
    let options = site.options;
    if !options.has_cgi || matches!(request.method, Method::Connect | Method::Trace) {
        return Ok(None);
    }
    // What names nothing here is refused, or answered, for that.
    let Ok(target) = target::parse(request.method, request.target) else { return Ok(None) };
    let mut path = Buffer::new(room);
    if script::normalize(target.path, &mut path).is_err() {
        return check_long(target.path, options).map(|()| None);
    }
    let (path, _) = path.split();
    let rest = |prefix| script::below(path, prefix);
    let alias = options
        .aliases
        .iter()
        .find_map(|mapping| rest(mapping.key).map(|rest| Below::Alias { mapping: *mapping, rest }));
    let rest = alias.is_none().then(|| options.prefixes().find_map(rest)).flatten();
    Ok(alias.or(rest.map(|rest| {
        let path = path.get(..path.len().saturating_sub(rest.len())).unwrap_or_default();
        Below::Folder { path, rest }
    })))
}

/// Refuses a path that is too long as it was sent, but not as a file's name, decoded and
/// without empty segments, if that is below what is a program's. Not inlined, since few
/// requests need so much of the stack.
#[inline(never)]
fn check_long(path: &[u8], options: &Options) -> Result<(), Refusal> {
    let mut room = [0; limits::PATH];
    let mut name = Buffer::new(&mut room);
    target::resolve(path, &mut name)?;
    if options.is_for_program(name.bytes()) { Err(Refusal::LongPath) } else { Ok(()) }
}

/// Refuses the name of a file that lies in a folder of programs, or below that of an
/// alias, though [`below`] has not seen it: a file system that folds case takes other
/// letters than those of ASCII for some of these, as the sign of kelvin for a k.
pub fn check_name(options: &Options, root: &Root, name: &[u8]) -> Result<(), Refusal> {
    if !options.has_cgi || name.iter().all(u8::is_ascii) {
        return Ok(());
    }
    let is_programs = options.program_paths().any(|path| is_same_folder(root, path, name));
    if is_programs { Err(Refusal::NoSuchFile) } else { Ok(()) }
}

/// Whether as many folders of `name` as `path` has lead to the same one.
fn is_same_folder(root: &Root, path: &[u8], name: &[u8]) -> bool {
    let count = split(path, b'/').filter(|segment| !segment.is_empty()).count();
    let mut ends = name.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(place, _)| place);
    let end = count.checked_sub(1).and_then(|before| ends.nth(before)).unwrap_or(name.len());
    let folder = name.get(..end).unwrap_or_default();
    if folder.iter().all(u8::is_ascii) {
        // Whether it is the same, [`below`] has seen; a file in it may have any name.
        return false;
    }
    let found = |path: &[u8]| {
        let mut room = [0; limits::PATH];
        let mut name = Buffer::new(&mut room);
        name.push(path);
        fs::c_str(&mut name)
            .and_then(|name| root.search(name))
            .and_then(|folder| fs::metadata(folder.borrow()))
    };
    match (found(folder), found(path)) {
        (Ok(folder), Ok(path)) => folder.is_same_file(&path),
        // What is not there is not the same, and what cannot be said is not sent.
        (Err(errno), _) | (_, Err(errno)) => route::refusal(errno) == Refusal::Shortage,
    }
}

/// Finds the program. `memory` holds its name then, or that of a folder that has
/// one, whose address lacks its slash.
pub fn find<'a>(
    request: &Request<'a>,
    below: Below<'a>,
    site: &Site<'a>,
    root: &Root,
    memory: &'a mut [u8; limits::PATH],
) -> Result<Route<'a>, Refusal> {
    let route = match below {
        Below::Folder { path, rest } => walk(request, site, root, path, rest, memory),
        Below::Alias { mapping, rest } => elsewhere(mapping.key, mapping.program, rest).map(Route::Program),
    }?;
    if site.has_programs { Ok(route) } else { Err(Refusal::NoPrograms) }
}

/// A program of --alias.
fn elsewhere<'a>(key: &'a [u8], program: &'a CStr, rest: &'a [u8]) -> Result<Script<'a>, Refusal> {
    let path = program.to_bytes();
    let slash = find_last(path, b'/').unwrap_or(0);
    let folder = fs::in_folder_of(path, &fs::open_any_folder).map_err(route::refusal)?;
    let base = program.to_bytes_with_nul().get(slash + 1..).unwrap_or_default();
    let base = CStr::from_bytes_until_nul(base).map_err(|_| Refusal::NotAProgram)?;
    fs::may_execute(folder.borrow(), base).map_err(refusal)?;
    Ok(Script { folder, name: program, base, is_elsewhere: true, interpreter: None, script_name: key, rest })
}

/// Goes down from a folder of programs until there is a file.
fn walk<'a>(
    request: &Request<'a>,
    site: &Site<'a>,
    root: &Root,
    mut path: &[u8],
    mut rest: &'a [u8],
    memory: &'a mut [u8; limits::PATH],
) -> Result<Route<'a>, Refusal> {
    let mut name = Buffer::new(memory);
    // As the request spells it: another case may be another folder.
    while let Some((segment, behind)) = script::next_segment(path) {
        script::push_segment(&mut name, segment)?;
        path = behind;
    }
    loop {
        let Some((segment, behind)) = script::next_segment(rest) else {
            let len = name.len();
            find_index(root, &mut name)?;
            // A client that follows a redirect sends another method without its body.
            if rest.is_empty() && matches!(request.method, Method::Get | Method::Head) {
                let query = target::parse(request.method, request.target)?.query;
                name.truncate(len);
                return Ok(Route::Redirect { name: name.split().0, query });
            }
            rest = b"";
            break;
        };
        script::push_segment(&mut name, segment)?;
        if target::is_hidden(name.bytes()) {
            return Err(Refusal::NoSuchFile);
        }
        rest = behind;
        match route::open(root, &mut name).map_err(route::refusal)?.1.kind {
            Kind::Directory => {}
            Kind::File => break,
            Kind::Other => return Err(route::refusal(Errno::EOPNOTSUPP)),
        }
    }
    let slash = find_last(name.bytes(), b'/').unwrap_or(0);
    let folder = fs::in_folder_of(name.bytes(), &|folder| root.search(folder)).map_err(route::refusal)?;
    let len = name.len();
    name.push(b"\0");
    let (name, _) = name.split();
    let c_str = |from: usize| CStr::from_bytes_until_nul(name.get(from..).unwrap_or_default());
    let (whole, base) =
        (c_str(0).map_err(|_| Refusal::NoSuchFile)?, c_str(slash + 1).map_err(|_| Refusal::NoSuchFile)?);
    let file = base.to_bytes();
    let extension = find_last(file, b'.').and_then(|dot| file.get(dot + 1..));
    let interpreter = site.options.interpreters.iter().find(|mapping| Some(mapping.key) == extension);
    let interpreter = interpreter.map(|mapping| mapping.program);
    if interpreter.is_none() {
        fs::may_execute(folder.borrow(), base).map_err(refusal)?;
    }
    let script_name = name.get(..len).unwrap_or_default();
    let is_elsewhere = false;
    Ok(Route::Program(Script { folder, name: whole, base, is_elsewhere, interpreter, script_name, rest }))
}

/// Adds the name of the program that answers for a folder.
fn find_index(root: &Root, name: &mut Buffer) -> Result<(), Refusal> {
    let len = name.len();
    name.push(b"/index.cgi");
    match route::open(root, name) {
        Ok((_, Metadata { kind: Kind::File, .. })) => Ok(()),
        Err(Errno::ENOENT) => {
            name.truncate(len);
            Err(route::open(root, name).map_or_else(route::refusal, |_| Refusal::NoIndexProgram))
        }
        Ok(_) => Err(Refusal::NoIndexProgram),
        Err(errno) => Err(route::refusal(errno)),
    }
}

fn refusal(errno: Errno) -> Refusal {
    if errno == Errno::EACCES { Refusal::NotAProgram } else { route::refusal(errno) }
}
