import { Hono } from 'hono';
import { PodctlError } from '../../core/errors.js';
import type { Release } from '../deploy/releases.js';
import { type Asked, managedName, seenName } from './ask-rights.js';
import { jsonBody, releaseOf, textOf } from './body.js';
import type { WebDeps } from './deps.js';
import type { NameFilter, NameView, NameViews } from './name-view.js';
import { firstLine, publicName, publicRelease } from './public-view.js';
import { numberOf } from './query.js';
import type { RacContext, RacEnv } from './request.js';

const MOST = 200;

type Routes = { readonly deps: WebDeps; readonly views: NameViews; readonly asked: Asked };

/** Names and releases: `/api/v1/names…`. */
export function nameRoutes(deps: WebDeps, views: NameViews): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  const parts: Routes = { deps, views, asked: { rights: deps.rights, views } };
  readRoutes(app, parts);
  releaseRoutes(app, parts);
  ownerRoutes(app, parts);
  return app;
}

/** What whoever may see a name may read of it. */
function readRoutes(app: Hono<RacEnv>, { deps, views, asked }: Routes): void {
  app.get('/names', (context) => context.json({ podctl: 1, ...listNames(context, deps, views) }));
  app.get('/names/:name', (context) => {
    const view = seenName(context, asked);
    return context.json({ podctl: 1, name: details(view, context, deps) });
  });
  app.get('/names/:name/releases', (context) => {
    const { name } = seenName(context, asked);
    const limit = numberOf(context, 'limit', { most: MOST, usual: 50 });
    const list = views.releases(name, numberOf(context, 'before', { most: null, usual: null }), limit + 1);
    const next = list.length > limit ? (list[limit - 1]?.id ?? null) : null;
    const manages = deps.rights.manage(context.get('principal'), name).ok;
    const shown = list.slice(0, limit).map((release) => (manages ? release : publicRelease(release)));
    return context.json({ podctl: 1, releases: shown, next });
  });
}

/** Which release runs. */
function releaseRoutes(app: Hono<RacEnv>, { deps: { releases }, asked }: Routes): void {
  app.post('/names/:name/rollback', (context) => changed(context, asked, releases.rollback));
  app.put('/names/:name/pin', (context) => changed(context, asked, releases.pin));
  app.delete('/names/:name/pin', async (context) => {
    const release = await releases.unpin(managedName(context, asked).name, context.get('principal'));
    return context.json({ podctl: 1, release: told(release) });
  });
}

/** Whether it runs at all, and its end. */
function ownerRoutes(app: Hono<RacEnv>, { deps: { releases }, asked }: Routes): void {
  app.post('/names/:name/stop', async (context) => {
    await releases.stop(managedName(context, asked).name, context.get('principal'));
    return context.json({ podctl: 1 });
  });
  app.post('/names/:name/start', async (context) => {
    const { name, state } = managedName(context, asked);
    const { adopt } = await jsonBody(context);
    if (state === 'held' && adopt !== true) throw stranger(name);
    await releases.start(name, context.get('principal'));
    return context.json({ podctl: 1 });
  });
  app.delete('/names/:name', async (context) => {
    const { name } = managedName(context, asked);
    if (textOf(await jsonBody(context), 'confirm') !== name) {
      throw new PodctlError('REFUSED', '`confirm` is not the name that would be removed');
    }
    await releases.remove(name, context.get('principal'));
    return context.json({ podctl: 1 });
  });
}

// The image that was there when the name was claimed is somebody else's work: running it is a decision of its own.
function stranger(name: string): PodctlError {
  return new PodctlError('REFUSED', `the image of \`${name}\` was pushed by a stranger before you claimed the name`, {
    hint: `push one of yours, or look at it and run podctl rac start ${name} --adopt`,
  });
}

async function changed(context: RacContext, asked: Asked, work: WebDeps['releases']['rollback']): Promise<Response> {
  const { name } = managedName(context, asked);
  const release = releaseOf(await jsonBody(context));
  const done = await work(name, release, context.get('principal'));
  return context.json({ podctl: 1, release: told(done) });
}

function told({ id, tag, digest, state }: Release): Pick<Release, 'id' | 'tag' | 'digest' | 'state'> {
  return { id, tag, digest, state };
}

type Listed = { readonly names: readonly NameView[]; readonly next: string | null };

function listNames(context: RacContext, { rights }: WebDeps, views: NameViews): Listed {
  const principal = context.get('principal');
  const limit = numberOf(context, 'limit', { most: MOST, usual: 50 });
  const { q: text = '', owner = null, after = '' } = context.req.query();
  const names: NameView[] = [];
  for (const view of everyName(views, { text, owner, after })) {
    if (!rights.see(principal, view.name).ok) continue;
    if (names.length === limit) return { names, next: names.at(-1)?.name ?? null };
    names.push(rights.manage(principal, view.name).ok ? view : publicName(view));
  }
  return { names, next: null };
}

// Read in chunks for as long as somebody takes them: names that may not be seen are passed over, and a page is full although most are private.
function* everyName(views: NameViews, { text, owner, after: begin }: NameFilter): Generator<NameView> {
  for (let after: string | undefined = begin; after !== undefined; ) {
    const chunk = views.list({ text, owner, after }, MOST);
    yield* chunk;
    after = chunk.length < MOST ? undefined : chunk.at(-1)?.name;
  }
}

function details(view: NameView, context: RacContext, { rights, releases, trafficOf }: WebDeps): object {
  const principal = context.get('principal');
  const state = releases.state(view.name);
  const manages = rights.manage(principal, view.name).ok;
  const all: Details = { view, traffic: trafficOf(view.name), problem: state?.problem ?? null };
  const { view: shown, traffic, problem } = manages ? all : publicDetails(all);
  return {
    ...shown,
    traffic,
    problem,
    disk: state?.disk ?? null,
    volumes: state?.current?.app?.volumes ?? [],
    may: {
      manage: manages,
      claim: view.owner === null && principal.kind === 'account' && rights.push(principal, view.name).ok,
    },
  };
}

type Details = {
  readonly view: NameView;
  readonly traffic: ReturnType<WebDeps['trafficOf']>;
  readonly problem: string | null;
};

// What the application wrote, which follows the first line of a problem, is its owners'.
function publicDetails({ view, traffic, problem }: Details): Details {
  const wakes = traffic.wakes.map((wake) => ({ ...wake, problem: firstLine(wake.problem) }));
  return { view: publicName(view), traffic: { ...traffic, wakes }, problem: firstLine(problem) };
}
