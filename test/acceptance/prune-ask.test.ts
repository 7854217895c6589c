import { afterAll, beforeAll, expect, it } from 'vitest';
import { askEngine } from '../../src/engine/clean/prune-ask.js';
import { isSameThere } from '../../src/engine/clean/same-podman.js';
import type { Json } from '../../src/engine/json.js';
import { probe } from '../../src/engine/probe.js';
import { realProcesses } from '../../src/engine/process.js';
import { realFiles } from '../../src/io/files.js';
import { type Desk, LABEL, openDesk, uniqueName } from '../engine/real.js';
import { describeEngines } from '../support/engines.js';

const KINDS = ['container', 'image', 'network', 'volume'] as const;

describeEngines('what prune asks', (engine) => {
  let desk: Desk;
  let image = '';
  const name = uniqueName();
  const label = `${LABEL}=1`;
  const mine = ['--label', label];
  const make = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await engine.run(args);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  };

  beforeAll(async () => {
    desk = await openDesk(engine);
    await make('volume', 'create', ...mine, name);
    await make('network', 'create', ...mine, name);
    const mounts = ['--volume', `${name}:/a`, '--volume', '/unnamed'];
    await make('create', ...mine, '--name', name, '--network', name, ...mounts, engine.busybox, 'true');
    image = await make('commit', '--change', `LABEL ${label}`, name);
  });
  afterAll(async () => {
    await engine.clear(LABEL);
    await engine.run(['image', 'rm', image]);
    desk.clear();
  });

  it('is answered at its address as by its program, to the letter', async () => {
    const { run } = realProcesses(desk.host);
    expect(await isSameThere(desk.found, { host: desk.host, files: realFiles() })).toBe(true);
    // Asked at the address, it starts no program.
    const noProgram = () => Promise.reject(new Error('unexpected program'));
    const there = askEngine(desk.found, { run: noProgram, probe });
    const program = askEngine(desk.found, { run });
    for (const kind of KINDS) {
      const [ids, same] = [await program.ids(kind, { label }), await there.ids(kind, { label })];
      const told = (await program.inspect(kind, ids)).map(inOrder);
      expect(told).toHaveLength(1);
      expect((await there.inspect(kind, [...same, 'none-of-this-name'])).map(inOrder)).toEqual(told);
    }
    const volumes = await program.inspect('volume', [name]);
    expect(await there.all('volume')).toEqual(expect.arrayContaining([...volumes]));
    expect(await there.ids('container', { volume: name })).toEqual(await program.ids('container', { volume: name }));
    const sized = await program.inspect('container', [name], { size: true });
    expect((await there.inspect('container', [name], { size: true })).map(inOrder)).toEqual(sized.map(inOrder));
  });
});

// Docker tells the mounts of a container in any order.
function inOrder(document: Json): Json {
  const mounts = document['Mounts'];
  if (!Array.isArray(mounts)) return document;
  return { ...document, Mounts: mounts.map((mount) => JSON.stringify(mount)).toSorted() };
}
