const SECRET_WORD =
  /(^|[_-])(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|COOKIE|(API|ACCESS|PRIVATE|SIGNING)[_-]?KEY)([_-]|$)/i;

/** Whether a variable's name says that its value is secret: `NPM_TOKEN`, `DB_PASSWORD`, `api_key`. */
export function looksSecret(name: string): boolean {
  return SECRET_WORD.test(name);
}
