//! How the arguments are shown of the calls that give something up.

use svcd::text::{Buffer, decimal};
use svcd::trace::{flags, name, signed};

use super::names::{FILE_RIGHTS, NET_RIGHTS, PROCESS, RULESET, SCOPES, SECCOMP};
use crate::sys::os::constant;
use crate::sys::trace::show::{pointer, size};
use crate::sys::trace::view::View;

pub fn rule(text: &mut Buffer, view: &View, place: usize) {
    name(text, &[(1, "LANDLOCK_RULE_PATH_BENEATH")], view.argument(place) as u64);
}

/// landlock_path_beneath_attr: 64 bits and a descriptor.
pub fn rule_attr(text: &mut Buffer, view: &View, place: usize) {
    let (bytes, rest) = view.bytes(place, 12).as_chunks::<8>();
    let rights = bytes.first().map_or(0, |bytes| u64::from_ne_bytes(*bytes));
    let parent = rest.first_chunk().map_or(0, |bytes| i32::from_ne_bytes(*bytes));
    text.push(b"{allowed_access=");
    flags(text, FILE_RIGHTS, rights);
    text.push(b", parent_fd=");
    signed(text, i64::from(parent));
    text.push_byte(b'}');
}

/// landlock_ruleset_attr: rights to files, to ports, and scopes.
pub fn ruleset(text: &mut Buffer, view: &View, place: usize) {
    let Some([files, net, scoped]) = view.words(place) else { return text.push(b"NULL") };
    text.push(b"{handled_access_fs=");
    flags(text, FILE_RIGHTS, files);
    text.push(b", handled_access_net=");
    flags(text, NET_RIGHTS, net);
    text.push(b", scoped=");
    flags(text, SCOPES, scoped);
    text.push_byte(b'}');
}

pub fn ruleset_flags(text: &mut Buffer, view: &View, place: usize) {
    flags(text, RULESET, view.argument(place) as u64);
}

/// Each option of prctl(2) has arguments of its own.
pub fn prctl(text: &mut Buffer, view: &View, _: usize) {
    match view.argument(0) as u32 {
        constant::PR_SET_SECCOMP => {
            text.push(b"PR_SET_SECCOMP, ");
            name(text, SECCOMP, view.argument(1) as u64);
            let [len, steps] = view.words(2).unwrap_or_default();
            text.push(b", {len=");
            decimal::push(text, len & 0xffff);
            text.push(b", filter=");
            pointer(text, &View::new([steps as usize, 0, 0, 0, 0, 0], 0), 0);
            text.push_byte(b'}');
        }
        constant::PR_SET_CHILD_SUBREAPER => {
            text.push(b"PR_SET_CHILD_SUBREAPER, ");
            size(text, view, 1);
        }
        option => {
            name(text, PROCESS, u64::from(option));
            for place in 1..5 {
                text.push(b", ");
                size(text, view, place);
            }
        }
    }
}
