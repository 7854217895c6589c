import type { ServerSeries } from '../../spec/server-version.js';
import { compareSeries } from '../../spec/server-version.js';
import { type Finding, problem, warning } from './finding.js';

/** A data folder of a service in a stack: who wrote it, and who would start on it. */
export type ServerData = {
  readonly service: string;
  /** The folder or the volume. */
  readonly source: string;
  readonly data: ServerSeries;
  readonly image: ServerSeries;
};

const NAME = { postgres: 'PostgreSQL', mariadb: 'MariaDB', mysql: 'MySQL' } as const;
const IMAGE = { postgres: 'postgres', mariadb: 'mariadb', mysql: 'mysql' } as const;

/** Whether a service's image fits the data that are there. */
export function judgeServerData({ service, source, data, image }: ServerData): readonly Finding[] {
  const same = data.family === image.family && (data.series === '' || data.series === image.series);
  if (same) return [];
  const wrote = `${NAME[data.family]} ${data.series}`.trim();
  const seen = `the data of \`${service}\` were written by ${wrote} (\`${data.at}\` in ${source}), and its image is ${NAME[image.family]} ${image.series}`;
  const upward = data.family === image.family && compareSeries(data.series, image.series) < 0;
  const back = `image: ${IMAGE[data.family]}${data.series === '' ? '' : `:${data.series}`} in the compose file; to move on, dump with that one and load into the new one on an empty folder`;
  if (upward && data.family !== 'postgres') {
    return [
      warning(seen, {
        why: 'the new server changes the data in place, and the old one then cannot read them any more',
        mend: `podctl db backup or a copy of the folder first; or ${back}`,
      }),
    ];
  }
  return [problem(seen, { why: 'the server will not start on them', mend: back })];
}
