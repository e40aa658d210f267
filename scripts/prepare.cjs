'use strict';
// Builds where the compiler is installed, and nowhere else: an install without
// development dependencies has nothing to build and must not fail.
var childProcess = require('node:child_process');
var compiler;

try {
  compiler = require.resolve('typescript/package.json');
} catch (error) {
  console.error('volley: typescript is not installed, nothing was built.');
  process.exit(0);
}

var path = require('node:path');
var result = childProcess.spawnSync(
  process.execPath,
  [path.join(path.dirname(compiler), require(compiler).bin.tsc), '-p', 'tsconfig.json'],
  { cwd: path.join(__dirname, '..'), stdio: 'inherit' },
);
process.exit(result.status === null ? 1 : result.status);
