import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { RacEnv } from './request.js';

const TYPE: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The page: `index.html` at `/`, its files below `/page/`. Only what is in `files` is there, so no path leads anywhere else. */
export function pageRoutes(files: ReadonlyMap<string, string>): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  for (const [name, text] of files) {
    const tag = `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
    const type = TYPE[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain; charset=utf-8';
    app.get(name === 'index.html' ? '/' : `/page/${name}`, (context) => {
      // A newer RAC may serve another page from the same address: browsers ask each time, and are told when nothing has changed.
      context.header('Cache-Control', 'no-cache');
      context.header('ETag', tag);
      if (context.req.header('if-none-match') === tag) return context.body(null, 304);
      return context.body(text, 200, { 'Content-Type': type });
    });
  }
  return app;
}
