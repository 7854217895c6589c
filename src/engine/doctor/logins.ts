import { PodctlError } from '../../core/errors.js';
import { escapeControl } from '../../core/text.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import type { HelperAnswer, LoginFile, LoginHelper, LoginsFacts } from '../../plan/doctor/logins.js';
import { asObject, asText, asTextRecord, type Json, parseJson } from '../json.js';
import { type Processes, realProcesses } from '../process.js';
import { loginFiles } from '../registry-login.js';

const ANSWER_MS = 1_000;

/** Read the files of registry logins and ask the programs that they name. No password is asked for: only the list of registries. */
export async function askLogins(
  { host, files }: { readonly host: Host; readonly files: Files },
  run: Processes['run'] = realProcesses(host).run,
): Promise<LoginsFacts> {
  const read = await Promise.all(loginFiles(host).map((path) => readFile(path, files)));
  const there = read.flatMap((one) => (one === null ? [] : [one]));
  const wanted = there.flatMap(({ file, config }) => helpersOf(file.path, config));
  const programs = [...new Set(wanted.map(({ program }) => program))];
  const answers = new Map(
    await Promise.all(programs.map(async (program) => [program, await askHelper(program, run)] as const)),
  );
  const helpers = wanted.map((one): LoginHelper => ({ ...one, ...(answers.get(one.program) ?? SILENT) }));
  return { files: there.map(({ file }) => file), helpers };
}

type Read = { readonly file: LoginFile; readonly config: Json };

async function readFile(path: string, files: Files): Promise<Read | null> {
  try {
    const text = await files.readText(path);
    if (text === null) return null;
    const parsed = parseJson(text.trim() === '' ? '{}' : text);
    if (parsed === null) return { file: { path, state: 'broken' }, config: {} };
    const config = asObject(parsed);
    const mode = (await files.stat(path))?.mode ?? 0;
    const passwords = Object.values(asObject(config['auths'])).some((entry) => asText(asObject(entry)['auth']) !== '');
    return { file: { path, state: passwords && (mode & 0o077) !== 0 ? 'open' : 'good' }, config };
  } catch (error) {
    if (error instanceof PodctlError) return { file: { path, state: 'unreadable' }, config: {} };
    throw error;
  }
}

type Named = Pick<LoginHelper, 'program' | 'file' | 'registries'>;

function helpersOf(file: string, config: Json): readonly Named[] {
  const store = asText(config['credsStore']);
  const helpers = Object.entries(asTextRecord(config['credHelpers']));
  const names = [...new Set(helpers.map(([, helper]) => helper))].filter((helper) => helper !== '');
  const own = names.map((helper) => ({
    program: `docker-credential-${helper}`,
    file,
    registries: helpers.filter(([, one]) => one === helper).map(([registry]) => registry),
  }));
  return [...(store === '' ? [] : [{ program: `docker-credential-${store}`, file, registries: null }]), ...own];
}

type Answer = { readonly answer: HelperAnswer; readonly said: string };

const SILENT: Answer = { answer: 'silent', said: `${ANSWER_MS / 1000} s` };

async function askHelper(program: string, run: Processes['run']): Promise<Answer> {
  if (!/^docker-credential-[A-Za-z0-9._-]+$/.test(program)) return { answer: 'missing', said: '' };
  try {
    const ended = await run({ file: program, args: ['list'], timeout: ANSWER_MS, atMost: 1_000_000 });
    if (ended.timedOut) return SILENT;
    if (ended.exitCode === 0) return { answer: 'answers', said: '' };
    const words = `${ended.stderr}\n${ended.stdout}`.trim().split('\n')[0] ?? '';
    return { answer: 'fails', said: escapeControl(words === '' ? `exit code ${ended.exitCode}` : words) };
  } catch (error) {
    if (error instanceof PodctlError) return { answer: 'missing', said: '' };
    throw error;
  }
}
