import { describe, expect, it } from 'vitest';
import { humanSize, imageBytes, layerBytes, withoutHeld } from '../../../src/plan/clean/prune-bytes.js';
import { choosePrune } from '../../../src/plan/clean/prune-choose.js';
import type {
  ContainerThere,
  Contents,
  ImageThere,
  NetworkThere,
  PruneList,
  PruneWish,
  VolumeThere,
} from '../../../src/plan/clean/prune-facts.js';
import { labelsOfImages } from '../../../src/plan/clean/prune-images.js';
import { pruneSteps } from '../../../src/plan/clean/prune-plan.js';
import { outdatedBy } from '../../../src/plan/clean/prune-stale.js';
import { pruneRows, pruneSum } from '../../../src/plan/clean/prune-words.js';
import { DOCKER } from '../../support/samples.js';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const HOUR = 3_600_000;
const OWN = { 'podctl.project': 'lab-1' };
const THEIRS = { 'podctl.project': 'lab-2' };

function container(more: Partial<ContainerThere> & { readonly name: string }): ContainerThere {
  return {
    id: `${more.name}-id`,
    state: 'exited',
    created: NOW - 2 * HOUR,
    ended: NOW - HOUR,
    labels: OWN,
    image: 'none',
    networks: [],
    volumes: [],
    inPod: false,
    bytes: 5,
    ...more,
  };
}

function image(more: Partial<ImageThere> & { readonly id: string }): ImageThere {
  return { tags: [], digests: [], parent: null, created: NOW - HOUR, labels: OWN, bytes: 10, layers: [], ...more };
}

function network(more: Partial<NetworkThere> & { readonly name: string }): NetworkThere {
  return { id: `${more.name}-id`, created: NOW - HOUR, labels: OWN, builtIn: false, used: false, ...more };
}

function volume(
  name: string,
  more: Partial<VolumeThere> = {},
  labels: Readonly<Record<string, string>> = OWN,
): VolumeThere {
  return { facts: { name, driver: 'local', options: {}, labels }, created: NOW - HOUR, anonymous: false, ...more };
}

const WISH: PruneWish = {
  project: 'lab-1',
  composeProject: null,
  all: false,
  olderThan: null,
  keep: null,
  volumes: [],
  buildCache: false,
  tags: [],
  protected: [],
  kept: [],
  ownImages: [],
  now: NOW,
  podman: false,
};

function choose(contents: Partial<Contents>, wish: Partial<PruneWish> = {}) {
  const all = { containers: [], images: [], networks: [], volumes: [], cache: [], ...contents };
  return choosePrune(all, { ...WISH, ...wish });
}

function listOf(contents: Partial<Contents>, wish: Partial<PruneWish> = {}): PruneList {
  const chosen = choose(contents, wish);
  if ('kind' in chosen) throw new Error(chosen.message);
  return chosen;
}

const namesOf = (list: PruneList) => ({
  containers: list.containers.map(({ name }) => name),
  volumes: list.volumes.map(({ facts }) => facts.name),
  networks: list.networks.map(({ name }) => name),
  images: list.images.map(({ image: { id }, tags }) => [id, ...tags].join(' ')),
});

describe('containers that go', () => {
  const there = [
    container({ name: 'stopped' }),
    container({ name: 'created', state: 'created', ended: null }),
    container({ name: 'running', state: 'running' }),
    container({ name: 'paused', state: 'paused' }),
    container({ name: 'theirs', labels: THEIRS }),
    container({ name: 'nobodys', labels: {} }),
    container({ name: 'composed', labels: { 'com.docker.compose.project': 'lab-1' } }),
    container({ name: 'tested', labels: { ...OWN, 'podctl.test': 'x' } }),
    container({ name: 'pod', inPod: true }),
  ];

  it('are stopped and of this project, by either label', () => {
    const list = listOf({ containers: there });
    expect(namesOf(list).containers).toEqual(['stopped', 'created', 'composed']);
    expect(list.stays.map(({ what }) => what)).toEqual(['container tested', 'container pod']);
  });

  it('are not those that say another project, whatever compose calls it', () => {
    const labels = { 'com.docker.compose.project': 'mine' };
    const both = [container({ name: 'a', labels }), container({ name: 'b', labels: { ...labels, ...THEIRS } })];
    expect(namesOf(listOf({ containers: both })).containers).toEqual([]);
    expect(namesOf(listOf({ containers: both }, { composeProject: 'mine' })).containers).toEqual(['a']);
  });

  it("are everybody's with --all, and old enough with --older-than", () => {
    expect(namesOf(listOf({ containers: there }, { all: true })).containers).toEqual([
      'stopped',
      'created',
      'theirs',
      'nobodys',
      'composed',
    ]);
    expect(namesOf(listOf({ containers: there }, { olderThan: 1.5 * HOUR })).containers).toEqual(['created']);
    expect(namesOf(listOf({ containers: there }, { olderThan: 3 * HOUR })).containers).toEqual([]);
  });
});

describe('networks that go', () => {
  it('are used by nothing that stays, not even by what is stopped', () => {
    const list = listOf(
      {
        containers: [
          container({ name: 'gone', networks: ['free', 'free-id'] }),
          container({ name: 'young', created: NOW, ended: NOW, networks: ['held', 'held-id'] }),
        ],
        networks: [
          network({ name: 'free' }),
          network({ name: 'held' }),
          network({ name: 'busy', used: true }),
          network({ name: 'bridge', builtIn: true }),
          network({ name: 'theirs', labels: THEIRS }),
        ],
      },
      { olderThan: HOUR },
    );
    expect(namesOf(list).networks).toEqual(['free']);
  });
});

describe('images that go', () => {
  const base = image({ id: 'base', tags: ['base:1'], labels: {} });
  const step = image({ id: 'step', parent: 'base', labels: {} });
  const old = image({ id: 'old', parent: 'step' });
  const now = image({ id: 'now', parent: 'base', tags: ['app:dev'] });

  it('lost their tag; a step that nothing else stands on goes after them', () => {
    expect(namesOf(listOf({ images: [base, step, old, now] })).images).toEqual(['old', 'step']);
    const other = image({ id: 'other', parent: 'step', labels: THEIRS });
    expect(namesOf(listOf({ images: [base, step, old, now, other] })).images).toEqual(['old']);
  });

  it('are not used by a container that stays, nor stood on', () => {
    expect(namesOf(listOf({ images: [old], containers: [container({ name: 'c', image: 'old' })] })).images).toEqual([
      'old',
    ]);
    const busy = [container({ name: 'c', image: 'old', state: 'running' })];
    expect(namesOf(listOf({ images: [base, step, old], containers: busy })).images).toEqual([]);
    expect(namesOf(listOf({ images: [old, image({ id: 'top', parent: 'old', tags: ['t:1'] })] })).images).toEqual([]);
  });

  it('with --keep have newer ones of the same name, in each of their names', () => {
    const at = (id: string, hours: number, ...tags: readonly string[]) =>
      image({ id, tags, created: NOW - hours * HOUR });
    const images = [at('a', 1, 'app:3'), at('b', 2, 'app:2'), at('c', 3, 'app:1', 'tool:1'), at('d', 4, 'app:0')];
    expect(namesOf(listOf({ images })).images).toEqual([]);
    expect(namesOf(listOf({ images }, { keep: 1 })).images).toEqual(['b app:2', 'd app:0']);
    expect(namesOf(listOf({ images }, { keep: 1, olderThan: 3 * HOUR })).images).toEqual(['d app:0']);
    expect(namesOf(listOf({ images: images.map((one) => ({ ...one, labels: {} })) }, { keep: 1 })).images).toEqual([]);
  });

  it("are podman's build cache only when that is wanted", () => {
    const cache = [image({ id: 'cache', labels: {} })];
    expect(namesOf(listOf({ images: cache }, { podman: true })).images).toEqual([]);
    expect(namesOf(listOf({ images: cache }, { podman: true, buildCache: true })).images).toEqual(['cache']);
    expect(namesOf(listOf({ images: cache }, { buildCache: true })).images).toEqual([]);
  });

  it('are none where no image has a label that says so, which spares a look at all of them', () => {
    const compose = (value: string) => ({ 'com.docker.compose.project': value });
    const labels: readonly Readonly<Record<string, string>>[] = [
      {},
      OWN,
      THEIRS,
      compose('lab-1'),
      compose('mine'),
      { ...compose('lab-1'), ...THEIRS },
    ];
    const wishes: readonly Partial<PruneWish>[] = [
      {},
      { keep: 1 },
      { composeProject: 'mine' },
      { buildCache: true },
      { olderThan: HOUR },
    ];
    for (const wish of wishes) {
      const asked = labelsOfImages({ ...WISH, ...wish });
      const isThere = (one: (typeof labels)[number]): boolean =>
        Object.entries(one).some(([key, value]) => asked?.includes(`${key}=${value}`));
      for (const one of labels.filter((each) => !isThere(each))) {
        const images = ['a', 'b'].flatMap((id) => [
          image({ id, labels: one }),
          image({ id: `${id}1`, labels: one, tags: [`${id}:1`, 'x:1'] }),
        ]);
        expect(namesOf(listOf({ images }, wish)).images).toEqual([]);
      }
    }
    expect(labelsOfImages({ ...WISH, composeProject: 'mine' })).toEqual([
      'podctl.project=lab-1',
      ...['com.docker', 'io.podman'].flatMap((by) => ['lab-1', 'mine'].map((name) => `${by}.compose.project=${name}`)),
    ]);
    const others: readonly Partial<PruneWish>[] = [
      { all: true },
      { tags: ['a:1'] },
      { buildCache: true, podman: true },
    ];
    for (const wish of others) expect(labelsOfImages({ ...WISH, ...wish })).toBeNull();
  });

  it('by name are exactly those, whatever else could go', () => {
    const there = { images: [base, old, now], containers: [container({ name: 'c' })] };
    const list = listOf(there, { tags: ['app:dev'] });
    expect(namesOf(list)).toEqual({ containers: [], volumes: [], networks: [], images: ['now app:dev'] });
    const podman = image({ id: 'p', tags: ['localhost/app:latest', 'localhost/app:2'] });
    expect(namesOf(listOf({ images: [podman] }, { tags: ['app'] })).images).toEqual(['p localhost/app:latest']);
    expect(namesOf(listOf(there, { tags: ['base:1'], ownImages: ['base:1'] })).images).toEqual(['base base:1']);
  });

  it.each([
    ['nope:1', {}, 'MISSING_INPUT'],
    ['base:1', {}, 'REFUSED'],
    ['app:dev', { containers: [container({ name: 'c', image: 'now' })] }, 'REFUSED'],
  ] as const)('by name are refused: %s', (tag, more, code) => {
    expect(choose({ images: [base, now], ...more }, { tags: [tag] })).toMatchObject({ kind: 'refused', code });
  });
});

describe('volumes that go', () => {
  const hex = 'a'.repeat(64);
  const there = [
    volume('data-one'),
    volume('data-two'),
    volume('cache'),
    volume('data-theirs', {}, THEIRS),
    volume(hex, { anonymous: true }),
  ];

  it('are named or fit a pattern; no pattern fits one without a name', () => {
    expect(namesOf(listOf({ volumes: there })).volumes).toEqual([]);
    expect(namesOf(listOf({ volumes: there }, { all: true })).volumes).toEqual([]);
    expect(namesOf(listOf({ volumes: there }, { volumes: ['data-*'] })).volumes).toEqual(['data-one', 'data-two']);
    expect(namesOf(listOf({ volumes: there }, { volumes: ['*'], all: true })).volumes).not.toContain(hex);
    expect(namesOf(listOf({ volumes: there }, { volumes: [hex] })).volumes).toEqual([hex]);
    expect(namesOf(listOf({ volumes: [volume('a.b'), volume('axb')] }, { volumes: ['a.?'] })).volumes).toEqual(['a.b']);
  });

  it('are not protected and not used: a name is refused, of a pattern the others go', () => {
    const containers = [container({ name: 'c', state: 'running', volumes: ['data-two'] })];
    const wish = { volumes: ['*'], protected: ['cache'] };
    const list = listOf({ volumes: there, containers }, wish);
    expect(namesOf(list).volumes).toEqual(['data-one']);
    expect(list.stays.map(({ what }) => what)).toEqual(['volume data-two', 'volume cache']);
    for (const name of ['data-two', 'cache', 'data-theirs']) {
      const refused = choose({ volumes: there, containers }, { ...wish, volumes: [name] });
      expect(refused).toMatchObject({ kind: 'refused', code: 'REFUSED' });
    }
    expect(choose({ volumes: there }, { volumes: ['cache'], protected: ['cache'], all: true })).toMatchObject({
      code: 'REFUSED',
    });
    const freed = [container({ name: 'c', volumes: ['data-two'] })];
    expect(namesOf(listOf({ volumes: there, containers: freed }, { volumes: ['data-two'] })).volumes).toEqual([
      'data-two',
    ]);
  });

  it('that are not there are an error, unless a run that was cut off removed them', () => {
    expect(choose({ volumes: there }, { volumes: ['nope'] })).toMatchObject({ code: 'MISSING_INPUT' });
    const again = listOf({ volumes: there }, { volumes: ['gone'], kept: ['gone'] });
    expect(namesOf(again).volumes).toEqual([]);
    expect(again.stays).toEqual([{ what: 'volume gone', why: 'it is gone already, undo keeps it' }]);
  });
});

describe('bytes of images', () => {
  const layersOf = ({ layers }: ImageThere) => layers.map((layer) => Number(layer));

  it('count what images share once, and what stays not at all', () => {
    const images = [
      image({ id: 'base', tags: ['b:1'], layers: ['1'], bytes: 1 }),
      image({ id: 'x', layers: ['1', '20', '300'], bytes: 321 }),
      image({ id: 'y', layers: ['1', '20', '4000'], bytes: 4021 }),
      image({ id: 'z', tags: ['z:1'], layers: ['1', '50000'], bytes: 50_001 }),
    ];
    const list = listOf({ images });
    expect(imageBytes(list, { images, containers: [] }, layersOf)).toBe(4320);
    expect(imageBytes(list, { images, containers: [] }, () => null)).toBe(320 + 4020);
    expect(imageBytes({ images: [] }, { images, containers: [] }, layersOf)).toBe(0);
  });

  it("are not those that docker's build cache holds on to", () => {
    const images = [image({ id: 'x', layers: ['1982256', '8000002', '5002000'], bytes: 14_984_258 })];
    const bytes = (held: readonly string[]) =>
      imageBytes(listOf({ images }), { images, containers: [] }, withoutHeld(layersOf, held));
    expect(bytes([])).toBe(14_984_258);
    expect(bytes(['8MB', '7kB'])).toBe(6_984_256);
    expect(bytes(['1.982MB', '8MB', '5.002MB'])).toBe(0);
    expect([0, 999, 1000, 8_000_002, 1_234_567_890].map(humanSize)).toEqual(['0B', '999B', '1kB', '8MB', '1.235GB']);
  });

  it('are no bytes when an image only loses one of its names', () => {
    const images = [image({ id: 'x', tags: ['x:1', 'x:2'], layers: ['5'], bytes: 5 })];
    expect(imageBytes(listOf({ images }, { tags: ['x:1'] }), { images, containers: [] }, layersOf)).toBe(0);
    expect(imageBytes(listOf({ images }, { tags: ['x:1', 'x:2'] }), { images, containers: [] }, layersOf)).toBe(5);
  });

  // As docker 20.10 and podman 4.3 print them: settings weigh nothing, and so does a new empty folder.
  it.each([
    [
      ['a', 'b', 'c'],
      [
        { bytes: 0, by: '/bin/sh -c #(nop)  LABEL z=2' },
        { bytes: 0, by: '/bin/sh -c #(nop) WORKDIR /x/y' },
        { bytes: 5_000_000, by: '|1 N=2 /bin/sh -c head -c 5000000 /dev/urandom > /own$N' },
        { bytes: 0, by: '/bin/sh -c #(nop)  ARG N=1' },
        { bytes: 1_982_256, by: '/bin/sh -c #(nop) COPY file:73 in /bin/busybox ' },
      ],
      [1_982_256, 5_000_000, 0],
    ],
    [
      ['a', 'b'],
      [
        { bytes: 0, by: '/bin/sh -c #(nop) WORKDIR /x/y' },
        { bytes: 5_002_240, by: '/bin/sh -c head' },
        { bytes: 1_984_512, by: '/bin/sh -c #(nop) COPY file:73 in /bin/busybox ' },
      ],
      [1_984_512, 5_002_240],
    ],
    [
      ['a', 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef', 'b'],
      [
        { bytes: 7, by: 'RUN dd # buildkit' },
        { bytes: 0, by: 'RUN true # buildkit' },
        { bytes: 3, by: 'COPY a b # buildkit' },
      ],
      [3, 0, 7],
    ],
    [['a', 'b'], [{ bytes: 3, by: 'something' }], null],
  ] as const)('of layers come from the history: %#', (layers, history, sizes) => {
    expect(layerBytes(layers, history)).toEqual(sizes);
  });
});

describe('the steps', () => {
  const connection = { program: 'docker', globals: ['--context', 'far'], address: null };
  const frame = { profile: null, mode: null, engine: DOCKER, connection };
  const place = {
    folder: '/state/undo',
    kept: { podctl: 1, id: '20261127T120000Z', by: 'prune', made: '2026-11-27T12:00:00.000Z', engine: 'docker' },
  } as const;

  it('keep volumes, and tell undo, before any volume goes; images go last, by exactly what is listed', () => {
    const list = listOf(
      {
        containers: [container({ name: 'a' }), container({ name: 'b' })],
        volumes: [volume('data')],
        networks: [network({ name: 'net' })],
        images: [image({ id: 'f00' })],
        cache: [
          { id: 'c1', used: NOW, inUse: false, shared: false, bytes: 3, size: '3B' },
          { id: 'c2', used: NOW, inUse: true, shared: false, bytes: 4, size: '4B' },
        ],
      },
      { volumes: ['data'], buildCache: true },
    );
    const steps = pruneSteps(list, frame, place);
    const docker = ['docker', '--context', 'far'];
    expect(steps.map((step) => (step.do === 'exec' ? step.argv : [step.action, step.path]))).toEqual([
      [...docker, 'rm', 'a-id', 'b-id'],
      ['keep-volume', '/state/undo/20261127T120000Z.prune-1.tar'],
      ['record', '/state/undo/20261127T120000Z.json'],
      [...docker, 'volume', 'rm', 'data'],
      [...docker, 'network', 'rm', 'net-id'],
      [...docker, 'image', 'rm', '--no-prune', 'f00'],
      [...docker, 'builder', 'prune', '--all', '--force', '--filter', 'id=^(c1)$'],
    ]);
    const sizes = { volumes: { data: 20 }, images: 300, held: 0 };
    expect(pruneSum(list, sizes)).toEqual({ containers: 10, volumes: 20, images: 300, cache: 3, freed: 333 });
    expect(pruneSum(list, { ...sizes, volumes: { data: null } })).toMatchObject({ volumes: null, freed: 313 });
    expect(pruneRows(list, sizes).map(({ kind, name, back }) => [kind, name, back])).toEqual([
      ['container', 'a', 'whatever started it'],
      ['container', 'b', 'whatever started it'],
      ['volume', 'data', 'podctl undo'],
      ['network', 'net', 'podctl up'],
      ['image', 'f00', 'podctl build'],
      ['cache', 'c1', 'the next build'],
    ]);
  });

  it('are few lines for many things', () => {
    const containers = Array.from({ length: 45 }, (_, index) => container({ name: `c${index}` }));
    const lengths = pruneSteps(listOf({ containers }), frame, place).map((step) =>
      step.do === 'exec' ? step.items.length : 0,
    );
    expect(lengths).toEqual([20, 20, 5]);
  });
});

describe('what a run that was cut off kept', () => {
  const thing = (name: string) =>
    ({
      kind: 'volume',
      name,
      at: `/u/${name}.tar`,
      removed: true,
      bytes: 1,
      driver: 'local',
      options: {},
      labels: {},
    }) as const;
  const kept = {
    podctl: 1,
    id: 'x',
    by: 'prune',
    made: new Date(NOW).toISOString(),
    engine: 'docker',
    things: [thing('a'), thing('b')],
  } as const;

  it('is outdated where the volume was not removed after all', () => {
    expect(outdatedBy([volume('a', { created: NOW - 1 })], [kept])).toEqual([
      { kept: { ...kept, things: [thing('b')] }, archives: ['/u/a.tar'] },
    ]);
    expect(outdatedBy([volume('a', { created: NOW + 1 })], [kept])).toEqual([]);
    expect(outdatedBy([volume('c')], [kept])).toEqual([]);
    expect(outdatedBy([volume('a', { created: NOW - 1 })], [{ ...kept, by: 'reset' }])).toEqual([]);
  });
});
