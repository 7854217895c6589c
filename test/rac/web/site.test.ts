import { expect, it } from 'vitest';
import { appUrl } from '../../../src/rac/web/site.js';

const HERE = { domain: 'localhost', proxyPort: 8080, tls: null, publicUrl: null };
const TLS = { certificate: '/c', key: '/k' };

it.each([
  ['on this machine', HERE, 'http://app.localhost:8080/'],
  [
    'with certificates of its own',
    { ...HERE, domain: 'example.com', proxyPort: 443, tls: TLS },
    'https://app.example.com/',
  ],
  [
    'behind a proxy',
    { ...HERE, domain: 'example.com', publicUrl: 'https://rac.example.com' },
    'https://app.example.com/',
  ],
])('an application is reached %s', (_where, settings, url) => {
  expect(appUrl(settings, 'app')).toBe(url);
});
