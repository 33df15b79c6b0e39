//! Control messages of a transfer (section 7.3).

use super::FileError;
use crate::bytes::Reader;
use crate::ids::FileId;

/// What is asked or said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ControlOp {
    /// The receiver takes the file; of its sender: what it had stopped for now goes on.
    Accept = 1,
    /// The receiver does not.
    Reject = 2,
    /// Send `count` chunks from chunk `index` on.
    Want = 3,
    /// Either side stops for good.
    Cancel = 4,
    /// The receiver has all of it.
    Done = 5,
    /// Either side stops for now.
    Pause = 6,
}

impl ControlOp {
    /// Every operation, in numerical order.
    pub const ALL: &[Self] = &[
        Self::Accept,
        Self::Reject,
        Self::Want,
        Self::Cancel,
        Self::Done,
        Self::Pause,
    ];
}

/// A FILECTL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Control {
    /// The file.
    pub file: FileId,
    /// What is asked or said.
    pub op: ControlOp,
    /// First chunk, for [`ControlOp::Want`].
    pub index: u32,
    /// Number of chunks, for [`ControlOp::Want`].
    pub count: u32,
}

impl Control {
    /// Bytes of a FILECTL.
    pub const LENGTH: usize = 41;

    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FileError::Descriptor`].
    pub fn decode(body: &[u8]) -> Result<Self, FileError> {
        let mut reader = Reader::new(body);
        let file = FileId(reader.array()?);
        let op = reader.u8()?;
        let op = ControlOp::ALL
            .iter()
            .copied()
            .find(|known| *known as u8 == op)
            .ok_or(FileError::Descriptor)?;
        let control = Self {
            file,
            op,
            index: reader.u32()?,
            count: reader.u32()?,
        };
        reader.end()?;
        Ok(control)
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LENGTH] {
        let mut out = [0; Self::LENGTH];
        out[..32].copy_from_slice(&self.file.0);
        out[32] = self.op as u8;
        out[33..37].copy_from_slice(&self.index.to_be_bytes());
        out[37..].copy_from_slice(&self.count.to_be_bytes());
        out
    }
}
