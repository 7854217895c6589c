import { PodctlError } from '../../core/errors.js';
import type { Rights } from '../accounts/rights.js';
import { isRepository } from '../registry/repository.js';
import type { NameView, NameViews } from './name-view.js';
import { LoginNeeded, type RacContext } from './request.js';

export type Asked = { readonly rights: Rights; readonly views: Pick<NameViews, 'of'> };

/** The name in the path, where who asks may know of it. Throws MISSING_INPUT: what is private is unknown to strangers. */
export function seenName(context: RacContext, { rights, views }: Asked): NameView {
  const name = context.req.param('name') ?? '';
  const view = isRepository(name) ? views.of(name) : null;
  if (view !== null && rights.see(context.get('principal'), name).ok) return view;
  throw new PodctlError('MISSING_INPUT', 'there is no such name here', {
    hint: 'podctl rac names lists those that you may see',
  });
}

/** The same for what only owners and administrators may do. Throws REFUSED: 401 for strangers, else 403. */
export function managedName(context: RacContext, asked: Asked): NameView {
  const view = seenName(context, asked);
  const principal = context.get('principal');
  const verdict = asked.rights.manage(principal, view.name);
  if (verdict.ok) return view;
  if (principal.kind === 'anonymous') throw new LoginNeeded(verdict.message);
  throw new PodctlError('REFUSED', verdict.message);
}
