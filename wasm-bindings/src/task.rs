//! Futures of the core, driven by TypeScript one step at a time.
//!
//! A future that is polled from a promise callback cannot tell anybody that it trapped: its promise just never
//! settles. So nothing here is spawned. A [`Task`] runs until it needs a promise of Web Crypto, hands that promise
//! out, and is called again with its outcome; a trap in any step reaches the caller of that step.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::Failure;

type Steps = Pin<Box<dyn Future<Output = Result<JsValue, Failure>>>>;

/// What passes between the task that is being polled and the future inside it. Only one task is polled at a time,
/// and polling does not return into JavaScript, so one mailbox is enough.
#[derive(Default)]
struct Mailbox {
    request: Option<Promise>,
    outcome: Option<Result<JsValue, JsValue>>,
}

thread_local! {
    static MAILBOX: RefCell<Mailbox> = RefCell::default();
}

/// An operation under way.
#[wasm_bindgen]
pub struct Task {
    stage: Stage,
}

enum Stage {
    Running(Steps),
    Done(JsValue),
    Over,
}

impl Task {
    /// Whoever makes one turns the result into a value of JavaScript: a future around each future would be a state machine more.
    pub(crate) fn new(steps: impl Future<Output = Result<JsValue, Failure>> + 'static) -> Self {
        Self {
            stage: Stage::Running(Box::pin(steps)),
        }
    }

    fn step(
        &mut self,
        outcome: Option<Result<JsValue, JsValue>>,
    ) -> Result<Option<Promise>, Failure> {
        // A task whose step fails, or traps, is over.
        let Stage::Running(mut steps) = std::mem::replace(&mut self.stage, Stage::Over) else {
            return Err(Failure::Spent);
        };
        MAILBOX.with_borrow_mut(|mailbox| {
            *mailbox = Mailbox {
                request: None,
                outcome,
            }
        });
        match steps.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => {
                self.stage = Stage::Done(result?);
                Ok(None)
            }
            Poll::Pending => {
                self.stage = Stage::Running(steps);
                Ok(MAILBOX.with_borrow_mut(|mailbox| mailbox.request.take()))
            }
        }
    }
}

#[wasm_bindgen]
impl Task {
    /// The first step. Returns the promise to wait for, or nothing when the task is done.
    ///
    /// # Errors
    /// Whatever the operation fails with.
    pub fn start(&mut self) -> Result<Option<Promise>, JsValue> {
        Ok(self.step(None)?)
    }

    /// The next step, after the promise was fulfilled with `value`.
    ///
    /// # Errors
    /// Whatever the operation fails with.
    pub fn resolve(&mut self, value: JsValue) -> Result<Option<Promise>, JsValue> {
        Ok(self.step(Some(Ok(value)))?)
    }

    /// The next step, after the promise was rejected with `reason`.
    ///
    /// # Errors
    /// Whatever the operation fails with.
    pub fn reject(&mut self, reason: JsValue) -> Result<Option<Promise>, JsValue> {
        Ok(self.step(Some(Err(reason)))?)
    }

    /// The result, once.
    ///
    /// # Errors
    /// The task is not done, or its result was taken.
    pub fn result(&mut self) -> Result<JsValue, JsValue> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Done(value) => Ok(value),
            Stage::Running(_) | Stage::Over => Err(Failure::Spent.into()),
        }
    }
}

/// Waits for a promise of the platform inside a [`Task`].
pub(crate) fn settled(promise: Promise) -> impl Future<Output = Result<JsValue, JsValue>> {
    let mut request = Some(promise);
    std::future::poll_fn(move |_| {
        MAILBOX.with_borrow_mut(|mailbox| match request.take() {
            Some(promise) => {
                mailbox.request = Some(promise);
                Poll::Pending
            }
            None => mailbox.outcome.take().map_or(Poll::Pending, Poll::Ready),
        })
    })
}
