'use strict';
// Compiles and bundles, unless what was built is newer than all that it is made of: looking takes a twentieth of a
// second, the compiler and the bundler two even if nothing has changed.
var childProcess = require('node:child_process');
var fs = require('node:fs');
var path = require('node:path');

var ROOT = path.join(__dirname, '..');
var SOURCES = ['src', 'test', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'];
var BUNDLE = path.join(ROOT, 'dist', 'bundle');
/** Its time is when the build began: a file that is saved during a build is newer. */
var MARK = path.join(ROOT, 'dist', '.built');

if (!isBuilt()) build();

function isBuilt() {
  var mark = fs.statSync(MARK, { throwIfNoEntry: false });
  return (
    mark !== undefined &&
    fs.existsSync(BUNDLE) &&
    SOURCES.every(function (name) {
      return newestIn(path.join(ROOT, name)) < mark.mtimeMs;
    })
  );
}

/** A copied file may keep its old time of writing, but not that of its inode. */
function newestIn(file) {
  var stat = fs.statSync(file);
  var newest = Math.max(stat.mtimeMs, stat.ctimeMs);
  if (!stat.isDirectory()) return newest;
  return fs.readdirSync(file).reduce(function (found, name) {
    return Math.max(found, newestIn(path.join(file, name)));
  }, newest);
}

function build() {
  var began = new Date();
  var compiler = path.dirname(require.resolve('typescript/package.json'));
  var tsc = path.join(compiler, require('typescript/package.json').bin.tsc);
  // A build that is cut off leaves no mark.
  fs.rmSync(MARK, { force: true });
  run([path.join(__dirname, 'clean.cjs'), '--stale']);
  run([tsc, '-p', 'tsconfig.json']);
  run([tsc, '-p', 'src/main/reporters/html/browser']);
  run([path.join(__dirname, 'minify.js')]);
  run([path.join(__dirname, 'bundle.js')]);
  fs.writeFileSync(MARK, '');
  fs.utimesSync(MARK, began, began);
}

function run(args) {
  var result = childProcess.spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status === null ? 1 : result.status);
}
