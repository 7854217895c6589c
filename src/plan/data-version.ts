import { isWithin } from '../core/path.js';
import type { ImageFacts } from '../spec/facts.js';
import {
  compareSeries,
  type DataFolder,
  type ServerFamily,
  type ServerSeries,
  seriesOfData,
  seriesOfImage,
} from '../spec/server-version.js';
import type { ContainerSpec, Mount } from '../spec/spec.js';
import type { DataRule } from './data-mounts.js';
import { type PreflightProblem, preflightProblem } from './preflight.js';

/** A data folder as far as it could be read; `unread` says why nothing of it is known. */
export type FolderAnswer = DataFolder | { readonly unread: string };

/** What was read of the folders, by key of their data. */
export type FolderAnswers = Readonly<Record<string, FolderAnswer | undefined>>;

export type VersionJudgement = { readonly problems: readonly PreflightProblem[]; readonly notes: readonly string[] };

type Question = {
  readonly spec: ContainerSpec;
  readonly rules: readonly DataRule[];
  /** null: not inspected. */
  readonly image: ImageFacts | null;
  readonly iKnow: boolean;
};

/** Database servers among the data, with the mount that holds each one's folder. */
export function serverFolders(
  spec: ContainerSpec,
  rules: readonly DataRule[],
): readonly { readonly rule: DataRule; readonly family: ServerFamily; readonly mount: Mount }[] {
  return rules.flatMap((rule) => {
    const family = familyOf(rule);
    const mount = spec.mounts.find(({ key }) => key === rule.mount);
    return family === null || mount === undefined ? [] : [{ rule, family, mount }];
  });
}

/** Compare the series that wrote each data folder with the image that is about to start on it. */
export function judgeVersions(question: Question, answers: FolderAnswers): VersionJudgement {
  const folders = serverFolders(question.spec, question.rules);
  const judged = folders.map((folder) => judgeFolder(folder, answers[folder.rule.key], question));
  return { problems: judged.flatMap(({ problems }) => problems), notes: judged.flatMap(({ notes }) => notes) };
}

type Folder = ReturnType<typeof serverFolders>[number];

function judgeFolder(folder: Folder, answer: FolderAnswer | undefined, question: Question): VersionJudgement {
  const { rule, family, mount } = folder;
  const image = question.image === null ? null : seriesOfImage(family, question.image);
  const place = question.image === null ? null : judgePlace(folder, image, question.image);
  if (place !== null) return { problems: [place], notes: [] };
  if (answer === undefined) return NOTHING;
  if ('unread' in answer) return noted(`data \`${rule.key}\`: its version was not compared: ${answer.unread}`);
  const data = seriesOfData(family, answer);
  // An empty folder is a first start.
  if (data === null) return NOTHING;
  if (image === null) {
    const what = `${NAME[data.family]} ${data.series}`.trim();
    return noted(
      `data \`${rule.key}\` were written by ${what}; the image does not say its version, so they were not compared`,
    );
  }
  const found = mismatch({ rule, mount }, { data, image, iKnow: question.iKnow });
  return found === null ? NOTHING : { problems: [found], notes: [] };
}

const NOTHING: VersionJudgement = { problems: [], notes: [] };
const NAME = { postgres: 'PostgreSQL', mariadb: 'MariaDB', mysql: 'MySQL' } as const;

function noted(message: string): VersionJudgement {
  return { problems: [], notes: [message] };
}

type Pair = { readonly data: ServerSeries; readonly image: ServerSeries; readonly iKnow: boolean };

function mismatch(
  { rule, mount }: { readonly rule: DataRule; readonly mount: Mount },
  { data, image, iKnow }: Pair,
): PreflightProblem | null {
  const same = data.family === image.family && (data.series === '' || data.series === image.series);
  if (same) return null;
  const upward = data.family === image.family && compareSeries(data.series, image.series) < 0;
  const inPlace = upward && data.family !== 'postgres';
  if (inPlace && iKnow) return null;
  const wrote = `${NAME[data.family]} ${data.series}`.trim();
  const starts = `${NAME[image.family]} ${image.series}`;
  const override = inPlace ? '; --i-know lets the new server change the data in place, which cannot be taken back' : '';
  return preflightProblem(
    'REFUSED',
    `data \`${rule.key}\` were written by ${wrote} (\`${data.at}\` in \`${mount.source}\`), and the image is ${starts}`,
    wayOut(rule.key, { wrote, starts, tag: data.series, override }),
  );
}

function wayOut(
  key: string,
  { wrote, starts, tag, override }: { readonly [K in 'wrote' | 'starts' | 'tag' | 'override']: string },
): string {
  const back = tag === '' ? 'the image that wrote them' : `\`--tag ${tag}\``;
  const steps = [
    `start ${wrote} with ${back}`,
    `\`podctl db backup ${key}\``,
    '`podctl down`',
    `start ${starts} on an empty folder or volume`,
    `\`podctl db restore ${key}\``,
  ];
  return `${steps.join(', ')}${override}`;
}

// PostgreSQL's image moved its folder with 18; a volume that the image declares below the mount would take the data instead.
function judgePlace({ rule, mount }: Folder, image: ServerSeries | null, facts: ImageFacts): PreflightProblem | null {
  const { target } = mount;
  if (image?.family === 'postgres' && Number(image.series) >= 18 && target === '/var/lib/postgresql/data') {
    return preflightProblem(
      'BAD_DATA',
      `data \`${rule.key}\`: PostgreSQL ${image.series} keeps its data below \`/var/lib/postgresql\`, not in \`${target}\``,
      `mount the volume on \`/var/lib/postgresql\` (mount \`${mount.key}\`), or stay with 17`,
    );
  }
  const hiding = facts.volumes.find((volume) => volume !== target && isWithin(volume, target));
  if (hiding === undefined) return null;
  return preflightProblem(
    'BAD_DATA',
    `data \`${rule.key}\`: the image puts a volume without a name on \`${hiding}\`, below mount \`${mount.key}\`: the data would go there, and away with the container`,
    `mount on \`${hiding}\` itself`,
  );
}

function familyOf({ holds }: DataRule): ServerFamily | null {
  return holds === 'postgres' || holds === 'mariadb' || holds === 'mysql' ? holds : null;
}
