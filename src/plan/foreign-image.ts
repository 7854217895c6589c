import type { EngineFacts } from '../spec/facts.js';
import { archOf } from './preflight.js';
import { type Refusal, refuse } from './refusal.js';

/** An image that is still in its registry, for `platforms` such as `linux/arm64/v8`. `wanted`: the profile's platform; null: the engine's own. */
export type RemoteImage = {
  readonly ref: string;
  readonly platforms: readonly string[];
  readonly wanted: string | null;
};

/** Why pulling an image would be for nothing: it is made for other machines. null: it is not, or nobody knows. */
export function judgePlatforms(
  { ref, platforms, wanted }: RemoteImage,
  engine: Pick<EngineFacts, 'arch' | 'emulates'>,
): Refusal | null {
  const [only, ...more] = platforms;
  if (only === undefined) return null;
  const has = platforms.map(archIn);
  const native = archOf(engine.arch);
  const list = platforms.map((platform) => `\`${platform}\``).join(', ');
  if (wanted !== null) {
    if (has.includes(archIn(wanted))) return null;
    return refuse('UNAVAILABLE', `the image \`${ref}\` is not made for \`${wanted}\`, only for ${list}`, CHANGE);
  }
  const emulated = has.filter((arch) => engine.emulates.map(archOf).includes(arch));
  // Of a single image engines take what there is; of a list only what is made for themselves.
  if (has.includes(native) || (more.length === 0 && emulated.length > 0)) return null;
  const message = `the image \`${ref}\` is made for ${list}, and this engine runs \`${native}\``;
  const runnable = platforms.find((platform) => emulated.includes(archIn(platform)));
  if (runnable !== undefined) {
    return refuse('UNAVAILABLE', message, `write platform = "${runnable}" in the profile: it can be emulated here`);
  }
  return refuse('UNAVAILABLE', message, 'take an image for this machine, or install emulation (binfmt with qemu)');
}

const CHANGE = 'correct `platform` in the profile, or take another image';

function archIn(platform: string): string {
  return archOf(platform.split('/')[1] ?? platform);
}
