import { Download, Eye, Package, X } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { FileMode, FileToSend } from '../../../engine/contract.ts';
import { useWords } from '../../../i18n/index.tsx';
import { Button } from '../../../ui/Button.tsx';
import { CheckBox } from '../../../ui/CheckBox.tsx';
import { classes } from '../../../ui/classes.ts';
import { Dialog } from '../../../ui/Dialog.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { FileName } from '../../chat/FileName.tsx';
import { shownName } from '../../chat/file-name.ts';
import { useVoices } from '../../voices.ts';
import { FileIcon } from '../FileIcon.tsx';
import { useMediaWords } from '../words/index.ts';
import { type Metadata, metadataOf } from './metadata.ts';
import { kindOfFile, previewOf } from './preview.ts';

export interface SendDialogProps {
  readonly files: readonly File[];
  readonly peerName: string;
  /** In the order in which they go. */
  readonly onSend: (files: readonly FileToSend[]) => void;
  readonly onClose: () => void;
}

const modes: readonly FileMode[] = ['both', 'viewOnly', 'downloadOnly'];
const icons = { both: Download, viewOnly: Eye, downloadOnly: Package };

/** What is to be sent, once more before it goes, and what the other side may do with it. */
export function SendDialog({ files, peerName, onSend, onClose }: SendDialogProps) {
  const { format } = useWords();
  const words = useMediaWords();
  const { mine } = useVoices(peerName);
  const [left, setLeft] = useState<ReadonlySet<File>>(new Set());
  // Others may come while these are looked at.
  const kept = files.filter((file) => !left.has(file));
  const [mode, setMode] = useState<FileMode>('both');
  const [strip, setStrip] = useState(true);
  const [busy, setBusy] = useState(false);
  const metadata = useMetadata(files);
  const telling = kept.flatMap((file) => metadata.get(file) ?? []);
  const { send } = words;

  const chosen = useRef<HTMLInputElement>(null);
  // The first thing to decide; the dialog alone would begin at the button that closes it.
  useLayoutEffect(() => chosen.current?.focus(), []);

  const cancelled = useRef(false);
  const cancel = () => {
    cancelled.current = true;
    onClose();
  };
  const submit = async () => {
    setBusy(true);
    const files = await Promise.all(kept.map((file) => prepared(file, mode, strip)));
    if (!cancelled.current) onSend(files);
  };

  return (
    <Dialog
      title={send.title(peerName)}
      closeLabel={send.cancel}
      column={true}
      onClose={cancel}
      data-testid="send-dialog"
      footer={
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={cancel} className="max-sm:flex-none" data-testid="send-cancel">
            {send.cancel}
          </Button>
          <Button
            look="primary"
            busy={busy}
            onClick={() => void submit()}
            className="max-sm:flex-1"
            data-testid="send-submit"
          >
            {send.submit(kept.length)}
          </Button>
        </div>
      }
    >
      <ul
        data-takes-files={busy ? undefined : true}
        // However many there are, what may be done with them stays in view.
        className={classes(
          'rounded-card bg-wing py-1.5',
          kept.length > 1 ? 'min-h-30 overflow-y-auto overscroll-contain' : 'shrink-0',
          mine,
        )}
      >
        {kept.map((file, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may be the same in all that they say.
          <li key={index} className="flex items-center gap-3 py-1.5 pr-1 pl-3.5">
            <FileIcon mediaType={file.type} />
            <span className="min-w-0 flex-1">
              <span className="block font-semibold leading-5">
                <FileName name={file.name} />
              </span>
              <span className="block text-ink-2 text-sm">{format.bytes(file.size)}</span>
            </span>
            {kept.length > 1 && (
              <IconButton
                label={send.remove(shownName(file.name))}
                onClick={() => setLeft(new Set([...left, file]))}
              >
                <X size={20} aria-hidden="true" />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {telling.length > 0 && (
        <CheckBox checked={strip} onChange={setStrip} className="mt-2" data-testid="send-strip">
          {telling.some(({ place }) => place)
            ? send.metadataPlace(telling.length)
            : send.metadata(telling.length)}
        </CheckBox>
      )}
      <fieldset className="mt-4 flex min-w-0 flex-col gap-2">
        <legend className="mb-2 font-semibold text-sm">
          {kept.length > 1 ? send.modesMany(peerName) : send.modes(peerName)}
        </legend>
        {modes.map((one) => {
          const Icon = icons[one];
          return (
            <label
              key={one}
              className="flex items-start gap-3 rounded-card border-[1.5px] border-rule px-4 py-3 has-checked:border-act has-focus-visible:outline-2 has-focus-visible:outline-focus has-focus-visible:outline-offset-2 loud:border-edge"
            >
              <input
                type="radio"
                name="mode"
                value={one}
                checked={mode === one}
                onChange={() => setMode(one)}
                ref={mode === one ? chosen : undefined}
                onKeyDown={({ key, repeat }) => {
                  if (key === 'Enter' && !repeat && !busy) void submit();
                }}
                data-testid={`send-mode-${one}`}
                className="mt-0.5 size-5 shrink-0 accent-act outline-none"
              />
              <span className="min-w-0 flex-1">
                <span className="block font-semibold">{send.mode[one].label}</span>
                <span className="block text-ink-2 text-sm">{send.mode[one].hint(peerName)}</span>
              </span>
              <Icon size={20} aria-hidden="true" className="mt-0.5 shrink-0" />
            </label>
          );
        })}
      </fieldset>
      {mode !== 'both' && <p className="mt-2.5 text-ink-2 text-sm">{send.own}</p>}
    </Dialog>
  );
}

/** What those of the files tell besides themselves that tell anything. */
function useMetadata(files: readonly File[]): ReadonlyMap<File, Metadata> {
  const [found, setFound] = useState<ReadonlyMap<File, Metadata>>(new Map());
  useEffect(() => {
    let wanted = true;
    const looked = files.map(async (file) => [file, await toldBy(file)] as const);
    void Promise.all(looked).then((all) => {
      if (wanted) setFound(new Map(all.flatMap(([file, told]) => (told === null ? [] : [[file, told]]))));
    });
    return () => {
      wanted = false;
    };
  }, [files]);
  return found;
}

/** Whoever is faster than the look at what a picture tells waits for it: what is to be taken out never goes. */
async function prepared(file: File, mode: FileMode, strip: boolean): Promise<FileToSend> {
  const found = strip ? await toldBy(file) : null;
  const clean = found === null ? file : new File([found.without], file.name, { type: file.type });
  const kind = kindOfFile(file);
  if (mode !== 'both' || kind !== 'image') return { file: clean, kind, mode };
  // A picture that cannot be drawn here may be one elsewhere: it goes without a small one.
  const preview = await previewOf(clean).catch(() => null);
  return preview === null ? { file: clean, kind, mode } : { file: clean, kind, mode, preview };
}

const told = new WeakMap<File, Promise<Metadata | null>>();

/** What a picture tells besides itself, if anything; looked for once. */
function toldBy(file: File): Promise<Metadata | null> {
  const known =
    told.get(file) ??
    // One that cannot be read has nothing that could be taken out; sending it says what is wrong with it.
    (file.type.startsWith('image/') ? metadataOf(file).catch(() => null) : Promise.resolve(null));
  told.set(file, known);
  return known;
}
