import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContainerSpec } from '../../src/spec/spec.js';
import { type Desk, openDesk, uniqueName } from '../engine/real.js';
import { viewOfInspect } from '../support/container-view.js';
import { describeEngines } from '../support/engines.js';
import { expectedView } from '../support/expected-view.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { type RandomContainer, randomContainer, type SpecWorld } from '../support/random-spec.js';
import { SOAK } from '../support/soak.js';
import { createByApi, createByProgram } from '../support/two-ways.js';

const COUNT = SOAK ? 200 : 8;
const LABEL = 'podctl-test.differential';

/** PODCTL_SEED repeats a run and looks for a smaller counterexample. */
const SEED = Number(process.env['PODCTL_SEED'] ?? Date.now() % 2 ** 31);

describeEngines('the same container through the program and through the API', (engine) => {
  let desk: Desk;
  let folder: Folder;
  let world: SpecWorld;
  let imageLabels: Record<string, string>;

  beforeAll(async () => {
    desk = await openDesk(engine);
    folder = projectFolder('differential');
    const run = uniqueName();
    const volumes = [`${run}-a`, `${run}-b.c`];
    await must(['network', 'create', '--label', `${LABEL}=${run}`, run]);
    for (const volume of volumes) await must(['volume', 'create', '--label', `${LABEL}=${run}`, volume]);
    const image = await engine.build({ name: 'differential', containerfile: containerfile(engine.busybox) });
    const [about] = JSON.parse((await must(['image', 'inspect', image])).stdout);
    imageLabels = about.Config.Labels ?? {};
    const sources = makeSources(folder.path);
    world = { engine: desk.found.facts, image, volumes, network: run, sources, label: [LABEL, run] };
  });

  afterAll(async () => {
    await engine.clear(`${LABEL}=${world.label[1]}`);
    desk.clear();
    folder.clear();
  });

  it(
    `${COUNT} random containers`,
    async () => {
      const property = fc.asyncProperty(
        fc.constant(null).chain(() => randomContainer(world)),
        bothAgree,
      );
      await fc.assert(property, { seed: SEED, numRuns: COUNT, endOnFailure: process.env['PODCTL_SEED'] === undefined });
    },
    SOAK ? 7_200_000 : 900_000,
  );

  async function bothAgree({ spec: nameless, shape }: RandomContainer): Promise<void> {
    const base = uniqueName();
    const [viaCli, viaApi] = [`${base}-cli`, `${base}-api`].map((name) => ({ ...nameless, name })) as [
      ContainerSpec,
      ContainerSpec,
    ];
    try {
      await createByProgram(viaCli, shape, { engine, desk });
      await createByApi(viaApi, shape, { engine, desk });
      const { stdout } = await must(['container', 'inspect', viaCli.name, viaApi.name]);
      const [cli, api] = JSON.parse(stdout).map((raw: Record<string, unknown>) =>
        viewOfInspect(raw, { engine: engine.name, spec: nameless, imageLabels }),
      );
      const wanted = { engine: engine.name, image: IMAGE };
      expect.soft({ ...api, name: '' }, 'API against program').toEqual({ ...cli, name: '' });
      expect(cli, 'program against spec').toEqual({ ...expectedView(viaCli, shape, wanted), byEngine: cli.byEngine });
      expect(api, 'API against spec').toEqual({ ...expectedView(viaApi, shape, wanted), byEngine: api.byEngine });
    } finally {
      await engine.run(['rm', '--force', '--volumes', viaCli.name, viaApi.name]);
    }
  }

  async function must(args: readonly string[]): Promise<{ readonly stdout: string }> {
    const result = await engine.run(args);
    if (result.code !== 0) throw new Error(`${engine.name} ${args.join(' ')}: ${result.stderr}`);
    return result;
  }
});

// An image with an entrypoint, arguments and labels of its own, so that what the spec leaves out is seen to come from there.
const IMAGE = { entrypoint: '/bin/busybox', cmd: ['true', 'by image'] };

function containerfile(base: string): string {
  const words = JSON.stringify(IMAGE.cmd);
  return `FROM ${base}\nLABEL of.image="yes"\nENTRYPOINT ["${IMAGE.entrypoint}"]\nCMD ${words}\n`;
}

// Names that a mount's value must carry whole.
function makeSources(root: string): readonly string[] {
  const names = [
    'plain',
    'with space',
    'com,ma',
    'quo"te',
    "apo'strophe",
    '$dollar',
    'equal=s',
    'co:lon',
    'grüße',
    '-dash',
    'back\\slash',
  ];
  for (const name of names) mkdirSync(join(root, name));
  writeFileSync(join(root, 'a file.toml'), 'x = 1\n');
  return [...names, 'a file.toml'].map((name) => join(root, name));
}
