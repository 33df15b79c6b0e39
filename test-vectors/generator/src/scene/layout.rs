//! Where the fields of the frames are (sections 4 to 6). Ends and signatures are those of the core.

/// OFFER and INIT up to the commitment.
pub(crate) mod flight1 {
    pub(crate) const HID: usize = 2;
    pub(crate) const MAX_VERSION: usize = 18;
    pub(crate) const PRESENCE_B: usize = 19;
    pub(crate) const AID_A: usize = 35;
    pub(crate) const AID_B: usize = 67;
    pub(crate) const IK_A: usize = 99;
    pub(crate) const IK_B: usize = 131;
    pub(crate) const EX_A: usize = 163;
    pub(crate) const EK_A: usize = 195;
    pub(crate) const CM_A: usize = 1379;
}

pub(crate) mod offer {
    use duet_crypto::handshake::frames::OFFER_SIGNED;

    pub(crate) const SIGNATURE: usize = OFFER_SIGNED;
    /// The second half of the signature.
    pub(crate) const S: usize = SIGNATURE + 32;
}

pub(crate) mod init {
    use duet_crypto::handshake::frames::INIT_LENGTH;

    pub(crate) const PKID: usize = 1411;
    pub(crate) const CT_P: usize = 1427;
    pub(crate) const SIGNATURE: usize = INIT_LENGTH - 64;
    pub(crate) const S: usize = SIGNATURE + 32;
}

pub(crate) mod prekey {
    use duet_crypto::prekeys::frame::PREKEY_SIGNED;

    pub(crate) const PKID: usize = 2;
    pub(crate) const MAX_VERSION: usize = 18;
    pub(crate) const PRESENCE_B: usize = 19;
    pub(crate) const AID_B: usize = 35;
    pub(crate) const IK_B: usize = 67;
    pub(crate) const OX_B: usize = 99;
    pub(crate) const OK_B: usize = 131;
    pub(crate) const SIGNATURE: usize = PREKEY_SIGNED;
    pub(crate) const S: usize = SIGNATURE + 32;
}

pub(crate) mod accept {
    use duet_crypto::handshake::frames::ACCEPT_SIGNED;

    pub(crate) const HID: usize = 2;
    pub(crate) const MAX_VERSION: usize = 18;
    pub(crate) const EX_B: usize = 19;
    pub(crate) const CT_B: usize = 51;
    pub(crate) const SIGNATURE: usize = ACCEPT_SIGNED;
    pub(crate) const S: usize = SIGNATURE + 32;
    pub(crate) const MAC_B: usize = SIGNATURE + 64;
}

pub(crate) mod confirm {
    use duet_crypto::handshake::frames::CONFIRM_SIGNED;

    pub(crate) const HID: usize = 2;
    pub(crate) const R_A: usize = 18;
    pub(crate) const RX_A: usize = 50;
    pub(crate) const RE_A: usize = 82;
    pub(crate) const SIGNATURE: usize = CONFIRM_SIGNED;
    pub(crate) const EARLY_COUNT: usize = SIGNATURE - 4;
    pub(crate) const S: usize = SIGNATURE + 32;
    pub(crate) const MAC_A: usize = SIGNATURE + 64;
}

pub(crate) mod msg {
    use duet_crypto::session::HEADER_LENGTH;

    pub(crate) const SID: usize = 2;
    pub(crate) const PN: usize = 18;
    pub(crate) const N: usize = 22;
    pub(crate) const TURN: usize = 26;
    pub(crate) const RX: usize = 30;
    pub(crate) const RE: usize = 62;
    pub(crate) const RC: usize = 1246;
    pub(crate) const BODY: usize = HEADER_LENGTH;
}

pub(crate) mod over {
    pub(crate) const SID: usize = 2;
    pub(crate) const SIGNATURE: usize = 18;
}
