import { existsSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../../src/spec/spec.js';
import { EMPTY_SPEC } from '../../src/spec/spec.js';
import { type Desk, openDesk, uniqueName } from '../engine/real.js';
import { describeEngines } from '../support/engines.js';
import { inTurn } from '../support/soak.js';
import { createByApi, createByProgram } from '../support/two-ways.js';

const LABEL = 'podctl-test.inside';

/** Values that env files, shells and option parsers stumble over; NUL cannot be in a variable. */
const VALUES = {
  PLAIN: 'value',
  EMPTY: '',
  BLANK: ' ',
  LEADING: '  lead',
  TRAILING: 'trail  ',
  TAB: '\ttab',
  DOUBLE: '"quoted"',
  SINGLE: "'quoted'",
  OPEN: `"a 'b`,
  HASH: '#not a comment',
  INLINE: 'x # y',
  EQUALS: '=a=b=',
  DOLLAR: '$HOME ${X:-y} $(id) `id`',
  BACKSLASH: String.raw`C:\new\table\\`,
  LINES: 'one\ntwo\n\nthree',
  NEWLINE: '\n',
  LAST: 'end\n',
  RETURN: 'end\r',
  DOS: 'a\r\nb\r\n',
  UNICODE: 'grüße 漢字 😀 \u00a0\u2028',
  EXPORT: 'export X=1',
  PEM: '-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n',
  JSON: '{"a": ["b", "c"]}',
  LONG: 'x'.repeat(70_000),
  GLOB: '* ? [a]',
  'with.dot': '1',
  'with-dash': '2',
  ÜBER: '3',
  '1ST': '4',
};

// Engines allow /dev/null and its like in every container; these two they do not, and everybody may open them.
const DEVICE = ['/dev/fuse', '/dev/loop-control'].find((path) => existsSync(path)) ?? '/dev/fuse';

describeEngines('seen from inside the container', (engine) => {
  let desk: Desk;
  const run = uniqueName();

  beforeAll(async () => {
    desk = await openDesk(engine);
  });
  afterAll(async () => {
    await engine.clear(`${LABEL}=${run}`);
    desk.clear();
  });

  const ways = [
    ['program', 'cli', createByProgram],
    ['API', 'api', createByApi],
  ] as const;

  /** What a container of this spec prints. */
  async function output(create: typeof createByProgram, wanted: Partial<ContainerSpec>): Promise<string> {
    const spec = {
      ...EMPTY_SPEC,
      name: uniqueName(),
      image: engine.busybox,
      network: 'none',
      labels: { [LABEL]: run },
      ...wanted,
    };
    await create(spec, { detach: false, remove: false }, { engine, desk });
    const { stdout } = await engine.run(['start', '--attach', spec.name]);
    return stdout;
  }

  describe.each(ways)('made through the %s', (_name, via, create) => {
    it('every value of a variable arrives as it is', async () => {
      const env = Object.entries(VALUES).map(([name, value]) => ({ name, value }));
      const printed = await output(create, { env, args: ['cat', '/proc/self/environ'] });
      const inside = Object.fromEntries(
        printed
          .split('\0')
          .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const)
          .filter(([name]) => name in VALUES),
      );
      expect(inside).toEqual(VALUES);
    });

    it.each(inTurn(engine, via, 3))(
      'arguments arrive as they are, through an entrypoint of several words',
      async () => {
        const words = ['', ' ', '-x', '--', 'a b', '"q"', "it's", '$HOME', 'two\nlines', '*', '\\', 'grüße', 'a,b'];
        const script = 'for word do printf "%s\\0" "$word"; done';
        const printed = await output(create, { entrypoint: ['sh', '-c', script, 'sh'], args: words });
        expect(printed.split('\0').slice(0, -1)).toEqual(words);
      },
    );

    it.each(inTurn(engine, via, 0))('shares memory with the host only when asked', async () => {
      const args = ['readlink', '/proc/1/ns/ipc'];
      const own = await output(create, { args });
      const shared = await output(create, { args, ipc: 'host' });
      expect(own).toMatch(/^ipc:\[\d+\]\n$/);
      expect(shared).toBe(`${readlinkSync('/proc/self/ns/ipc')}\n`);
      expect(own).not.toBe(shared);
    });

    it.each(inTurn(engine, via, 1))('a device has only the rights that were given', async () => {
      const script = 'for how in "<" ">"; do (eval ": $how /dev/mine") 2>/dev/null && echo yes || echo no; done';
      const rights = (device: string) => output(create, { devices: [device], args: ['sh', '-c', script] });
      expect(await rights(`${DEVICE}:/dev/mine:r`)).toBe('yes\nno\n');
      expect(await rights(`${DEVICE}:/dev/mine`)).toBe('yes\nyes\n');
    });

    it.each(inTurn(engine, via, 2))('new files are not open to everybody', async () => {
      expect(await output(create, { args: ['sh', '-c', 'umask'] })).toBe('0022\n');
    });
  });
});
