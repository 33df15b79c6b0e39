//! Locking.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; a panic elsewhere has not broken the data, which is only changed in steps that cannot panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
