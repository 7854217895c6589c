import { Document, isNode } from 'yaml';

/** A file over a project's own compose files, in which these lists of ports stand in the place of the files' own. */
export function renderComposePorts(services: Readonly<Record<string, readonly string[]>>): string {
  const document = new Document({
    services: Object.fromEntries(Object.entries(services).map(([name, ports]) => [name, { ports }])),
  });
  for (const name of Object.keys(services)) {
    const list = document.getIn(['services', name, 'ports'], true);
    if (isNode(list)) list.tag = '!override';
  }
  return document.toString();
}
