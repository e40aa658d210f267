'use strict';
// Plain syntax on purpose: this file must also run on a Node that is far too old.
var wanted = require('../package.json').devDependencies.node;
var found = process.versions.node;

if (found !== wanted) {
  console.error(
    'volley: npm scripts run on Node ' +
      wanted +
      ' from node_modules, but this is Node ' +
      found +
      ' (' +
      process.execPath +
      '): run `npm ci` with its install scripts allowed.',
  );
  process.exit(1);
}
