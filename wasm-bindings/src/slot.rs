//! A place for a value that an asynchronous operation borrows, or uses up.

use std::cell::RefCell;
use std::rc::Rc;

use crate::failure::Failure;

/// Shared between the handle that JavaScript holds and the task that is at work.
pub(crate) struct Slot<T>(Rc<RefCell<State<T>>>);

enum State<T> {
    Here(T),
    Lent,
    Spent,
}

impl<T> Slot<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Rc::new(RefCell::new(State::Here(value))))
    }

    /// Looks at the value.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&T) -> R) -> Result<R, Failure> {
        match &*self.0.borrow() {
            State::Here(value) => Ok(look(value)),
            State::Lent => Err(Failure::Busy),
            State::Spent => Err(Failure::Spent),
        }
    }

    /// Works on the value for a moment.
    pub(crate) fn with_mut<R>(&self, work: impl FnOnce(&mut T) -> R) -> Result<R, Failure> {
        match &mut *self.0.borrow_mut() {
            State::Here(value) => Ok(work(value)),
            State::Lent => Err(Failure::Busy),
            State::Spent => Err(Failure::Spent),
        }
    }

    /// Takes the value for good: whoever comes next finds it spent.
    pub(crate) fn take(&self) -> Result<T, Failure> {
        self.replace(State::Spent)
    }

    /// Takes the value until [`Slot::put_back`].
    pub(crate) fn lend(&self) -> Result<T, Failure> {
        self.replace(State::Lent)
    }

    pub(crate) fn put_back(&self, value: T) {
        *self.0.borrow_mut() = State::Here(value);
    }

    fn replace(&self, next: State<T>) -> Result<T, Failure> {
        let mut state = self.0.borrow_mut();
        match std::mem::replace(&mut *state, State::Spent) {
            State::Here(value) => {
                *state = next;
                Ok(value)
            }
            State::Lent => {
                *state = State::Lent;
                Err(Failure::Busy)
            }
            State::Spent => Err(Failure::Spent),
        }
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_lent_once_and_spent_once() {
        let slot = Slot::new(7);
        let value = slot.lend().unwrap();
        assert_eq!(slot.clone().lend().unwrap_err(), Failure::Busy);
        assert_eq!(slot.take().unwrap_err(), Failure::Busy);
        assert_eq!(slot.with_mut(|_| ()).unwrap_err(), Failure::Busy);
        slot.put_back(value);
        slot.with_mut(|value| *value += 1).unwrap();
        assert_eq!(slot.with(|value| *value).unwrap(), 8);
        assert_eq!(slot.take().unwrap(), 8);
        assert_eq!(slot.lend().unwrap_err(), Failure::Spent);
        assert_eq!(slot.take().unwrap_err(), Failure::Spent);
        assert_eq!(slot.with(|_| ()).unwrap_err(), Failure::Spent);
        assert_eq!(slot.with_mut(|_| ()).unwrap_err(), Failure::Spent);
    }
}
