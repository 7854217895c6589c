import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { PodctlError } from '../../core/errors.js';
import { addressReader } from './address.js';
import { answerError } from './answer.js';
import { LONGEST_BODY } from './body.js';
import { changeRoutes, openChanges } from './changes.js';
import type { WebDeps } from './deps.js';
import { execRoute } from './exec-route.js';
import { apiGuard, doorGuard } from './guard.js';
import { safeHeaders } from './headers.js';
import { openLive } from './live.js';
import { logRoutes } from './log-routes.js';
import { nameRoutes } from './name-routes.js';
import { nameViews } from './name-view.js';
import { pageRoutes } from './page-routes.js';
import type { RacEnv } from './request.js';
import { sessionRoutes } from './session-routes.js';
import { appUrl, siteOf } from './site.js';
import { siteRoutes } from './site-routes.js';
import { variableRoutes } from './variable-routes.js';

/** Everything that RAC's own server answers: API, page, and the routes of the other rooms. */
export function webRoutes(deps: WebDeps): Hono<RacEnv> {
  const { settings, lifecycle, store, rights, sleep } = deps;
  const site = siteOf(settings);
  const guard = { site, addressOf: addressReader(settings.trustedProxies), identity: deps.identity };
  const views = nameViews({ store, tierOf: lifecycle.tierOf, urlOf: (label) => appUrl(settings, label) });
  const asked = { rights, views };
  const live = openLive(deps);
  const app = new Hono<RacEnv>();
  app.onError((error, context) => {
    if (!(error instanceof PodctlError)) {
      deps.warn('request-failed', { requestId: context.get('requestId'), problem: error.stack ?? error.message });
    }
    return answerError(error, context);
  });
  app.notFound((context) => answerError(new PodctlError('MISSING_INPUT', 'there is nothing here'), context));
  app.use(safeHeaders(settings.publicUrl?.startsWith('https:') === true));
  app.use(doorGuard(guard));
  app.use('/api/v1/*', apiGuard(guard));
  app.use('/api/v1/*', shortBodies());
  for (const routes of [
    siteRoutes(settings),
    sessionRoutes(deps, site),
    nameRoutes(deps, views),
    variableRoutes(deps, asked),
    logRoutes(deps, asked, live),
    changeRoutes(openChanges({ views, sleep }), rights, live),
    execRoute(deps, asked),
  ]) {
    app.route('/api/v1', routes);
  }
  app.route('/', pageRoutes(deps.files));
  for (const { path, app: room } of deps.rooms) app.route(path, room);
  return app;
}

const EXEC = /^\/api\/v1\/names\/[^/]+\/exec$/;

// What a program inside is given is read while it comes, and has no end.
function shortBodies(): MiddlewareHandler<RacEnv> {
  const short = bodyLimit({
    maxSize: LONGEST_BODY,
    onError: (context) =>
      context.json({ error: { code: 'USAGE', message: `the body is longer than ${LONGEST_BODY} bytes` } }, 413),
  });
  return (context, next) => (EXEC.test(context.req.path) ? next() : short(context, next));
}
