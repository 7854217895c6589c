import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AuditInput, audit, auditQuestions } from '../../src/plan/audit.js';
import { HostModel } from './host-model.js';
import { bind, ENGINE, spec } from './plan-fixtures.js';

const RUNS = process.env['PODCTL_SOAK'] === '1' ? 100_000 : 3000;

const FOLDERS = [
  '/data/redux/fuji/tiles',
  '/data/redux/iron/tiles',
  '/data/redux/daily/tiles',
  '/data/redux/group/fuji',
  '/data/redux/group/jura',
  '/data/other/fuji',
  '/srv/fuji/tiles',
  '/srv/daily',
  '/mnt/a',
  '/mnt/b',
];
const DISK = ['/fuji/tiles', '/daily', '/redux/fuji', '/redux/daily'];

const DISKS = ['8:2', '8:3'];
const PLACES = [
  ...new Set(
    FOLDERS.flatMap((path) => path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/') || '/')),
  ),
  '/mnt/a/fuji',
  '/mnt/a/redux/daily',
  '/mnt/b/tiles',
  '/mnt/b/daily',
  '/data/redux/edr',
  '/data/redux/edr/tiles',
  '/srv/link',
];
const TARGETS = [...PLACES, 'daily', 'fuji', '../other/fuji', '../redux', '.', '..'];

const place = fc.constantFrom(...PLACES);
const change = fc.oneof(
  fc.record({ do: fc.constant('link' as const), to: place, from: fc.constantFrom(...TARGETS) }),
  fc.record({ do: fc.constant('bind' as const), to: place, from: place }),
  fc.record({ do: fc.constant('disk' as const), to: place, from: fc.constantFrom(...DISKS) }),
);
type Change = { readonly do: 'link' | 'bind' | 'disk'; readonly to: string; readonly from: string };

const world = fc.record({
  changes: fc.array<Change>(change, { maxLength: 5 }),
  sources: fc.array(place, { minLength: 1, maxLength: 2 }),
  root: fc.constantFrom('/data/redux', '/data/redux', '/mnt/a', '/srv/link'),
  releases: fc.subarray(['fuji', 'iron', 'edr', 'group/fuji'], { minLength: 1 }),
});
type World = {
  readonly changes: readonly Change[];
  readonly sources: readonly string[];
  readonly root: string;
  readonly releases: readonly string[];
};

function build(changes: readonly Change[]): HostModel {
  const host = new HostModel(FOLDERS);
  for (const disk of DISKS) host.device(disk, DISK);
  for (const { do: what, to, from } of changes) {
    if (what === 'link') host.link(to, from);
    else host.mount(what === 'disk' ? { device: from } : { path: from }, to);
  }
  return host;
}

/** What the audit says, and what can really be reached. */
function compare({ changes, sources, root, releases }: World) {
  const host = build(changes);
  const shown = releases.map((release) => `${root}/${release}`);
  const input: AuditInput = {
    spec: spec({ mounts: sources.map((source, index) => bind(source, { key: `m${index}`, target: `/m${index}` })) }),
    mode: { name: 'public', exposure: 'public', hidden: [root], shown },
    host: { platform: 'linux', uid: 0, gid: 0, home: '/root' },
    engine: ENGINE,
    address: null,
    readFiles: [],
    origins: {},
    project: '/',
  };
  const known = { volumes: {}, mountTable: host.table() };
  const paths = Object.fromEntries(auditQuestions(input, known).map((path) => [path, host.facts(path)]));
  const { violations } = audit(input, { ...known, paths });
  const secret = host.privateFiles(root, shown);
  const leaked = sources.some((source) => [...host.shownBy(source)].some((file) => secret.has(file)));
  return { refused: violations.length > 0, leaked, violations };
}

it('refuses whenever a private file could be reached, on random hosts', { timeout: 300_000 }, () => {
  const seen = { leaked: 0, allowed: 0 };
  fc.assert(
    fc.property(world, (one) => {
      const { refused, leaked } = compare(one);
      if (leaked) seen.leaked += 1;
      if (!refused) seen.allowed += 1;
      return refused || !leaked;
    }),
    { numRuns: RUNS },
  );
  // Neither half of the comparison may be idle.
  expect(seen.leaked).toBeGreaterThan(RUNS / 10);
  expect(seen.allowed).toBeGreaterThan(RUNS / 20);
});

it('refuses nothing else where no link and no mount is in play', () => {
  fc.assert(
    fc.property(world, (one) => {
      // A path of the tree where nothing is yet is refused too, for what may come there.
      fc.pre(one.sources.every((source) => build([]).facts(source).kind !== null));
      const { refused, leaked, violations } = compare({
        ...one,
        changes: [],
        root: '/data/redux',
        releases: ['fuji', 'iron', 'group/fuji'],
      });
      // Kernel folders and engine storage are no part of the model.
      expect({ refused, violations }).toMatchObject({ refused: leaked });
    }),
    { numRuns: 500 },
  );
});
