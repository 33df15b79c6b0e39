//! A script or two for every state machine: what usually happens. Each row is a step.

/// Target and script.
#[rustfmt::skip]
pub(crate) const ALL: &[(&str, &[u8])] = &[
    // An offer, accepted; another one, which renews the session.
    ("meeting", &[
        0, 0, 0, 0,  30, 0, 0, 0,  19, 0, 0, 0,  30, 1, 0, 0,  30, 2, 0, 0,
        1, 0, 0, 0,  30, 3, 0, 0,  18, 0, 0, 0,  30, 4, 0, 0,  30, 5, 0, 0,
    ]),
    // A prekey, early messages, one of them twice and one changed; then the same INIT again.
    ("meeting", &[
        13, 0, 2, 0,  6, 0, 0, 0,  14, 0, 0, 0,  14, 0, 0, 0,  30, 0, 0, 0,  50, 1, 0, 40,
        30, 1, 0, 0,  30, 1, 0, 0,  19, 0, 0, 0,  30, 2, 0, 0,  30, 3, 0, 0,  30, 4, 0, 0,  30, 0, 0, 0,
    ]),
    // Glare; a prekey of another run; a refusal; a lost key, and the user who settles it.
    ("meeting", &[
        0, 0, 0, 0,  1, 0, 0, 0,  30, 0, 0, 0,  30, 1, 0, 0,  30, 2, 0, 0,  30, 3, 0, 0,
        13, 0, 1, 0,  58, 0, 0, 0,  59, 0, 0, 0,  6, 0, 0, 0,  0, 0, 0, 0,  30, 4, 0, 0,  27, 0, 1, 0,  30, 5, 0, 0,
        60, 0, 0, 0,  0, 0, 0, 0,  30, 6, 0, 0,  63, 0, 0, 0,  30, 6, 0, 0,
    ]),
    // A prekey that is used twice, and the refusal.
    ("meeting", &[13, 0, 1, 0,  6, 0, 0, 0,  6, 0, 0, 0,  30, 0, 0, 0,  30, 1, 0, 0,  30, 2, 0, 0]),
    // A forged CONFIRM, then a forged ACCEPT.
    ("meeting", &[0, 0, 0, 0,  30, 0, 0, 0,  19, 0, 0, 0,  30, 1, 0, 0,  50, 2, 3, 33,  30, 2, 0, 0]),
    ("meeting", &[0, 0, 0, 0,  30, 0, 0, 0,  19, 0, 0, 0,  50, 1, 3, 33,  30, 1, 0, 0]),
    // Two handshakes at once; between their ends the peer gets another key, and the user says that it is right.
    ("meeting", &[
        0, 0, 0, 0,  0, 0, 0, 0,  30, 0, 0, 0,  30, 1, 0, 0,  19, 0, 0, 0,  19, 0, 0, 0,
        30, 2, 0, 0,  61, 0, 0, 0,  62, 0, 0, 0,  30, 3, 0, 0,
    ]),
    ("transfer", &[9, 0, 0, 0, 0,  3, 0, 9, 9,  4, 0, 0, 60,  5, 0, 0, 1,  7, 0, 0, 0]),
    ("transfer", &[255, 0, 1, 0, 0,  6, 0, 0, 1,  22, 2, 0, 2,  0, 2, 0, 0,  0, 0, 0, 0,  3, 2, 1, 7]),
    ("people", &[
        0, 0, 1, 9,  0, 1, 1, 8,  2, 0, 1, 2,  0, 0, 2, 9,  3, 0, 2, 10,  6, 1, 0, 0,  6, 0, 0, 0,
    ]),
    ("people", &[0, 0, 1, 9,  12, 0, 2, 3,  4, 0, 3, 3,  3, 0, 1, 20,  7, 0, 0, 0,  6, 1, 0, 0]),
    ("clocks", &[
        0, 0, 7, 0,  0, 0, 7, 0,  0, 0, 7, 0,  0, 0, 7, 0,  5, 1, 0, 0,  4, 54, 238, 128,  0, 1, 7, 0,  4, 0, 255, 255,
    ]),
    ("clocks", &[6, 18, 0, 0,  95, 255, 255, 255,  255, 255, 255, 255,  6, 4, 0, 0,  5, 255, 255, 255]),
    // A call, words both ways, read, edited; then everything is late, and one line breaks.
    ("clients", &[
        0, 1,  90, 0, 0,  116, 0, 0,  116, 1, 0,  61, 0, 0,  177, 1, 0,  153, 0, 0,  171, 1, 0,  165, 1, 0,  61, 0, 1,
        212, 0, 6,  116, 0, 0,  116, 1, 0,  192, 0, 0,  116, 0, 0,  61, 0, 1,  196, 0, 0,  61, 0, 3,
    ]),
    // Sessions are renewed while a third of the frames is lost.
    ("clients", &[
        1, 2,  90, 0, 0,  212, 0, 3,  116, 0, 0,  85, 0, 1,  116, 1, 0,  85, 0, 1,  116, 0, 0,  85, 0, 1,  116, 1, 0,
    ]),
    // Both call with words; frames in other names, spliced and flipped; a new run calls.
    ("clients", &[
        2, 3,  98, 0, 0,  116, 0, 0,  98, 1, 0,  116, 1, 0,  0, 0, 2,  225, 16, 0,  225, 32, 8,  235, 3, 7,  239, 1, 2,  242, 0, 3,
        210, 0, 0,  98, 0, 0,  0, 0, 2,  105, 1, 0,  249, 0, 1,  116, 1, 0,  61, 0, 3,
    ]),
];
