import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realProcesses } from '../../src/engine/process.js';
import { realHost } from '../../src/io/host.js';
import { readAsDocker, readAsPodman } from '../../src/profile/foreign-env.js';
import { describeEngines } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';

// Each line has a name of its own, so that one container answers for all of them.
const TAKEN = [
  'A01=1',
  'A02=',
  'A03="x y"',
  "A04='x y'",
  'A05=x y',
  'A06=x   ',
  '  A07=1',
  '\tA08=1',
  'A09= 1',
  'A10=1 # comment',
  '# A11=1',
  '   # A12=1',
  '#A13=1',
  'A14=$A15',
  'A15=${A01:-d}',
  'A16=$$x',
  'A17="a\\nb"',
  'A18=a=b=c',
  'A19==',
  'A20=#no',
  'A21=x\r',
  'A22=x\r\r',
  'A23=tab\there',
  'A24=grüße 漢字 😀',
  'A25=\u00a0x',
  '\u00a0A26=1',
  'A27=first',
  'A27=second',
  'HOSTSET',
  'HOSTEMPTY',
  'HOSTMISSING',
  'A28.DOT=1',
  'A29-dash=1',
  '1A30=1',
  'A31[0]=1',
  'ÄÖ32=1',
  "A33='open",
  'A34="one',
  'A35=two"',
  'A36={"json": [1, "x"]}',
  '',
  '   ',
  'A37:1=x',
  'A38=end',
  `A39=${'x'.repeat(65_000)}`,
];

// Lines that one program may refuse: each stands alone in a file.
const ALONE = [
  'export B01=1',
  'B 02=1',
  'B03 =1',
  '=1',
  ' =1',
  'B06: 1',
  'B07\u00a0=1',
  'B08\u2003x=1',
  '\ufeffB09=1',
  'export HOSTSET',
  'HOSTSET ',
  'HOST*',
  'B13\ufeff=1',
  `B14=${'x'.repeat(65_531)}`,
  `B15=${'x'.repeat(65_532)}`,
  'no name here',
  '"B17"=1',
  "'B18'=1",
  'B19\u0085=1',
  '- B20=1',
];

const OWN = new Set(['PATH', 'HOME', 'HOSTNAME', 'TERM', 'container']);
const HOST = { HOSTSET: 'fromhost', HOSTEMPTY: '' };
const VARIABLES = Object.fromEntries(Object.entries(HOST).map(([name, value]) => [name, { value }] as const));

describeEngines('what --env-file gives', (engine) => {
  let folder: Folder;
  const read = engine.name === 'docker' ? readAsDocker : readAsPodman;
  const file = (name: string) => join(folder.path, name);
  const ask = (...args: readonly string[]) =>
    realProcesses(realHost(process)).run({ file: engine.name, args, env: { ...engine.env, ...HOST } });
  const container = (path: string) =>
    ask('run', '--rm', '--network', 'none', '--env-file', path, engine.busybox, 'cat', '/proc/self/environ');

  beforeAll(() => {
    folder = projectFolder(`env-models-${engine.name}`);
  });
  afterAll(() => folder.clear());

  it('a table of lines, in one container', async () => {
    writeFileSync(file('taken.env'), TAKEN.join('\n'));
    const ran = await container(file('taken.env'));
    expect(ran.exitCode, ran.stderr).toBe(0);
    const model = read(TAKEN.join('\n'), VARIABLES);
    expect(model.refusal).toBeNull();
    expect(variablesOf(ran.stdout)).toEqual(Object.fromEntries(model.variables));
    expect(TAKEN.length).toBeGreaterThan(40);
  });

  it('files that may be refused: the program itself says so before anything starts', async () => {
    const wrong = ALONE.filter((line) => read(line, VARIABLES).refusal !== null);
    const answers = await Promise.all(
      ALONE.map(async (line, index) => {
        writeFileSync(file(`${index}.env`), line);
        // A file that is taken leads to the next one, which is not there.
        const args = ['--env-file', file(`${index}.env`), '--env-file', file('none.env'), engine.busybox];
        const { stderr } = await ask('create', ...args);
        return [line, !/no such file/i.test(stderr)] as const;
      }),
    );
    expect(answers.filter(([, refused]) => refused).map(([line]) => short(line))).toEqual(wrong.map(short));
  });

  it('the other odd lines, in one more container', async () => {
    const lines = ALONE.filter((line) => read(line, VARIABLES).refusal === null);
    // A byte order mark counts at the start alone.
    const text = lines.toSorted((a, b) => Number(b.startsWith('\ufeff')) - Number(a.startsWith('\ufeff'))).join('\n');
    writeFileSync(file('odd.env'), text);
    const ran = await container(file('odd.env'));
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(variablesOf(ran.stdout)).toEqual(Object.fromEntries(read(text, VARIABLES).variables));
  });
});

function short(line: string): string {
  return line.length > 40 ? `${line.slice(0, 8)}… (${line.length})` : line;
}

function variablesOf(environ: string): Readonly<Record<string, string>> {
  const lines = environ.split('\0').filter((line) => line !== '');
  const pairs = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => !OWN.has(name)));
}
