// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BOB } from '../../../engine/fake.ts';
import { draw } from '../../../testing/render.tsx';
import { wayBack } from '../../../ui/way-back.ts';
import { useDuet } from '../../duet.tsx';
import { keepRecording } from '../../memory.ts';
import { VideoRecorder } from './VideoRecorder.tsx';
import { VoiceRecorder } from './VoiceRecorder.tsx';

/** The browser's history, with its button. */
const past = {
  state: null as unknown,
  listener: (): void => undefined,
  push(depth: number) {
    this.state = { duetDepth: depth };
  },
  replace(depth: number) {
    this.state = { duetDepth: depth };
  },
  go(by: number) {
    this.state = { duetDepth: this.depth + by };
    this.listener();
  },
  listen(listener: () => void) {
    this.listener = listener;
  },
  get depth(): number {
    return (this.state as { duetDepth: number }).duetDepth;
  },
};
wayBack.attach(past);

afterEach(cleanup);

const recorded = { blob: new Blob(['sound']), durationMs: 2_000, peaks: new Uint8Array([1]) };

describe.each(['voice', 'video'] as const)('a recorder: %s', (what) => {
  const recorder = () => screen.getByTestId(`${what}-recorder`);
  const ways = {
    Escape: async () => void fireEvent.keyDown(recorder(), { key: 'Escape' }),
    Back: async () => {
      await waitFor(() => expect(past.depth).toBe(1));
      act(() => past.go(-1));
    },
  };

  /** A recorder; with `has`, one that was left with something in it. It is kept before the recorder looks. */
  async function open(has: boolean) {
    const onClose = vi.fn();
    function Recorder() {
      const { memory } = useDuet();
      useState(() => {
        const kept = { what, recorded: Promise.resolve(recorded), full: false };
        if (has) keepRecording(memory, BOB.accountId, kept);
      });
      return what === 'video' ? (
        <VideoRecorder peer={BOB} onClose={onClose} />
      ) : (
        <VoiceRecorder peer={BOB} held={null} onClose={onClose} />
      );
    }
    const drawn = await draw(<Recorder />);
    await waitFor(() => expect(recorder().dataset['stage']).toBe(has ? 'done' : 'refused'));
    const kept = () => drawn.duet.memory.getState().recordings.has(BOB.accountId);
    return { ...drawn, onClose, kept };
  }

  test.each(['Escape', 'Back'] as const)('with nothing in it is closed by %s', async (way) => {
    const { onClose } = await open(false);
    await ways[way]();
    expect(onClose).toHaveBeenCalledOnce();
    expect(screen.queryByTestId('give-up-question')).toBeNull();
  });

  test.each(['Escape', 'Back'] as const)('asks before it loses what is in it: %s', async (way) => {
    const { user, onClose, kept } = await open(true);
    await ways[way]();
    await user.click(await screen.findByTestId('give-up-keep'));
    expect(screen.queryByTestId('give-up-question')).toBeNull();
    expect(onClose).not.toHaveBeenCalled();
    expect(kept()).toBe(true);
    await ways[way]();
    await user.click(await screen.findByTestId('give-up-confirm'));
    expect(onClose).toHaveBeenCalledOnce();
    expect(kept()).toBe(false);
  });
});
