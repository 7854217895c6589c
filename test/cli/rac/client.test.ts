import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { RacRequest } from '../../../src/io/net-rac.js';
import { type CliRun, runCli } from '../../support/run-cli.js';
import type { MemoryOptions } from '../../support/world.js';

const HOME = '/home/ann/.local/state/podctl/rac';
const LOGINS = JSON.stringify({
  'http://127.0.0.1:5090': { account: 'ann', token: 'kept-here' },
  'https://rac.example.com/eu': { account: 'bob', token: 'kept-there' },
});

type Answer = { readonly status?: number; readonly body?: string | Error };
type Asked = { readonly run: CliRun; readonly seen: readonly RacRequest[] };

/** `podctl rac whoami WORDS`, which asks one question, against a server that answers so. */
async function whoami(answer: Answer, words: readonly string[] = [], options: MemoryOptions = {}): Promise<Asked> {
  const seen: RacRequest[] = [];
  const run = await runCli(['rac', 'whoami', ...words], {
    ...options,
    engine: {
      rac: (request) => {
        seen.push(request);
        const { status = 200, body = '{"account":"ann","admin":false}' } = answer;
        if (body instanceof Error) return Promise.reject(body);
        return Promise.resolve({ status, headers: {}, body: Readable.from([body]) });
      },
    },
  });
  return { run, seen };
}

// A service that runs: the process of this test, by its number.
const RUNNING: MemoryOptions = {
  files: {
    [`${HOME}/run.json`]: JSON.stringify({
      pid: process.pid,
      mark: 'boot/1',
      url: 'http://127.0.0.1:5090',
      startedAt: 1,
    }),
    [`/proc/${process.pid}/stat`]: `${process.pid} (node) S ${'0 '.repeat(18)}1 0`,
    '/proc/sys/kernel/random/boot_id': 'boot\n',
    [`${HOME}/logins.json`]: LOGINS,
  },
  host: { platform: 'linux' },
};
const ELSEWHERE = { env: { PODCTL_RAC_SERVER: 'https://rac.example.com/eu/' } };

describe('which server is asked', () => {
  it('the RAC of this machine that runs, with the login that is kept for it', async () => {
    const { run, seen } = await whoami({}, [], RUNNING);
    expect(run.code).toBe(0);
    expect(seen[0]).toMatchObject({
      method: 'GET',
      url: 'http://127.0.0.1:5090/api/v1/whoami',
      headers: { accept: 'application/json', authorization: 'Bearer kept-here' },
    });
  });

  it('none, when that process has ended and another has its number', async () => {
    const stale = { ...RUNNING.files, '/proc/sys/kernel/random/boot_id': 'later boot\n' };
    const { run, seen } = await whoami({}, [], { ...RUNNING, files: stale });
    expect([run.code, seen]).toEqual([69, []]);
    expect(run.stderr).toContain('no RAC runs on this machine');
    expect(run.stderr).toContain('podctl rac up starts one');
  });

  it('PODCTL_RAC_SERVER before that, with the login that is kept for it', async () => {
    const { seen } = await whoami({}, [], { ...RUNNING, host: { ...RUNNING.host, ...ELSEWHERE } });
    expect(seen[0]?.url).toBe('https://rac.example.com/eu/api/v1/whoami');
    expect(seen[0]?.headers['authorization']).toBe('Bearer kept-there');
  });

  it('--server before all; where nobody is logged in nothing is said of it', async () => {
    const { seen } = await whoami({}, ['--server', 'http://10.0.0.1:80/'], { ...RUNNING, host: ELSEWHERE });
    expect(seen[0]?.url).toBe('http://10.0.0.1/api/v1/whoami');
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it('PODCTL_RAC_TOKEN is the login, whatever is kept', async () => {
    const env = { PODCTL_RAC_TOKEN: 'from-ci' };
    const { seen } = await whoami({}, [], { ...RUNNING, host: { ...RUNNING.host, env } });
    expect(seen[0]?.headers['authorization']).toBe('Bearer from-ci');
  });

  it('a file of logins that somebody broke counts as none', async () => {
    const files = { ...RUNNING.files, [`${HOME}/logins.json`]: '{"http://127.0.0.1:5090": ["x"], ' };
    const { run, seen } = await whoami({}, [], { ...RUNNING, files });
    expect(run.code).toBe(0);
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each(['rac.example.com', 'ftp://rac.example.com', 'https://ann@rac.example.com', 'https://rac.example.com/?a=b'])(
    '%s is no address of a server',
    async (server) => {
      const { run, seen } = await whoami({}, ['--server', server]);
      expect([run.code, seen]).toEqual([64, []]);
      expect(run.stderr).toContain('that is not the address of a RAC server');
    },
  );
});

describe('what a server answers', () => {
  const server = ['--server', 'http://127.0.0.1:5090'];

  it('its refusals keep their code, words, hint and problems', async () => {
    const error = { code: 'REFUSED', message: 'not yours', hint: 'ask ann', problems: [{ message: 'one' }, 'two'] };
    const { run } = await whoami({ status: 403, body: JSON.stringify({ error }) }, server);
    expect(run.code).toBe(77);
    for (const words of ['not yours', 'ask ann', 'one', 'two']) expect(run.stderr).toContain(words);
    expect(run.stdout).toBe('');
  });

  it('a code that podctl does not know is UNAVAILABLE', async () => {
    const error = { code: 'toString', message: 'too new' };
    const { run } = await whoami({ status: 418, body: JSON.stringify({ error }) }, server);
    expect(run.code).toBe(69);
    expect(run.stderr).toContain('too new');
  });

  it('what is not from RAC says only its status', async () => {
    const { run } = await whoami({ status: 502, body: '<h1>Bad gateway</h1>' }, server);
    expect(run.code).toBe(69);
    expect(run.stderr).toContain('the RAC server http://127.0.0.1:5090 answered with status 502');
    expect(run.stderr).not.toContain('<h1>');
  });

  it('401 names the way in', async () => {
    const { run } = await whoami({ status: 401, body: '' }, server);
    expect(run.stderr).toContain('wants a login');
    expect(run.stderr).toContain('podctl rac login NAME');
  });

  it('nobody who answers is UNAVAILABLE', async () => {
    const { run } = await whoami({ body: new Error('connect ECONNREFUSED') }, server);
    expect(run.code).toBe(69);
    expect(run.stderr).toContain('the RAC server http://127.0.0.1:5090 does not answer');
  });
});
