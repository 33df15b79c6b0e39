/** What is said about files, voice and video. It arrives with the conversation, not with the first screen. */
import type { FileMode } from '../../../engine/contract.ts';
import { pluralOf } from '../../../i18n/format.ts';

const plural = pluralOf('en');

interface ModeText {
  readonly label: string;
  readonly hint: (name: string) => string;
}

export const en = {
  intake: {
    folders: (names: readonly string[]) =>
      names.length === 1
        ? `“${names[0]}” is a folder, and folders cannot be sent. Choose the files in it, or pack it into one file.`
        : `Folders cannot be sent: ${names.join(', ')}. Choose the files in them, or pack them into one file.`,
    tooLarge: (name: string, limit: string) => `${name} is too large: files may have up to ${limit}.`,
  },
  send: {
    title: (name: string) => `Send to ${name}`,
    remove: (file: string) => `Leave out ${file}`,
    modes: (name: string) => `What may ${name} do with it?`,
    modesMany: (name: string) => `What may ${name} do with them?`,
    mode: {
      both: { label: 'Look and save', hint: () => 'Like handing over a print' },
      viewOnly: {
        label: 'Only look',
        hint: (name) =>
          `Opens in Duet with ${name}’s name across it, and has no button to save. A screenshot, a photograph of the screen or another program can still keep it.`,
      },
      downloadOnly: {
        label: 'Only save',
        hint: () => 'No preview; it counts as read once it is saved. What happens to it then, nobody knows.',
      },
    } satisfies Record<FileMode, ModeText> as Record<FileMode, ModeText>,
    own: 'You can always open your own files here yourself.',
    metadata: (count: number) =>
      plural(count, {
        one: 'Take date, camera and other notes out of the picture',
        many: `Take date, camera and other notes out of ${count} pictures`,
      }),
    metadataPlace: (count: number) =>
      plural(count, {
        one: 'Take out where and when the picture was taken',
        many: `Take out where and when ${count} pictures were taken`,
      }),
    cancel: 'Cancel',
    submit: (count: number) => plural(count, { one: 'Send', many: `Send ${count} files` }),
  },
  file: {
    mode: { both: '', viewOnly: 'only to look at', downloadOnly: 'only to save' } satisfies Record<
      FileMode,
      string
    >,
    next: 'Waits for its turn',
    left: (time: string) => `${time} left`,
    pause: 'Pause',
    pauseName: (name: string) => `Pause ${name}`,
    resume: 'Resume',
    resumeName: (name: string) => `Resume ${name}`,
    pausedBy: (name: string) => `Paused by ${name}, who can resume it`,
    open: 'Open',
    openName: (name: string) => `Open ${name}`,
    picture: (name: string) => `Picture: ${name}`,
    none: {
      image: 'This is not a picture this browser can show.',
      video: 'This is not a film this browser can show.',
      audio: 'This is not a sound this browser can play.',
      pdf: 'This is not a PDF this browser can show.',
    },
  },
  viewer: {
    from: (name: string) => `From ${name}`,
    own: 'Your own file',
    onlyLook: (name: string) => `From ${name}, only to look at`,
    close: 'Close',
    arriving: 'It plays as soon as enough of it has arrived.',
    closer: 'Nearer',
    farther: 'Farther',
    save: 'Save',
    content: (name: string) => `The file ${name}`,
    loading: 'Opening…',
    failed: 'This browser cannot show this file.',
    failedSave: 'Save it and open it with another program.',
    failedOnlyLook: 'Ask for it in another format, or to be allowed to save it.',
    outdated:
      'There is a newer version of Duet, and this page is too old to show files. Reloading brings the new one, and ends what is open.',
    guarded: (name: string) =>
      `Your name and the time move across it, and it closes when you turn to another window. No browser can prevent a screenshot; ${name} knows that.`,
    blocked: (name: string) =>
      `${name} sent this only to be looked at: saving, printing and copying are off here.`,
  },
  player: {
    play: 'Play',
    pause: 'Pause',
    position: 'Position',
    at: (now: string, all: string) => `${now} of ${all}`,
    speed: (rate: string) => `Speed: ${rate}`,
  },
  voice: {
    label: (length: string) => `Voice message, ${length}`,
    record: 'Record a voice message',
    recordHint: 'Click to record, or hold and let go to send',
    lock: 'Let go to send; slide up to go on without holding',
    recording: 'Recording a voice message',
    hears: (name: string) => `${name} hears it once you send it`,
    discard: 'Throw away',
    stop: 'Stop and listen',
    send: 'Send the voice message',
    again: 'It was not sent and is still here. Try again.',
    tooLong: 'Five minutes is the limit.',
    tooLarge: 'Ten megabytes is the limit.',
    empty: 'Nothing was recorded. Hold a little longer.',
    fileName: 'Voice message',
  },
  video: {
    label: (length: string) => `Video message, ${length}`,
    record: 'Record a video message',
    title: (name: string) => `Video message to ${name}`,
    hint: (name: string) => `Look at the camera; ${name} sees it once you send it`,
    start: 'Start recording',
    stop: 'Stop',
    discard: 'Throw away',
    again: 'Once more',
    send: 'Send',
    camera: 'Camera',
    cameraNumber: (number: number) => `Camera ${number}`,
    room: (left: string) => `Room for ${left} more`,
    full: 'There is no more room: 50 MB is the limit.',
    notSent: 'It was not sent and is still here. Try again.',
    cannotPlay: 'This browser cannot play this video.',
    fileName: 'Video message',
  },
  giveUp: {
    title: 'Throw the recording away?',
    help: 'It was not sent, and nothing of it is kept.',
    act: 'Throw away',
  },
  lacking: {
    insecure: 'Only over https: on this address the browser gives no page a microphone or camera.',
    recorder: 'This browser cannot record.',
    devices: 'This browser gives pages no microphone or camera.',
  },
  refused: {
    NotAllowedError:
      'The browser does not let this page use it. Allow it in the address bar or in the settings of the browser, then try again.',
    NotFoundError: 'There is none on this device, or it is unplugged.',
    NotReadableError:
      'Another program is using it, or the system keeps it. Close that program, then try again.',
    OverconstrainedError: 'The chosen camera is not there any more. Choose another one.',
    SecurityError: 'The browser or its administrator has switched it off for this page.',
    other: 'It did not start. Try again.',
    microphone: 'The microphone could not be used.',
    camera: 'Camera and microphone could not be used.',
  },
};

export type MediaText = typeof en;
