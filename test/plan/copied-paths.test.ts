import { describe, expect, it } from 'vitest';
import { copies, copyLines } from '../../src/plan/copied-paths.js';

const MULTI = `# syntax=docker/dockerfile:1
FROM debian AS build
WORKDIR /src
COPY . .
RUN make \\
  # a comment in between
  && make install

FROM build AS test
COPY tests/ /tests/

FROM scratch
COPY --from=build /out /out
COPY --chown=1000:1000 \\
     app.py  config.toml \\
     /app/
ADD ["a b.txt", "/x/"]
ADD https://example.org/file /f
COPY $WHAT /y
COPY <<EOF /etc/motd
COPY secret /not-an-instruction
EOF
`;

describe('copyLines', () => {
  it('takes what reads the context, with line and stage', () => {
    expect(copyLines(MULTI, null)).toEqual([
      { line: 4, text: 'COPY . .', sources: ['.'], stage: 'build', inImage: false },
      { line: 10, text: 'COPY tests/ /tests/', sources: ['tests/'], stage: 'test', inImage: false },
      {
        line: 14,
        text: 'COPY --chown=1000:1000 app.py  config.toml /app/',
        sources: ['app.py', 'config.toml'],
        stage: '2',
        inImage: true,
      },
      { line: 17, text: 'ADD ["a b.txt", "/x/"]', sources: ['a b.txt'], stage: '2', inImage: true },
    ]);
  });

  it('follows the stages that the target is built on', () => {
    expect(copyLines(MULTI, 'test').map(({ inImage }) => inImage)).toEqual([true, true, false, false]);
  });

  it('reads a backtick as the escape where the file says so', () => {
    const [line] = copyLines('# escape=`\nFROM x\nCOPY a `\n  b c\\\n', null);
    expect(line?.sources).toEqual(['a', 'b']);
  });
});

it.each([
  ['.', 'a/.env', true],
  ['./', 'a/.env', true],
  ['/', '.env', true],
  ['a', 'a/.env', true],
  ['./a/', 'a/.env', true],
  ['*', 'a/.env', true],
  ['a/*.env', 'a/x.env', true],
  ['ab', 'a/.env', false],
  ['b/', 'a/.env', false],
  ['[', 'a/.env', false],
])('COPY %s takes %s: %s', (source, path, taken) => {
  expect(copies({ sources: [source] }, path)).toBe(taken);
});
