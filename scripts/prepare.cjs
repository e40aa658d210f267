'use strict';
// Builds where the compiler is installed, and nowhere else: an install without
// development dependencies has nothing to build and must not fail. Where what
// was built is newer than all that it is made of, it stays as it is: the first
// `npx volley` in a checkout comes here again, right after `npm ci`.
var childProcess = require('node:child_process');
var fs = require('node:fs');
var path = require('node:path');
var compiler;

try {
  compiler = require.resolve('typescript/package.json');
} catch (error) {
  console.error('volley: typescript is not installed, nothing was built.');
  process.exit(0);
}

var ROOT = path.join(__dirname, '..');
var SOURCES = ['src', 'test', 'scripts', 'tsconfig.json', 'package-lock.json'];
/** Written by bundle.js, which comes last. */
var MARK = path.join(ROOT, 'dist', '.built');

if (!isBuilt()) build();

function isBuilt() {
  var mark = fs.statSync(MARK, { throwIfNoEntry: false });
  return (
    mark !== undefined &&
    SOURCES.every(function (name) {
      return newestIn(path.join(ROOT, name)) < mark.mtimeMs;
    })
  );
}

function newestIn(file) {
  var stat = fs.statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return fs.readdirSync(file).reduce(function (newest, name) {
    return Math.max(newest, newestIn(path.join(file, name)));
  }, stat.mtimeMs);
}

function build() {
  var tsc = path.join(path.dirname(compiler), require(compiler).bin.tsc);
  run([tsc, '-p', 'tsconfig.json']);
  run([tsc, '-p', 'src/main/reporters/html/browser']);
  run([path.join(__dirname, 'bundle.js')]);
}

function run(args) {
  var result = childProcess.spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status === null ? 1 : result.status);
}
