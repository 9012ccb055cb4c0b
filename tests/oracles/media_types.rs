//! `http::media_type` and `mime_guess`.

use svcd::http::media_type;

/// Where the table differs from `mime_guess` on purpose, with the reason.
const DIFFERENT: &[(&str, &str)] = &[
    ("mjs cjs", "RFC 9239: JavaScript is text/javascript, modules too"),
    ("diff patch rs sh", "text that people want to read in the browser"),
    ("map", "a source map is JSON"),
    ("vcf", "RFC 6350: text/vcard"),
    ("tgz", "a gzip file whatever is in it, RFC 6713"),
    ("zst", "RFC 8878: application/zstd"),
    ("rar sql deb", "registered with IANA under these names"),
    ("m3u8", "RFC 8216: application/vnd.apple.mpegurl"),
    ("m4a m4v", "MP4 files, RFC 4337"),
    ("mid midi", "what browsers and servers send"),
    ("ts", "RFC 3555: video/mp2t"),
    ("woff otf", "RFC 8081: font/*"),
];

fn is_different(extension: &str) -> bool {
    DIFFERENT.iter().any(|(except, _)| except.split(' ').any(|except| except == extension))
}

#[test]
fn every_type_is_one_that_mime_guess_knows_for_it() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (ours, extension) in media_type::entries() {
        let (ours, extension) = (str::from_utf8(ours).unwrap(), str::from_utf8(extension).unwrap());
        let essence = ours.split(';').next().unwrap();
        let known: Vec<_> =
            mime_guess::from_ext(extension).iter().map(|mime| mime.essence_str().to_owned()).collect();
        count += 1;
        if !known.iter().any(|mime| mime == essence) && !is_different(extension) {
            wrong.push(format!("{extension}: {essence}, not one of {known:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{count} extensions compared");
}
