//! Numbers with names on the wire.

macro_rules! status {
    ($(#[$doc:meta])* $name:ident: $number:ty { $($(#[$variant_doc:meta])* $variant:ident = $value:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr($number)]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $value,)+
        }

        impl $name {
            /// Every value, in numerical order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The number on the wire.
            #[must_use]
            pub const fn value(self) -> $number {
                self as $number
            }

            pub(super) fn decode(value: $number) -> Result<Self, $crate::error::FrameError> {
                match value {
                    $($value => Ok(Self::$variant),)+
                    _ => Err($crate::error::FrameError::Field),
                }
            }
        }
    };
}
pub(super) use status;
