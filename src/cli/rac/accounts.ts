import { PodctlError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { asObject, asText, type Json } from '../../engine/json.js';
import type { Context } from '../context.js';
import { type PasswordSource, passwordSource, readPassword } from '../login/password.js';
import type { Flags } from '../parser.js';
import { askAll } from '../ui/questions.js';
import type { RacWork } from './action.js';
import { openClient, type RacClient } from './client.js';
import { hostHeaders } from './host-secret.js';

/** `podctl rac signup ACCOUNT`: make an account and log in; `--admin` makes it an administrator, which only RAC's machine can. */
export const racSignup: RacWork = async ({ words, flags }, context) => {
  const [name = ''] = words;
  const client = await openClient(flags, context);
  // Before anything is made: without the secret nothing would come of the rest.
  const headers = flags.admin === true ? await hostHeaders(flags, context.world) : null;
  const password = await wanted(passwordSource(flags, context.world), `Password for ${name}`, context);
  await enter(client, '/api/v1/accounts', { name, password });
  if (headers !== null) {
    const body = { account: name, admin: true };
    await client.call({ method: 'PUT', path: '/api/v1/host/administrators', headers, body });
  }
  const admin = headers !== null;
  tell(context, flags, { account: name, admin, server: client.server });
  context.output.note(`${name} is logged in at ${client.server}${admin ? ', and an administrator' : ''}`);
  return 0;
};

/** `podctl rac login ACCOUNT`: keep a session for the server, 0600; the password is kept nowhere. */
export const racLogin: RacWork = async ({ words, flags }, context) => {
  const [name = ''] = words;
  const client = await openClient(flags, context);
  const password = await wanted(passwordSource(flags, context.world), `Password for ${name}`, context);
  const answer = await enter(client, '/api/v1/sessions', { name, password });
  tell(context, flags, { account: name, admin: answer['admin'] === true, server: client.server });
  context.output.note(`${name} is logged in at ${client.server}`);
  return 0;
};

/** `podctl rac whoami`. */
export const racWhoami: RacWork = async ({ flags }, context) => {
  const client = await openClient(flags, context);
  const answer = asObject(await client.call({ method: 'GET', path: '/api/v1/whoami' }));
  const { account, admin, by, scope } = answer;
  if (flags.json === true) context.output.json({ account, admin, by, scope, server: client.server });
  else context.output.text(`${asText(account)}${admin === true ? ' (administrator)' : ''}\n`);
  return 0;
};

/** `podctl rac logout`: end the kept session, or with `--everywhere` all sessions and the logins of engines. */
export const racLogout: RacWork = async ({ flags }, context) => {
  const client = await openClient(flags, context);
  if (client.login === null) {
    context.output.note(`nobody is logged in at ${client.server}`);
    return 0;
  }
  if (client.login.account === null) {
    throw new PodctlError('REFUSED', 'PODCTL_RAC_TOKEN is the login here, and no logout ends it', {
      hint: 'unset it to log out; podctl rac token revoke ends an access token',
    });
  }
  const path = flags.everywhere === true ? '/api/v1/sessions' : '/api/v1/sessions/current';
  const ended = asObject(await endSession(client, path))['ended'];
  await client.keepLogin(null);
  if (flags.json === true) context.output.json({ server: client.server, ended: ended ?? 0 });
  context.output.note(
    `logged out at ${client.server}${flags.everywhere === true ? `: ${String(ended)} logins ended` : ''}`,
  );
  return 0;
};

/** `podctl rac passwd`: old and new password; `passwd ACCOUNT` sets a forgotten one with the secret in RAC's own folder. */
export const racPasswd: RacWork = async ({ words, flags }, context) => {
  const [account] = words;
  const client = await openClient(flags, context);
  if (account !== undefined) {
    const headers = await hostHeaders(flags, context.world);
    const password = await wanted(passwordSource(flags, context.world), `New password for ${account}`, context);
    const body = { account, new: password.reveal() };
    await client.call({ method: 'PUT', path: '/api/v1/host/password', headers, body });
  } else {
    const [old, fresh] = await twoPasswords(flags, context);
    const body = { old: old.reveal(), new: fresh.reveal() };
    await client.call({ method: 'PUT', path: '/api/v1/password', body });
  }
  if (flags.json === true) context.output.json({ server: client.server, changed: true });
  context.output.note(
    'the password is changed; other sessions and the logins of engines have ended, access tokens stay',
  );
  return 0;
};

type Entry = { readonly name: string; readonly password: Secret };

async function enter(client: RacClient, path: string, { name, password }: Entry): Promise<Json> {
  const body = { name, password: password.reveal(), label: 'podctl' };
  const answer = asObject(await client.call({ method: 'POST', path, body }));
  await client.keepLogin({ account: name, token: asText(answer['secret']) });
  return answer;
}

// A session that has ended already is as good as ended now.
async function endSession(client: RacClient, path: string): Promise<unknown> {
  try {
    return await client.call({ method: 'DELETE', path });
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'REFUSED') return { ended: 0 };
    throw error;
  }
}

function tell({ output }: Context, flags: Flags, document: Readonly<Record<string, unknown>>): void {
  if (flags.json === true) output.json(document);
}

async function wanted(source: PasswordSource, about: string, context: Context): Promise<Secret> {
  const password = await readPassword(source, about, context);
  if (password === null)
    throw new PodctlError('USAGE', 'no password was given', { hint: 'pipe it to --password-stdin' });
  return password;
}

// On a terminal two questions; else two lines, the old one first.
async function twoPasswords(flags: Flags, context: Context): Promise<readonly [Secret, Secret]> {
  const { streams } = context.world;
  const answers =
    streams.isTerminal('stdin') && flags.passwordStdin !== true ? await askTwo(context) : await twoLines(streams.stdin);
  const [old, fresh] = answers;
  if (old !== undefined && fresh !== undefined && old !== '' && fresh !== '')
    return [new Secret(old), new Secret(fresh)];
  throw new PodctlError('USAGE', 'the old and the new password are needed', {
    hint: 'type them, or pipe two lines: the old one, then the new one',
  });
}

async function askTwo({ world }: Context): Promise<readonly (string | undefined)[]> {
  const secret = { secret: true, example: undefined, wrong: () => null };
  const old = { message: 'Old password', ...secret };
  const answers = await askAll({ old, fresh: { message: 'New password', ...secret } }, world.streams);
  return [answers?.['old'], answers?.['fresh']];
}

const LONGEST = 4096;

async function twoLines(stdin: AsyncIterable<unknown>): Promise<readonly string[]> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > LONGEST) throw new PodctlError('BAD_DATA', 'that is too long for two passwords', {});
  }
  return text.split(/\r?\n/);
}
