import { expect, it } from 'vitest';
import { openPruneLook } from '../../../src/engine/clean/prune-look.js';
import type { Probe } from '../../../src/engine/probe.js';
import { FOUND, reply } from '../fakes.js';

const noProgram = () => Promise.reject(new Error('unexpected program'));
const OWN = 'podctl.project=lab-1';
const MADE = 'com.docker.compose.project=lab-1';

/** A docker that has images with this label, and nothing else. */
function withImages(label: string) {
  const paths: string[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    '/containers/json?all=1': [],
    '/networks': [],
    '/images/json?all=1': [{ Id: 'a' }, { Id: 'b' }],
    '/images/a/json': { Id: 'a' },
    '/images/b/json': { Id: 'b' },
    ...Object.fromEntries([OWN, MADE].map((one) => [filtered(one), one === label ? [{ Id: 'a' }] : []] as const)),
  };
  const probe: Probe = async (_address, { path }) => {
    const plain = decodeURIComponent(path);
    if (!(plain in answers)) throw new Error(`unexpected question ${plain}`);
    paths.push(plain);
    return reply(answers[plain]);
  };
  return { look: openPruneLook(FOUND, { run: noProgram, probe }), paths };
}

function filtered(label: string): string {
  return `/images/json?all=1&filters={"label":["${label}"]}`;
}

it.each([OWN, MADE])('all images are looked at where one has a label that is asked for: %s', async (label) => {
  const { look } = withImages(label);
  const { images } = await look.contents({ volumes: false, cache: false, images: [OWN, MADE] });
  expect(images.map(({ id }) => id)).toEqual(['a', 'b']);
});

it('no image is looked at where none has one; all are where no label is asked for', async () => {
  const { look, paths } = withImages('other=1');
  expect((await look.contents({ volumes: false, cache: false, images: [OWN, MADE] })).images).toEqual([]);
  expect(paths.filter((path) => path.startsWith('/images'))).toEqual([filtered(OWN), filtered(MADE)]);
  expect((await look.contents({ volumes: false, cache: false, images: null })).images).toHaveLength(2);
});
