import { describe, expect, it } from 'vitest';
import { formatLock, type Lock, parseLock } from '../../src/profile/lock-file.js';

const D = `sha256:${'a'.repeat(64)}`;
const E = `sha256:${'b'.repeat(64)}`;
const LOCK: Lock = {
  web: { kind: 'pulled', ref: 'nginx:1', digest: D, platforms: ['linux/arm64', 'linux/amd64'] },
  app: { kind: 'built', ref: 'app:dev', id: E, from: { 'debian:12': D, 'a:1': E } },
};
const TEXT = `# Written by \`podctl lock\`. With --locked, podctl uses exactly these images. Keep this file with the project.
version = 1

[images.app]
ref = "app:dev"
id = "${E}"

[images.app.from]
"a:1" = "${E}"
"debian:12" = "${D}"

[images.web]
ref = "nginx:1"
digest = "${D}"
platforms = [ "linux/amd64", "linux/arm64" ]
`;

it('has one text for the same images, in whatever order they come', () => {
  expect(formatLock(LOCK)).toBe(TEXT);
  expect(formatLock(Object.fromEntries(Object.entries(LOCK).toReversed()))).toBe(TEXT);
});

it('reads what it wrote', async () => {
  const { lock } = await parseLock({ file: 'podctl.lock', text: TEXT });
  expect(formatLock(lock)).toBe(TEXT);
});

describe('a broken podctl.lock says where', () => {
  it.each<[text: string, place: string | undefined, message: RegExp]>([
    ['version = 1\nimages = [', 'podctl.lock:2:10', /^this is not TOML/],
    ['version = 2\n', 'podctl.lock:1:1', /reads version 1, not 2/],
    ['version = 1\n[images.a]\nref = "x"\ndigets = "y"\n', 'podctl.lock:4:1', /digets/],
    [`version = 1\n[images.a]\nref = "x"\ndigest = "sha256:12"\n`, 'podctl.lock:4:1', /is no digest/],
    ['version = 1\n[images.a]\nref = "x"\n', 'podctl.lock:2:9', /either a `digest` or an `id`/],
    [`version = 1\n[images.a]\nref = "x"\nid = "${D}"\ndigest = "${D}"\n`, 'podctl.lock:2:9', /either/],
    [`version = 1\n[images.a]\ndigest = "${D}"\n`, 'podctl.lock:2:9', /missing/],
  ])('%j', async (text, place, message) => {
    const error: unknown = await parseLock({ file: 'podctl.lock', text }).catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'BAD_DATA', problems: [{}] });
    const [problem] = (error as { problems: { message: string; at: { file: string; line: number; column: number } }[] })
      .problems;
    expect(problem?.message).toMatch(message);
    expect(`${problem?.at.file}:${problem?.at.line}:${problem?.at.column}`).toBe(place);
  });
});
