import { PodctlError } from '../../core/errors.js';
import type { RegistryStorage } from '../../rac/settings.js';
import type { Flags } from '../parser.js';
import { usage } from './usage.js';

type S3 = Extract<RegistryStorage, { kind: 's3' }>;

const KEYS = { accessKeyVariable: 'AWS_ACCESS_KEY_ID', secretKeyVariable: 'AWS_SECRET_ACCESS_KEY' } as const;

/**
 * Where the registry keeps its layers: as before, with what `--s3-…` say over it. `env` must have the keys of S3.
 * Throws PodctlError USAGE, or MISSING_INPUT where a key is missing.
 */
export function storageOf(
  flags: Flags,
  before: RegistryStorage,
  env: Readonly<Record<string, string | undefined>>,
): RegistryStorage {
  const bucket = flags.s3Bucket ?? (before.kind === 's3' ? before.bucket : undefined);
  if (bucket === undefined) {
    if (saysNothing(flags)) return before;
    throw usage('S3 needs a bucket', 'give --s3-bucket NAME');
  }
  const wanted: S3 = { ...(before.kind === 's3' ? before : FIRST), ...wishesOf(flags), ...KEYS, bucket };
  refuseMissingKeys(env);
  return wanted;
}

const FIRST: Omit<S3, 'bucket'> = { kind: 's3', region: 'us-east-1', endpoint: null, pathStyle: false, ...KEYS };

function saysNothing({ s3Region, s3Endpoint, s3PathStyle }: Flags): boolean {
  return s3Region === undefined && s3Endpoint === undefined && s3PathStyle === undefined;
}

function wishesOf({
  s3Region,
  s3Endpoint,
  s3PathStyle,
}: Flags): Partial<Pick<S3, 'region' | 'endpoint' | 'pathStyle'>> {
  return {
    ...(s3Region === undefined ? {} : { region: s3Region }),
    ...(s3Endpoint === undefined ? {} : { endpoint: endpointOf(s3Endpoint) }),
    ...(s3PathStyle === undefined ? {} : { pathStyle: s3PathStyle }),
  };
}

function endpointOf(text: string): string {
  if (/^https?:\/\/[^/?#@]+\/?$/.test(text)) return text;
  throw usage('`--s3-endpoint` has to be scheme and host', 'write for instance --s3-endpoint http://127.0.0.1:9000');
}

function refuseMissingKeys(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.values(KEYS)) {
    if ((env[name] ?? '') !== '') continue;
    throw new PodctlError('MISSING_INPUT', `the variable \`${name}\`, which holds a key of S3, is not set`, {
      hint: 'set it where RAC is started; it is no setting that RAC keeps',
    });
  }
}
