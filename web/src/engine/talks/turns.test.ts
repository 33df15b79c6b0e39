import { describe, expect, test } from 'vitest';
import { Turns } from './turns.ts';

describe('turns', () => {
  const [alice, bob] = ['alice', 'bob'];
  const line = () => {
    const [turns, begun]: [Turns, string[]] = [new Turns(), []];
    const ask = (account: string, fid: string, soon = false) =>
      turns.ask(account, fid, soon, () => void begun.push(fid));
    return { turns, begun, ask };
  };

  test('one after the other, in the order in which they were asked for', () => {
    const { turns, begun, ask } = line();
    for (const fid of ['a', 'b', 'c']) ask(alice, fid);
    expect(begun).toEqual(['a']);
    turns.over(alice, 'a');
    expect(begun).toEqual(['a', 'b']);
    turns.over(alice, 'a');
    expect(begun).toEqual(['a', 'b']);
    turns.over(alice, 'b');
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  test('what is given up before its turn never has one', () => {
    const { turns, begun, ask } = line();
    for (const fid of ['a', 'b', 'c']) ask(alice, fid);
    turns.over(alice, 'b');
    turns.over(alice, 'a');
    expect(begun).toEqual(['a', 'c']);
  });

  test('nobody waits for another account, and what is to come at once for nothing', () => {
    const { begun, ask } = line();
    ask(alice, 'a');
    ask(bob, 'b');
    ask(alice, 'c');
    ask(alice, 'voice', true);
    expect(begun).toEqual(['a', 'b', 'voice']);
  });

  test('one that cannot begin lets the next one begin', () => {
    const { turns, begun, ask } = line();
    ask(alice, 'a');
    turns.ask(alice, 'b', false, () => turns.over(alice, 'b'));
    ask(alice, 'c');
    turns.over(alice, 'a');
    expect(begun).toEqual(['a', 'c']);
  });
});
