//! How a type says its shape. A field that is forgotten does not compile.

/// A struct as an object: `record!(Whole: Interval { low, high })`.
macro_rules! record {
    (@blank Whole $name:ident $($field:ident)*) => { Self { $($field: $crate::json::Plain::blank()),* } };
    (@blank Closed $name:ident $($field:ident)*) => { Self { $($field: $crate::json::Plain::blank()),* } };
    (@blank $default:ident $name:ident $($field:ident)*) => { Self::default() };
    ($rule:ident: $name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::json::Plain for $name {
            fn write(&self, to: &mut $crate::json::Writer) {
                let Self { $($field),* } = self;
                to.record(&[$(stringify!($field)),*], &[$($field),*]);
            }

            fn read(&mut self, from: &mut $crate::json::Reader) {
                let Self { $($field),* } = self;
                from.record(
                    stringify!($name),
                    $crate::json::Rule::$rule,
                    &[$(stringify!($field)),*],
                    &mut [$($field),*],
                );
            }

            fn blank() -> Self {
                $crate::json::record!(@blank $rule $name $($field)*)
            }
        }
    };
}

/// An enum: each variant's word, or an object of its word and what it holds; with a tag, an object in which the word
/// stands under that name: `choice!(Closed "kind": Shape { Round { radius } = "round", Other(inner) = "other", None = "none" })`.
macro_rules! choice {
    (@tag) => { None };
    (@tag $tag:literal) => { Some($tag) };
    (@inner) => { None };
    (@inner $inner:expr) => { Some($inner) };
    ($rule:ident $($tag:literal)?: $name:ident { $(
        $variant:ident $({ $($field:ident),* })? $(($inner:ident))? = $word:literal
    ),* $(,)? }) => {
        impl $crate::json::Plain for $name {
            fn write(&self, to: &mut $crate::json::Writer) {
                let tag: Option<&'static str> = $crate::json::choice!(@tag $($tag)?);
                match self {
                    $(Self::$variant $({ $($field),* })? $(($inner))? => to.variant(
                        tag,
                        $word,
                        &[$($(stringify!($field)),*)?],
                        &[$($($field),*)?],
                        $crate::json::choice!(@inner $($inner)?),
                    ),)*
                }
            }

            fn read(&mut self, from: &mut $crate::json::Reader) {
                #[allow(non_camel_case_types, clippy::enum_variant_names, reason = "counts the variants")]
                enum At { $($variant),* }
                let tag: Option<&'static str> = $crate::json::choice!(@tag $($tag)?);
                let Some(at) = from.choose(tag, &[$($word),*]) else {
                    return;
                };
                $(if at == At::$variant as usize {
                    *self = Self::$variant
                        $({ $($field: $crate::json::Plain::blank()),* })?
                        $(({ let $inner = $crate::json::Plain::blank(); $inner }))?;
                })*
                match self {
                    $(Self::$variant $({ $($field),* })? $(($inner))? => from.variant(
                        tag,
                        $crate::json::Rule::$rule,
                        stringify!($variant),
                        &[$($(stringify!($field)),*)?],
                        &mut [$($($field),*)?],
                        $crate::json::choice!(@inner $($inner)?),
                    ),)*
                }
            }

            fn blank() -> Self {
                $crate::json::choice!(@first $(
                    $variant $({ $($field),* })? $(($inner))?
                ),*)
            }
        }
    };
    (@first $variant:ident $({ $($field:ident),* })? $(($inner:ident))? $(, $($rest:tt)*)?) => {
        Self::$variant
            $({ $($field: $crate::json::Plain::blank()),* })?
            $(({ let $inner = $crate::json::Plain::blank(); $inner }))?
    };
}

pub(crate) use {choice, record};
