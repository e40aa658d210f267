'use strict';
// Deletes what was built. With --stale only what the next build would neither write nor miss: the compiler leaves files
// alone whose source has not changed, so dist/ stays, but a test whose source is gone must not run on.
var fs = require('node:fs');
var path = require('node:path');

var ROOT = path.join(__dirname, '..');
var DIST = path.join(ROOT, 'dist');
/** What the compiler makes of x.ts. */
var MADE_OF_SOURCE = /(\.d\.ts|\.js|\.js\.map)$/;

if (process.argv.includes('--stale')) {
  ['src', 'test'].forEach(removeStale);
  remove(path.join(DIST, 'bundle'));
} else remove(DIST);

function removeStale(folder) {
  var made = path.join(DIST, folder);
  if (!fs.existsSync(made)) return;
  fs.readdirSync(made, { withFileTypes: true }).forEach(function (entry) {
    var name = path.join(folder, entry.name);
    if (!entry.isDirectory()) {
      if (!fs.existsSync(path.join(ROOT, name.replace(MADE_OF_SOURCE, '.ts')))) remove(path.join(DIST, name));
    } else if (fs.existsSync(path.join(ROOT, name))) removeStale(name);
    else remove(path.join(DIST, name));
  });
}

function remove(file) {
  fs.rmSync(file, { recursive: true, force: true });
}
