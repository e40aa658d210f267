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

var tsc = path.join(path.dirname(compiler), require(compiler).bin.tsc);

run([tsc, '-p', 'tsconfig.json']);
run([tsc, '-p', 'src/main/reporters/html/browser']);
run([path.join(__dirname, 'bundle.js')]);

function run(args) {
  var result = childProcess.spawnSync(process.execPath, args, {
    cwd: path.join(__dirname, '..'),
    stdio: 'inherit',
  });
  if (result.status !== 0) process.exit(result.status === null ? 1 : result.status);
}
