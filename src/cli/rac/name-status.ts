import { escapeControl } from '../../core/text.js';
import { asObject } from '../../engine/json.js';
import type { RacWork } from './action.js';
import { openClient } from './client.js';
import { minuteOf, type NameFacts, nameFacts } from './name-facts.js';
import { namePath } from './name-path.js';

/** `podctl rac status NAME`: how it stands, what RAC cannot follow of its labels, and why it or the last push failed. */
export const racNameStatus: RacWork = async ({ words: [name = ''], flags }, context) => {
  const client = await openClient(flags, context);
  const { name: told } = asObject(await client.call({ method: 'GET', path: namePath(name) }));
  if (flags.json === true) context.output.json({ name: told });
  else context.output.text(statusText(nameFacts(told)));
  return 0;
};

function statusText(facts: NameFacts): string {
  const { state, tier, owner, visibility, current, pinned, lastPushAt, expiresAt, newest, problem } = facts;
  const rows: readonly (readonly [string, string | null])[] = [
    ['name', facts.name],
    ['url', facts.url],
    ['state', state === 'on' ? `on, ${TIER[tier] ?? tier}` : state],
    ['owner', owner ?? 'nobody: podctl rac claim makes it yours'],
    ['visibility', visibility === 'public' ? null : visibility],
    ['release', current === null ? null : `${current.id} ${current.tag} ${current.digest}`],
    ['pinned', pinned === null ? null : `to release ${pinned}`],
    ['pushed', minuteOf(lastPushAt)],
    ['goes away', expiresAt === null ? null : minuteOf(expiresAt)],
    ...(newest?.warnings ?? []).map((warning) => ['warning', warning] as const),
  ];
  const lines = rows.flatMap(([what, value]) =>
    value === null ? [] : [`${what.padEnd(10)} ${escapeControl(value)}\n`],
  );
  return `${lines.join('')}${problem === null ? '' : problemText(problem)}`;
}

const TIER: Readonly<Record<string, string>> = { holder: 'asleep', removed: 'asleep (removed)' };

// The reason, then the last lines that the application wrote, set off.
function problemText(problem: string): string {
  const [reason = '', ...lines] = problem.split('\n');
  return `${'problem'.padEnd(10)} ${escapeControl(reason)}\n${lines.map((line) => `  | ${escapeControl(line)}\n`).join('')}`;
}
