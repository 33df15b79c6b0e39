//! Memory that forgets: everything that is freed is wiped, and the used part of the stack can be.
//!
//! Copies of secrets come to be where no destructor of theirs looks: an argument that the glue copied in, a result that it
//! copied out, a buffer that grew. Instead of finding each, the allocator wipes whatever it takes back. Web Crypto and
//! JavaScript have copies of their own, which nobody here can reach.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{Ordering, compiler_fence};

use wasm_bindgen::prelude::wasm_bindgen;

/// The system's allocator, which forgets.
struct Wiping;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

// SAFETY: each call is the system's own, with the same layout; before a block goes back its bytes, which nobody may use
// any more, are overwritten.
#[allow(unsafe_code, reason = "an allocator has no other form")]
unsafe impl GlobalAlloc for Wiping {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the system's.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block has this size and is its owner's to the end of this call.
        unsafe {
            block.write_bytes(0, layout.size());
            compiler_fence(Ordering::SeqCst);
            System.dealloc(block, layout);
        }
    }

    // `realloc` is the trait's own: a new block, a copy, and `dealloc` of the old one. The system's might move a block and
    // leave the old bytes.
}

/// More than any operation uses: the deepest, a handshake's step with ML-KEM, uses about half.
const STACK: usize = 96 * 1024;

/// Overwrites what earlier calls have left on the stack.
#[wasm_bindgen(js_name = wipeStack)]
#[inline(never)]
pub fn wipe_stack() {
    black_box(&mut [0_u8; STACK]);
}
