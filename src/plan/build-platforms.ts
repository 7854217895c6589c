import type { Secret } from '../core/secret.js';
import { type BuildRequest, renderBuild, renderManifest } from '../render/argv/build.js';
import { renderManifestRemove, renderUntag } from '../render/argv/image.js';
import { execStep, wayOf } from './make-step.js';
import type { PlanFrame } from './run-input.js';
import type { ExecStep } from './step.js';

export type PlatformBuild = {
  /** For several platforms. */
  readonly request: BuildRequest;
  readonly about: {
    readonly output: 'progress';
    readonly why: string;
    readonly env: Readonly<Record<string, Secret>>;
    readonly hides: readonly Secret[];
  };
  /** What has the name now. */
  readonly named: 'list' | 'image' | null;
};

/**
 * Podman's way to an image of several platforms: one image after the other, each with a name of its own, and then a list under the
 * wanted name. What had the name keeps it until all of them are there; of a list only the list itself goes.
 */
export function buildEachPlatform(frame: PlanFrame, { request, about, named }: PlatformBuild): readonly ExecStep[] {
  const way = wayOf(frame);
  const { key, tag: list, platforms } = request;
  const names = platforms.map((platform) => `${list}-${platform.replaceAll('/', '-')}`);
  const builds = platforms.map((platform, index) => {
    // Podman's cache takes the layers of one platform for another's where nothing but files is copied.
    const one = {
      ...request,
      platforms: [platform],
      tag: names[index] ?? list,
      noCache: request.noCache || 'rule',
    } as const;
    return execStep(renderBuild(way, one), { ...about, why: `${about.why} for ${platform}` });
  });
  return [
    ...builds,
    ...freeName(frame, request, named),
    execStep(renderManifest(way, { key, list, images: names.map(local) }), {
      output: 'quiet',
      why: `\`${list}\` stands for the images of ${platforms.join(' and ')}`,
    }),
  ];
}

function freeName(
  frame: PlanFrame,
  { key, tag: list }: BuildRequest,
  named: PlatformBuild['named'],
): readonly ExecStep[] {
  if (named === null) return [];
  const at = `images/${key}/ref`;
  const tokens = named === 'list' ? renderManifestRemove(wayOf(frame), list, at) : renderUntag(wayOf(frame), list, at);
  const kept =
    named === 'list' ? 'the old list goes, the images that it names stay' : 'the old image stays, without this name';
  return [execStep(tokens, { output: 'quiet', why: `free the name \`${list}\`: ${kept}` })];
}

// Names without a server stand under localhost, which podman's storage wants written out.
function local(name: string): string {
  const [first = '', ...rest] = name.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? name : `localhost/${name}`;
}
