// Imported before everything else: an older Node is then reported as such, not by what it lacks.
const NEEDED_MAJOR = 22;
const NEEDED_MINOR = 19;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED_MAJOR || (major === NEEDED_MAJOR && minor < NEEDED_MINOR))
  throw new Error(
    `volley needs Node ${NEEDED_MAJOR}.${NEEDED_MINOR} or newer; this is Node ${process.versions.node}.`,
  );
