import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a source tree of panoptes-utils and its logs lie on the host. */
export type PanoptesTree = { readonly pandir: string; readonly source: string; readonly logs: string };

const ENTRYPOINT = '#!/bin/sh\nexec gosu panoptes /usr/bin/env zsh -ic "$@"\n';

/** A test script that leaves a file in the logs and ends with what `outcome` in the source tree says. */
const RUN_TESTS = `#!/bin/sh
id -u > /var/panoptes/logs/tests.log
echo "tests ran in $(pwd)"
outcome=$(cat /var/panoptes/panoptes-utils/outcome 2>/dev/null || echo 0)
[ "$outcome" = wait ] && exec sleep 60
exit "$outcome"
`;

/** What the small base has for gosu. */
const GOSU = `#!/bin/sh
user=$1
program=$2
shift 2
exec start-stop-daemon -S -c "$user" -n no-such-name -a "$program" -- "$@"
`;

/** The base image: a Debian in the place of ubuntu, conda and astrometry.net; the user, folders and build arguments are panoptes'. */
function baseFile(debian: string): string {
  return `FROM ${debian}
ARG panuser=panoptes
ARG userid=1000
ARG pan_dir=/var/panoptes
ENV PANDIR=$pan_dir PANLOG=$pan_dir/logs PANUSER=$panuser SHELL=/bin/zsh
RUN useradd --uid $userid --non-unique --create-home --shell /bin/zsh $panuser && \\
    mkdir -p $pan_dir/logs && touch /home/$panuser/.zshrc && chown -R $panuser $pan_dir /home/$panuser
USER root
WORKDIR $pan_dir
`;
}

const UTILS_FILE = `ARG image_url=gcr.io/panoptes-exp/panoptes-base:latest
FROM $image_url
USER panoptes
WORKDIR /var/panoptes/panoptes-utils
COPY --chown=panoptes . .
USER root
ENTRYPOINT ["/bin/sh","/var/panoptes/panoptes-utils/resources/docker/entrypoint.sh"]
CMD ["/usr/bin/zsh"]
`;

/** The same for an image with nothing but busybox: small words of its own take the place of gosu and zsh. */
function smallBaseFile(busybox: string): string {
  return `FROM ${busybox}
ARG userid=1000
COPY docker/gosu docker/zsh /bin/
RUN mkdir -p /etc /usr/bin /home/panoptes /var/panoptes/logs && \\
    echo "root:x:0:0::/:/bin/sh" > /etc/passwd && \\
    echo "panoptes:x:$userid:$userid::/home/panoptes:/bin/sh" >> /etc/passwd && \\
    ln -sf /bin/env /usr/bin/env && chown -R $userid:$userid /var/panoptes /home/panoptes
USER root
WORKDIR /var/panoptes
`;
}

/** Lay out PANDIR: a source tree with build files, entrypoint and test script like panoptes-utils', and no logs folder yet. */
export function layOutPanoptes(
  pandir: string,
  base: { readonly debian: string } | { readonly busybox: string },
): PanoptesTree {
  const source = join(pandir, 'panoptes-utils');
  const files: Readonly<Record<string, string>> = {
    'podctl.toml': 'extends = "panoptes-utils"\n',
    'docker/base.Dockerfile': 'debian' in base ? baseFile(base.debian) : smallBaseFile(base.busybox),
    'docker/Dockerfile': UTILS_FILE,
    'docker/gosu': GOSU,
    'docker/zsh': '#!/bin/sh\nexec sh "$@"\n',
    'resources/docker/entrypoint.sh': ENTRYPOINT,
    'scripts/testing/run-tests.sh': RUN_TESTS,
    'src/panoptes/utils.py': 'VERSION = 1\n',
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(source, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (text.startsWith('#!')) chmodSync(path, 0o755);
  }
  return { pandir, source, logs: join(pandir, 'logs') };
}
