//! Floats as text: the fewest digits that read back the same, laid out as `serde_json` lays them out.

use super::write::Writer;

pub(super) fn write(x: f64, to: &mut Writer) {
    if !x.is_finite() {
        return to.not_finite();
    }
    // `d.ddde-7`: the standard library finds the digits, their place is moved here.
    let text = format!("{x:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-5..16).contains(&exponent) {
        return to.literal(&if exponent > 0 {
            text.replace('e', "e+")
        } else {
            text
        });
    }
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let digits: String = digits.chars().filter(|c| *c != '.').collect();
    to.literal(sign);
    if exponent < 0 {
        to.literal("0.");
        to.literal(&"0".repeat((-1 - exponent) as usize));
        return to.literal(&digits);
    }
    let whole = exponent as usize + 1;
    match digits.split_at_checked(whole) {
        Some((whole, rest)) => {
            to.literal(whole);
            to.literal(".");
            to.literal(if rest.is_empty() { "0" } else { rest });
        }
        None => {
            to.literal(&digits);
            to.literal(&"0".repeat(whole - digits.len()));
            to.literal(".0");
        }
    }
}
