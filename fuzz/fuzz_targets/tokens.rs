//! Any bytes are tokens or an error, in any pieces; what the tree reads the tokens read as well.
#![no_main]

use kubecast::json::{Tokens, Value};
use libfuzzer_sys::fuzz_target;

fn ends(text: &[u8], size: usize) -> bool {
    let mut tokens = Tokens::new(false);
    let mut rest: Vec<u8> = Vec::new();
    for piece in text.chunks(size.max(1)).chain([&[][..]]) {
        let last = piece.is_empty();
        rest.extend_from_slice(piece);
        let mut at = 0;
        loop {
            match tokens.next(&rest, &mut at, last) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return false,
            }
        }
        tokens.passed(at);
        rest.drain(..at);
    }
    true
}

fuzz_target!(|data: (u8, &[u8])| {
    let (size, text) = data;
    let whole = ends(text, usize::MAX);
    assert_eq!(ends(text, usize::from(size)), whole);
    // The tree has no numbers beyond a float.
    assert!(whole || Value::of_text(text).is_err());
});
