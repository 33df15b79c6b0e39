import type {
  ActView,
  BackupPersonView,
  ConversationState,
  ConversationView,
  KeyProofView,
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

/** What became of a deed, where it is not as it should be. What may differ on the other screen takes the peer's name. */
export interface ActWords {
  readonly waiting: string;
  readonly unconfirmed: (name: string) => string;
  readonly 'not-delivered': (name: string) => string;
}

/** Everything takes the peer's name. */
export interface StateText {
  /** A few words for the header and the list of people. */
  readonly label: (name: string) => string;
  /** What happened, as a title in the middle. */
  readonly title: (name: string) => string;
  /** What it means, and what one can do. */
  readonly hint: (name: string) => string;
}

/** Everything takes the peer's name. */
export interface TrustText {
  /** For the header: a question until it is answered. */
  readonly label: (name: string) => string;
  /** For the lists. */
  readonly note: (name: string) => string;
  /** How it is known, or why not. */
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
    hero: 'A conversation for\u00a0two',
    tagline: 'Both here at once. Nothing left behind.',
    skipToContent: 'Skip to the conversation',
    crashed: 'Something in the page broke.',
    crashedHelp: 'Reload the page. Your key stays on this device; an open conversation ends.',
    reload: 'Reload',
    tryAgain: 'Try again',
    partGone:
      'This part of the page did not load. There may be a newer version: reload to get it, but open conversations end.',
    close: 'Close',
    back: 'Back',
    starting: 'One moment…',
    startingLong: 'The server is taking its time…',
    updateReady: 'A newer Duet is here.',
    updateHelp: 'You get it the next time you open Duet, or right now.',
    updateNow: 'Load it now',
    wait: (time: string) => `Try again in ${time}.`,
  },
  insecure: {
    title: 'This address is plain http.',
    more: 'What to do',
    body: 'Your words are still encrypted on this device, by Duet’s own engine instead of the browser’s. But somebody on the way could change this page itself, and read along. Camera, microphone and keys that cannot be copied out are switched off by the browser here. Use an https address, or localhost, where you can.',
  },
  signIn: {
    login: 'Sign in',
    register: 'I am new here',
    name: 'Your name',
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
    promise: {
      login: 'Your password stays on this device. So does your key.',
      register:
        'Your password stays on this device. So does your key: nobody can reset either for you, so make a backup once you are in.',
    },
    realm: (realm: string) => `This server is ${realm}`,
    submit: { login: 'Come in', register: 'Begin' },
    working: 'Working on your password…',
  },
  unlock: {
    title: (name: string) => `Welcome back, ${name}`,
    body: 'You are signed in. Your key is on this device, and your password opens it.',
    submit: 'Come in',
    other: 'Sign in as somebody else',
  },
  keyMissing: {
    title: 'Your key is not on this device',
    body: (name: string) =>
      `${name}’s key is on another device. Keys never travel through the server, so this browser does not have it.`,
    options: 'What you can do',
    useOther: 'Carry on with the device that has the key.',
    restore: 'Or bring the key here from a backup: a file and its passphrase.',
    replace: 'Or make a new key here.',
    replaceWarning:
      'Everybody you have talked to will be warned that you may not be you, and has to make sure again. The old device stops working for this account.',
    understood: 'I understand that the people I know will be warned',
    submit: 'Make a new key',
    signOut: 'Sign out',
  },
  lobby: {
    title: 'People',
    searchLabel: 'Find somebody by name',
    searchPlaceholder: 'Find somebody by name',
    clearSearch: 'Clear the search',
    searching: 'Looking…',
    found: (count: number) => plural(count, { one: `${count} person found`, many: `${count} people found` }),
    nobody: (query: string) => `Nobody’s name starts with “${query}”.`,
    you: 'That’s your own name.',
    youHelp: 'Others find you by this name.',
    nobodyHelp: 'Ask your friend how they spell it here.',
    results: 'Found',
    talking: 'In conversation',
    draft: (text: string) => `Draft: ${text}`,
    known: 'People you know',
    noKey: 'Cannot be called yet: they have never been here',
    free: 'Call',
    call: (name: string) => `Call ${name}`,
    who: 'Who would you like to talk to?',
    promise: 'What you say stays on your two screens, and goes when one of you leaves.',
    emptyTitle: 'It takes two',
    empty:
      'Find somebody you trust. When you are both here, you can talk; when one of you leaves, nothing remains.',
    find: 'Find somebody by name',
    here: 'Is here now',
    backTo: 'Back to',
    signedInAs: (name: string) => `Signed in as ${name}`,
    settings: 'Settings',
  },
  leaving: {
    title: 'Leave Duet?',
    help: (name: string) => `Your conversation with ${name} ends, and disappears from both screens.`,
    helpAll: (names: string) => `Your conversations end, and disappear from every screen: ${names}.`,
    stay: 'Stay',
    leave: 'Leave',
  },
  signs: {
    title: 'Notifications and sounds',
    ask: 'You missed something while you looked elsewhere.',
    askHelp: 'Should the browser tell you next time? It never says what it was, or from whom.',
    yes: 'Yes, tell me',
    no: 'No, thanks',
    call: 'Somebody would like to talk',
    message: 'A new message',
    here: 'Somebody you are waiting for is here',
    await: (name: string) => `Tell me when ${name} is here`,
    awaiting: (name: string) => `You are waiting for ${name}`,
    awaitingHelp: 'Duet tells you when they are here.',
    stopAwaiting: 'Stop waiting',
    arrived: (name: string) => `${name} is here`,
    arrivedHelp: 'You asked to be told.',
    callNow: 'Call',
    callName: (name: string) => `Call ${name}`,
    putAway: 'Not now',
    notify: 'Tell me when I look elsewhere',
    notifyHint: 'The browser only says that there is something, never what or from whom.',
    denied: 'The browser blocks notifications from Duet. The icon beside the address lets you allow them.',
    missing: 'This browser has no notifications, or none at this address.',
    sounds: 'Sounds',
    soundsHint: 'For calls, and for messages that you do not see.',
    mute: 'Mute',
    muteName: (name: string) => `Mute ${name}`,
    unmute: 'Unmute',
    unmuteName: (name: string) => `Unmute ${name}`,
    muteHelp: 'You see what they send as always, without a sound on this device.',
    muted: 'Muted',
  },
  incoming: {
    region: 'Calls',
    title: (name: string) => `${name} would like to talk`,
    accept: 'Answer',
    decline: 'Not now',
    acceptName: (name: string) => `Answer ${name}`,
    look: 'Look at the new key',
    lookName: (name: string) => `Look at the new key of ${name}`,
    declineName: (name: string) => `Not now, ${name}`,
    request: (name: string) => `First words. Whether ${name} really wrote them is proved once you answer.`,
  },
  connection: {
    idle: 'Not connected',
    connecting: 'Connecting…',
    online: 'You are here',
    waiting: 'You are not connected',
    browserOffline: 'This device is offline',
    waitingHelp: (time: string) => `Duet keeps trying: next in ${time}.`,
    browserOfflineHelp: 'Duet comes back by itself once the network does.',
    replaced: 'You are using Duet somewhere else',
    replacedByTab: 'You are using Duet in another tab',
    replacedHelp: {
      tab: 'Your messages and calls arrive there. If you close it, they arrive here.',
      device: 'Another device or browser took over, so that your messages arrive in one place.',
      unknown: 'Another tab or device took over, so that your messages arrive in one place.',
    },
    refused: 'The server turns this page away',
    refusedHelp: 'Duet will not try again by itself: reload the page, or sign in again.',
    retry: 'Try now',
    useHere: 'Use Duet here',
  },
  states: {
    'ringing-out': {
      label: (name) => `Waiting for ${name}`,
      title: (name) => `It is ringing on ${name}’s screen`,
      hint: () => 'Write a first word if you like: it can be read before answering.',
    },
    establishing: {
      label: () => 'Almost there…',
      title: () => 'One moment, and you are alone',
      hint: () => 'Your two devices agree on keys that nobody else has.',
    },
    leaving: {
      label: () => 'Leaving…',
      title: () => 'The conversation is ending',
      hint: () => 'One moment: Duet is checking whether your last words arrived.',
    },
    secure: {
      label: () => 'Just the two of you',
      title: () => 'Just the two of you, from here',
      hint: () => 'Nobody in between can read this, and nothing is kept.',
    },
    'peer-offline': {
      label: (name) => `${name} is not here`,
      title: (name) => `${name} is not here right now`,
      hint: (name) => `You can talk while you are both here. Ask ${name} to open Duet, then call again.`,
    },
    'peer-disconnected': {
      label: () => 'The conversation is over',
      title: (name) => `${name} has left, and the conversation is gone`,
      hint: () => 'It was on your two screens only, and now it is on none.',
    },
    declined: {
      label: () => 'Not now',
      title: (name) => `${name} says: not now`,
      hint: () => 'Perhaps later. Nothing of it is kept.',
    },
    busy: {
      label: () => 'In another conversation',
      title: (name) => `${name} is in another conversation`,
      hint: () => 'Try again in a while.',
    },
    'no-answer': {
      label: () => 'No answer',
      title: (name) => `${name} does not answer`,
      hint: (name) => `It rang on ${name}’s screen. Perhaps nobody was looking.`,
    },
    failed: {
      label: () => 'Could not be made private',
      title: () => 'This could not be made private',
      hint: (name) =>
        `Something that arrived from ${name} was not what it should be, so nothing was sent. Call again; if it keeps happening, somebody may be interfering.`,
    },
    'blocked-key-changed': {
      label: () => 'Waiting for your decision',
      title: (name) => `This may not be the ${name} you know`,
      hint: (name) =>
        `${name} has a different key now. Usually that means a new phone or browser. It can also mean that somebody pretends to be ${name}. Nothing goes either way until you decide.`,
    },
    reconnecting: {
      label: () => 'Waiting for the line',
      title: () => 'The line is interrupted, the conversation is not',
      hint: () => 'What you write waits and goes by itself as soon as it can. This may last ten minutes.',
    },
    'peer-silent': {
      label: (name) => `Nothing heard from ${name}`,
      title: (name) => `Nothing was heard from ${name} for ten minutes`,
      hint: (name) => `The conversation is over. Perhaps ${name}’s device is asleep or without a network.`,
    },
    left: {
      label: () => 'You have left',
      title: (name) => `${name} may not have got all of it`,
      hint: () => 'You have left. Only what may not have arrived is still here; closing removes it.',
    },
    'line-dropped': {
      label: () => 'The line dropped',
      title: () => 'The line dropped, and the conversation is erased',
      hint: (name) =>
        `You chose this in the settings. What may not have arrived is still shown; ${name} learns that it is over once the line is back.`,
    },
    expired: {
      label: () => 'A day has passed',
      title: () => 'This conversation is a day old',
      hint: (name) =>
        `Once a day a conversation needs fresh keys, and ${name} could not be reached for them. Call again for a new one.`,
    },
  } satisfies Record<ConversationState, StateText>,
  /** `reconnecting`, when nothing broke: another tab or device of this account took over. */
  elsewhere: {
    label: () => 'Paused here',
    title: (name) => `Your conversation with ${name} is paused here`,
    hint: () => 'You are using Duet somewhere else now, and a conversation is in one place only.',
  } satisfies StateText as StateText,
  /** `reconnecting`, when one's own line is well: the other side is not there, or does not answer. */
  unheard: {
    label: (name) => `Waiting until ${name} is back`,
    title: (name) => `Nothing is heard from ${name} right now`,
    hint: (name) =>
      `What you write waits, and goes by itself as soon as ${name} is back. This may last ten minutes.`,
  } satisfies StateText as StateText,
  trust: {
    unknown: {
      label: (name) => `Is it really ${name}?`,
      note: () => 'You have not talked here before',
      hint: (name) => `You have not talked to ${name} on this device.`,
    },
    'first-use': {
      label: (name) => `Is it really ${name}?`,
      note: () => 'Not checked yet',
      hint: (name) => `You have talked before, but never made sure that it is ${name}.`,
    },
    link: {
      label: (name) => `Invited by ${name}`,
      note: (name) => `Known by ${name}’s invitation`,
      hint: (name) =>
        `${name}’s key came with the link, so it is whoever made that link. That is as safe as the way it reached you.`,
    },
    compared: {
      label: (name) => `You know it’s ${name}`,
      note: (name) => `You know it’s ${name}`,
      hint: (name) => `You and ${name} compared your twelve emoji.`,
    },
    sas: {
      label: (name) => `You know it’s ${name}`,
      note: (name) => `You know it’s ${name}`,
      hint: (name) => `You and ${name} saw the same four emoji.`,
    },
    qr: {
      label: (name) => `You know it’s ${name}`,
      note: (name) => `You know it’s ${name}`,
      hint: (name) => `You looked at ${name}’s code with your camera.`,
    },
    changed: {
      label: (name) => `This may not be ${name}`,
      note: (name) => `This may not be the ${name} you know`,
      hint: (name) => `${name}’s key is not the one you know.`,
    },
  } satisfies Record<TrustView, TrustText>,
  chat: {
    with: (name: string) => `Conversation with ${name}`,
    back: 'Back to people',
    leave: 'Leave',
    leaveName: (name: string) => `Leave the conversation with ${name}, and take it off both screens`,
    dismiss: 'Close',
    cancelCall: 'Stop',
    cancelCallName: (name: string) => `Stop calling ${name}`,
    callAgain: (name: string) => `Call ${name} again`,
    messages: (name: string) => `Messages with ${name}`,
    makeSure: (name: string) => `Make sure it is ${name}`,
    firstTime: (name: string) => `First time with ${name}? Make sure once that it is really them.`,
    you: 'you',
    says: (name: string) => `${name}:`,
    changed: (name: string, text: string) => `${name} changed a message to: ${text}`,
    reacted: (name: string, emoji: string, text: string) => `${name} reacted with ${emoji} to: ${text}`,
    status: {
      waiting: 'Waits, and goes by itself',
      early: 'Went along with the call',
      sending: 'Sent',
      delivered: 'Arrived',
      read: 'Read',
      unconfirmed: 'May not have arrived',
      'not-delivered': 'Did not arrive',
    } satisfies Record<MessageStatus, string>,
    composer: (name: string) => `Message to ${name}`,
    composerPlaceholder: {
      yes: (name) => `Write to ${name}`,
      early: (name) => `A first word to ${name}`,
      no: (name) => `You can write to ${name} in a moment`,
    } satisfies Record<ConversationView['writable'], (name: string) => string>,
    unconfirmed: 'came before it was proved who wrote it',
    edited: 'edited',
    editedHint: 'What it said before',
    versions: (name: string) => `What ${name} wrote before`,
    ownVersions: 'What you wrote before',
    takenBack: (name: string) => `${name} took a message back`,
    ownTakenBack: 'You took a message back',
    act: {
      edit: {
        waiting: 'The change waits, and goes by itself',
        unconfirmed: (name) => `The change may not have arrived: ${name} may still see what it said before`,
        'not-delivered': (name) => `The change did not arrive: ${name} sees what it said before`,
      },
      'take-back': {
        waiting: 'It is still on the other screen; taking it back goes by itself',
        unconfirmed: (name) => `That may not have arrived: ${name} may still see the message`,
        'not-delivered': (name) => `That did not arrive: ${name} still sees the message`,
      },
    } satisfies Record<ActView['what'], ActWords>,
    showMore: 'Show more',
    showLess: 'Show less',
    reply: {
      to: (name: string) => `Answering ${name}`,
      toSelf: 'Answering yourself',
      answers: 'In answer to',
      gone: 'A message that is not here any more',
      stop: 'Do not answer it',
    },
    editing: { title: 'Changing what you wrote', stop: 'Leave it as it was', save: 'Save the change' },
    reactions: {
      label: 'Reactions',
      both: (emoji: string, name: string) => `${emoji} from you and ${name}`,
      mine: (emoji: string) => `${emoji} from you`,
      theirs: (emoji: string, name: string) => `${emoji} from ${name}`,
      remove: 'Press to take yours away',
      add: 'Press to add yours',
      waiting: 'It waits, and goes by itself',
      unsettled: (name: string) => `${name} may not see it as you do`,
    },
    acts: {
      toolbar: 'Act on the message',
      menu: 'What to do with the message',
      react: (emoji: string) => `React with ${emoji}`,
      reactOther: 'Another reaction',
      addReaction: 'React',
      reply: 'Reply',
      copy: 'Copy',
      copied: 'Copied',
      copyFailed: 'The browser would not copy it',
      edit: 'Edit',
      minutesLeft: (minutes: number) =>
        plural(minutes, { one: `${minutes} minute left`, many: `${minutes} minutes left` }),
      takeBack: 'Take back, on both screens',
      hide: 'Remove from my screen',
      more: 'More',
      close: 'Close',
      keys: 'Arrow keys go from message to message. Enter opens what can be done; R replies, E edits, C copies, Delete takes back.',
      confirm: {
        takeBack: {
          title: 'Take this message back?',
          help: (name: string) =>
            `It goes from both screens. ${name} may have read it already, or kept it in some other way.`,
          act: 'Take it back',
        },
        hide: {
          title: 'Remove it from your screen?',
          help: (name: string) => `You cannot get it back here. ${name} still sees it.`,
          act: 'Remove it',
        },
        keep: 'Keep it',
      },
    },
    emoji: {
      open: 'Emoji',
      panel: 'Emoji',
      close: 'Close the emoji',
      search: 'Find an emoji',
      often: 'Often used',
      loading: 'One moment',
      none: 'Nothing like that',
      insert: (emoji: string) => `Insert ${emoji}`,
    },
    link: {
      really: (host: string) => `goes to ${host}`,
    },
    earlyDropped: (count: number, name: string) =>
      plural(count, {
        one: `A message that ${name} wrote before you answered was lost on its way. If it does not come again by itself, ask for it.`,
        many: `${count} messages that ${name} wrote before you answered were lost on their way. If they do not come again by themselves, ask for them.`,
      }),
    notes: {
      renewed: 'Fresh keys, same two people',
      restarted: 'They are back on a fresh page, without what was said above',
    },
    send: 'Send',
    attach: 'Add a file',
    counter: (left: number) =>
      left >= 0
        ? plural(left, { one: `${left} character left`, many: `${left} characters left` })
        : plural(-left, { one: `${-left} character too many`, many: `${-left} characters too many` }),
    enterHint: 'Enter sends, Shift+Enter starts a new line',
    typing: (name: string) => `${name} is writing`,
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
      'If it keeps happening, do not trust the line or the server: leave, and make sure who you are talking to.',
    abrupt: (name: string) => `It ended without a goodbye from ${name}: their last messages may be missing.`,
    dropHere: (name: string) => `Drop to send to ${name}`,
  },
  transfer: {
    states: {
      announced: 'Comes once you have answered',
      offered: 'Waiting',
      transferring: 'On its way',
      paused: 'Paused',
      done: 'Arrived',
      'cancelled-by-me': 'You stopped it',
      'cancelled-by-peer': 'Stopped by the other side',
      rejected: 'Not accepted',
      interrupted: 'Interrupted: the conversation ended',
      'source-changed': 'The file changed while it was being sent',
    } satisfies Record<TransferState, string>,
    help: {
      interrupted: 'None of it was kept. Send it again in the next conversation.',
      'source-changed': 'Send it again once it has stopped changing.',
    },
    progress: (name: string) => `Progress of ${name}`,
    of: (done: string, total: string) => `${done} of ${total}`,
    speed: (rate: string) => `${rate}/s`,
    cancel: 'Stop',
    cancelName: (name: string) => `Stop sending ${name}`,
    save: 'Save',
    saveName: (name: string) => `Save ${name}`,
    file: 'File',
  },
  verify: {
    open: 'Make sure who it is',
    title: (name: string) => `Is it really ${name}?`,
    intro: (name: string) =>
      `Once is enough. Don’t do it by writing here: somebody in between could answer for ${name}.`,
    together: {
      title: 'You are together',
      help: (name: string) => `Let ${name}’s camera look at this, or look at theirs.`,
      scan: 'Scan theirs',
      code: 'Code with both of your keys',
    },
    onCall: {
      title: 'You are on a call',
      help: (name: string) => `Say these four aloud. Does ${name} see the same, in the same order?`,
      none: 'For this you need to be in conversation.',
      same: 'The same',
      different: 'Different',
    },
    renewed: (name: string) =>
      `The keys have been renewed since. If ${name} sees others, both of you should look at the new ones.`,
    showNew: 'Show the new ones',
    twelve: {
      open: 'Neither? Twelve emoji',
      openHelp: 'Read them out whenever it suits you both',
      title: 'Twelve emoji',
      help: (name: string) => `${name} reads theirs out, you tick each row here. Then the other way round.`,
      listen: 'listen, and tick',
      read: 'read these out',
      row: (row: number, words: string) => `Row ${row} is the same: ${words}`,
      left: (count: number) => plural(count, { one: `${count} row to go`, many: `${count} rows to go` }),
      confirm: (name: string) => `It is ${name}`,
      differs: 'Something differs',
    },
    different: {
      title: (name: string) => `Then it may not be ${name}`,
      help: 'Look once more: the order counts, too. If they still differ, somebody is between you. Leave, and write nothing more here.',
      again: 'Look once more',
      leave: 'Leave now',
    },
    done: {
      title: (name: string) => `You know it’s ${name}`,
      help: (name: string) => `If ${name}’s key ever changes, nothing is sent before you say so.`,
    },
    more: 'More ways, and numbers',
    languageOfNames: 'Names in',
    scan: {
      title: 'Scan their code',
      hint: (name: string) => `${name} opens this page on their device and holds the code up to yours.`,
      camera: 'What the camera sees',
      start: 'Use the camera',
      stop: 'Stop the camera',
      picture: 'From a picture',
      text: 'Or its text',
      check: 'Check',
      outcomes: {
        verified: { title: 'It is the same.', help: (name) => `You and ${name} hold the same keys.` },
        'not-a-code': {
          title: 'No Duet code found.',
          help: (name) => `Ask ${name} for the code on this page, and fill the picture with it.`,
        },
        'other-person': {
          title: 'A code, but for other people.',
          help: (name) => `It is not the one that ${name} shows for you. Nothing is wrong with the keys.`,
        },
        'key-differs': {
          title: 'The keys differ!',
          help: (name) =>
            `You and ${name} hold different keys: somebody may be between you. Leave, and send nothing.`,
        },
        'camera-denied': {
          title: 'The browser blocks the camera.',
          help: () => 'Click the icon beside the address and allow the camera, or use a picture or the text.',
        },
        'camera-missing': {
          title: 'There is no camera to use.',
          help: () => 'Use a picture of the code, or its text.',
        },
      } satisfies Record<QrVerdict | 'camera-denied' | 'camera-missing', OutcomeText>,
    },
    directory: {
      title: 'What the server says',
      help: (name: string) =>
        `Every key that the server has had for ${name}. It is a hint of what happened and proves nothing: only comparing does.`,
      proofs: {
        first: (day: string) => `${day}: the first key.`,
        signed: (day: string) => `${day}: a new key, signed by the one before.`,
        lost: (day: string) => `${day}: a new key; the one before was reported lost.`,
      } satisfies Record<KeyProofView, (day: string) => string>,
      inUse: 'This one is in use here.',
    },
    code: 'Sixty digits',
    codeHint: 'The same on both screens. Good for the phone.',
    hex: 'The keys in hexadecimal',
    hexHint: 'SHA-256 of the keys in use right now.',
    theirs: (name: string) => `${name}’s`,
    mine: 'Yours',
    loading: 'One moment…',
  },
  blocked: {
    known: (name: string) => `The ${name} you know`,
    now: 'Who is there now',
    call: (name: string) => `Make sure with ${name} on a call`,
    how: (name: string) =>
      `Phone ${name}, or meet: not here. ${name} reads out their twelve emoji, and you tick each row that is the same.`,
    itIs: (name: string) => `It is ${name}: go on`,
    refuse: 'Don’t talk',
    know: 'I know why, go on',
    knowHelp: (name: string) =>
      `Only if ${name} told you about the new key, by telephone or face to face. You will still have to make sure.`,
    told: (name: string) => `${name} told me, and not here`,
    accept: 'Go on with the new key',
  },
  people: {
    title: 'People you know',
    help: 'Whose keys this device remembers. If one changes, nothing is sent before you have made sure.',
    whoIsHere: 'Show which of them are here',
    whoIsHereHint:
      'For this the server learns whom you know, and forgets it when you leave. People who chose not to be seen appear to be away.',
    nobody: 'Nobody yet: people are remembered after the first conversation.',
    since: (day: string) => `Known since ${day}`,
    history: 'Earlier keys',
    historyHint: (name: string) => `You knew ${name} by these before. They are no longer accepted.`,
    between: (since: string | null, until: string) =>
      since === null ? `until ${until}` : `from ${since} until ${until}`,
  },
  backup: {
    section: 'Your key',
    only: 'Your key is in this browser only.',
    onlyHelp: 'If it is lost, you start anew with everybody you know.',
    sectionHelp: 'A backup is a file with your key and the people you know, locked by a passphrase.',
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
      restored: (name: string) => `${name}’s key comes to this device`,
      here: (name: string) => `${name}’s key is on this device already`,
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
    restore: 'Restore',
    restored: 'Restored.',
  },
  logins: {
    title: 'Where you are signed in',
    here: 'This browser',
    now: 'Now',
    on: (browser: string, system: string) => `${browser} on ${system}`,
    browser: 'A browser',
    system: 'a system unknown here',
    used: (when: string, address: string) => `${when} · from ${address}`,
    end: 'Sign out',
    endName: (device: string) => `Sign out: ${device}`,
    endOthers: 'Sign out everywhere but here',
    endAll: 'Sign out everywhere, here too',
  },
  password: {
    title: 'Password',
    note: 'Locks your account, and your key on this device',
    change: 'Change the password',
    changeHelp:
      'Every other device is signed out. When you sign in there again, it asks once for your current password: that is what locks the key there.',
    now: 'Current password',
    next: 'New password',
    submit: 'Change it',
    changed: 'Your password is changed, and every other device is signed out.',
    forgotten: 'If you forget it',
    forgottenServer:
      'Nobody can look it up: your password never leaves this device. Whoever runs the server can set a new one for you, which signs you out everywhere.',
    forgottenKey:
      'That lets you in again, but it opens no key that the old password locked. Bring the key back from a backup; without one, make a new key, and everybody you know is warned that you may not be you.',
  },
  earlier: {
    title: 'Your password was changed',
    locked:
      'The key on this device is still locked by your earlier password. It is needed once; after that the new one opens the key.',
    copy: 'Your key opens here, but its copy for backups is still locked by your earlier password. It is needed once; after that the new one opens the copy.',
    password: 'Earlier password',
    submit: 'Go on',
    forgo: { locked: 'I don’t know it any more', copy: 'Go on without it' },
    forgoHelp: {
      locked: 'Then this device cannot open its key: a backup can, or a new key takes its place.',
      copy: 'You can talk as before. Only a backup cannot be made until then.',
    },
  },
  deletion: {
    title: 'Delete the account',
    help: 'Your name, your key and every sign-in are taken off the server. This device forgets your key and the people you know.',
    forGood:
      'This cannot be undone, and nobody can have the name again, you included: others know it with your key.',
    understood: 'I understand that it is gone for good',
    submit: 'Delete the account',
  },
  reach: {
    title: 'Who may call you',
    policies: {
      anyone: { label: 'Anybody', hint: 'Except people you blocked' },
      known: {
        label: 'People I know',
        hint: 'Whose keys your devices remember. For this the server is told who they are.',
      },
      allowed: { label: 'Only those on my list', hint: 'While it is empty, nobody can call you' },
    },
    others: 'Everybody else sees you as away, and cannot learn your key. People you call can always answer.',
    allowed: 'On my list',
    allowedEmpty: 'Nobody yet.',
    allow: 'Put on the list',
    disallow: (name: string) => `Take off the list: ${name}`,
    blocked: 'Blocked',
    blockedEmpty: 'You have blocked nobody.',
    unblock: 'Unblock',
    unblockName: (name: string) => `Unblock ${name}`,
    remove: 'Take off',
    who: 'Name of the person',
    noSuch: (name: string) => `There is nobody called ${name} here.`,
    block: 'Block',
    blockName: (name: string) => `Block ${name}`,
    blockTitle: (name: string) => `Block ${name}?`,
    blockHelp: (name: string) =>
      `${name} cannot call you any more, and sees you as away. An open conversation ends and disappears from both screens. You can undo this in the settings.`,
    keep: 'Not now',
  },
  invite: {
    open: 'Invite somebody',
    title: 'Invite somebody',
    help: 'Send this link any way you like. Whoever opens it can call you for one day, and knows by your key in it that it is you.',
    careful: 'Anybody who gets the link can use it. You will see who calls before you answer.',
    code: 'Your invitation as a code',
    copy: 'Copy the link',
    copied: 'Copied',
    share: 'Share',
    until: (day: string, time: string) => `Good until ${day}, ${time}.`,
    shareText: (name: string) => `${name} invites you to talk`,
  },
  invited: {
    title: (name: string) => `${name} invites you`,
    newHere: (name: string) => `Choose a name and a password, and then you can talk to ${name}.`,
    ready: (name: string) =>
      `The link has ${name}’s key in it, so nobody else can answer in ${name}’s place. When you call, ${name} sees your name.`,
    call: (name: string) => `Call ${name}`,
    later: 'Not now',
  },
  settings: {
    title: 'Settings',
    account: 'Account',
    conversations: 'Conversations',
    eraseOnDrop: 'Erase when a line drops',
    eraseOnDropHint:
      'A conversation ends, and is erased, as soon as either of you loses the line. Without this, Duet waits up to ten minutes and goes on.',
    look: 'Look and language',
    hood: 'Under the hood',
    colour: (voice: string) => `${voice} is your colour, on every screen`,
    voices: {
      pine: 'Pine',
      marigold: 'Marigold',
      rose: 'Rose',
      sky: 'Sky',
      iris: 'Iris',
      clay: 'Clay',
      lagoon: 'Lagoon',
      moss: 'Moss',
    },
    language: 'Language',
    theme: 'Light or dark',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    contrast: 'Contrast',
    contrasts: { system: 'As the system', more: 'High' },
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
    engineTable: 'Engine in use for each operation',
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
    logout: 'Sign out',
    logoutTitle: 'Sign out?',
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
    'account-locked': {
      title: 'This account is closed.',
      help: 'Whoever runs this server has closed it, and only they can open it again. What is on your devices stays there.',
    },
    'registration-closed': {
      title: 'Nobody can register here at the moment.',
      help: 'Whoever runs this server has closed registration. Ask them for an account.',
    },
    'rate-limited': { title: 'That was a little too fast.', help: 'The server asks for a pause.' },
    'session-expired': {
      title: 'You have been signed out.',
      help: 'Sign in again; your key is still on this device.',
    },
    'relay-unreachable': {
      title: 'The server cannot be reached.',
      help: 'Check your network. Duet keeps trying.',
    },
    'relay-error': { title: 'The server could not do that.', help: 'Try again in a moment.' },
    'realm-changed': {
      title: 'The server goes by another name than before.',
      help: 'That should not happen without notice. Do not sign in; ask whoever runs it.',
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
    'password-wrong': {
      title: 'That is not your password.',
      help: 'Try again; small and capital letters differ.',
    },
    'second-factor-wrong': {
      title: 'That did not work.',
      help: 'A code works once and for about a minute. Wait for the next one, or check the clock of your phone.',
    },
    'second-step-over': {
      title: 'That took too long, or too many tries.',
      help: 'Begin again with your password.',
    },
    'passkey-cancelled': {
      title: 'The passkey was not confirmed.',
      help: 'Nothing has changed. Try again, or take another way.',
    },
    'passkey-known': {
      title: 'This device has a passkey already.',
      help: 'Use it, or add one from another device.',
    },
    'passkey-refused': {
      title: 'This passkey was not accepted.',
      help: 'Try another passkey, or take another way.',
    },
    'passkey-limit': {
      title: 'You cannot add more passkeys.',
      help: 'Remove one to make room for another.',
    },
    'factor-conflict': {
      title: 'This has changed meanwhile.',
      help: 'It was turned on or off in another place. Look again.',
    },
    'not-connected': {
      title: 'You are not connected.',
      help: 'Wait for the connection to come back, then try again.',
    },
    'peer-has-no-key': {
      title: 'This person cannot be written to yet.',
      help: 'They have to sign in on a device once.',
    },
    'not-reachable': {
      title: 'This person cannot be called.',
      help: 'They chose who may call them, and you are not among those.',
    },
    'not-secure-yet': {
      title: 'You are not alone together yet.',
      help: 'Wait until it says “Just the two of you”.',
    },
    'text-too-long': {
      title: 'The message is too long.',
      help: 'Send it in parts of up to 4,000 characters.',
    },
    'text-empty': { title: 'There is nothing to send.', help: 'Write something first.' },
    'edit-too-late': {
      title: 'It is too late to change that',
      help: 'A message can be edited for 15 minutes. Write a new one.',
    },
    'message-out-of-reach': {
      title: 'That message cannot be reached any more',
      help: 'It was written before the keys changed, or it is gone. Answer a newer one.',
    },
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
    'too-many-conversations': {
      title: 'Enough conversations for now.',
      help: '16 can be open at a time. Leave one first.',
    },
    'invitation-unreadable': {
      title: 'This is not an invitation to this server.',
      help: 'Copy the whole link, or ask for a new one.',
    },
    'invitation-over': {
      title: 'This invitation has expired.',
      help: 'An invitation is good for one day. Ask for a new one.',
    },
    'invitation-own': { title: 'This is your own invitation.', help: 'Send it to somebody else.' },
    'invitation-other-key': {
      title: 'You know this person by another key.',
      help: 'The key in the link is not the one that you know. Make sure some other way, by phone or face to face, before you go on.',
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
      title: 'This is not a Duet backup.',
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
