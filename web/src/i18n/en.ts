import type {
  BackupPersonView,
  ConversationState,
  ConversationView,
  MessageStatus,
  QrVerdict,
  TransferState,
  TrustView,
  UserErrorCode,
} from '../engine/contract.ts';
import { pluralOf } from './format.ts';

const plural = pluralOf('en');

/** What happened, and what the person can do about it. */
export interface NoticeText {
  readonly title: string;
  readonly help: string;
}

export interface StateText {
  /** A few words for the chip in the header. */
  readonly label: string;
  /** One sentence with the peer's name. */
  readonly hint: (name: string) => string;
}

/** What came of a scan, and what it means, with the peer's name. */
export interface OutcomeText {
  readonly title: string;
  readonly help: (name: string) => string;
}

/** English, and the shape of every other language: a text that is missing there does not compile. */
export const en = {
  app: {
    name: 'Duet',
    tagline: 'Two people, one secret conversation.',
    skipToContent: 'Skip to the conversation',
    crashed: 'Something in the page broke.',
    crashedHelp: 'Reload the page. Your key stays on this device; an open conversation ends.',
    reload: 'Reload',
    close: 'Close',
    starting: 'Starting…',
    wait: (time: string) => `Try again in ${time}.`,
  },
  insecure: {
    title: 'This address is not encrypted (plain http).',
    more: 'What does that mean?',
    body: 'Messages are still encrypted on this device, with Duet’s own engine instead of the browser’s. But whoever sits between you and the server could change the page itself on its way and read along. Camera, microphone and keys that cannot be copied out are switched off by the browser here. Use an https address or localhost where you can.',
  },
  signIn: {
    login: 'Sign in',
    register: 'Create account',
    name: 'Name',
    nameHint: '3–32 characters: a–z, 0–9, _ - . and a letter first.',
    nameProblem: {
      'too-short': 'At least 3 characters.',
      'too-long': 'At most 32 characters.',
      start: 'Start with a letter from a to z.',
      characters: 'Only small letters a–z, digits, and _ - .',
    },
    password: 'Password',
    passwordTooShort: 'At least 8 characters.',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    strength: {
      'too-short': 'too short',
      weak: 'weak: easy to guess',
      fair: 'fair: a few more words would help',
      good: 'good',
      strong: 'strong',
    },
    strengthLabel: (words: string) => `Strength: ${words}`,
    promise: 'Your password never leaves this device.',
    promiseMore: 'It is stretched here into a login secret; the server sees only that.',
    noRecovery: 'Nobody can reset it for you.',
    realm: (realm: string) => `This server is ${realm}`,
    submit: { login: 'Sign in', register: 'Create account' },
    working: 'Stretching your password…',
  },
  unlock: {
    title: (name: string) => `Welcome back, ${name}`,
    body: 'You are signed in. The key on this device opens with your password.',
    submit: 'Unlock',
    other: 'Sign in as someone else',
  },
  keyMissing: {
    title: 'Your key is not on this device',
    body: (name: string) =>
      `The account ${name} has a key on another device. Keys never travel through the server, so this browser does not have it.`,
    options: 'What you can do',
    useOther: 'Go on with the device that has the key.',
    restore: 'Or bring the key here from a backup: a file and its passphrase.',
    replace: 'Or make a new key here.',
    replaceWarning:
      'Everyone you have talked to will be warned that your key changed, and will have to compare fingerprints with you again. The old device stops working for this account.',
    understood: 'I understand that my contacts will be warned',
    submit: 'Make a new key',
    signOut: 'Sign out',
  },
  lobby: {
    title: 'People',
    searchLabel: 'Find a person by name',
    searchPlaceholder: 'Find a person…',
    clearSearch: 'Clear the search',
    searching: 'Searching…',
    found: (count: number) => plural(count, { one: `${count} person found`, many: `${count} people found` }),
    nobody: (query: string) => `Nobody’s name starts with “${query}”.`,
    nobodyHelp: 'Names are exact: check the spelling with your friend.',
    recent: 'Recent',
    recentHint: 'Until you close this tab',
    noRecent: 'Nobody yet. Find a friend by name: both of you have to be here at the same time.',
    noKey: 'cannot be reached yet: has never signed in on a device',
    call: (name: string) => `Start a secret conversation with ${name}`,
    welcomeTitle: 'A conversation that leaves nothing behind',
    welcome: [
      {
        title: 'Only the two of you',
        body: 'Messages and files are encrypted on your devices. The server passes on what it cannot read.',
      },
      {
        title: 'Only while you are both here',
        body: 'Nothing is stored. When one of you leaves, the conversation is gone on both screens.',
      },
      {
        title: 'Only if the fingerprints match',
        body: 'Compare twelve emoji once, by voice or in person, and nobody can stand between you unnoticed.',
      },
    ],
    openConversation: (name: string) => `Back to ${name}`,
    signedInAs: (name: string) => `Signed in as ${name}`,
    settings: 'Settings',
  },
  incoming: {
    region: 'Incoming conversations',
    title: (name: string) => `${name} wants to talk`,
    accept: 'Accept',
    decline: 'Decline',
    acceptName: (name: string) => `Accept the conversation with ${name}`,
    declineName: (name: string) => `Decline the conversation with ${name}`,
    request: (name: string) => `Message request. That it is from ${name} is proved once you accept.`,
  },
  switching: {
    title: (name: string) => `Leave the conversation with ${name}?`,
    body: 'You can have one conversation at a time. Leaving erases it on both screens.',
    confirm: 'Leave and switch',
    stay: 'Stay',
  },
  connection: {
    idle: 'Not connected',
    connecting: 'Connecting…',
    online: 'Online',
    waiting: 'No connection to the server',
    browserOffline: 'This device is offline',
    waitingHelp: (time: string) => `Next attempt in ${time}.`,
    browserOfflineHelp: 'It connects by itself once the network is back.',
    replaced: 'Opened in another tab or on another device',
    replacedHelp: 'This one is paused, so that your messages arrive in one place.',
    refused: 'The server does not accept this connection',
    refusedHelp: 'Duet does not try again by itself: reload the page, or sign in again.',
    retry: 'Retry now',
    useHere: 'Use Duet here',
  },
  states: {
    'ringing-out': { label: 'Calling…', hint: (name) => `Waiting for ${name} to accept.` },
    establishing: {
      label: 'Establishing secure session',
      hint: (name) => `Agreeing on keys with ${name}. This takes a moment.`,
    },
    secure: { label: 'Secure session active', hint: (name) => `Only you and ${name} can read this.` },
    'peer-offline': {
      label: 'Peer offline',
      hint: (name) => `${name} is not here. Ask them to open Duet, then call again.`,
    },
    'peer-disconnected': {
      label: 'Peer disconnected',
      hint: (name) => `${name} has left. The conversation was erased on this screen.`,
    },
    declined: { label: 'Declined', hint: (name) => `${name} did not accept the conversation.` },
    busy: { label: 'Busy', hint: (name) => `${name} is in another conversation. Try again later.` },
    'no-answer': { label: 'No answer', hint: (name) => `${name} is here but did not answer.` },
    failed: {
      label: 'Could not be secured',
      hint: (name) =>
        `The secure session with ${name} could not be set up: something that arrived did not verify. Nothing was sent. Call again; if it keeps failing, someone may be interfering.`,
    },
    'blocked-key-changed': {
      label: 'Blocked: key changed',
      hint: (name) => `${name}’s key is not the one you know. Nothing can be sent until you decide.`,
    },
    'connection-lost': {
      label: 'Connection lost',
      hint: (name) =>
        `Your connection broke, and with it the session with ${name}. Once you are online, call again.`,
    },
    expired: {
      label: 'Session used up',
      hint: (name) =>
        `A session lasts a day, and its keys could not be renewed with ${name} in time. Call again for a fresh one.`,
    },
  } satisfies Record<ConversationState, StateText>,
  steps: {
    title: 'Establishing secure session',
    agree: (name: string) => `You and ${name} both want to talk`,
    verify: 'Signatures are checked, keys are agreed',
    confirm: 'Both sides confirm the same session key',
    done: 'done',
    current: 'in progress',
    pending: 'not yet',
  },
  trust: {
    unknown: {
      label: 'Not met yet',
      hint: (name: string) => `You have not talked to ${name} on this device.`,
    },
    'first-use': {
      label: 'Not compared',
      hint: (name: string) => `The key is the one first seen. Compare fingerprints with ${name} to be sure.`,
    },
    compared: { label: 'Compared', hint: (name: string) => `You compared fingerprints with ${name}.` },
    sas: {
      label: 'Compared live',
      hint: (name: string) => `You compared this session’s emoji with ${name}.`,
    },
    qr: { label: 'Scanned', hint: (name: string) => `You scanned ${name}’s QR code.` },
    changed: { label: 'Key changed', hint: (name: string) => `${name}’s key differs from the one you know.` },
  } satisfies Record<TrustView, StateText>,
  chat: {
    with: (name: string) => `Conversation with ${name}`,
    back: 'Back to people',
    leave: 'Leave',
    leaveName: (name: string) => `Leave the conversation with ${name} and erase it on both screens`,
    dismiss: 'Close',
    cancelCall: 'Cancel',
    callAgain: 'Call again',
    messages: (name: string) => `Messages with ${name}`,
    emptyTitle: 'You are alone together',
    empty: (name: string) =>
      `What you and ${name} write is encrypted between your two devices, kept in memory only, and gone when one of you leaves.`,
    comparePrompt: (name: string) => `You have not compared fingerprints with ${name} yet.`,
    compare: 'Compare',
    you: 'You',
    says: (name: string) => `${name}:`,
    status: {
      waiting: 'Waits until the session is secure',
      early: 'Sent with the call',
      sending: 'Sending',
      delivered: 'Delivered',
      read: 'Read',
      failed: 'Not sent',
    } satisfies Record<MessageStatus, string>,
    composer: (name: string) => `Message to ${name}`,
    composerPlaceholder: {
      yes: 'Write a message',
      early: 'Write while it rings',
      no: 'Not possible now',
    } satisfies Record<ConversationView['writable'], string>,
    unconfirmed: 'sent before the session was proved',
    earlyDropped: (count: number, name: string) =>
      plural(count, {
        one: `A message that ${name} wrote before you accepted was lost on its way. If it does not come again by itself, ask for it.`,
        many: `${count} messages that ${name} wrote before you accepted were lost on their way. If they do not come again by themselves, ask for them.`,
      }),
    notes: { renewed: 'The keys of this conversation were renewed.' },
    send: 'Send',
    attach: 'Attach a file',
    counter: (left: number) =>
      left >= 0
        ? plural(left, { one: `${left} character left`, many: `${left} characters left` })
        : plural(-left, { one: `${-left} character too many`, many: `${-left} characters too many` }),
    enterHint: 'Enter sends, Shift+Enter starts a new line',
    typing: (name: string) => `${name} is typing`,
    recordingVoice: (name: string) => `${name} is recording a voice message`,
    recordingVideo: (name: string) => `${name} is recording a video message`,
    latest: 'Latest',
    newMessages: (count: number) =>
      plural(count, { one: `${count} new message`, many: `${count} new messages` }),
    refused: (count: number) =>
      plural(count, {
        one: 'Something that arrived was forged or damaged. It was refused and is not shown.',
        many: `${count} things that arrived were forged or damaged. They were refused and are not shown.`,
      }),
    refusedHelp:
      'If it goes on, the connection or the server is not to be trusted: leave and compare fingerprints.',
    abrupt: (name: string) =>
      `The session ended without a goodbye from ${name}: their last messages may be missing.`,
    dropHere: (name: string) => `Drop to send to ${name}`,
    onlyFirst: (file: string) => `One file at a time: only ${file} is being sent.`,
  },
  transfer: {
    states: {
      announced: 'Comes once the conversation is secure',
      offered: 'Waiting',
      transferring: 'Under way',
      done: 'Complete',
      'cancelled-by-me': 'You cancelled it',
      'cancelled-by-peer': 'Cancelled by the other side',
      rejected: 'Not accepted',
      damaged: 'Damaged on its way',
      'connection-lost': 'Interrupted: the connection broke',
      'source-changed': 'The file changed while it was being sent',
    } satisfies Record<TransferState, string>,
    help: {
      damaged: 'It did not verify, so nothing of it was kept. Ask for it again.',
      'connection-lost': 'Nothing of it was kept. Send it again after reconnecting.',
      'source-changed': 'Send it again once it is no longer being written to.',
    },
    progress: (name: string) => `Progress of ${name}`,
    of: (done: string, total: string) => `${done} of ${total}`,
    speed: (rate: string) => `${rate}/s`,
    cancel: 'Cancel',
    cancelName: (name: string) => `Cancel the transfer of ${name}`,
    save: 'Save',
    saveName: (name: string) => `Save ${name}`,
    file: 'File',
  },
  verify: {
    open: 'Compare fingerprints',
    title: (name: string) => `Is it really ${name}?`,
    intro: (name: string) =>
      `Call ${name} or stand next to them. Let them read out their own twelve emoji, row by row, while you look at this list. Do not compare by writing here: someone in the middle could answer for them.`,
    theirs: (name: string) => `${name}’s fingerprint`,
    mine: 'Your fingerprint',
    mineHint: (name: string) => `Read this one out to ${name}.`,
    rowName: (row: number, words: string) => `Row ${row} matches: ${words}`,
    tickAll: 'Tick all three rows first.',
    confirm: 'Mark as compared',
    confirmedHelp: (name: string) =>
      `You compared this key with ${name}. You will be warned, and sending stops, if it ever changes.`,
    mismatch: 'Something differs?',
    mismatchHelp:
      'Then you are not talking to the person you think. Leave the conversation and do not send anything.',
    languageOfNames: 'Names in',
    ways: 'Other ways to compare',
    sas: 'This session',
    sasHint:
      'Four emoji that belong to this conversation alone. If both screens show the same, this session is safe; next time has others.',
    sasConfirm: 'Both screens show these four',
    sasRenewed: (name: string) =>
      `The session was renewed while you compared. If ${name} sees other emoji, both of you should look at the new ones.`,
    sasShowNew: 'Show the new ones',
    scan: {
      title: 'Scan their code',
      hint: (name: string) =>
        `${name} opens “QR code” in this window on their device and holds the screen up to yours.`,
      camera: 'What the camera sees',
      start: 'Scan with the camera',
      stop: 'Stop the camera',
      picture: 'From a picture',
      text: 'Or its text',
      check: 'Check',
      outcomes: {
        verified: { title: 'It matches.', help: (name) => `You hold the same keys as ${name}.` },
        'not-a-code': {
          title: 'No code of Duet found.',
          help: (name) => `Ask ${name} for the code in this window, and fill the picture with it.`,
        },
        'other-person': {
          title: 'A code, but of other people.',
          help: (name) => `It is not the code that ${name} shows for you. Nothing is wrong with the keys.`,
        },
        'key-differs': {
          title: 'The keys differ!',
          help: (name) =>
            `${name} knows you, or is known to you, by another key: somebody may stand between you. Leave and send nothing.`,
        },
        'camera-denied': {
          title: 'The browser keeps the camera closed.',
          help: () => 'Allow it for this site, or use a picture or the text.',
        },
        'camera-missing': {
          title: 'There is no camera to use.',
          help: () => 'Use a picture of the code, or its text.',
        },
      } satisfies Record<QrVerdict | 'camera-denied' | 'camera-missing', OutcomeText>,
    },
    code: 'Safety code',
    codeHint: 'The same sixty digits on both screens. Good for the phone.',
    qr: 'QR code',
    qrHint: (name: string) => `For ${name} to scan from your screen, under “Scan their code”.`,
    qrName: 'QR code with both of your keys',
    hex: 'In hexadecimal',
    hexHint: 'SHA-256 of the identity key that is in use right now.',
    loading: 'Computing fingerprints…',
  },
  blocked: {
    title: (name: string) => `${name}’s key has changed`,
    body: (name: string) =>
      `You know ${name} by another key. Either ${name} uses a new device or made a new key, or someone else is pretending to be ${name}. Nothing has been sent, and nothing will be until you decide.`,
    pinned: 'The key you know',
    now: 'The key shown now',
    how: (name: string) =>
      `Reach ${name} another way, by phone or in person, and have them read out their fingerprint.`,
    compared: (name: string) => `${name} read the new fingerprint to me and it matches`,
    accept: 'Accept the new key',
    refuse: 'Keep it blocked and leave',
  },
  people: {
    title: 'People you know',
    help: 'Whose keys this device remembers. A key that changes stops the conversation until you compare again.',
    nobody: 'Nobody yet: a key is remembered after the first secure conversation.',
    since: (day: string) => `Known since ${day}`,
    history: 'Earlier keys',
    historyHint: (name: string) => `Keys by which you knew ${name} before. They are not accepted any more.`,
    between: (since: string | null, until: string) =>
      since === null ? `until ${until}` : `from ${since} until ${until}`,
  },
  backup: {
    section: 'Keys and people',
    sectionHelp:
      'Your key exists on this device only. A backup is a file with your key and the people you know, locked by a passphrase.',
    make: 'Make a backup',
    makeHelp:
      'Your password opens the key; then a passphrase is made for the file. It is shown once: have pen and paper ready.',
    makeSubmit: 'Make the backup',
    stretching: 'Stretching the passphrase…',
    cancel: 'Cancel',
    passphrase: 'Passphrase',
    passphraseHelp:
      'Write it down now. It is nowhere else, and without it nobody can open the file, you included. Keep it apart from the file.',
    passphraseHint: '20 characters; capitals, spaces and dashes do not matter.',
    save: (people: number) =>
      plural(people, {
        one: 'Save the file: your key and one person',
        many: `Save the file: your key and ${people} people`,
      }),
    written: 'I have written the passphrase down',
    finish: 'Done',
    openTitle: 'Open a backup',
    openHelp: 'Nothing changes before you have seen what is in it.',
    choose: 'Choose the file',
    open: 'Open',
    identity: {
      restored: (name: string) => `The key of ${name} comes to this device`,
      here: (name: string) => `The key of ${name} is on this device already`,
    },
    createdOn: (day: string) => `Key made on ${day}`,
    people: (count: number) =>
      plural(count, { one: `${count} person`, many: count === 0 ? 'Nobody in it' : `${count} people` }),
    verdicts: {
      new: 'new here',
      same: 'known with this key',
      replaces: 'compared key, replaces one never compared',
      conflict: 'another key is known here',
    } satisfies Record<BackupPersonView['verdict'], string>,
    conflict: (name: string) =>
      `Two keys claim to be ${name}. Ask ${name} to read out their twelve emoji, by phone or in person, and keep the one that matches.`,
    keyHere: 'Known here',
    keyThere: 'In the backup',
    choice: (name: string) => `Which key is ${name}’s`,
    keepHere: 'Keep the one here',
    takeThere: 'Take the backup’s',
    restore: 'Take it over',
    restored: 'Taken over.',
  },
  settings: {
    title: 'Settings',
    language: 'Language',
    theme: 'Appearance',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    engine: 'Encryption engine',
    engines: {
      auto: {
        label: 'Automatic',
        hint: 'The browser’s own cryptography where it is proven right, WebAssembly elsewhere.',
      },
      native: { label: 'Browser', hint: 'Web Crypto wherever it can do the work at all.' },
      wasm: { label: 'WebAssembly', hint: 'Duet’s own engine for everything.' },
    },
    engineNext: 'Takes effect after a reload; the open conversation ends.',
    engineTable: 'What does what right now',
    operation: 'Operation',
    doneBy: 'Done by',
    operations: {
      ed25519: 'Signatures (Ed25519)',
      x25519: 'Key agreement (X25519)',
      mlKem768: 'Post-quantum agreement (ML-KEM-768)',
      aes256Gcm: 'Files (AES-256-GCM)',
      argon2id: 'Password stretching (Argon2id)',
      ratchet: 'Messages (hybrid ratchet)',
    },
    native: 'Browser',
    wasm: 'WebAssembly',
    secureContext: 'Secure context',
    insecureContext: 'Not a secure context: the browser’s cryptography is switched off',
    account: 'Account',
    logout: 'Log out',
    logoutHint: 'Your key stays on this device for the next time.',
  },
  notices: {
    'wrong-credentials': {
      title: 'Name and password do not match.',
      help: 'Check both; small and capital letters differ in passwords.',
    },
    'name-taken': { title: 'This name is taken.', help: 'Choose another one, or sign in if it is yours.' },
    'name-invalid': {
      title: 'This name cannot be used.',
      help: 'Use 3–32 of a–z, 0–9, _ - . and start with a letter.',
    },
    'password-too-short': {
      title: 'The password is too short.',
      help: 'Use at least 8 characters; four random words are better.',
    },
    'locked-out': {
      title: 'Too many failed attempts.',
      help: 'The account is closed to sign-ins for a while, to stop guessing.',
    },
    'rate-limited': { title: 'That was a little too fast.', help: 'The server asks for a pause.' },
    'session-expired': {
      title: 'Your sign-in has ended.',
      help: 'Sign in again; your key is still on this device.',
    },
    'relay-unreachable': {
      title: 'The server cannot be reached.',
      help: 'Check your network. Duet keeps trying.',
    },
    'relay-error': { title: 'The server could not do that.', help: 'Try again in a moment.' },
    'realm-changed': {
      title: 'The server calls itself something else than before.',
      help: 'That must not happen in silence. Do not sign in; ask whoever runs it.',
    },
    'engine-unavailable': {
      title: 'This encryption engine does not work here.',
      help: 'Choose Automatic in the settings and reload.',
    },
    'wasm-blocked': {
      title: 'The browser blocks WebAssembly.',
      help: 'Allow it for this site (for example, switch off Lockdown Mode for it) and reload.',
    },
    'storage-unavailable': {
      title: 'The browser does not let Duet store your key.',
      help: 'Leave private browsing or allow site data, then reload.',
    },
    'key-wrong-password': {
      title: 'This password does not open the key.',
      help: 'Try again; the key itself is unharmed.',
    },
    'not-connected': {
      title: 'You are not connected.',
      help: 'Wait for the connection to come back, then try again.',
    },
    'peer-has-no-key': {
      title: 'This person cannot be written to yet.',
      help: 'They have to sign in on a device once.',
    },
    'not-secure-yet': {
      title: 'The session is not secure yet.',
      help: 'Wait until it says “Secure session active”.',
    },
    'text-too-long': {
      title: 'The message is too long.',
      help: 'Send it in parts of up to 4,000 characters.',
    },
    'text-empty': { title: 'There is nothing to send.', help: 'Write something first.' },
    'too-many-unacknowledged': {
      title: 'The other side is not keeping up.',
      help: 'Wait until some messages are delivered.',
    },
    'file-too-large': { title: 'The file is too large.', help: 'Split it, or compress it first.' },
    'file-empty-name': { title: 'The file has no name.', help: 'Rename it and try again.' },
    'too-many-handshakes': {
      title: 'Too many new connections with this person.',
      help: 'Each one is a chance for somebody in the middle, so thirty in an hour are enough.',
    },
    'call-turned-away': {
      title: 'A call was turned away.',
      help: 'There were thirty connections with that person within the hour, and each one is a chance for somebody in the middle.',
    },
    'transfer-busy': { title: 'Your other file is under way.', help: 'Wait for it or cancel it first.' },
    'too-many-early': {
      title: 'Enough written for now.',
      help: '16 messages can go with a call. Write on once it is accepted.',
    },
    'backup-not-possible': {
      title: 'This key cannot be copied.',
      help: 'It was made so that nothing can read it. A new key could be backed up, at the price below.',
    },
    'backup-unreadable': {
      title: 'Wrong passphrase, or a damaged file.',
      help: 'Check the passphrase first; which of the two it is, nobody can tell.',
    },
    'backup-unknown-format': {
      title: 'This is not a backup of Duet.',
      help: 'Choose the file that you saved, or open it with a newer version.',
    },
    'backup-other-account': {
      title: 'This backup belongs to another account.',
      help: 'Sign in with the account that made it.',
    },
    'backup-old-key': {
      title: 'Your key has changed since this backup.',
      help: 'The account has another key now, so this one is of no use. Use a newer backup.',
    },
    'backup-closed': { title: 'The backup was closed meanwhile.', help: 'Open the file again.' },
    'out-of-memory': {
      title: 'This device is short of memory.',
      help: 'Opening a backup needs 64 MB for a moment: close other tabs and try again.',
    },
    internal: {
      title: 'Something went wrong inside Duet.',
      help: 'Reload the page. Nothing was sent in the clear.',
    },
  } satisfies Record<UserErrorCode, NoticeText>,
  notice: {
    region: 'Notices',
    dismiss: 'Dismiss',
    fileLimit: (limit: string) => `Files may have up to ${limit}.`,
  },
};

/** The shape that every language has. */
export type Text = typeof en;
