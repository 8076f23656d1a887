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
    /// What ends lines, where it is none of the usual line ends.
    pub line_sign: Option<char>,
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
    let mut decoder = Decoder::new(encoding, None);
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
    let line_sign = line_sign(&text);
    if line_sign.is_some() {
        let mut decoder = Decoder::new(encoding, line_sign);
        text = decoder.decode(body).to_vec();
        if complete {
            text.extend_from_slice(decoder.finish());
        }
    }
    let sure = match (told, encoding) {
        (Some(_), _) => 1.0,
        _ if mark_bytes > 0 => 1.0,
        (_, Encoding::Ascii | Encoding::Utf8) => 0.99,
        (_, Encoding::Windows1252) => 0.7,
        _ => 0.97,
    };
    let coding = Coding {
        encoding,
        mark_bytes,
        line_sign,
        sure,
    };
    Ok(Some((coding, text)))
}

/// Formats that begin with bytes of their own.
fn by_signature(sample: &[u8]) -> Option<Foreign> {
    const SIGNATURES: [(&[u8], Foreign); 30] = [
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
    if let Some(marked) = marked(sample) {
        return Ok(marked);
    }
    if let Some(wide) = unmarked_wide(sample) {
        return Ok((wide, 0));
    }
    // DOS ended its files with one.
    let sample = sample.strip_suffix(b"\x1a").unwrap_or(sample);
    let mut counts = [0usize; 128];
    for &b in sample.iter().filter(|&&b| is_control(b) || b == 0) {
        counts[usize::from(b)] += 1;
    }
    let nuls = std::mem::take(&mut counts[0]);
    // One of them alone may stand between cells, or end lines.
    let usual = counts.iter().copied().max().unwrap_or(0);
    let controls: usize = counts.iter().sum();
    let many = controls * 50 > sample.len() && (controls - usual) * 500 > sample.len();
    if nuls * 4 > sample.len() || many {
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

/// Controls but those that separate cells in some exports, 0x01, 0x1e and 0x1f.
fn is_control(b: u8) -> bool {
    matches!(b, 2..=8 | 0x0e..=0x1a | 0x1c..=0x1d | 0x7f)
}

/// The encoding that a byte order mark says, and the mark's length.
pub(super) fn marked(sample: &[u8]) -> Option<(Encoding, usize)> {
    // The mark of UTF-32 begins as that of UTF-16 does.
    const MARKS: [(&[u8], Encoding); 5] = [
        (b"\xef\xbb\xbf", Encoding::Utf8),
        (b"\xff\xfe\0\0", Encoding::Utf32Le),
        (b"\0\0\xfe\xff", Encoding::Utf32Be),
        (b"\xff\xfe", Encoding::Utf16Le),
        (b"\xfe\xff", Encoding::Utf16Be),
    ];
    let found = MARKS.iter().find(|(mark, _)| sample.starts_with(mark));
    found.map(|(mark, encoding)| (*encoding, mark.len()))
}

/// UTF-16 or UTF-32 without a mark: where the high bytes of its units are as they must be, those of line ends above all.
pub(super) fn unmarked_wide(sample: &[u8]) -> Option<Encoding> {
    if sample.len() < 4 || !sample.contains(&0) {
        return None;
    }
    let (fours, _) = sample.as_chunks::<4>();
    // No character is above U+10FFFF, and few of tables are above U+FFFF.
    let of_four = |high: [usize; 2], low: [usize; 2]| {
        let fits = |unit: &&[u8; 4]| {
            unit[high[0]] == 0 && unit[high[1]] <= 0x10 && (unit[low[0]] | unit[low[1]]) != 0
        };
        fours.len() > 1 && fours.iter().filter(fits).count() * 50 >= fours.len() * 49
    };
    if of_four([3, 2], [0, 1]) {
        return Some(Encoding::Utf32Le);
    }
    if of_four([0, 1], [2, 3]) {
        return Some(Encoding::Utf32Be);
    }
    // Text of single bytes may hold some that are zero.
    let rest: Vec<u8> = sample.iter().copied().filter(|b| *b != 0).collect();
    let controls = rest.iter().filter(|b| is_control(**b)).count();
    let is_text = match std::str::from_utf8(&rest) {
        Ok(_) => true,
        Err(error) => error.valid_up_to() + 4 > rest.len(),
    };
    if (sample.len() - rest.len()) * 10 < sample.len() * 3 && is_text && controls * 50 <= rest.len()
    {
        return None;
    }
    let (twos, _) = sample.as_chunks::<2>();
    let of_two = |high: usize, low: usize| {
        let (mut ascii, mut nul_low, mut ends, mut other_ends, mut odd) = (0, 0, 0, 0, 0);
        for unit in twos {
            match (unit[high], unit[low]) {
                (0, 0) => odd += 1,
                (0, b'\n' | b'\r') => ends += 1,
                // Signs of ASCII, and controls where no text has them.
                (0, b) => {
                    ascii += 1;
                    odd += usize::from(b < b' ' && b != b'\t');
                }
                (b'\n' | b'\r', 0) => other_ends += 1,
                (_, 0) => nul_low += 1,
                _ => {}
            }
        }
        (ascii + ends) * 20 > twos.len()
            && (nul_low + other_ends) * 8 < ascii + ends
            && other_ends <= ends
            && odd * 50 <= twos.len()
    };
    if of_two(1, 0) {
        return Some(Encoding::Utf16Le);
    }
    of_two(0, 1).then_some(Encoding::Utf16Be)
}

/// What ends the lines of a text that has no line ends outside quotes, or hardly any.
fn line_sign(text: &[u8]) -> Option<char> {
    const SIGNS: [char; 8] = [
        '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
    ];
    // Of nearly every text none of their first bytes is there.
    let mut bytes = [false; 256];
    for &b in text {
        bytes[usize::from(b)] = true;
    }
    let count = |sign: char| {
        let mut buffer = [0; 4];
        let sign = sign.encode_utf8(&mut buffer).as_bytes();
        match bytes[usize::from(sign[0])] {
            true => text.windows(sign.len()).filter(|w| *w == sign).count(),
            false => 0,
        }
    };
    let counts = SIGNS.map(count);
    if counts == [0; SIGNS.len()] {
        return None;
    }
    let mut within = false;
    let mut ends = 0usize;
    for &b in text.trim_ascii_end() {
        within ^= b == b'"';
        ends += usize::from(!within && matches!(b, b'\n' | b'\r'));
    }
    let (sign, most) = SIGNS
        .into_iter()
        .zip(counts)
        .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    // What separates cells is as frequent as line ends, and more.
    let is_separator = matches!(sign, '\u{1c}'..='\u{1e}');
    let few = if is_separator { 0 } else { most / 8 };
    (ends <= few).then_some(sign)
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
