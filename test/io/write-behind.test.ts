import { expect, it } from 'vitest';
import { AT_ONCE, writeBehind } from '../../src/io/write-behind.js';

type Asked = { resolve: () => void; reject: (error: Error) => void };

function disk(): { asked: Asked[]; synced: () => number; file: Parameters<typeof writeBehind>[0] } {
  const asked: Asked[] = [];
  let synced = 0;
  const datasync = (): Promise<void> => new Promise((resolve, reject) => void asked.push({ resolve, reject }));
  const sync = async (): Promise<void> => {
    synced += 1;
    return Promise.resolve();
  };
  return { asked, synced: () => synced, file: { datasync, sync } };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('asks the disk once enough was written, and once at a time', async () => {
  const { asked, synced, file } = disk();
  const behind = writeBehind(file);
  behind.wrote(AT_ONCE - 1);
  await tick();
  expect(asked).toHaveLength(0);
  behind.wrote(1);
  behind.wrote(AT_ONCE);
  await tick();
  expect(asked).toHaveLength(1);
  asked[0]?.resolve();
  await tick();
  behind.wrote(1);
  await tick();
  expect(asked).toHaveLength(2);
  asked[1]?.resolve();
  await behind.finish();
  expect(synced()).toBe(1);
});

it('an error of the disk is told at the end, whatever follows it', async () => {
  const { asked, synced, file } = disk();
  const behind = writeBehind(file);
  behind.wrote(AT_ONCE);
  await tick();
  asked[0]?.reject(new Error('no room'));
  await tick();
  behind.wrote(AT_ONCE);
  await tick();
  expect(asked).toHaveLength(1);
  await expect(behind.finish()).rejects.toThrow('no room');
  expect(synced()).toBe(0);
});
