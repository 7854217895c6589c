import { type Finding, note, ok, warning } from './finding.js';

/** The kernel's limits for one user; null: not Linux, or not readable. */
export type InotifyFacts = { readonly watches: number | null; readonly instances: number | null };

type Limit = {
  readonly key: 'max_user_watches' | 'max_user_instances';
  readonly of: string;
  readonly least: number;
  readonly better: number;
  readonly why: string;
};

const LIMITS: readonly Limit[] = [
  {
    key: 'max_user_watches',
    of: 'files may be watched at once',
    least: 16_384,
    better: 65_536,
    why: 'programs that reload when a file changes see nothing, or end with ENOSPC',
  },
  {
    key: 'max_user_instances',
    of: 'programs may watch files at once',
    least: 128,
    better: 128,
    why: 'with many containers of one user, starts end with "too many open files"',
  },
];

/** Whether enough files may be watched: containers share these limits with everything else of their user. */
export function judgeInotify({ watches, instances }: InotifyFacts): readonly Finding[] {
  if (watches === null || instances === null) return [ok('this machine has no inotify limits')];
  const values = { max_user_watches: watches, max_user_instances: instances };
  return LIMITS.map((limit) => judgeLimit(limit, values[limit.key]));
}

function judgeLimit({ key, of, least, better, why }: Limit, value: number): Finding {
  const seen = `${value} ${of}`;
  if (value >= better) return ok(seen);
  const goal = key === 'max_user_watches' ? 524_288 : 512;
  const mend = `echo fs.inotify.${key}=${goal} | sudo tee /etc/sysctl.d/60-inotify-${key.slice(9)}.conf && sudo sysctl --system`;
  return value < least ? warning(`only ${seen}`, { why, mend }) : note(`only ${seen}`, { why, mend });
}
