import type { KeptAt } from '../../engine/login/kept-at.js';

/** One engine's login, and where it stands now. */
export type EngineLogin = { readonly engine: string; readonly kept: KeptAt | null };

/** Where it is kept, and who can read it there. */
export function sentenceOf({ engine, kept }: EngineLogin): string {
  if (kept === null) return `${engine}: logged in; where it keeps that is not known`;
  if (kept.kind === 'helper') return `${engine}: kept by ${kept.helper}, which ${kept.file} names`;
  const gone = kept.untilReboot ? ', and gone after a reboot' : '';
  return `${engine}: kept in ${kept.file}, in plain text (base64 hides nothing)${gone}`;
}

/** The same for machines. */
export function documentOf({ engine, kept }: EngineLogin) {
  if (kept === null) return { engine, kept: null };
  const { file } = kept;
  return kept.kind === 'helper'
    ? { engine, kept: { helper: kept.helper, file, plainText: false } }
    : { engine, kept: { file, plainText: true, untilReboot: kept.untilReboot } };
}
