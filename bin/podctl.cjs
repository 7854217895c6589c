#!/usr/bin/env node
// @ts-check
// CommonJS, because Node starts such a script 4 ms sooner than an ES module.
'use strict';

const argv = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `error: podctl needs Node 20.19 or newer, this is ${process.versions.node}\nhint: install a newer Node\n`,
  );
  process.exitCode = 78;
} else if (argv.length === 1 && argv[0] === '--version') {
  // Asked by scripts and editors all the time, and answered before anything is loaded.
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  const { loadPodctl } = require('../dist/main.cjs');
  const { main, realWorld } = loadPodctl(process);
  void (async () => {
    process.exitCode = await main(argv, realWorld(process));
  })();
}
