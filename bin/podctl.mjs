#!/usr/bin/env node
// @ts-check
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `error: podctl needs Node 20.19 or newer, this is ${process.versions.node}\nhint: install a newer Node\n`,
  );
  process.exitCode = 78;
} else {
  const { main, realWorld } = await import('../dist/main.js');
  process.exitCode = await main(process.argv.slice(2), realWorld(process));
}
