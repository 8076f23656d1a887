//! A file's bytes: at hand, or where they lie, read a window at a time.

use std::borrow::Cow;
use std::fmt;

/// Bytes that lie elsewhere and are read where they are asked for: of a large file no more is held than is at work.
pub trait Pull: fmt::Debug {
    /// How many there are.
    fn size(&self) -> u64;

    /// Puts the bytes from `from` on into all of `to`.
    ///
    /// # Errors
    /// Why not, in a sentence without a full stop.
    fn pull(&mut self, from: u64, to: &mut [u8]) -> Result<(), String>;
}

/// Bytes pulled at a time.
const WINDOW_BYTES: usize = 2 << 20;

/// The bytes of one file.
#[derive(Debug)]
pub(super) enum Input<'a> {
    Held(Cow<'a, [u8]>),
    Pulled {
        source: Box<dyn Pull>,
        /// The bytes from `from` on that are here.
        window: Vec<u8>,
        from: usize,
    },
}

impl Input<'_> {
    pub fn pulled(source: Box<dyn Pull>) -> Self {
        Self::Pulled {
            source,
            window: Vec::new(),
            from: 0,
        }
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Pulled { source, .. } => source.size(),
        }
    }

    /// The bytes from `at` up to `end`, at most `most` of them; fewer only at the end.
    pub fn piece(&mut self, at: usize, end: usize, most: usize) -> Result<&[u8], String> {
        let to = end.min(at.saturating_add(most));
        match self {
            Self::Held(bytes) => Ok(bytes.get(at..to).unwrap_or_default()),
            Self::Pulled {
                source,
                window,
                from,
            } => {
                let is_here = at >= *from && to <= *from + window.len();
                if !is_here {
                    let size = usize::try_from(source.size()).unwrap_or(usize::MAX);
                    let until = size.min(to.max(at.saturating_add(WINDOW_BYTES)));
                    window.resize(until.saturating_sub(at), 0);
                    *from = at;
                    if let Err(why) = source.pull(at as u64, window) {
                        window.clear();
                        return Err(why);
                    }
                }
                let within = at - *from..to.saturating_sub(*from);
                Ok(window.get(within).unwrap_or_default())
            }
        }
    }

    /// All of them, held from now on.
    pub fn whole(&mut self) -> Result<&[u8], String> {
        if let Self::Pulled { source, .. } = self {
            let mut bytes = Vec::new();
            let size = usize::try_from(source.size()).unwrap_or(usize::MAX);
            if bytes.try_reserve_exact(size).is_err() {
                return Err("it is larger than the memory at hand".to_owned());
            }
            bytes.resize(size, 0);
            source.pull(0, &mut bytes)?;
            *self = Self::Held(Cow::Owned(bytes));
        }
        match self {
            Self::Held(bytes) => Ok(bytes),
            Self::Pulled { .. } => Ok(&[]),
        }
    }

    /// Lets go of them.
    pub fn forget(&mut self) {
        *self = Self::Held(Cow::Borrowed(&[]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Elsewhere(Vec<u8>, usize);

    impl Pull for Elsewhere {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }

        fn pull(&mut self, from: u64, to: &mut [u8]) -> Result<(), String> {
            self.1 += 1;
            let from = from as usize;
            let bytes = self
                .0
                .get(from..from + to.len())
                .ok_or("it was cut short")?;
            to.copy_from_slice(bytes);
            Ok(())
        }
    }

    #[test]
    fn bytes_elsewhere_are_those_at_hand() {
        let bytes: Vec<u8> = (0..10_000_000_u32).map(|i| (i % 251) as u8).collect();
        let mut held = Input::Held(Cow::Borrowed(&bytes));
        let mut pulled = Input::pulled(Box::new(Elsewhere(bytes.clone(), 0)));
        assert_eq!(pulled.size(), held.size());
        for (at, most) in [
            (0, 8),
            (4, 1 << 20),
            (9_999_990, 100),
            ((2 << 20) - 3, 10),
            (1, 6 << 20),
            (10_000_000, 5),
        ] {
            let expected = held.piece(at, bytes.len(), most).unwrap().to_vec();
            assert_eq!(pulled.piece(at, bytes.len(), most).unwrap(), expected);
        }
        assert_eq!(pulled.whole().unwrap(), bytes);
        let mut short = Input::pulled(Box::new(Elsewhere(Vec::new(), 0)));
        assert_eq!(short.piece(0, 0, 9).unwrap(), b"");
    }

    #[test]
    fn a_file_read_in_order_is_pulled_in_windows() {
        #[derive(Debug)]
        struct Counted(std::rc::Rc<std::cell::Cell<usize>>);
        impl Pull for Counted {
            fn size(&self) -> u64 {
                9 << 20
            }
            fn pull(&mut self, _: u64, _: &mut [u8]) -> Result<(), String> {
                self.0.set(self.0.get() + 1);
                Ok(())
            }
        }
        let pulls = std::rc::Rc::default();
        let mut input = Input::pulled(Box::new(Counted(std::rc::Rc::clone(&pulls))));
        for at in (0..9 << 20).step_by(1 << 20) {
            assert_eq!(input.piece(at, 9 << 20, 1 << 20).unwrap().len(), 1 << 20);
        }
        assert_eq!(pulls.get(), 5);
    }
}
