//! The table of contents of a zip archive (PKWARE's APPNOTE.TXT 6.3.10): what is in it, and where.
//!
//! Invariants: every place lies within the file; entries do not overlap; nothing is allocated for what sizes claim.

/// A file in the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ZipEntry {
    /// Its name, without folders: nothing is ever written under it.
    pub name: String,
    /// Its bytes in the archive.
    pub start: usize,
    pub end: usize,
    /// Whether they are compressed.
    pub is_deflated: bool,
    /// Bytes that it says it inflates to.
    pub size: u64,
    pub crc: u32,
    /// Seconds since 1970 at which it was written, where the archive says so in UTC.
    pub modified_secs: Option<i64>,
}

/// Why an archive is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ZipFault {
    /// Its table of contents is not there, or points beyond the file.
    Damaged(&'static str),
    /// It is a spreadsheet, or no archive at all.
    Other,
    /// zip64, encryption, or a method other than DEFLATE.
    Unsupported(String),
}

/// The files in an archive, in its order.
pub(super) fn entries(archive: &[u8], most: usize) -> Result<Vec<ZipEntry>, ZipFault> {
    // Four bytes make no archive: the versions of the format end below 64.
    if archive.starts_with(b"PK\x03\x04") && u16_at(archive, 4).is_ok_and(|version| version > 63) {
        return Err(ZipFault::Other);
    }
    let end = end_of_contents(archive)?;
    let count = usize::from(u16_at(archive, end + 10)?);
    let size = u32_at(archive, end + 12)? as usize;
    let start = u32_at(archive, end + 16)? as usize;
    let is_zip64 = count == 0xffff
        || start == 0xffff_ffff
        || size == 0xffff_ffff
        || end
            .checked_sub(20)
            .is_some_and(|at| archive[at..].starts_with(b"PK\x06\x07"));
    if is_zip64 {
        return Err(ZipFault::Unsupported("it is a zip64 archive".to_owned()));
    }
    if u16_at(archive, end + 4)? != 0 || u16_at(archive, end + 6)? != 0 {
        return Err(ZipFault::Unsupported(
            "it is split over several files".to_owned(),
        ));
    }
    if start.checked_add(size).is_none_or(|stop| stop > end) {
        return Err(ZipFault::Damaged(
            "its table of contents lies outside of it",
        ));
    }
    let mut found = Vec::new();
    let mut at = start;
    for _ in 0..count {
        let (entry, next) = entry(archive, at, start)?;
        at = next;
        if let Some(entry) = entry {
            if found.len() == most {
                return Err(ZipFault::Unsupported(format!(
                    "it holds more than {most} files"
                )));
            }
            found.push(entry);
        }
    }
    let mut ranges: Vec<(usize, usize)> = found.iter().map(|e| (e.start, e.end)).collect();
    crate::data::sort(&mut ranges);
    if ranges.windows(2).any(|w| w[1].0 < w[0].1) {
        return Err(ZipFault::Damaged("its files overlap"));
    }
    Ok(found)
}

/// One entry of the table of contents at `at`, and where the next begins; folders and what a system hides are left out.
fn entry(
    archive: &[u8],
    at: usize,
    contents: usize,
) -> Result<(Option<ZipEntry>, usize), ZipFault> {
    if !slice(archive, at, 4)?.starts_with(b"PK\x01\x02") {
        return Err(ZipFault::Damaged("its table of contents is damaged"));
    }
    let flags = u16_at(archive, at + 8)?;
    let method = u16_at(archive, at + 10)?;
    let crc = u32_at(archive, at + 16)?;
    let packed = u32_at(archive, at + 20)?;
    let size = u32_at(archive, at + 24)?;
    let name_len = usize::from(u16_at(archive, at + 28)?);
    let extra_len = usize::from(u16_at(archive, at + 30)?);
    let comment_len = usize::from(u16_at(archive, at + 32)?);
    let local = u32_at(archive, at + 42)?;
    let path = String::from_utf8_lossy(slice(archive, at + 46, name_len)?).into_owned();
    let extra = slice(archive, at + 46 + name_len, extra_len)?;
    let next = at + 46 + name_len + extra_len + comment_len;
    if path == "[Content_Types].xml" || path == "mimetype" {
        return Err(ZipFault::Other);
    }
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.is_empty() || name.starts_with('.') || path.starts_with("__MACOSX/") {
        return Ok((None, next));
    }
    let unsupported = |what: &str| ZipFault::Unsupported(format!("{name:?} in it {what}"));
    if [packed, size, local].contains(&u32::MAX) {
        return Err(unsupported("is a zip64 entry"));
    }
    if flags & 1 != 0 {
        return Err(unsupported("is encrypted"));
    }
    if method != 0 && method != 8 {
        return Err(unsupported(
            "is compressed with another method than DEFLATE",
        ));
    }
    let local = local as usize;
    if !slice(archive, local, 4)?.starts_with(b"PK\x03\x04") {
        return Err(ZipFault::Damaged(
            "a file in it is not where its table of contents says",
        ));
    }
    let before =
        usize::from(u16_at(archive, local + 26)?) + usize::from(u16_at(archive, local + 28)?);
    let start = local + 30 + before;
    let end = start.saturating_add(packed as usize);
    if end > contents {
        return Err(ZipFault::Damaged("a file in it lies outside of it"));
    }
    if method == 0 && packed != size {
        return Err(ZipFault::Damaged("a file in it has two sizes"));
    }
    let entry = ZipEntry {
        name: name.to_owned(),
        start,
        end,
        is_deflated: method == 8,
        size: u64::from(size),
        crc,
        modified_secs: modified(extra),
    };
    Ok((Some(entry), next))
}

/// The extended time stamp of an extra field.
fn modified(mut extra: &[u8]) -> Option<i64> {
    while let [a, b, c, d, rest @ ..] = extra {
        let len = usize::from(u16::from_le_bytes([*c, *d]));
        if (*a, *b) == (b'U', b'T')
            && let Some([flags, t0, t1, t2, t3]) = rest.get(..len.min(5))
        {
            let secs = i64::from(i32::from_le_bytes([*t0, *t1, *t2, *t3]));
            return (flags & 1 != 0).then_some(secs);
        }
        extra = rest.get(len..)?;
    }
    None
}

/// Where the last record of the archive begins; a comment of up to 64 KiB may follow it.
fn end_of_contents(archive: &[u8]) -> Result<usize, ZipFault> {
    const RECORD: usize = 22;
    let last = archive.len().checked_sub(RECORD);
    let Some(last) = last else {
        return Err(ZipFault::Damaged("it is cut"));
    };
    (last.saturating_sub(0xffff)..=last)
        .rev()
        .find(|&at| archive[at..].starts_with(b"PK\x05\x06"))
        .ok_or(ZipFault::Damaged(
            "it is cut: its table of contents is not there",
        ))
}

fn slice(archive: &[u8], at: usize, len: usize) -> Result<&[u8], ZipFault> {
    at.checked_add(len)
        .and_then(|end| archive.get(at..end))
        .ok_or(ZipFault::Damaged(
            "its table of contents lies outside of it",
        ))
}

fn u16_at(archive: &[u8], at: usize) -> Result<u16, ZipFault> {
    let bytes = slice(archive, at, 2)?;
    Ok(u16::from_le_bytes([bytes[0], bytes[1]]))
}

fn u32_at(archive: &[u8], at: usize) -> Result<u32, ZipFault> {
    let bytes = slice(archive, at, 4)?;
    Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
