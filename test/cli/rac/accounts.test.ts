import { Readable } from 'node:stream';
import { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RacAsk, RacRequest } from '../../../src/io/net-rac.js';
import { accountRoutes } from '../../../src/rac/accounts/account-routes.js';
import { answerError } from '../../../src/rac/web/answer.js';
import type { RacEnv } from '../../../src/rac/web/request.js';
import { openTestRoom, PASSWORD, signedUp, type TestRoom } from '../../support/rac-room.js';
import { type CliRun, runCli } from '../../support/run-cli.js';

const SERVER = 'http://rac.test:5090';
const LOGINS = '/home/ann/.local/state/podctl/rac/logins.json';
const HOST_SECRET = '/home/ann/.local/state/podctl/rac/host-secret';
let room: TestRoom;
let app: Hono<RacEnv>;
/** What a later run finds of an earlier one. */
let files: Record<string, string>;
let seen: RacRequest[];

beforeEach(async () => {
  room = await openTestRoom();
  app = new Hono<RacEnv>();
  app.onError(answerError);
  app.use(async (context, next) => {
    const address = '127.0.0.1';
    const bearer = context.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
    context.set('address', address);
    context.set('principal', room.identity.byToken(bearer, address) ?? { kind: 'anonymous', address });
    context.set('session', null);
    await next();
  });
  app.route('/api/v1', accountRoutes(room));
  files = {};
  seen = [];
});

const ask: RacAsk = async (request) => {
  seen.push(request);
  const { method, url, headers, body } = request;
  const answer = await app.request(url, { method, headers, ...(typeof body === 'string' ? { body } : {}) });
  return { status: answer.status, headers: {}, body: Readable.from([await answer.text()]) };
};

/** `podctl rac WORDS`, with text on stdin, after the runs before it. */
async function rac(words: readonly string[], input = ''): Promise<CliRun> {
  const env = { PODCTL_RAC_SERVER: SERVER };
  const run = await runCliWith(input, ['rac', ...words], { env });
  const kept = run.memory.volume.existsSync(LOGINS) ? String(run.memory.volume.readFileSync(LOGINS)) : null;
  if (kept !== null) files[LOGINS] = kept;
  return run;
}

function runCliWith(input: string, argv: readonly string[], { env }: { env: Record<string, string> }): Promise<CliRun> {
  return runCli(argv, { files, host: { env }, engine: { rac: ask }, input });
}

const json = (run: CliRun) => JSON.parse(run.stdout) as Record<string, unknown>;

describe('accounts', () => {
  it('signup, whoami, logout, login: the session is kept 0600, the password nowhere', async () => {
    const up = await rac(['signup', 'ann'], `${PASSWORD}\n`);
    expect([up.code, up.stderr]).toEqual([0, `ann is logged in at ${SERVER}\n`]);
    expect(up.memory.volume.statSync(LOGINS).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(up.memory.volume.toJSON())).not.toContain(PASSWORD);
    expect((await rac(['whoami'])).stdout).toBe('ann\n');
    expect(json(await rac(['whoami', '--json']))).toMatchObject({
      podctl: 1,
      account: 'ann',
      admin: false,
      by: 'session',
    });
    expect((await rac(['logout'])).stderr).toBe(`logged out at ${SERVER}\n`);
    expect((await rac(['whoami'])).code).toBe(77);
    expect((await rac(['login', 'ann'], PASSWORD)).code).toBe(0);
    expect((await rac(['whoami'])).stdout).toBe('ann\n');
  });

  it('tell what is wrong with the server’s own words and exit codes', async () => {
    await signedUp(room, 'ann');
    const wrong = await rac(['login', 'ann'], 'not the password');
    expect([wrong.code, wrong.stderr]).toEqual([
      77,
      'error: the name or the password is wrong\nhint: podctl rac signup makes an account\n',
    ]);
    expect((await rac(['signup', 'ann'], PASSWORD)).code).toBe(77);
    expect((await rac(['signup', 'Ann'], PASSWORD)).code).toBe(64);
    expect((await rac(['signup', 'bob'], 'short')).code).toBe(64);
    for (let n = 0; n < 10; n += 1) await rac(['login', 'ann'], 'not the password');
    expect((await rac(['login', 'ann'], PASSWORD)).code).toBe(75);
  });

  it('--admin takes the secret in RAC’s own folder', async () => {
    const without = await rac(['signup', 'ann', '--admin'], PASSWORD);
    expect(without.code).toBe(77);
    expect(seen).toEqual([]);
    files[HOST_SECRET] = 'a guess';
    expect((await rac(['signup', 'ann', '--admin'], PASSWORD)).code).toBe(77);
    files[HOST_SECRET] = room.hostSecret.reveal();
    expect((await rac(['signup', 'bob', '--admin'], PASSWORD)).stderr).toBe(
      `bob is logged in at ${SERVER}, and an administrator\n`,
    );
    expect((await rac(['whoami'])).stdout).toBe('bob (administrator)\n');
  });

  it('passwd: two lines; a forgotten one is set by RAC’s machine', async () => {
    await rac(['signup', 'ann'], PASSWORD);
    expect((await rac(['passwd'], `${PASSWORD}\n`)).code).toBe(64);
    expect((await rac(['passwd'], `wrong wrong wrong\nanother good one\n`)).code).toBe(77);
    expect((await rac(['passwd'], `${PASSWORD}\nanother good one\n`)).code).toBe(0);
    expect((await rac(['whoami'])).stdout).toBe('ann\n');
    expect((await rac(['passwd', 'ann'], 'a third good one')).code).toBe(77);
    files[HOST_SECRET] = room.hostSecret.reveal();
    expect((await rac(['passwd', 'ann'], 'a third good one')).code).toBe(0);
    expect((await rac(['whoami'])).code).toBe(77);
    expect((await rac(['login', 'ann'], 'a third good one')).code).toBe(0);
  });

  it('logout --everywhere ends the others', async () => {
    await rac(['signup', 'ann'], PASSWORD);
    await room.accounts.login({ name: 'ann', password: PASSWORD, address: '192.0.2.1', label: '' });
    expect((await rac(['logout', '--everywhere'])).stderr).toBe(`logged out at ${SERVER}: 2 logins ended\n`);
    expect((await rac(['logout'])).stderr).toBe(`nobody is logged in at ${SERVER}\n`);
  });
});

describe('tokens', () => {
  it('create prints the token alone, once; list and revoke', async () => {
    await rac(['signup', 'ann'], PASSWORD);
    const made = await rac(['token', 'create', 'ci', '--for', 'team/app', '--may', 'push', '--expires', '1h']);
    expect(made.stdout).toMatch(/^raca_[\w-]{43}\n$/);
    expect(made.stderr).toBe(
      'the token `ci` is shown only now; it may push team/app, until 2026-06-01T13:00:00.000Z\n',
    );
    const list = await rac(['token', 'list']);
    expect(list.stdout).toMatch(/access +ci +push +team\/app +- +2026-06-01/);
    expect(list.stdout).not.toContain(made.stdout.trim());
    expect((await rac(['token', 'create', 'ci'])).code).toBe(77);
    expect((await rac(['token', 'create', 'x', '--may', 'push,fly'])).code).toBe(64);
    expect((await rac(['token', 'create', 'x', '--expires', '400d'])).code).toBe(64);
    expect((await rac(['token', 'revoke', 'ci'])).stderr).toBe('`ci` is revoked\n');
    expect((await rac(['token', 'revoke', 'ci'])).code).toBe(66);
    expect((await rac(['token', 'burn'])).code).toBe(64);
    expect((await rac(['token', 'create'])).code).toBe(64);
  });
});

describe('claims', () => {
  beforeEach(async () => {
    await rac(['signup', 'ann'], PASSWORD);
    await signedUp(room, 'bob', '192.0.2.2');
  });

  it('claim, private, public, unclaim', async () => {
    expect((await rac(['claim', 'team/app'])).stderr).toBe('team/app is yours\n');
    expect(json(await rac(['claim', 'team/app', '--json']))).toMatchObject({
      podctl: 1,
      name: 'team/app',
      owner: 'ann',
      image: 'none',
    });
    expect((await rac(['private', 'team/app'])).code).toBe(0);
    const refused = await rac(['unclaim', 'team/app']);
    expect([refused.code, refused.stderr]).toEqual([
      77,
      'error: `team/app` is private, and what nobody owns is public\nhint: podctl rac public team/app first\n',
    ]);
    expect((await rac(['public', 'team/app'])).code).toBe(0);
    expect((await rac(['unclaim', 'team/app'])).code).toBe(0);
    expect((await rac(['private', 'team/app'])).code).toBe(77);
    expect((await rac(['claim', 'a/../b'])).code).toBe(64);
  });

  it('a stranger’s image: stopped, and told with what to do', async () => {
    room.claims.pushed({ name: 'free', actor: null, at: room.clock.now() });
    room.store.run(
      `INSERT INTO release (name, tag, digest, created_at, state) VALUES ('free', '1', 'sha256:0123456789abcdef', 1, 'ready')`,
    );
    room.store.run(`UPDATE name SET current_release = 1 WHERE name = 'free'`);
    expect((await rac(['claim', 'free'])).stderr).toBe(
      'free is yours. The image sha256:0123456789ab, pushed by somebody who was not logged in, was stopped: push your own, or adopt it with podctl rac claim free --adopt\n',
    );
    expect((await rac(['claim', 'free', '--adopt'])).stderr).toContain('it goes on as yours');
  });

  it('transfer and collaborators', async () => {
    await rac(['claim', 'team/app']);
    expect((await rac(['collaborators', 'add', 'team/app', 'bob', '--pull-only'])).stderr).toBe(
      'bob may pull team/app\n',
    );
    expect((await rac(['collaborators', 'list', 'team/app'])).stdout).toBe('ACCOUNT   MAY\nbob       pull\n');
    expect((await rac(['collaborators', 'add', 'team/app', 'bob'])).stderr).toBe('bob may push and pull team/app\n');
    expect((await rac(['collaborators', 'remove', 'team/app', 'bob'])).code).toBe(0);
    expect((await rac(['collaborators', 'remove', 'team/app', 'bob'])).code).toBe(66);
    expect((await rac(['collaborators', 'add', 'team/app'])).code).toBe(64);
    expect((await rac(['transfer', 'team/app'])).code).toBe(64);
    expect((await rac(['transfer', 'team/app', 'bob'])).stderr).toBe(
      'team/app stays yours until bob runs, within 14 days: podctl rac claim team/app (its data and variables go along)\n',
    );
    expect((await rac(['transfer', 'team/app', '--cancel'])).stderr).toBe('team/app is offered to nobody any more\n');
    expect((await rac(['transfer', 'team/app', '--cancel'])).code).toBe(66);
  });

  it('audit: of a name, of oneself, and of nothing that is another’s', async () => {
    await rac(['claim', 'team/app']);
    expect((await rac(['audit', 'team/app'])).stdout).toBe(
      'TIME                  WHO   FROM        WHAT    DETAIL\n2026-06-01T12:00:00   ann   127.0.0.1   claim\n',
    );
    expect((await rac(['audit', '--tail', '1'])).stdout).toContain('signup');
    expect((await rac(['audit', '@bob'])).code).toBe(77);
    await room.claims.claim(await signedUp(room, 'carol', '192.0.2.3'), 'hers', { adopt: false });
    expect((await rac(['audit', 'hers'])).code).toBe(77);
  });
});
