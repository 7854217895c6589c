import { type DatabaseFacts, quoted, sqlText } from './dump-sql.js';

/**
 * PostgreSQL: give a loaded database what belongs to the database itself: who may connect, its settings, its limit, its comment. Done
 * after the load, which some of it would hinder.
 */
export function dressSql({ name, options }: DatabaseFacts): readonly string[] {
  const database = quoted('postgres', name);
  const { limit, comment, grants, settings } = options;
  return [
    ...(grants === undefined ? [] : [`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`]),
    ...listed(grants).flatMap((grant) => grantSql(grant, database)),
    ...listed(settings).flatMap((setting) => settingSql(setting, database)),
    ...(limit !== undefined && /^-?\d+$/.test(limit) ? [`ALTER DATABASE ${database} CONNECTION LIMIT ${limit}`] : []),
    ...(comment === undefined ? [] : [`COMMENT ON DATABASE ${database} IS ${sqlText(comment)}`]),
  ];
}

const RIGHTS: readonly unknown[] = ['CREATE', 'CONNECT', 'TEMPORARY'];

function grantSql({ to, may, pass }: Row, database: string): readonly string[] {
  if (!RIGHTS.includes(may)) return [];
  const role = typeof to === 'string' ? quoted('postgres', to) : 'PUBLIC';
  return [`GRANT ${String(may)} ON DATABASE ${database} TO ${role}${pass === true ? ' WITH GRANT OPTION' : ''}`];
}

// Settings that are lists: the server keeps them as they are to be written.
const LISTS = ['search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries'];

function settingSql({ role, all }: Row, database: string): readonly string[] {
  const whose =
    typeof role === 'string' ? `ROLE ${quoted('postgres', role)} IN DATABASE ${database}` : `DATABASE ${database}`;
  return (Array.isArray(all) ? all : []).flatMap((one: unknown) => {
    const [, name, value = ''] = /^([\w.]+)=(.*)$/s.exec(String(one)) ?? [];
    if (name === undefined) return [];
    const plain = LISTS.includes(name.toLowerCase()) && value !== '';
    const parts = name.split('.').map((part) => quoted('postgres', part));
    return [`ALTER ${whose} SET ${parts.join('.')} TO ${plain ? value : sqlText(value)}`];
  });
}

type Row = Readonly<Record<string, unknown>>;

function listed(json: string | undefined): readonly Row[] {
  const rows: unknown = json === undefined ? [] : JSON.parse(json);
  return (Array.isArray(rows) ? rows : []).flatMap((row: unknown) =>
    typeof row === 'object' && row !== null ? [{ ...row }] : [],
  );
}
