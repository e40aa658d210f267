'use strict';
// Builds where the compiler is installed, and nowhere else: an install without
// development dependencies has nothing to build and must not fail.
try {
  require.resolve('typescript/package.json');
} catch (error) {
  console.error('volley: typescript is not installed, nothing was built.');
  process.exit(0);
}

require('./build.cjs');
