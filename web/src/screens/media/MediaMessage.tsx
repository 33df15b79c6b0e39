import type { TransferView } from '../../engine/contract.ts';
import { CircleMessage } from './CircleMessage.tsx';
import { FileMessage } from './FileMessage.tsx';
import { VoiceMessage } from './VoiceMessage.tsx';
import { useKind } from './view/use-still.ts';

export interface MediaMessageProps {
  readonly transfer: TransferView;
  readonly mine: boolean;
  readonly peerName: string;
}

const over = new Set<TransferView['state']>([
  'cancelled-by-me',
  'cancelled-by-peer',
  'rejected',
  'interrupted',
  'source-changed',
]);

/** A file, as what it was sent as: words, a film, or a file. What is not whole, or not what it says, is a file. */
export function MediaMessage({ transfer, mine, peerName }: MediaMessageProps) {
  const found = useKind(transfer);
  const { kind, blob, arriving, state, mode } = transfer;
  const there =
    blob !== undefined && !over.has(state) && (mine || (state === 'done' && mode !== 'downloadOnly'));
  // What is still coming is watched as far as it came.
  const film = there ? blob : arriving;
  if (there && found && kind === 'voice' && found.shape === 'audio') {
    return <VoiceMessage transfer={transfer} file={blob} kind={found} mine={mine} />;
  }
  const free = mine || mode === 'both';
  if (film && found && free && found.shape === 'video' && (kind === 'videoMessage' || kind === 'video')) {
    // In one place, whole or not: it goes on playing.
    return (
      <>
        <CircleMessage transfer={transfer} file={film} kind={found} mine={mine} />
        {(kind === 'video' || !there) && <FileMessage {...{ transfer, mine, peerName }} pictured={true} />}
      </>
    );
  }
  return <FileMessage {...{ transfer, mine, peerName }} />;
}
