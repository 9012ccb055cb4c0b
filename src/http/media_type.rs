//! Media types by file name extension.

use crate::text::{find_last, is_same_word, split, split_once};

/// What a file is when its name does not tell (RFC 9110 8.3).
pub const DEFAULT: &[u8] = b"application/octet-stream";

/// A line for each type: the type, a tab, its extensions in lower case. One
/// string and no table of slices, which would cost 32 bytes an entry. Text is
/// UTF-8.
const TABLE: &[u8] = b"\
text/html; charset=utf-8\thtml htm
text/css; charset=utf-8\tcss
text/javascript; charset=utf-8\tjs mjs cjs
text/plain; charset=utf-8\ttxt text log conf ini diff patch c h rs s asm sh py
text/markdown; charset=utf-8\tmd markdown
text/csv; charset=utf-8\tcsv
text/tab-separated-values; charset=utf-8\ttsv
text/xml; charset=utf-8\txml xsl xsd
text/calendar; charset=utf-8\tics
text/vcard; charset=utf-8\tvcf
text/vtt; charset=utf-8\tvtt
text/x-toml; charset=utf-8\ttoml
text/x-yaml; charset=utf-8\tyaml yml
application/json\tjson map
application/ld+json\tjsonld
application/geo+json\tgeojson
application/manifest+json\twebmanifest
application/atom+xml\tatom
application/rss+xml\trss
application/xhtml+xml\txhtml xht
application/wasm\twasm
application/pdf\tpdf
application/postscript\tps eps ai
application/rtf\trtf
application/epub+zip\tepub
application/zip\tzip
application/gzip\tgz tgz
application/x-bzip2\tbz2
application/x-xz\txz
application/zstd\tzst
application/x-7z-compressed\t7z
application/vnd.rar\trar
application/x-tar\ttar
application/java-archive\tjar
application/sql\tsql
application/vnd.debian.binary-package\tdeb
application/vnd.android.package-archive\tapk
application/msword\tdoc
application/vnd.ms-excel\txls
application/vnd.ms-powerpoint\tppt
application/vnd.openxmlformats-officedocument.wordprocessingml.document\tdocx
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\txlsx
application/vnd.openxmlformats-officedocument.presentationml.presentation\tpptx
application/vnd.oasis.opendocument.text\todt
application/vnd.oasis.opendocument.spreadsheet\tods
application/vnd.oasis.opendocument.presentation\todp
application/vnd.ms-fontobject\teot
application/vnd.apple.mpegurl\tm3u8
application/dash+xml\tmpd
image/png\tpng
image/jpeg\tjpg jpeg jpe jfif
image/gif\tgif
image/webp\twebp
image/avif\tavif
image/jxl\tjxl
image/heic\theic
image/svg+xml\tsvg
image/x-icon\tico
image/bmp\tbmp
image/tiff\ttif tiff
image/apng\tapng
audio/mpeg\tmp3
audio/ogg\togg oga opus
audio/wav\twav
audio/flac\tflac
audio/aac\taac
audio/mp4\tm4a
audio/midi\tmid midi
audio/webm\tweba
video/mp4\tmp4 m4v
video/webm\twebm
video/ogg\togv
video/quicktime\tmov
video/x-msvideo\tavi
video/x-matroska\tmkv
video/mpeg\tmpeg mpg
video/mp2t\tts
video/3gpp\t3gp
font/woff\twoff
font/woff2\twoff2
font/ttf\tttf
font/otf\totf
font/collection\tttc
model/gltf+json\tgltf
model/gltf-binary\tglb
";

/// The media type of the file called `name`, by its extension in any case.
/// `own` are `EXTENSION=TYPE` and count more than the table.
pub fn of<'a>(name: &[u8], own: impl Iterator<Item = &'a &'a [u8]>) -> &'a [u8] {
    let Some(dot) = find_last(name, b'.') else { return DEFAULT };
    // A slash in it would be of a folder with a dot; no extension has one.
    let extension = name.get(dot + 1..).unwrap_or_default();
    for entry in own {
        let (known, rest) = entry.split_at_checked(extension.len()).unwrap_or_default();
        if let Some(media_type) = rest.strip_prefix(b"=")
            && is_same_word(known, extension)
        {
            return media_type;
        }
    }
    for (media_type, extensions) in lines() {
        if split(extensions, b' ').any(|known| is_same_word(known, extension)) {
            return media_type;
        }
    }
    DEFAULT
}

/// Every media type with its extensions, which have a space between them.
fn lines() -> impl Iterator<Item = (&'static [u8], &'static [u8])> {
    let lines = split(TABLE, b'\n').filter(|line| !line.is_empty());
    lines.map(|line| split_once(line, b'\t').unwrap_or_default())
}

/// Every media type with each of its extensions.
pub fn entries() -> impl Iterator<Item = (&'static [u8], &'static [u8])> {
    lines().flat_map(|(media_type, extensions)| {
        split(extensions, b' ').map(move |extension| (media_type, extension))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides_and_its_case_does_not() {
        let cases: &[(&[u8], &[u8])] = &[
            (b"index.html", b"text/html; charset=utf-8"),
            (b"a.b/INDEX.HTM", b"text/html; charset=utf-8"),
            (b"a.tar.gz", b"application/gzip"),
            (b"a.b/c", DEFAULT),
            (b"html", DEFAULT),
            (b"a.", DEFAULT),
            (b"a.html ", DEFAULT),
            (b"a.htm l", DEFAULT),
            (b"a.text/html", DEFAULT),
            (b"a.nonsense", DEFAULT),
            (b"", DEFAULT),
        ];
        for (name, media_type) in cases {
            assert_eq!(of(name, [].iter()), *media_type, "{}", name.escape_ascii());
        }
    }

    #[test]
    fn own_types_count_more() {
        let own: [&[u8]; 3] = [b"HTML=text/x-own", b"x=a/b;c=d", b"x=a/second"];
        let cases: &[(&[u8], &[u8])] = &[
            (b"a.html", b"text/x-own"),
            (b"a.X", b"a/b;c=d"),
            (b"a.htm", b"text/html; charset=utf-8"),
            (b"a.ht", DEFAULT),
            (b"a.", DEFAULT),
        ];
        for (name, media_type) in cases {
            assert_eq!(of(name, own.iter()), *media_type, "{}", name.escape_ascii());
        }
    }

    #[test]
    fn every_line_of_the_table_is_well_formed() {
        let mut seen = std::collections::HashSet::new();
        for line in str::from_utf8(TABLE).unwrap().lines() {
            assert!(line.contains('\t') && line.trim() == line, "{line}");
        }
        for (media_type, extension) in entries() {
            let (media_type, extension) = (media_type.escape_ascii(), extension.escape_ascii().to_string());
            assert!(media_type.to_string().contains('/'), "{media_type} {extension}");
            assert!(extension.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{extension}");
            assert!(seen.insert(extension.clone()), "{extension} twice");
        }
        assert!(seen.len() >= 100);
    }
}
