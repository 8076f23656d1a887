//! The table as text, before any typing.

/// Appends a row as text: commas, double quotes where needed, a line feed.
pub(super) fn write_row<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = &'a [u8]>) {
    let from = out.len();
    let mut count = 0;
    for cell in cells {
        if count > 0 {
            out.push(b',');
        }
        count += 1;
        let quoted = |b: &u8| matches!(b, b',' | b'"' | b'\n' | b'\r');
        if !cell.iter().any(quoted) {
            out.extend_from_slice(cell);
            continue;
        }
        out.push(b'"');
        for &b in cell {
            if b == b'"' {
                out.push(b'"');
            }
            out.push(b);
        }
        out.push(b'"');
    }
    // A row of one empty cell would be a blank line.
    if count == 1 && out.len() == from {
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}
