import { nearest } from '../../core/nearest.js';
import { type Refusal, refuse } from '../refusal.js';

/** A mount of the project, made concrete. */
export type DataMount = {
  /** Service of the stack, or command of the profile. */
  readonly service: string;
  readonly type: 'bind' | 'volume';
  /** An absolute path, or the volume's name as the engine knows it. */
  readonly source: string;
  /** Other words for it: a volume's key in the compose file, the key of [data]. */
  readonly names: readonly string[];
  readonly target: string;
  readonly readOnly: boolean;
  /** The compose file says that others made it. */
  readonly external: boolean;
  /** Why it holds data: the profile or the image says so; null: nobody does. */
  readonly data: 'declared' | 'image' | 'volume' | null;
};

/** Something that is to be emptied, and who mounts it. */
export type ChosenThing = {
  readonly type: 'bind' | 'volume';
  readonly source: string;
  readonly services: readonly string[];
};

/** `left`: mounts of the chosen services that stay as they are, and why. */
export type DataChoice =
  | {
      readonly kind: 'chosen';
      readonly things: readonly ChosenThing[];
      readonly left: readonly { readonly source: string; readonly why: string }[];
    }
  | Refusal;

export type DataWish = {
  readonly services: readonly string[];
  /** Values of `--volume`; `paths` are the same as absolute paths. */
  readonly volumes: readonly { readonly word: string; readonly path: string }[];
};

/** Which mounts are meant: all data of the project, those of some services, or exactly those that are named. */
export function chooseData(mounts: readonly DataMount[], wish: DataWish): DataChoice {
  const services = [...new Set(mounts.map(({ service }) => service))];
  const unknown = wish.services.find((service) => !services.includes(service));
  if (unknown !== undefined) return noSuch('service with mounts', unknown, services);
  if (wish.volumes.length > 0) return chooseNamed(mounts, wish);
  const meant = mounts.filter(({ service }) => wish.services.length === 0 || wish.services.includes(service));
  const judged = meant.map((mount) => ({ mount, why: leftBecause(mount) }));
  const chosen = judged.filter(({ why }) => why === null).map(({ mount }) => mount);
  const things = thingsOf(chosen, mounts);
  const left = judged.flatMap(({ mount: { source }, why }) => (why === null ? [] : [{ source, why }]));
  const first = left[0];
  if (things.length > 0) return { kind: 'chosen', things, left: left.filter((one) => !isChosen(one.source, things)) };
  return refuse(
    'MISSING_INPUT',
    first === undefined ? 'nothing of this project is mounted' : 'nothing of this is known to be data',
    first === undefined
      ? 'data are volumes, and folders that are mounted'
      : `podctl reset --volume ${first.source} empties it all the same`,
  );
}

function chooseNamed(mounts: readonly DataMount[], { volumes }: DataWish): DataChoice {
  const chosen: DataMount[] = [];
  for (const { word, path } of volumes) {
    const found = mounts.filter(
      ({ type, source, names }) => names.includes(word) || source === (type === 'volume' ? word : path),
    );
    const [first] = found;
    if (first === undefined) return noSuch('volume or mounted folder', word, mounts.flatMap(wordsOf));
    if (first.external) {
      return refuse(
        'REFUSED',
        `volume \`${first.source}\` is not of this project: the compose file calls it external`,
        'empty it by hand',
      );
    }
    chosen.push(...found);
  }
  return { kind: 'chosen', things: thingsOf(chosen, mounts), left: [] };
}

function leftBecause({ data, readOnly, external }: DataMount): string | null {
  if (external) return 'the compose file calls it external';
  if (readOnly) return 'it is mounted read-only';
  return data === null ? 'nothing says that it holds data; --volume names it' : null;
}

function thingsOf(chosen: readonly DataMount[], mounts: readonly DataMount[]): readonly ChosenThing[] {
  const keys = new Map(chosen.map(({ type, source }) => [`${type} ${source}`, { type, source }]));
  return [...keys.values()].map(({ type, source }) => ({
    type,
    source,
    services: [
      ...new Set(mounts.filter((one) => one.type === type && one.source === source).map(({ service }) => service)),
    ],
  }));
}

function isChosen(source: string, things: readonly ChosenThing[]): boolean {
  return things.some((thing) => thing.source === source);
}

function wordsOf({ type, source, names }: DataMount): readonly string[] {
  return type === 'volume' && names[0] !== undefined ? [names[0]] : [source];
}

function noSuch(what: string, word: string, known: readonly string[]): Refusal {
  const meant = nearest(word, known);
  const there = [...new Set(known)].join(', ');
  return refuse(
    'USAGE',
    `there is no ${what} \`${word}\``,
    meant === undefined
      ? there === ''
        ? 'podctl config shows the stack'
        : `there are ${there}`
      : `did you mean ${meant}?`,
  );
}
