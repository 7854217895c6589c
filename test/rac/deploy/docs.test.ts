import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { racImagesPage } from '../../../.config/docs.mjs';
import { LABELS } from '../../../src/rac/deploy/labels.js';

it('docs/rac-images.md has every label; `npm run docs` writes the table', () => {
  const page = readFileSync(new URL('../../../docs/rac-images.md', import.meta.url), 'utf8');
  expect(page).toBe(racImagesPage({ LABELS }, page));
  expect(page).toContain('| `rac.always-on` | `true` |');
});
