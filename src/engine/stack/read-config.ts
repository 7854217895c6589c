import { PodctlError } from '../../core/errors.js';
import { revealed, type Secret } from '../../core/secret.js';
import { escapeControl } from '../../core/text.js';
import type { Host } from '../../io/host.js';
import { type ComposeWay, renderCompose } from '../../render/argv/compose.js';
import type { ProviderFacts } from '../../spec/stack/provider.js';
import { type Processes, realProcesses } from '../process.js';

export type ConfigQuestion = {
  readonly way: ComposeWay & { readonly provider: ProviderFacts };
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly host: Host;
  /** As data, where the provider can; else as it prints it for people. */
  readonly json?: boolean | undefined;
  readonly run?: Processes['run'] | undefined;
};

const CONFIG_TIMEOUT_MS = 60_000;

/** What the provider itself makes of the compose files, as it prints it. Throws BAD_DATA with its words when it cannot read them. */
export async function readStackConfig({ way, environment, host, run, json = true }: ConfigQuestion): Promise<string> {
  const [file = '', ...args] = renderCompose(way, { verb: 'config', json, services: [] }).map(({ text }) => text);
  const values = Object.entries(environment).map(([name, value]) => [name, revealed(value)] as const);
  const env = { ...Object.fromEntries(values), ...way.provider.env };
  const ended = await (run ?? realProcesses(host).run)({ file, args, env, timeout: CONFIG_TIMEOUT_MS });
  if (ended.exitCode === 0) return ended.stdout;
  const secrets = Object.values(environment).flatMap((value) => (typeof value === 'string' ? [] : [value.reveal()]));
  const lines = wordsOf(ended.stderr || ended.stdout).map((line) =>
    escapeControl(
      secrets.reduce((text, secret) => (secret.length < 4 ? text : text.replaceAll(secret, '[redacted]')), line),
    ),
  );
  throw new PodctlError(
    'BAD_DATA',
    `${way.provider.name} cannot read the compose files: ${lines.at(-1) ?? 'no reason given'}`,
    {
      hint: `correct the file; \`podctl config\` reads it again`,
      problems: lines.length > 1 ? lines.map((message) => ({ message })) : [],
    },
  );
}

// Warnings of its own are no reason.
function wordsOf(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const reasons = lines.filter((line) => !/level=warning|^WARNING/.test(line));
  return (reasons.length === 0 ? lines : reasons).slice(-10);
}
