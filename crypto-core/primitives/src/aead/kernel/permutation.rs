//! Constant orders of the sixteen bytes of a vector.

/// An order: byte `i` of the result is byte `order[i]` of the vector.
pub(super) type Order = [usize; 16];

/// The bytes of an AES state lie in a vector by rows: row `r`, column `c` at `4 * r + c`. This takes, for each place, what is
/// `rows` below and `columns` to the right.
pub(super) const fn neighbour(rows: usize, columns: usize) -> Order {
    let mut order = [0; 16];
    let mut i = 0;
    while i < 16 {
        let (row, column) = (i / 4, i % 4);
        order[i] = 4 * ((row + rows) % 4) + (column + columns) % 4;
        i += 1;
    }
    order
}

/// From rows that were never shifted, after 14 rounds, to the order of FIPS 197: byte `4 * c + r`.
pub(super) const fn natural() -> Order {
    let mut order = [0; 16];
    let mut i = 0;
    while i < 16 {
        let (column, row) = (i / 4, i % 4);
        // Fourteen shifts by `row` are two.
        order[i] = 4 * row + (column + 2 * row) % 4;
        i += 1;
    }
    order
}

/// The last byte first.
pub(super) const fn reversed() -> Order {
    let mut order = [0; 16];
    let mut i = 0;
    while i < 16 {
        order[i] = 15 - i;
        i += 1;
    }
    order
}

/// Applies an order, which is a constant.
// The formatter moves these lines further to the right each time.
#[rustfmt::skip]
macro_rules! permute {
    ($vector:expr, $order:expr) => {{
        const ORDER: Order = $order;
        $vector.permute::<
            { ORDER[0] }, { ORDER[1] }, { ORDER[2] }, { ORDER[3] },
            { ORDER[4] }, { ORDER[5] }, { ORDER[6] }, { ORDER[7] },
            { ORDER[8] }, { ORDER[9] }, { ORDER[10] }, { ORDER[11] },
            { ORDER[12] }, { ORDER[13] }, { ORDER[14] }, { ORDER[15] },
        >()
    }};
}
pub(super) use permute;
