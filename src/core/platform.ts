/** A platform in the engines' words: `linux/arm64`, `linux/arm/v7`. */
export type Platform = { readonly os: string; readonly arch: string; readonly variant: string | null };

const PLATFORM = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9]+))?$/;

/** Whether a text names a platform. */
export function isPlatform(text: string): boolean {
  return PLATFORM.test(text);
}

/** Take a platform apart; null for a text that names none. */
export function parsePlatform(text: string): Platform | null {
  const match = PLATFORM.exec(text);
  if (match === null) return null;
  return { os: match[1] ?? '', arch: match[2] ?? '', variant: match[3] ?? null };
}

/** Write it again; the inverse of `parsePlatform`. */
export function formatPlatform({ os, arch, variant }: Platform): string {
  return [os, arch, ...(variant === null ? [] : [variant])].join('/');
}
