import type { ComposeModel } from '../spec/stack/model.js';

export type LabelFile = {
  readonly model: ComposeModel;
  /** `version:` of the first file: providers that still read it want the same one in every file. */
  readonly version: string | null;
  readonly labels: Readonly<Record<string, string>>;
};

/**
 * The file that goes over a project's own compose files, so that everything made of them carries podctl's labels. It is JSON, which
 * every reader of YAML takes. Networks and volumes of others are not podctl's to label.
 */
export function renderComposeLabels({ model, version, labels }: LabelFile): string {
  const label = (keys: readonly string[]) => Object.fromEntries(keys.toSorted().map((key) => [key, { labels }]));
  const networks = label(own(model.networks));
  const volumes = label(own(model.volumes));
  const file = {
    ...(version === null ? {} : { version }),
    services: label(Object.keys(model.services)),
    ...(Object.keys(networks).length === 0 ? {} : { networks }),
    ...(Object.keys(volumes).length === 0 ? {} : { volumes }),
  };
  return `${JSON.stringify(file)}\n`;
}

function own(things: ComposeModel['networks']): readonly string[] {
  return Object.values(things)
    .filter(({ external }) => !external)
    .map(({ key }) => key);
}
