//! Files (protocol.md section 7): keys, nonces, lengths and heads for both engines, and the software's AES.

use std::cell::OnceCell;

use duet_crypto::files::{
    self, Descriptor, FileId, FileKey, FileKeys, FileKind, FileMode, Salt, cobblestone::ChunkCipher,
};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Failure, array, number, whole};
use crate::platform;
use crate::task::Task;

/// What one file is sealed under.
#[wasm_bindgen]
pub struct FileCipher {
    keys: FileKeys,
    software: OnceCell<ChunkCipher>,
}

impl FileCipher {
    fn from_keys(keys: FileKeys) -> Self {
        Self {
            keys,
            software: OnceCell::new(),
        }
    }

    fn software(&self) -> &ChunkCipher {
        self.software.get_or_init(|| self.keys.cipher())
    }
}

#[wasm_bindgen]
impl FileCipher {
    /// The keys of a new file in the whole format.
    ///
    /// # Errors
    /// The key has not 32 bytes or the salt not 24.
    #[wasm_bindgen(constructor)]
    pub fn new(key: &[u8], salt: &[u8], context: &[u8]) -> Result<Self, JsValue> {
        let keys = FileKeys::derive(&array(key)?, &Salt(array(salt)?), context);
        Ok(Self::from_keys(keys))
    }

    /// The keys of a sealed file, whose header has 56 bytes.
    ///
    /// # Errors
    /// It was sealed under another key or context.
    #[wasm_bindgen(js_name = fromHeader)]
    pub fn from_header(header: &[u8], key: &[u8], context: &[u8]) -> Result<Self, JsValue> {
        let keys =
            FileKeys::from_header(&array(header)?, &array(key)?, context).map_err(Failure::from)?;
        Ok(Self::from_keys(keys))
    }

    /// The keys of a transfer, which follow from three fields of its descriptor.
    ///
    /// # Errors
    /// The file is larger than a file may be.
    #[wasm_bindgen(js_name = ofTransfer)]
    pub fn of_transfer(key: &[u8], salt: &[u8], size: f64) -> Result<Self, JsValue> {
        let descriptor = Descriptor {
            key: FileKey::from_bytes(&array(key)?),
            salt: Salt(array(salt)?),
            size: whole(size)?,
            kind: FileKind::File,
            mode: FileMode::Both,
            duration_ms: 0,
            peaks: Vec::new(),
            name: String::new(),
            media_type: String::new(),
            preview: Vec::new(),
        };
        Ok(Self::from_keys(descriptor.keys().map_err(Failure::from)?))
    }

    /// 32 bytes, public.
    #[must_use]
    pub fn commitment(&self) -> Vec<u8> {
        self.keys.commitment().to_vec()
    }

    /// The nonces of a run of chunks, 12 bytes each.
    ///
    /// # Errors
    /// `first` is no chunk number.
    pub fn nonces(&self, first: f64, count: u32) -> Result<Vec<u8>, JsValue> {
        let first = whole(first)?;
        let each = (0..u64::from(count)).flat_map(|chunk| self.keys.nonce(first + chunk));
        Ok(each.collect())
    }

    /// The key as a non-extractable `CryptoKey` for AES-GCM: its raw bytes go nowhere else.
    #[wasm_bindgen(js_name = platformKey)]
    #[must_use]
    pub fn platform_key(&self) -> Task {
        let imported = platform::import_aes(self.keys.key());
        Task::new(async move { Ok(imported?.await?.into()) })
    }

    /// Seals a run of chunks in the core, after `headroom` zeros.
    ///
    /// # Errors
    /// The run is not whole chunks, and not the last one.
    pub fn seal(
        &self,
        first: f64,
        plaintext: &[u8],
        last: bool,
        headroom: usize,
    ) -> Result<Vec<u8>, JsValue> {
        let mut out = vec![0; headroom];
        self.software()
            .seal(whole(first)?, last, plaintext, &mut out)
            .map_err(Failure::from)?;
        Ok(out)
    }

    /// Opens a run of chunks in the core.
    ///
    /// # Errors
    /// It is not authentic, or not of a length that it may have.
    pub fn open(&self, first: f64, mut sealed: Vec<u8>, last: bool) -> Result<Vec<u8>, JsValue> {
        let length = self
            .software()
            .open(whole(first)?, last, &mut sealed)
            .map_err(Failure::from)?;
        sealed.truncate(length);
        Ok(sealed)
    }
}

/// Every size and head that follows from a transfer's size and id.
#[wasm_bindgen]
pub struct Transfer {
    layout: files::Layout,
    file: FileId,
}

#[wasm_bindgen]
impl Transfer {
    /// A transfer of a file of this size and id.
    ///
    /// # Errors
    /// The file is larger than a file may be.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, file: &[u8]) -> Result<Self, JsValue> {
        let layout = files::Layout::new(whole(size)?).map_err(Failure::from)?;
        Ok(Self {
            layout,
            file: FileId(array(file)?),
        })
    }

    /// Number of chunks, at least one.
    #[must_use]
    pub fn chunks(&self) -> u32 {
        self.layout.chunks()
    }

    /// Bytes of the plaintext stream, the file and its padding.
    #[wasm_bindgen(js_name = paddedSize)]
    #[must_use]
    pub fn padded_size(&self) -> f64 {
        number(self.layout.padded_size())
    }

    /// Begin and end of the file's bytes in a run of `count` chunks from chunk `first` on.
    ///
    /// # Errors
    /// There is no such run.
    #[wasm_bindgen(js_name = fileRange)]
    pub fn file_range(&self, first: u32, count: u32) -> Result<Vec<f64>, JsValue> {
        let range = self.layout.file_range(self.run(first, count)?);
        Ok(vec![number(range.start), number(range.end)])
    }

    /// Bytes of a run's plaintext, padding included.
    ///
    /// # Errors
    /// There is no such run.
    #[wasm_bindgen(js_name = plaintextLength)]
    pub fn plaintext_length(&self, first: u32, count: u32) -> Result<usize, JsValue> {
        Ok(self.layout.plaintext_length(self.run(first, count)?))
    }

    /// The head of a run's CHUNK frame.
    ///
    /// # Errors
    /// There is no such run.
    pub fn head(&self, first: u32, count: u32) -> Result<Vec<u8>, JsValue> {
        let header = self.layout.header(self.file, self.run(first, count)?);
        Ok(header.encode().to_vec())
    }

    /// The first chunk and the number of chunks of a CHUNK frame that begins with `head` and has `length` bytes in all.
    /// Nothing of the frame but its head needs to be in this module's memory.
    ///
    /// # Errors
    /// It is of another file, or head or length are not those of a run.
    pub fn check(&self, head: &[u8], length: usize) -> Result<Vec<u32>, JsValue> {
        let checked = self.layout.check(&self.file, head, length);
        let run = checked.map_err(Failure::from)?;
        Ok(vec![run.first(), run.count()])
    }
}

impl Transfer {
    fn run(&self, first: u32, count: u32) -> Result<files::ChunkRun, Failure> {
        self.layout.run(first, count).map_err(Failure::from)
    }
}
