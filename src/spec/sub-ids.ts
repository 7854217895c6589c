/** Numbers of the host that a user's containers get, in order: the user's own first, then each range of /etc/subuid or /etc/subgid. */
export type SubIds = {
  readonly own: number;
  readonly ranges: readonly { readonly start: number; readonly count: number }[];
};

/** Read /etc/subuid or /etc/subgid: the lines of one user, by name or by number. */
export function parseSubIds(
  text: string,
  user: { readonly name: string | null; readonly id: number },
): SubIds['ranges'] {
  return text.split('\n').flatMap((line) => {
    const [who = '', start = '', count = ''] = line.trim().split(':');
    const isUsers = who !== '' && (who === user.name || who === String(user.id));
    return isUsers && /^\d+$/.test(start) && /^\d+$/.test(count)
      ? [{ start: Number(start), count: Number(count) }]
      : [];
  });
}

/** The host's number for one inside a rootless container; null: it has none. */
export function outsideId(inside: number, { own, ranges }: SubIds): number | null {
  if (inside === 0) return own;
  let left = inside - 1;
  for (const { start, count } of ranges) {
    if (left < count) return start + left;
    left -= count;
  }
  return null;
}

/** The number inside a rootless container for one of the host; null: nobody inside has it. */
export function insideId(outside: number, { own, ranges }: SubIds): number | null {
  if (outside === own) return 0;
  let before = 1;
  for (const { start, count } of ranges) {
    if (outside >= start && outside < start + count) return before + outside - start;
    before += count;
  }
  return null;
}

/** The name of a user's number in /etc/passwd; null: it is not there. */
export function userName(passwd: string, id: number): string | null {
  const line = passwd.split('\n').find((one) => one.split(':')[2] === String(id));
  return line?.split(':')[0] ?? null;
}
