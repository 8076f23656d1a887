//! What a file is, from its first bytes: another format, or text in an encoding.

use super::decode::{Decoder, Encoding};

/// A kind of file that is not read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// xlsx, ods, or any other zip archive.
    Zip,
    /// xls.
    OldSpreadsheet,
    /// gzip, bzip2, xz, zstd, 7z, rar.
    Compressed,
    /// PNG, JPEG, GIF, WebP, TIFF.
    Image,
    /// PDF.
    Pdf,
    /// Parquet.
    Parquet,
    /// Arrow, Avro, HDF5, SQLite, NumPy.
    DataBinary,
    /// HTML.
    WebPage,
    /// XML.
    Xml,
    /// JSON.
    Json,
    /// The text format that Prometheus scrapes.
    Exposition,
    /// UTF-32 text.
    Utf32,
    /// Prose, a log, source code: lines of many words and no separator.
    Prose,
    /// Bytes that are no text.
    Binary,
}

impl Foreign {
    /// What it is, with its article.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zip => "a spreadsheet (xlsx) or another zip archive",
            Self::OldSpreadsheet => "a spreadsheet (xls)",
            Self::Compressed => "a compressed file",
            Self::Image => "an image",
            Self::Pdf => "a PDF document",
            Self::Parquet => "a Parquet file",
            Self::DataBinary => "a binary data file",
            Self::WebPage => "a web page",
            Self::Xml => "an XML document",
            Self::Json => "a JSON file",
            Self::Exposition => "a Prometheus exposition",
            Self::Utf32 => "UTF-32 text",
            Self::Prose => "plain text without columns",
            Self::Binary => "a binary file",
        }
    }

    /// One sentence: how to get a table out of it.
    pub fn way_out(self) -> &'static str {
        match self {
            Self::Zip => {
                "Open it in the spreadsheet program and save the sheet as CSV, or unpack the archive first."
            }
            Self::OldSpreadsheet => "Open it in the spreadsheet program and save the sheet as CSV.",
            Self::Compressed => "Unpack it first, and load the CSV file inside.",
            Self::Image | Self::Pdf => {
                "Export the numbers behind it as CSV from the program that drew it."
            }
            Self::Parquet => {
                "Write it as CSV first: duckdb -c \"COPY 'a.parquet' TO 'a.csv'\", or in Python pandas.read_parquet('a.parquet').to_csv('a.csv', index=False)."
            }
            Self::DataBinary => "Export its table as CSV from the program that wrote it.",
            Self::WebPage => {
                "It may be a login or error page saved in place of the download: download the CSV file again."
            }
            Self::Xml | Self::Json => {
                "CSV is what is read here: export the data as CSV, with one header line and one line per row."
            }
            Self::Exposition => {
                "It holds one instant. Query the metrics over a time range and export the answer as CSV."
            }
            Self::Utf32 => "Save it as UTF-8 and load it again.",
            Self::Prose => {
                "Choose a file with a header line and cells separated by comma, semicolon, tab or |."
            }
            Self::Binary => {
                "Choose a text file with a header line and cells separated by comma, semicolon, tab or |."
            }
        }
    }
}

/// How a file's bytes stand for text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coding {
    pub encoding: Encoding,
    /// Bytes of the byte order mark.
    pub mark_bytes: usize,
    /// Whether U+2028 and its like end the lines.
    pub unicode_lines: bool,
    /// How sure the encoding is, 0 to 1.
    pub sure: f64,
}

/// Looks at a file's first bytes (`complete` if they are all). `Ok(None)` if there is nothing but blanks.
pub(super) fn sniff(
    sample: &[u8],
    complete: bool,
    told: Option<Encoding>,
) -> Result<Option<(Coding, Vec<u8>)>, Foreign> {
    if let Some(foreign) = by_signature(sample) {
        return Err(foreign);
    }
    let (guessed, mark_bytes) = encoding_of(sample, complete)?;
    let encoding = told.unwrap_or(guessed);
    let body = sample.get(mark_bytes..).unwrap_or_default();
    let mut decoder = Decoder::new(encoding, false);
    let mut text = decoder.decode(body).to_vec();
    if complete {
        text.extend_from_slice(decoder.finish());
    }
    if complete && text.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    if let Some(foreign) = by_text(&text) {
        return Err(foreign);
    }
    let unicode_lines = !text.iter().any(|b| matches!(b, b'\n' | b'\r'))
        && std::str::from_utf8(&text).is_ok_and(|t| t.contains(['\u{2028}', '\u{2029}', '\u{85}']));
    if unicode_lines {
        let mut decoder = Decoder::new(encoding, true);
        text = decoder.decode(body).to_vec();
    }
    let sure = match (told, encoding) {
        (Some(_), _) => 1.0,
        _ if mark_bytes > 0 => 1.0,
        (_, Encoding::Ascii | Encoding::Utf8) => 0.99,
        (_, Encoding::Utf16Le | Encoding::Utf16Be) => 0.97,
        (_, Encoding::Windows1252) => 0.7,
    };
    let coding = Coding {
        encoding,
        mark_bytes,
        unicode_lines,
        sure,
    };
    Ok(Some((coding, text)))
}

/// Formats that begin with bytes of their own.
fn by_signature(sample: &[u8]) -> Option<Foreign> {
    const SIGNATURES: [(&[u8], Foreign); 32] = [
        (b"PK\x03\x04", Foreign::Zip),
        (b"PK\x05\x06", Foreign::Zip),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Foreign::OldSpreadsheet),
        (b"\x1f\x8b", Foreign::Compressed),
        (b"BZh9", Foreign::Compressed),
        (b"\xfd7zXZ\0", Foreign::Compressed),
        (b"\x28\xb5\x2f\xfd", Foreign::Compressed),
        (b"7z\xbc\xaf\x27\x1c", Foreign::Compressed),
        (b"Rar!\x1a\x07", Foreign::Compressed),
        (b"\x04\x22\x4d\x18", Foreign::Compressed),
        (b"\x89PNG", Foreign::Image),
        (b"\xff\xd8\xff", Foreign::Image),
        (b"GIF87a", Foreign::Image),
        (b"GIF89a", Foreign::Image),
        (b"RIFF", Foreign::Image),
        (b"II*\0", Foreign::Image),
        (b"MM\0*", Foreign::Image),
        (b"BM\0\0", Foreign::Image),
        (b"%PDF-", Foreign::Pdf),
        (b"PAR1", Foreign::Parquet),
        (b"ARROW1", Foreign::DataBinary),
        (b"FEA1", Foreign::DataBinary),
        (b"Obj\x01", Foreign::DataBinary),
        (b"\x89HDF", Foreign::DataBinary),
        (b"SQLite format 3\0", Foreign::DataBinary),
        (b"\x93NUMPY", Foreign::DataBinary),
        (b"ORC", Foreign::DataBinary),
        (b"\x7fELF", Foreign::Binary),
        (b"\0asm", Foreign::Binary),
        (b"MZ\x90\0", Foreign::Binary),
        (b"\xff\xfe\0\0", Foreign::Utf32),
        (b"\0\0\xfe\xff", Foreign::Utf32),
    ];
    // `ORC` and `RIFF` could begin a header: those need a control byte soon after.
    let text_like = sample
        .iter()
        .take(64)
        .all(|&b| b >= 0x20 || b.is_ascii_whitespace());
    SIGNATURES
        .iter()
        .find(|(start, _)| sample.starts_with(start))
        .map(|&(_, foreign)| foreign)
        .filter(|foreign| !text_like || *foreign == Foreign::Pdf)
}

/// Formats of text that are no tables.
fn by_text(text: &[u8]) -> Option<Foreign> {
    let start = text.trim_ascii_start();
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start);
    let begins = |prefix: &[u8]| {
        start
            .get(..prefix.len())
            .is_some_and(|s| s.eq_ignore_ascii_case(prefix))
    };
    if [
        &b"<!doctype html"[..],
        b"<html",
        b"<head",
        b"<body",
        b"<script",
        b"<!--",
    ]
    .into_iter()
    .any(begins)
    {
        return Some(Foreign::WebPage);
    }
    if [&b"<?xml"[..], b"<svg", b"<!doctype"]
        .into_iter()
        .any(begins)
    {
        return Some(Foreign::Xml);
    }
    if begins(b"# HELP ") || begins(b"# TYPE ") {
        return Some(Foreign::Exposition);
    }
    let (&first, rest) = start.split_first()?;
    let next = rest.trim_ascii_start().first().copied();
    let json = match first {
        b'{' => matches!(next, Some(b'"' | b'}')),
        b'[' => matches!(next, Some(b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9')),
        _ => false,
    };
    json.then_some(Foreign::Json)
}

/// The encoding and the length of its byte order mark.
fn encoding_of(sample: &[u8], complete: bool) -> Result<(Encoding, usize), Foreign> {
    for (mark, encoding) in [
        (&b"\xef\xbb\xbf"[..], Encoding::Utf8),
        (b"\xff\xfe", Encoding::Utf16Le),
        (b"\xfe\xff", Encoding::Utf16Be),
    ] {
        if sample.starts_with(mark) {
            return Ok((encoding, mark.len()));
        }
    }
    let nul_share = |offset: usize| {
        let bytes = sample.iter().skip(offset).step_by(2);
        let (nul, all) = bytes.fold((0u32, 0u32), |(n, a), &b| (n + u32::from(b == 0), a + 1));
        f64::from(nul) / f64::from(all.max(1))
    };
    let (even, odd) = (nul_share(0), nul_share(1));
    if sample.len() >= 4 && odd > 0.4 && even < 0.1 {
        return Ok((Encoding::Utf16Le, 0));
    }
    if sample.len() >= 4 && even > 0.4 && odd < 0.1 {
        return Ok((Encoding::Utf16Be, 0));
    }
    // 0x01, 0x1e and 0x1f separate cells in some exports.
    let is_control = |b: u8| matches!(b, 2..=8 | 0x0e..=0x1a | 0x1c..=0x1d | 0x7f);
    // DOS ended its files with one.
    let sample = sample.strip_suffix(b"\x1a").unwrap_or(sample);
    let controls = sample.iter().filter(|&&b| is_control(b)).count();
    if even > 0.25 || odd > 0.25 || controls * 50 > sample.len() {
        return Err(Foreign::Binary);
    }
    let (mut characters, mut invalid) = (0usize, 0usize);
    let mut at = 0;
    for chunk in sample.utf8_chunks() {
        characters += chunk.valid().bytes().filter(|&b| b >= 0xc0).count();
        at += chunk.valid().len() + chunk.invalid().len();
        let cut = !complete && at == sample.len() && chunk.invalid().len() < 4;
        if !chunk.invalid().is_empty() && !cut {
            invalid += 1;
        }
    }
    Ok(match (characters, invalid) {
        (0, 0) => (Encoding::Ascii, 0),
        // A few damaged characters do not make another encoding.
        (characters, invalid) if characters > invalid => (Encoding::Utf8, 0),
        _ => (Encoding::Windows1252, 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_table_is_named() {
        let named = |bytes: &[u8]| sniff(bytes, true, None).err();
        assert_eq!(named(b"\x89PNG\r\n\x1a\n\0\0"), Some(Foreign::Image));
        assert_eq!(named(b"PK\x03\x04\x14\0"), Some(Foreign::Zip));
        assert_eq!(named(b"\x1f\x8b\x08\0"), Some(Foreign::Compressed));
        assert_eq!(named(b" <!DOCTYPE html><p>"), Some(Foreign::WebPage));
        assert_eq!(named(b"<?xml version='1.0'?>"), Some(Foreign::Xml));
        assert_eq!(named(b"{\"status\":\"success\"}"), Some(Foreign::Json));
        assert_eq!(named(b"[\n {\"a\": 1}]"), Some(Foreign::Json));
        assert_eq!(named(b"# HELP up Up.\nup 1\n"), Some(Foreign::Exposition));
        assert_eq!(named(b"PAR1\x15\x04\x15\0"), Some(Foreign::Parquet));
        assert_eq!(named(b"\x01\x02\x03abc"), Some(Foreign::Binary));
        assert_eq!(named(b"{pod},[x]\n1,2\n"), None);
        assert_eq!(named(b"ORC,b\n1,2\n"), None);
        assert_eq!(sniff(b" \r\n", true, None), Ok(None));
    }

    #[test]
    fn encodings() {
        let of = |bytes: &[u8]| encoding_of(bytes, true);
        assert_eq!(of(b"\xef\xbb\xbfa"), Ok((Encoding::Utf8, 3)));
        assert_eq!(of(b"a\0,\0b\0\n\0"), Ok((Encoding::Utf16Le, 0)));
        assert_eq!(of(b"\0a\0,\0b\0\n"), Ok((Encoding::Utf16Be, 0)));
        assert_eq!(of(b"caf\xe9,1"), Ok((Encoding::Windows1252, 0)));
        assert_eq!(of("caf\u{e9}".as_bytes()), Ok((Encoding::Utf8, 0)));
        assert_eq!(
            of("caf\u{e9},\u{e8}\u{ea} ".as_bytes()),
            Ok((Encoding::Utf8, 0))
        );
        assert_eq!(encoding_of(b"caf\xc3", false), Ok((Encoding::Ascii, 0)));
    }
}
