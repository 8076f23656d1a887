//! A shared value that is equal only to itself.

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// A large immutable value behind a pointer. Two handles are equal where they point at the same value, so that a
/// screen compares a million rows in one step.
pub struct Handle<T: ?Sized>(Rc<T>);

impl<T> Handle<T> {
    /// Takes the value.
    pub fn new(value: T) -> Self {
        Self(Rc::new(value))
    }

    /// The pointer.
    pub fn shared(&self) -> Rc<T> {
        Rc::clone(&self.0)
    }
}

impl<T: ?Sized> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T: ?Sized> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: ?Sized> Eq for Handle<T> {}

impl<T: ?Sized> Deref for Handle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Default> Default for Handle<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
